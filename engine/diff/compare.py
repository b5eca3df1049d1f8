"""The differences in meaning between two versions, named, weighed and in order.

Knows how a difference becomes a change; must not know how differences are found.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.diff.change import REVERSED, Change, Direction, Kind
from engine.diff.conditions import widened
from engine.diff.cycles import moved_along, shift
from engine.diff.directions import SAME_UNIT, direction, pattern_text, together
from engine.diff.ladders import bare
from engine.diff.layout import meaning
from engine.diff.mark_uses import more_of
from engine.diff.own_name import neutral, own_id
from engine.diff.phrases import LONG, Saying, changed_too, names_of, sentence, title_of
from engine.diff.spots import Side, Spot, Use, agreed, side, value_at, word_at
from engine.diff.subjects import ALONG, ALONG_RANK, by_list, degree, rank
from engine.diff.values import describe
from engine.diff.vocabulary import Vocabulary
from engine.diff.walk import Difference, Judge, Walk
from engine.policy.parts import Parts
from engine.policy.readings import resolve
from engine.policy.source import Node, Plain, plain

MARKED_WHEN = "ranking/standings/*/when"
LADDER = "consequences/ladders/*"


def changes(a: Parts, b: Parts, words: Vocabulary) -> tuple[Change, ...]:
    """What one has to change in ``a`` to mean what ``b`` means, the gravest first; empty where they mean the same."""
    return Comparison(side(a, words), side(b, words), words).changes()


class Comparison:
    """One comparison of two sides; both are read once."""

    def __init__(self, a: Side, b: Side, words: Vocabulary) -> None:
        self._a, self._b, self._words = a, b, words
        self._names = _names(a, b)
        self._own = own_id(a.parts), own_id(b.parts)
        self._shift = shift(a.parts, b.parts)

    def changes(self) -> tuple[Change, ...]:
        found: list[Difference] = []
        Walk(self._a, self._b, self._words, _listing(found)).parts()
        patterns = {pattern_text(difference.spot.pattern) for difference in found}
        listed = [self._change(difference, i, patterns) for i, difference in enumerate(found)]
        return tuple(sorted(listed, key=lambda change: change.rank))

    def _change(self, found: Difference, position: int, patterns: set[str]) -> Change:
        spot = found.spot
        pattern = pattern_text(spot.pattern)
        old, new = _plain(found.old), _plain(found.new)
        same = old is not None and new is not None and self._meaning(old, spot) == self._meaning(new, spot)
        way = direction(pattern, old, new, found.kind)
        if SAME_UNIT.get(pattern) in patterns:
            way = "unknown"
        if pattern == MARKED_WHEN:
            way = self._of_mark(spot.path[1], old, new)
        if pattern == LADDER and bare(new if old is None else old, (self._a if old is None else self._b).parts):
            way = "neutral"
        effects: tuple[str, ...] = ()
        grave = pattern
        if pattern == "readings/readings/*/chosen":
            effects, way, grave = self._effects(spot.path[1])
        moved = self._moved(spot, old, new)
        if same or not found.holds or moved:
            way = "neutral"
        item = spot.items[-1][1] if spot.items else {}
        text = self._say(found, same)
        owner = next((inner for _, inner in reversed(spot.items) if "clause" in inner), {})
        idle = int(not found.holds)
        return Change(
            id=_id(spot),
            part=spot.part,
            path=spot.path,
            kind=found.kind,
            direction=way,
            subject=ALONG if moved else self._subject(spot, grave),
            item=str(item.get("id", "")),
            title=title_of(item) if item else self._words.part(spot.part).label,
            clause=str(item.get("id", "") if spot.part == "clauses" else owner.get("clause", "")),
            key="" if pattern.rpartition("/")[2].startswith("*") else spot.key,
            label=(spot.labels or (spot.word.label,))[-1],
            old=old,
            new=new,
            old_text=self._text(spot, found.kind, old),
            new_text=self._text(spot, found.kind, new),
            sentence=text + ("（现未采用的一种理解）" if idle else ""),
            effects=effects,
            rank=(ALONG_RANK if moved else rank(grave), degree(grave) + idle, position),
            old_place=None if found.old is None else found.old.place,
            new_place=None if found.new is None else found.new.place,
        )

    def _of_mark(self, mark: str, old: Plain, new: Plain) -> Direction:
        """More units with a mark is stricter or not by what follows from having it."""
        more = more_of(mark, self._a.parts, self._b.parts)
        wider = widened(old, new)
        if more == "neutral" or wider == 1:
            return more
        return REVERSED[more] if wider == -1 else "unknown"

    def _meaning(self, value: Plain, spot: Spot) -> object:
        return meaning(value, spot.word, self._words, spot.key)

    def _say(self, found: Difference, same: bool) -> str:
        spot, pattern = found.spot, pattern_text(found.spot.pattern)
        unit = ""
        if pattern in SAME_UNIT:
            sibling = tuple(SAME_UNIT[pattern].split("/"))
            beside = spot.path[: len(sibling) - len(spot.pattern) - 1]
            value = value_at(self._b.parts, spot.part, (*beside, sibling[-1]))
            unit = word_at(sibling, self._words).saying(str(value)) if value is not None else ""
        old, new = _plain(found.old), _plain(found.new)
        shift = self._shift if self._moved(spot, old, new) else 0
        old, new = neutral(old, spot.key, self._own[0]), neutral(new, spot.key, self._own[1])
        return sentence(
            Saying(spot, pattern, found.kind, old, new, self._names, self._words, found.readings, same, unit, shift)
        )

    def _moved(self, spot: Spot, old: Plain, new: Plain) -> bool:
        """Whether a date only goes with the cycle, which itself is said in full."""
        return spot.part != "policy" and moved_along(old, new, self._shift)

    def _text(self, spot: Spot, kind: Kind, value: Plain) -> str:
        if value is None:
            return ""
        if pattern_text(spot.pattern) == "readings/readings/*/chosen":
            return self._names.get(f"{spot.path[1]}={value}", str(value))
        if kind == "moved" and isinstance(value, list):
            return "、".join(self._names.get(str(key), str(key)) for key in value)
        return describe(value, spot.word, self._words, self._names, spot.key)

    def _effects(self, reading: str) -> tuple[tuple[str, ...], Direction, str]:
        """What the other option makes of the places the reading speaks for: sentences, direction, gravest pattern."""
        before = {_where(use): use for use in self._a.uses if use.reading == reading and use.chosen}
        said: list[str] = []
        ways: list[Direction] = []
        grave = "readings/readings/*/chosen"
        for use in self._b.uses:
            old = before.get(_where(use))
            if use.reading != reading or not use.chosen or old is None:
                continue
            pattern = pattern_text(use.spot.pattern)
            grave = min(grave, pattern, key=lambda known: (rank(known), known))
            for inner in self._inside(old, use):
                values = _plain(inner.old), _plain(inner.new)
                ways.append(direction(pattern_text(inner.spot.pattern), *values, inner.kind))
                text = self._say(inner, same=False)
                said.append(text if len(text) <= LONG else changed_too(inner.spot))
        return tuple(dict.fromkeys(said)), together(ways) if ways else "neutral", grave

    def _inside(self, old: Use, new: Use) -> list[Difference]:
        found: list[Difference] = []
        walk = Walk(self._a, self._b, self._words, _listing(found))
        walk.value(
            resolve(old.node, self._a.readings).root,
            resolve(new.node, self._b.readings).root,
            agreed(new.spot, old.spot),
        )
        return found

    def _subject(self, spot: Spot, grave: str) -> str:
        part = grave.partition("/")[0]
        if part == "rules" and spot.part == "rules" and len(spot.path) > 1 and spot.path[0] == "decisions":
            return title_of(spot.items[0][1])
        if by_list(grave):
            return self._words.below(self._words.part(part), grave.split("/")[1]).label
        return self._words.part(part).label


def _plain(node: Node | None) -> Plain:
    return None if node is None else plain(node)


def _where(use: Use) -> tuple[str, ...]:
    return (use.spot.part, *use.spot.path)


def _id(spot: Spot) -> str:
    """``indicators.satisfaction.weight``: a list called like its part is not said twice."""
    path = spot.path[1:] if spot.path[:1] == (spot.part,) else spot.path
    return ".".join((spot.part, *path))


def _names(a: Side, b: Side) -> Mapping[str, str]:
    """What ids are called, B's titles before A's; options of readings as ``reading=option``."""
    found: dict[str, str] = {}
    for each in (a, b):
        for part, root in each.roots.items():
            data = plain(root)
            lists = list(data.values()) if isinstance(data, dict) else []
            found |= _options(data) if part == "readings" else names_of(*lists)
    return found


def _options(readings: Plain) -> dict[str, str]:
    found: dict[str, str] = {}
    for reading in _items(readings, "readings"):
        found[str(reading["id"])] = str(reading["title"])
        for option in _items(reading, "options"):
            found[f"{reading['id']}={option['id']}"] = str(option["title"])
    return found


def _items(value: Plain, key: str) -> list[dict[str, Plain]]:
    listed = value.get(key) if isinstance(value, dict) else None
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _listing(found: list[Difference]) -> Judge:
    """A judge who takes nothing and remembers everything."""

    def judge(difference: Difference) -> bool:
        found.append(difference)
        return False

    return judge
