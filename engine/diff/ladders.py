"""Whether a ladder that comes or goes means anything to what is there beside it.

Reads resolved parts as written; must not know any id, number or name of a plan.
"""

from __future__ import annotations

from engine.policy.parts import Parts
from engine.policy.source import Plain


def bare(ladder: Plain, beside: Parts) -> bool:
    """Whether the version without ``ladder`` has none of its steps, so that they come or go together with it."""
    steps = ladder.get("steps") if isinstance(ladder, dict) else None
    known = {step["id"] for step in beside.data.get("consequences", {}).get("consequences", ())}
    return isinstance(steps, list) and known.isdisjoint(map(str, steps))
