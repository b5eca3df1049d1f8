"""Every item of a policy with what it says, line by line; and every reading with its options in words.

Knows which parts hold items; what a value says is in ``sayings``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from engine.diff.vocabulary import Vocabulary, Word
from engine.plan_view.sayings import SELF, say_value
from engine.plan_view.uses import Use, readings_of
from engine.plan_view.view import Line, OptionView
from engine.policy.build_plan import ITEMS
from engine.policy.parts import Parts
from engine.policy.readings import Jump, Readings, reference, resolve
from engine.policy.source import Node, child, plain

Found = tuple[str, str, str, str, tuple[Line, ...], str]
"""Id, kind, title, clause, lines and place of an item."""

HEAD_LISTS = ("sides", "uses_of_result")
RATED = ("outcomes", "rates")
"""Properties in which ids of rates stand."""

NAMES_ONLY = (("rules", "tags"),)
"""Lists that only say what something is called; those who use the name say it."""

GENERAL = "通则"
"""What a part says besides its items is called."""

NESTED = {"decisions": "rules"}
"""Lists whose items are items of their own, so that the item that holds them only counts them."""


@dataclass(frozen=True)
class Names:
    """What ids are called; ``rates`` are those of a gate, which may share ids with indicators."""

    titles: Mapping[str, str] = field(default_factory=dict)
    rates: Mapping[str, str] = field(default_factory=dict)

    def at(self, key: str) -> Mapping[str, str]:
        """The names that hold within the property ``key``."""
        return {**self.titles, **self.rates} if key in RATED else self.titles


def names_of(parts: Parts) -> Names:
    """By the titles in the parts, without those of clauses, columns and readings."""
    titles: dict[str, str] = {}
    stack: list[Any] = [value for part, value in parts.data.items() if part not in ("readings", "clauses", "fields")]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            if isinstance(value.get("id"), str) and isinstance(value.get("title"), str):
                titles.setdefault(value["id"], value["title"])
            stack += reversed(list(value.values()))
        elif isinstance(value, list):
            stack += reversed(value)
    gates = parts.data.get("ranking", {}).get("gates", ())
    return Names(titles, {rate["id"]: rate["name"] for gate in gates for rate in gate.get("rates", ())})


def all_items(parts: Parts, words: Vocabulary, names: Names) -> Iterator[Found]:
    """The policy itself, then every item with an id, as the files have them; readings are apart."""
    head = parts.data["policy"]
    word = words.part("policy")
    keys = [key for key in head if key not in (*SELF, *HEAD_LISTS)]
    lines = tuple(_lines(head, parts.written["policy"], word, words, Names(), keys))
    yield head["id"], word.label, head["title"], "", lines, str(parts.place("policy"))
    seen = {"policy"}
    for part, kind in ITEMS:
        if part == "readings" or part not in parts.data:
            continue
        if part not in seen:
            seen.add(part)
            yield from _rest(parts, part, words, names)
        listed = words.below(words.part(part), kind)
        if (part, kind) in NAMES_ONLY:
            continue
        for i, item in enumerate(parts.data[part].get(kind, ())):
            written = _at(parts.written[part], kind, i)
            yield _item(item, written, listed, words, names, str(parts.place(part, kind, i)))
            below = NESTED.get(kind, "")
            inner = words.below(words.item(listed), below)
            for j, rule in enumerate(item.get(below, ())):
                place = str(parts.place(part, kind, i, below, j))
                yield _item(rule, _at(written, below, j), inner, words, names, place)


def _rest(parts: Parts, part: str, words: Vocabulary, names: Names) -> Iterator[Found]:
    """What a part says besides its items, under the part's own name."""
    data, word = parts.data[part], words.part(part)
    lists = [kind for known, kind in ITEMS if known == part]
    keys = [key for key in data if key not in lists]
    if keys:
        lines = tuple(_lines(data, parts.written[part], word, words, names, keys))
        clause = _clause_of(data, keys, lists[0], parts.data.get("clauses", {}).get("clauses", ()))
        yield f"{part}.yaml", GENERAL, word.label, clause, lines, str(parts.place(part))


def _clause_of(data: Mapping[str, Any], keys: Iterable[str], kind: str, listed: Iterable[Mapping[str, Any]]) -> str:
    """The clause that one of the values names, the one that all items of the part have in common, or the first's."""
    for key in keys:
        if isinstance(data[key], Mapping) and "clause" in data[key]:
            return str(data[key]["clause"])
    clauses = [str(item["clause"]) for item in data.get(kind, ()) if "clause" in item]
    # The first and the last in order differ as early as any two do.
    low, high = (min(clauses), max(clauses)) if clauses else ("", "")
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False)))
    common = low[:shared].rstrip("-(（")
    return common if any(clause["id"] == common for clause in listed) else next(iter(clauses), "")


def option_views(
    reading: Mapping[str, Any], chosen: str, uses: Iterable[Use], readings: Readings, words: Vocabulary, names: Names
) -> tuple[OptionView, ...]:
    """The options of a reading, each value in the words of the places that use it."""
    own = [use for use in uses if use.reading == reading["id"]]
    views = []
    for option in reading["options"]:
        lines: dict[tuple[str, str], None] = {}
        for use in _by_part(own):
            node = readings.follow(Jump(reading["id"], option["id"], use.part))
            if node is None or readings.endless:
                continue
            value = plain(resolve(node, readings).root)
            label = _use_label(use, own, names)
            lines[(label, say_value(use.key, value, use.word, words, names.at(use.key)))] = None
        views.append(
            OptionView(option["id"], option["title"], tuple(Line(*pair) for pair in lines), option["id"] == chosen)
        )
    return tuple(views)


def _item(
    item: Mapping[str, Any], written: Node | None, listed: Word, words: Vocabulary, names: Names, place: str
) -> Found:
    word = words.item(listed)
    keys = [key for key in item if key not in SELF]
    lines = tuple(_lines(item, written, word, words, names, keys))
    kind = listed.label or word.label
    if "sign" in item:  # points that are added or deducted are called by what they do
        kind = words.below(word, "sign").saying(str(item["sign"]))
    return item["id"], kind, item.get("title", item["id"]), item.get("clause", ""), lines, place


def _lines(
    item: Mapping[str, Any], written: Node | None, word: Word, words: Vocabulary, names: Names, keys: Iterable[str]
) -> Iterator[Line]:
    for key in keys:
        value, below = item[key], words.below(word, key)
        if value in ("", [], None) and key != "gates":
            continue
        node = None if written is None else child(written, key)
        decided = () if node is None else readings_of(node)
        if key in NESTED.values():
            yield Line(below.label or key, f"{len(value)} 条", decided)
        else:
            yield Line(below.label or key, say_value(key, value, below, words, names.at(key)), decided)


def _by_part(uses: list[Use]) -> list[Use]:
    """One use for every key of the option that is asked for; the whole value first."""
    first: dict[str | None, Use] = {}
    for use in sorted(uses, key=lambda use: use.part is not None):
        first.setdefault(use.part, use)
    return list(first.values())


def _use_label(use: Use, uses: list[Use], names: Names) -> str:
    """What the value decides; where several would be called the same, with what it decides it for."""
    label = use.word.label or use.key
    alike = {other.part for other in uses if (other.word.label or other.key) == label}
    if len(alike) < 2:
        return label
    owners = dict.fromkeys(
        names.titles.get(other.owners[-1], other.owners[-1])
        for other in uses
        if other.part == use.part and other.owners
    )
    return f"{label}（{'、'.join(owners)}）" if owners else label


def _at(node: Node | None, *path: str | int) -> Node | None:
    for step in path:
        if node is None or reference(node) is not None:
            return None
        node = child(node, step)
    return node
