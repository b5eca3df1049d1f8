"""Whether more units with a mark of places means more consequences, fewer, or neither.

Reads resolved conditions as written; must not know any id, number or name of a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.diff.change import Direction
from engine.policy.parts import Parts

_TOLD: Mapping[frozenset[int], Direction] = {
    frozenset(): "neutral",
    frozenset({1}): "tightened",
    frozenset({-1}): "loosened",
}


def more_of(mark: str, *versions: Parts) -> Direction:
    """What it makes of a policy when more units have ``mark``, by how either version's consequences ask for it.

    A mark that only says who is listed, or that nobody asks for, changes nothing that follows.
    """
    signs = frozenset(sign for parts in versions for sign in _signs_of(mark, parts.data, ()))
    return _TOLD.get(signs, "unknown")


def _signs_of(mark: str, data: Mapping[str, Any], seen: tuple[str, ...]) -> Iterator[int]:
    """1 where more of the mark makes a consequence fire more often, -1 where less, 0 where that cannot be told."""
    for consequence in data.get("consequences", {}).get("consequences", ()):
        yield from _signs(mark, consequence["when"])
    for other in data.get("ranking", {}).get("standings", ()):
        if other["id"] not in (mark, *seen):
            for sign in frozenset(_signs(mark, other["when"])):
                yield from (sign * above for above in _signs_of(other["id"], data, (*seen, mark)))


def _signs(mark: str, condition: Any) -> Iterator[int]:
    if not isinstance(condition, Mapping):
        return
    for part in (*condition.get("all", ()), *condition.get("any", ())):
        yield from _signs(mark, part)
    yield from (-sign for sign in _signs(mark, condition.get("not")))
    if condition.get("standing") == mark:
        yield 1
    if condition.get("among") == mark:
        yield 0
