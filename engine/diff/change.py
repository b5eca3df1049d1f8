"""One difference in meaning between two versions of a policy.

Knows what a difference consists of; must not know how it is found, said or shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.policy.source import Plain
from engine.problems import Place

Kind = Literal["added", "removed", "changed", "moved"]
Direction = Literal["tightened", "loosened", "neutral", "unknown"]

OPPOSITE: dict[Kind, Kind] = {"added": "removed", "removed": "added", "changed": "changed", "moved": "moved"}
REVERSED: dict[Direction, Direction] = {
    "tightened": "loosened",
    "loosened": "tightened",
    "neutral": "neutral",
    "unknown": "unknown",
}


@dataclass(frozen=True)
class Change:
    """``id`` is stable and path-like (``indicators.satisfaction.weight``); ``path`` are the keys and item ids to it.

    ``subject`` is the Chinese title of the group it belongs to; ``item``, ``title`` and ``clause`` are those of the
    innermost item with an id that it is about (the whole part where there is none). ``key`` is the property, ``label``
    its Chinese title. ``old`` and ``new`` are plain data, None where there is nothing; for ``moved`` they are the keys
    of the items in order; ``old_text`` and ``new_text`` say them in Chinese, a line a property, empty where there is
    nothing. ``sentence`` says it in Chinese; ``effects`` says what a change of a reading does elsewhere.
    ``rank``: changes sort by it, the gravest first. A place is None where that version has nothing.
    """

    id: str
    part: str
    path: tuple[str, ...]
    kind: Kind
    direction: Direction
    subject: str
    item: str
    title: str
    clause: str
    key: str
    label: str
    old: Plain
    new: Plain
    old_text: str
    new_text: str
    sentence: str
    effects: tuple[str, ...]
    rank: tuple[int, ...]
    old_place: Place | None
    new_place: Place | None
