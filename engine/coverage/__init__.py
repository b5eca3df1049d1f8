"""How much of a policy its cases hold in place: what no case reaches, and what could change without any noticing."""
