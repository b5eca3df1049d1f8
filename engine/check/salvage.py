"""What is left of a version that is broken in places: the pieces that mistakes stand in are left out.

So that everything else can still be looked at in the same run. Knows how trees are cut and filled up; must not know
what is wrong with any piece, or how the rest is checked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from engine.check.pieces import GONE_WITH, HEADS, NAMED_BY, NOTHING, OF_ITEMS, PIECES, STAND_INS, Put
from engine.policy.condition import Path as Steps
from engine.policy.parts import REQUIRED
from engine.policy.readings import references
from engine.policy.source import Entry, ListNode, MapNode, Node, ScalarNode, child
from engine.problems import Place

_NAMES = ("id", "gives")
_ID = re.compile(r"""\bid:\s*["']?([^\s"',}\]]+)""")


@dataclass(frozen=True)
class Remains:
    """``roots``: part name -> tree as written. ``names``: what was declared in what is gone. ``touched``: lists (as
    ``part/list``) and parts that are not whole. ``thinned``: decisions that lack a rule. ``nameless``: whether a file
    is lost of which nobody can tell what it declared."""

    roots: Mapping[str, Node]
    names: frozenset[str] = frozenset()
    touched: frozenset[str] = frozenset()
    thinned: frozenset[str] = frozenset()
    unreadable: frozenset[str] = field(default=frozenset())
    nameless: bool = False

    def without_files(self, files: Mapping[str, str]) -> Remains:
        """What is left without parts that could not be read at all (part name -> file)."""
        names = frozenset(name for part, file in files.items() for name in self._lost_with(part, file))
        gone = frozenset(files)
        heads = {part: MapNode(Place(files[part], 1, 1), ()) for part in HEADS if part in files}
        left = replace(
            self,
            roots=MappingProxyType({**self.roots, **heads}),
            names=self.names | names,
            touched=self.touched | gone,
            unreadable=self.unreadable | gone,
            nameless=not all(_ID.search(_text(file)) for file in files.values()),
        )
        left = left._dropped({(part,) for part in heads}) or left
        return left._without_readings(None) if "readings" in files else left

    def _lost_with(self, part: str, file: str) -> Iterable[str]:
        """The names in a file that cannot be read; of one in which there are none, all that may have been its."""
        return _ID.findall(_text(file)) or self._named(part)

    def _named(self, part: str) -> Iterator[str]:
        """All names that may be of something in the part."""
        keys = (*OF_ITEMS, *NAMED_BY.get(part, ()))
        return (name for root in self.roots.values() for name in _under(root, keys))

    def without(self, places: Iterable[Place], trees: Mapping[str, Node]) -> Remains | None:
        """What is left without the pieces in which ``places`` stand in ``trees``, which are ``roots`` or those with
        the readings put in. None where nothing more can be left out."""
        wanted = set(places)
        gone = {self._piece(steps) for part, root in trees.items() for steps in _around(root, part, wanted)}
        lacking = {part for part in HEADS if (part,) in gone and self._lacks(part)}
        # The first key of a part stands where the part does.
        first = {(part, e.key) for part in lacking for e in _entries(self.roots[part])[:1]}
        return self._dropped({piece for piece in gone if piece is not None and piece[:2] not in first})

    def _lacks(self, part: str) -> tuple[str, ...]:
        """The keys that a head must have and has not."""
        has = {entry.key for entry in _entries(self.roots.get(part))}
        return tuple(key for key in HEADS.get(part, ()) if key not in has)

    def _piece(self, steps: Steps) -> Steps | None:
        """The innermost piece around ``steps`` that is there as it is written."""
        for end in range(len(steps), 1, -1):
            pattern = _pattern(steps[:end])
            if (pattern in PIECES or pattern in STAND_INS) and self._at(steps[:end]) is not None:
                return steps[:end]
        if steps[0] in HEADS:
            return steps[:2]
        return steps[:1] if steps[0] not in REQUIRED else None

    def _at(self, steps: Steps) -> Node | None:
        node = self.roots.get(str(steps[0]))
        for step in steps[1:]:
            node = None if node is None else child(node, step)
        return node

    def _dropped(self, gone: set[Steps]) -> Remains | None:
        filled = {(piece[0], key) for piece in gone for key in self._lacks(str(piece[0]))}
        changed = {piece for piece in gone if not _is_head(piece) and not self._is_stand_in(piece)} | filled
        if not changed:
            return None
        changed |= {(part, key) for piece in changed for part, key in self._gone_with(piece)}
        lost = [node for piece in changed if (node := self._at(piece)) is not None]
        roots = {
            part: _filled(part, kept)
            for part, root in self.roots.items()
            if (kept := _cut(root, (part,), changed)) is not None
        }
        names = frozenset(name for node in lost for name in (*_names(node), *_called(node)))
        if any(piece[0] in HEADS for piece in changed):
            heads = [entry.node for part in HEADS for entry in _entries(self.roots.get(part))]
            shapeless = [part for part in HEADS if not isinstance(self.roots.get(part), MapNode)]
            names |= {name for part in shapeless for name in self._named(part)}
            names |= {NOTHING, *(str(node.value) for node in heads if isinstance(node, ScalarNode))}
        left = Remains(
            roots=MappingProxyType(roots),
            names=self.names | names,
            touched=self.touched | {"/".join(map(str, piece[:2])) for piece in changed} | {str(p[0]) for p in changed},
            thinned=self.thinned | {name for piece in changed for name in self._decision_of(piece)},
            unreadable=self.unreadable,
            nameless=self.nameless,
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
        for other in GONE_WITH.get(_pattern(piece), ()):
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


def _entries(root: Node | None) -> tuple[Entry, ...]:
    return root.entries if isinstance(root, MapNode) else ()


def _is_head(piece: Steps) -> bool:
    """Whether it is a whole part that can be filled up."""
    return len(piece) == 1 and piece[0] in HEADS


def _filled(part: str, root: Node) -> Node:
    """The part with what stands in for keys that it must have."""
    entries = _entries(root)
    has = {entry.key for entry in entries}
    put = ((key, _node(STAND_INS[f"{part}/{key}"], root.place)) for key in HEADS.get(part, ()) if key not in has)
    added = tuple(Entry(key, root.place, node) for key, node in put)
    return MapNode(root.place, (*entries, *added)) if added else root


def _under(node: Node, keys: Sequence[str]) -> Iterator[str]:
    """Every text that stands under one of the keys."""
    match node:
        case ListNode(_, items):
            for item in items:
                yield from _under(item, keys)
        case MapNode(_, entries):
            for entry in entries:
                yield from _scalars(entry.node) if entry.key in keys else _under(entry.node, keys)


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


def _node(value: Put, place: Place) -> Node:
    if isinstance(value, Mapping):
        return MapNode(place, tuple(Entry(key, place, _node(inner, place)) for key, inner in value.items()))
    if isinstance(value, tuple):
        return ListNode(place, tuple(ScalarNode(place, inner) for inner in value))
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
