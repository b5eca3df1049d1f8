"""What is left of a version that is broken in places: the pieces that mistakes stand in are left out.

So that everything else can still be looked at in the same run. Knows which pieces of a part can be missed, and what
may be put in place of some that cannot; must not know what is wrong with any piece, or how the rest is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from engine.policy.condition import Path as Steps
from engine.policy.parts import REQUIRED
from engine.policy.readings import references
from engine.policy.source import Entry, ListNode, MapNode, Node, Scalar, ScalarNode, child
from engine.problems import Place

PIECES: tuple[str, ...] = (
    "policy/sides/*",
    "policy/uses_of_result/*",
    "fields/tables/*",
    "fields/tables/*/columns/*",
    "fields/tables/*/time_order/*",
    "fields/tables/*/required_when/*",
    "indicators/weights_sum",
    "indicators/indicators/*",
    "indicators/shown/*",
    "indicators/bonuses/*",
    "indicators/vetoes/*",
    "indicators/bases/*",
    "indicators/total",
    "indicators/grades",
    "ranking/aggregates/*",
    "ranking/gates/*",
    "ranking/groups",
    "ranking/precision",
    "ranking/tie_breaks/*",
    "calendar/years/*",
    "rules/tags/*",
    "rules/decisions/*",
    "rules/decisions/*/rules/*",
    "rules/marks/*",
    "obligations/obligations/*",
    "consequences/consequences/*",
    "consequences/ladders/*",
    "readings/readings/*",
    "clauses/clauses/*",
    "duties/duties/*",
    "forms/forms/*",
)
"""Where the values stand that can be left out alone; of one in another, the inner. A part that is not required can be
left out as a whole."""

_Put = Scalar | Mapping[str, Scalar]
STAND_INS: Mapping[str, _Put] = MappingProxyType(
    {
        "ranking/last": {"when_tied": "all", "when_all_equal": "none", "minimum_ranked": 2},
        "ranking/unfinished": {"ranked": True, "counts": False, "fires": False},
        "ranking/eligible/among": "always",
    }
)
"""What takes the place of a value that has to be there and of which nothing else that is checked depends."""

_GONE_WITH = {"indicators/indicators/*": "indicators/weights_sum"}
"""What does not hold any more once some piece of a kind is gone."""

_NAMES = ("id", "gives")
_ID = re.compile(r"""\bid:\s*["']?([^\s"',}\]]+)""")


@dataclass(frozen=True)
class Remains:
    """``roots``: part name -> tree as written. ``names``: what was declared in what is gone. ``touched``: lists (as
    ``part/list``) and parts that are not whole. ``thinned``: decisions that lack a rule."""

    roots: Mapping[str, Node]
    names: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    thinned: frozenset[str] = frozenset()
    unreadable: frozenset[str] = field(default=frozenset())

    def without_files(self, files: Mapping[str, str]) -> Remains:
        """What is left without parts that could not be read at all (part name -> file)."""
        names = frozenset(name for file in files.values() for name in _ID.findall(_text(file)))
        gone = frozenset(files)
        left = replace(self, names=self.names | names, touched=self.touched | gone, unreadable=self.unreadable | gone)
        return left._without_readings(None) if "readings" in files else left

    def without(self, places: Iterable[Place], trees: Mapping[str, Node]) -> Remains | None:
        """What is left without the pieces in which ``places`` stand in ``trees``, which are ``roots`` or those with
        the readings put in. None where nothing more can be left out."""
        wanted = set(places)
        gone = {self._piece(steps) for part, root in trees.items() for steps in _around(root, part, wanted)}
        return self._dropped({piece for piece in gone if piece is not None})

    def _piece(self, steps: Steps) -> Steps | None:
        """The innermost piece around ``steps`` that is there as it is written."""
        for end in range(len(steps), 1, -1):
            pattern = _pattern(steps[:end])
            if (pattern in PIECES or pattern in STAND_INS) and self._at(steps[:end]) is not None:
                return steps[:end]
        return steps[:1] if steps[0] not in REQUIRED else None

    def _at(self, steps: Steps) -> Node | None:
        node = self.roots.get(str(steps[0]))
        for step in steps[1:]:
            node = None if node is None else child(node, step)
        return node

    def _dropped(self, gone: set[Steps]) -> Remains | None:
        changed = {piece for piece in gone if not self._is_stand_in(piece)}
        if not changed:
            return None
        changed |= {(part, key) for piece in changed for part, key in self._gone_with(piece)}
        lost = [node for piece in changed if (node := self._at(piece)) is not None]
        roots = {part: kept for part, root in self.roots.items() if (kept := _cut(root, (part,), changed)) is not None}
        names = frozenset(name for node in lost for name in (*_names(node), *_called(node)))
        left = Remains(
            roots=MappingProxyType(roots),
            names=self.names | names,
            touched=self.touched | {"/".join(map(str, piece[:2])) for piece in changed} | {str(p[0]) for p in changed},
            thinned=self.thinned | {name for piece in changed for name in self._decision_of(piece)},
            unreadable=self.unreadable,
        )
        readings = {name for piece in changed if piece[0] == "readings" for name in _names(self._at(piece))}
        whole = ("readings",) in changed
        return left._without_readings(None if whole else readings) if readings or whole else left

    def _is_stand_in(self, piece: Steps) -> bool:
        """Whether the value that stands in is there already."""
        put = STAND_INS.get(_pattern(piece))
        node = self._at(piece)
        return put is not None and node is not None and node == _node(put, node.place)

    def _gone_with(self, piece: Steps) -> Iterator[tuple[str, str]]:
        other = _GONE_WITH.get(_pattern(piece))
        if other is not None:
            part, _, key = other.partition("/")
            yield part, key

    def _decision_of(self, piece: Steps) -> Iterator[str]:
        if _pattern(piece) == "rules/decisions/*/rules/*":
            found = self._at((*piece[:3], "id"))
            if isinstance(found, ScalarNode):
                yield str(found.value)

    def _without_readings(self, gone: set[str] | None) -> Remains:
        """Without whatever leaves something to one of the readings ``gone``; None: to any."""
        places = {
            found.place
            for root in self.roots.values()
            for found in references(root)
            if gone is None or found.reading in gone
        }
        return (self.without(places, self.roots) if places else None) or self


def _pattern(steps: Steps) -> str:
    return "/".join("*" if isinstance(step, int) else step for step in steps)


def _around(root: Node, part: str, wanted: set[Place]) -> Iterator[Steps]:
    """The values and keys that stand at the places ``wanted``; where nothing stands, what comes before in the file."""
    spots = list(_spots(root, (part,)))
    yield from (steps for steps, at in spots if at in wanted)
    for place in wanted - {at for _, at in spots}:
        before = [(at, steps) for steps, at in spots if at.file == place.file == root.place.file and at <= place]
        if before:
            yield max(before, key=lambda spot: spot[0])[1]


def _spots(node: Node, steps: Steps) -> Iterator[tuple[Steps, Place]]:
    """Every value and key with its steps."""
    yield steps, node.place
    match node:
        case ListNode(_, items):
            for i, item in enumerate(items):
                yield from _spots(item, (*steps, i))
        case MapNode(_, entries):
            for entry in entries:
                yield (*steps, entry.key), entry.place
                yield from _spots(entry.node, (*steps, entry.key))


def _cut(node: Node, steps: Steps, gone: set[Steps]) -> Node | None:
    """The tree without what stands at ``gone``, or with what stands in for it."""
    if steps in gone:
        put = STAND_INS.get(_pattern(steps))
        return None if put is None else _node(put, node.place)
    match node:
        case ListNode(place, items):
            cut = (_cut(item, (*steps, i), gone) for i, item in enumerate(items))
            return ListNode(place, tuple(item for item in cut if item is not None))
        case MapNode(place, entries):
            kept = ((entry, _cut(entry.node, (*steps, entry.key), gone)) for entry in entries)
            return MapNode(place, tuple(Entry(e.key, e.place, value) for e, value in kept if value is not None))
    return node


def _node(value: _Put, place: Place) -> Node:
    if isinstance(value, Mapping):
        return MapNode(place, tuple(Entry(key, place, ScalarNode(place, inner)) for key, inner in value.items()))
    return ScalarNode(place, value)


def _names(node: Node | None) -> Iterator[str]:
    """The names that a piece declares."""
    match node:
        case ListNode(_, items):
            for item in items:
                yield from _names(item)
        case MapNode(_, entries):
            for entry in entries:
                if entry.key in _NAMES:
                    yield from _scalars(entry.node)
                yield from _names(entry.node)


def _called(piece: Node) -> Iterator[str]:
    """What a piece without an ``id`` was probably to be called: the first thing in it."""
    if isinstance(piece, MapNode) and piece.entries and piece.get("id") is None:
        yield from _scalars(piece.entries[0].node)


def _scalars(node: Node) -> Iterator[str]:
    match node:
        case ScalarNode(_, value):
            yield str(value)
        case ListNode(_, items):
            for item in items:
                yield from _scalars(item)


def _text(file: str) -> str:
    try:
        return Path(file).read_text("utf-8", errors="replace")
    except OSError:
        return ""
