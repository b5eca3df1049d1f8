"""Two versions side by side: every difference in meaning is put before a judge, who takes it over or leaves it.

Taking nothing lists the differences; taking some gives the first version with those. Must not know what any
difference is called or worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from engine.diff.change import Kind
from engine.diff.layout import WHOLE, Match, is_nothing, key_of, match_of, meaning
from engine.diff.own_name import neutral, own_id
from engine.diff.spots import Side, Spot, Use, agreed, root_spot
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import PARTS
from engine.policy.readings import reference, resolve
from engine.policy.source import Entry, ListNode, MapNode, Node, Plain, ScalarNode, plain


@dataclass(frozen=True, eq=False)
class Difference:
    """``old`` and ``new`` without references, None where there is nothing; ``holds``: False inside an option that
    neither version chooses. ``readings``: the readings that either side leaves it to, where the two do not agree."""

    spot: Spot
    kind: Kind
    old: Node | None
    new: Node | None
    holds: bool = True
    readings: tuple[str, ...] = ()


RULED = ("readings", "readings", "*")
RULING = ("status", "confirmed_by", "confirmed_on", "note")
"""What is recorded of a ruling on a reading, which nobody changes in part; the first is always there."""

COUNTED = ("indicators", "indicators", "*")
COUNTING = ("deducted", "points", "event", "among", "over", "when_empty", "combine", "transforms", "month")
"""What an indicator is found by, which is one difference where it is found by records instead of orders."""

Judge = Callable[[Difference], bool]


class Walk:
    """Puts ``judge`` before every difference between ``a`` and ``b``."""

    def __init__(self, a: Side, b: Side, words: Vocabulary, judge: Judge) -> None:
        self._a, self._b, self._words, self._judge = a, b, words, judge
        self._own = own_id(a.parts), own_id(b.parts)
        self._holds = True
        self._uses: dict[str, dict[str | None, Use]] = {}
        for use in sorted((*a.uses, *b.uses), key=lambda use: (PARTS.index(use.spot.part), use.spot.path)):
            known = self._uses.setdefault(use.reading, {})
            first = known.setdefault(use.part, use)
            known[use.part] = replace(first, spot=agreed(first.spot, use.spot))

    def parts(self) -> dict[str, Node]:
        """The roots of ``a`` with what was taken; a root of which nothing was taken is the same object."""
        merged = {part: self.part(part) for part in PARTS}
        return {part: root for part, root in merged.items() if root is not None}

    def part(self, part: str) -> Node | None:
        """The root of one part; None where there is none."""
        a, b = self._a.roots.get(part), self._b.roots.get(part)
        if a is None and b is None:
            return None
        place = (a or b).place  # type: ignore[union-attr]  # one of them is there
        root = self.value(a or MapNode(place, ()), b or MapNode(place, ()), root_spot(part, self._words))
        return root if a is not None or (isinstance(root, MapNode) and root.entries) else None

    def value(self, a: Node, b: Node, spot: Spot, owners: tuple[Plain, ...] = (None,)) -> Node:
        """What stands at ``spot`` after judging. ``owners``: what the two values are properties of."""
        left, right = reference(a), reference(b)
        if left is not None and right is not None and (left.reading, left.part) == (right.reading, right.part):
            return a
        if left is not None or right is not None:
            names = tuple(found.reading for found in (left, right) if found is not None)
            return b if self._differ(spot, "changed", a, b, names) else a
        if _is_option_value(spot):
            return self._option_value(a, b, spot)
        if not spot.word.condition:
            if isinstance(a, ListNode) and isinstance(b, ListNode):
                match = _match(a, b, spot, owners)
                if match in ("items", "ordered"):
                    return self._items(a, b, spot, owners, ordered=match == "ordered")
            if isinstance(a, MapNode) and isinstance(b, MapNode) and self._alike(a, b, spot):
                return self._map(a, b, spot)
        meanings = [
            meaning(neutral(plain(node), spot.key, own), spot.word, self._words, spot.key)
            for node, own in zip((a, b), self._own, strict=True)
        ]
        return b if meanings[0] != meanings[1] and self._differ(spot, "changed", a, b) else a

    def _alike(self, a: MapNode, b: MapNode, spot: Spot) -> bool:
        """Whether two mappings compare key by key: neither a whole, nor two different ways of writing."""
        ways = {self._words.branch(spot.word, plain(node)) for node in (a, b)}
        return spot.key not in WHOLE and len(ways) == 1

    def _map(self, a: MapNode, b: MapNode, spot: Spot) -> Node:
        entries: list[Entry] = []
        owners = (plain(a), plain(b))
        one = _one_matter(a, b, spot)
        if one and self._otherwise(a, b, spot, one):
            a = MapNode(a.place, tuple(_with(a, b, one)))
        for key in dict.fromkeys(entry.key for entry in (*a.entries, *b.entries)):
            left, right = a.entry(key), b.entry(key)
            base = left or right
            if key in one:
                entries += [left] if left is not None else []
                continue
            old, new = (None if entry is None else entry.node for entry in (left, right))
            merged = self._property(old, new, owners, spot.below(key, self._words))
            if merged is not None and base is not None:
                entries.append(base if merged is base.node else Entry(key, base.place, merged))
        return _kept(a, entries)

    def _otherwise(self, a: MapNode, b: MapNode, spot: Spot, one: tuple[str, ...]) -> bool:
        """Whether the properties in ``one``, which are one difference, are others, and that was taken over."""
        left, right = (MapNode(n.place, tuple(e for e in n.entries if e.key in one)) for n in (a, b))
        here = replace(spot.below(one[0], self._words), word=spot.word)
        meanings = [meaning(plain(node), spot.word, self._words) for node in (left, right)]
        return meanings[0] != meanings[1] and self._differ(here, "changed", left, right)

    def _property(self, a: Node | None, b: Node | None, owners: tuple[Plain, ...], spot: Spot) -> Node | None:
        if a is not None and b is not None:
            return self.value(a, b, spot, owners)
        given = a if a is not None else b
        if given is None or is_nothing(plain(given), spot.key):
            return a
        if isinstance(given, ListNode) and not spot.word.condition:
            empty = ListNode(given.place, ())
            match = _match(given, empty, spot, owners)
            if match in ("items", "ordered"):
                merged = self._items(a or empty, b or empty, spot, owners, ordered=match == "ordered")  # type: ignore[arg-type]
                return None if merged is empty else merged
        kind: Kind = "added" if a is None else "removed"
        if isinstance(plain(given), bool | list) and not spot.word.condition:
            kind = "changed"
        return b if self._differ(spot, kind, a, b) else a

    def _items(self, a: ListNode, b: ListNode, spot: Spot, owners: tuple[Plain, ...], *, ordered: bool) -> ListNode:
        left, right = owners[0], owners[-1]
        name = spot.key
        olds = {str(key_of(plain(node), name)): node for node in a.items}
        news = {str(key_of(plain(node), name)): node for node in b.items}
        kept: list[tuple[str, Node]] = []
        for key, old in olds.items():
            new = news.get(key)
            if new is None:
                here = spot.item(key, plain(old), left, self._words)
                if not self._differ(here, "removed", old, None):
                    kept.append((key, old))
            else:
                here, before = (spot.item(key, plain(n), o, self._words) for n, o in ((new, right), (old, left)))
                kept.append((key, self.value(old, new, agreed(here, before))))
        result = kept
        names = list(news)
        for key, new in news.items():
            if key not in olds and self._differ(spot.item(key, plain(new), right, self._words), "added", None, new):
                result = _put(result, (key, new), names)
        common = [key for key in olds if key in news], [key for key in news if key in olds]
        if ordered and common[0] != common[1]:
            old_order = ListNode(a.place, tuple(ScalarNode(olds[key].place, key) for key in common[0]))
            new_order = ListNode(b.place, tuple(ScalarNode(news[key].place, key) for key in common[1]))
            if self._differ(spot, "moved", old_order, new_order):
                base = [pair for pair in result if pair[0] not in news]
                moved = sorted((pair for pair in result if pair[0] in news), key=lambda pair: names.index(pair[0]))
                result = moved
                for pair in base:
                    result = _put(result, pair, list(olds))
        nodes = tuple(node for _, node in result)
        same = len(nodes) == len(a.items) and all(x is y for x, y in zip(nodes, a.items, strict=True))
        return a if same else ListNode(a.place, nodes)

    def _option_value(self, a: Node, b: Node, spot: Spot) -> Node:
        """An option's value is compared as what stands where the reading speaks."""
        reading, option = spot.path[1], spot.path[3]
        uses = self._uses.get(reading, {})
        self._holds = option in (self._a.parts.chosen.get(reading), self._b.parts.chosen.get(reading))
        try:
            if None in uses:
                return self.value(a, b, _at(spot, uses[None]))
            if uses and isinstance(a, MapNode) and isinstance(b, MapNode):
                return self._parts_of_option(a, b, spot, uses)
            return self.value(a, b, _at(spot, None))
        finally:
            self._holds = True

    def _parts_of_option(self, a: MapNode, b: MapNode, spot: Spot, uses: dict[str | None, Use]) -> Node:
        entries: list[Entry] = []
        for key in dict.fromkeys(entry.key for entry in (*a.entries, *b.entries)):
            left, right = a.entry(key), b.entry(key)
            here = replace(spot, path=(*spot.path, key))
            if left is not None and right is not None:
                merged = self.value(left.node, right.node, _at(here, uses.get(key)))
                entries.append(left if merged is left.node else Entry(key, left.place, merged))
            elif left is not None and not self._differ(_at(here, uses.get(key)), "removed", left.node, None):
                entries.append(left)
            elif right is not None and self._differ(_at(here, uses.get(key)), "added", None, right.node):
                entries.append(right)
        return _kept(a, entries)

    def _differ(self, spot: Spot, kind: Kind, a: Node | None, b: Node | None, readings: tuple[str, ...] = ()) -> bool:
        old = None if a is None else _resolved(a, self._a)
        new = None if b is None else _resolved(b, self._b)
        return self._judge(Difference(spot, kind, old, new, self._holds, readings))


def _one_matter(a: MapNode, b: MapNode, spot: Spot) -> tuple[str, ...]:
    """The properties of what stands at ``spot`` that are one difference; called by the first of them."""
    if spot.pattern == RULED:
        return RULING
    switched = spot.pattern == COUNTED and (a.entry(COUNTING[0]) is None) != (b.entry(COUNTING[0]) is None)
    return COUNTING if switched else ()


def _with(a: MapNode, b: MapNode, one: tuple[str, ...]) -> Iterator[Entry]:
    """``a`` with what ``b`` says in the properties ``one``, in the place of the first of them."""
    first = next((entry for entry in a.entries if entry.key in one), None)
    for entry in a.entries:
        if entry.key not in one:
            yield entry
        elif entry is first:
            yield from (other for other in b.entries if other.key in one)


def _is_option_value(spot: Spot) -> bool:
    return len(spot.pattern) == 6 and spot.pattern[0] == "readings" and spot.key == "value"


def _match(a: ListNode, b: ListNode, spot: Spot, owners: tuple[Plain, ...]) -> Match:
    lists = ([plain(item) for item in a.items], [plain(item) for item in b.items])
    # Of the two owners' answers "ordered" sorts after "items": an order matters if it does on either side.
    return max(match_of(spot.key, owner, lists) for owner in owners)


def _kept(a: MapNode, entries: list[Entry]) -> MapNode:
    """``a`` itself where ``entries`` are its own."""
    same = len(entries) == len(a.entries) and all(x is y for x, y in zip(entries, a.entries, strict=True))
    return a if same else MapNode(a.place, tuple(entries))


def _at(spot: Spot, use: Use | None) -> Spot:
    if use is None:
        return replace(spot, pattern=(*spot.pattern, "?"))
    return replace(spot, pattern=use.spot.pattern, word=use.spot.word, labels=use.spot.labels)


def _put(listed: list[tuple[str, Node]], pair: tuple[str, Node], order: list[str]) -> list[tuple[str, Node]]:
    """``listed`` with ``pair`` after the nearest one that stands before it in ``order``."""
    before = order[: order.index(pair[0])]
    at = next((i + 1 for key in reversed(before) for i, (name, _) in enumerate(listed) if name == key), 0)
    return [*listed[:at], pair, *listed[at:]]


def _resolved(node: Node, side: Side) -> Node:
    return resolve(node, side.readings).root if not side.readings.endless else node
