"""Making the next version of a policy: a new year, an amendment, edits in place, what is left to do, and release."""
