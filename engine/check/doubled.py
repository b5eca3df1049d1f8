"""An id that stands twice by a slip leaves another missing: all that names that one is told once, with the slip.

Knows findings; must not know what any id is of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from engine.check.finding import Finding
from engine.policy.condition import UNKNOWN
from engine.policy.context import DOUBLED

SEVERAL = 2
"""How often a name has to be missed to be taken for that of an item: one that is named once may be a slip itself."""

_OF_ITEMS = frozenset((f"{UNKNOWN}编号", f"{UNKNOWN}条目"))


def without_echoes(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Where no more names are missed than ids stand twice; else nobody can tell which was which."""
    every = tuple(findings)
    doubled = {finding for finding in every if finding.problem.what.startswith(DOUBLED)}
    unknown = [finding for finding in every if finding.problem.what.startswith(UNKNOWN)]
    counts = Counter(finding.problem.value for finding in unknown if finding.problem.what in _OF_ITEMS)
    missed = [name for name, count in counts.items() if count >= SEVERAL]
    if not missed or len(missed) > len(doubled):
        return every
    echoes = {finding for finding in unknown if finding.problem.value in missed}
    named = "、".join(f"“{name}”" for name in missed)
    return tuple(
        _asking(finding, named) if finding in doubled else finding for finding in every if finding not in echoes
    )


def _asking(finding: Finding, named: str) -> Finding:
    problem = finding.problem
    instead = f"{problem.instead}；别处写到 {named}，却没有哪一项叫这个编号，是不是把它写错了？"
    return replace(finding, problem=replace(problem, instead=instead))
