"""Where in a policy a value stands, and which places a reading speaks for.

Knows the tree of a policy as written; must not know what any value means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.diff.layout import DEFAULTS, key_of
from engine.diff.vocabulary import Vocabulary, Word
from engine.policy.parts import Parts
from engine.policy.readings import Readings, Reference, read_readings, reference
from engine.policy.source import Entry, ListNode, MapNode, Node, Plain, ScalarNode, plain


@dataclass(frozen=True, eq=False)
class Spot:
    """``path``: keys and item ids from the part's root. ``pattern``: the same with the part in front and ``*`` for item
    ids (``*excluded`` and the like for rules, ``*add`` and ``*deduct`` for points), by which the tables of this package
    know the spot; inside a reading's option it is that of the place the reading speaks for. ``items``: the items on the
    way, outermost first, each with what one such item is called; ``labels``: Chinese titles of the properties since the
    innermost item."""

    part: str
    path: tuple[str, ...]
    pattern: tuple[str, ...]
    word: Word
    items: tuple[tuple[str, Mapping[str, Plain]], ...] = ()
    labels: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the property that a value here belongs to, or of the list that an item here belongs to."""
        return next((step for step in reversed(self.pattern) if not step.startswith("*")), "")

    def below(self, key: str, words: Vocabulary) -> Spot:
        word = words.below(self.word, key)
        labels = (*self.labels, word.label or key)
        return replace(self, path=(*self.path, key), pattern=(*self.pattern, key), word=word, labels=labels)

    def item(self, key: str, item: Plain, owner: Plain, words: Vocabulary) -> Spot:
        """The spot of one item of the list here; ``owner`` is what the list belongs to."""
        data = item if isinstance(item, dict) else {}
        word = words.item(self.word)
        return replace(
            self,
            path=(*self.path, key),
            pattern=(*self.pattern, "*" + _role(self.key, data, owner)),
            word=word,
            items=(*self.items, (self.word.label or word.label, data)),
            labels=(),
        )


@dataclass(frozen=True, eq=False)
class Use:
    """A place for which a reading speaks: ``node`` is what is written there. ``chosen``: by the option that holds."""

    reading: str
    part: str | None
    spot: Spot
    node: Node
    chosen: bool


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two versions: its trees as written (with the options that hold), its readings and where they speak."""

    parts: Parts
    roots: Mapping[str, Node]
    readings: Readings
    uses: tuple[Use, ...]


def agreed(spot: Spot, other: Spot) -> Spot:
    """``spot`` with the roles of its items only where ``other``, a place of the same kind, has them too."""
    steps = tuple(zip(spot.pattern, other.pattern, strict=False))
    alike = len(spot.pattern) == len(other.pattern) and all(a == b or a[0] == b[0] == "*" for a, b in steps)
    return replace(spot, pattern=tuple(a if a == b else "*" for a, b in steps)) if alike else spot


def root_spot(part: str, words: Vocabulary) -> Spot:
    return Spot(part, (), (part,), words.part(part))


def value_at(parts: Parts, part: str, path: tuple[str, ...]) -> Plain:
    """The value, references put in, at keys and item ids; None where there is none."""
    found: Plain = parts.data.get(part)
    name = ""
    for step in path:
        if isinstance(found, list):
            found = next((item for item in found if key_of(item, name) == step), None)
        else:
            found, name = (found.get(step) if isinstance(found, dict) else None), step
    return found


def word_at(pattern: tuple[str, ...], words: Vocabulary) -> Word:
    """The spot of the schemas that a pattern leads to."""
    word = words.part(pattern[0])
    for step in pattern[1:]:
        word = words.item(word) if step.startswith("*") else words.below(word, step)
    return word


def side(parts: Parts, words: Vocabulary) -> Side:
    roots = dict(parts.written)
    if "readings" in roots:
        roots["readings"] = _with_chosen(roots["readings"], parts.chosen)
    readings, _ = read_readings(roots.get("readings"), str(parts.folder / "readings.yaml"), {})
    found: list[Use] = []
    for part, root in roots.items():
        if part != "readings":
            found += _uses(root, root_spot(part, words), readings, words)
    return Side(parts, roots, readings, tuple(found))


def _with_chosen(node: Node, chosen: Mapping[str, str]) -> Node:
    """The readings with the options that hold, where they differ from those the file chooses."""
    if isinstance(node, ListNode):
        return ListNode(node.place, tuple(_with_chosen(item, chosen) for item in node.items))
    if not isinstance(node, MapNode):
        return node
    id = node.get("id")
    name = str(id.value) if isinstance(id, ScalarNode) else ""
    entries = []
    for entry in node.entries:
        inner = entry.node
        if entry.key == "chosen" and name in chosen and isinstance(inner, ScalarNode):
            inner = ScalarNode(inner.place, chosen[name])
        elif entry.key == "readings":
            inner = _with_chosen(inner, chosen)
        entries.append(Entry(entry.key, entry.place, inner))
    return MapNode(node.place, tuple(entries))


def _uses(node: Node, spot: Spot, readings: Readings, words: Vocabulary) -> Iterator[Use]:
    found = reference(node)
    if found is not None:
        yield from _follow(found, node, spot, readings, words, (), chosen=True)
        return
    for inner, below in _children(node, spot, words):
        yield from _uses(inner, below, readings, words)


def _follow(
    found: Reference,
    written: Node,
    spot: Spot,
    readings: Readings,
    words: Vocabulary,
    trail: tuple[str, ...],
    *,
    chosen: bool,
) -> Iterator[Use]:
    """The use itself and those of the readings that an option of it stands on."""
    yield Use(found.reading, found.part, spot, written, chosen)
    choice = readings.choices.get(found.reading)
    if choice is None or found.reading in trail:
        return
    for option, value in choice.options.items():
        node = value.get(found.part) if found.part is not None and isinstance(value, MapNode) else value
        if node is not None:
            holds = chosen and option == choice.chosen
            yield from _inner_uses(node, written, spot, readings, words, (*trail, found.reading), chosen=holds)


def _inner_uses(
    node: Node,
    written: Node,
    spot: Spot,
    readings: Readings,
    words: Vocabulary,
    trail: tuple[str, ...],
    *,
    chosen: bool,
) -> Iterator[Use]:
    found = reference(node)
    if found is not None:
        yield from _follow(found, written, spot, readings, words, trail, chosen=chosen)
        return
    for inner, below in _children(node, spot, words):
        yield from _inner_uses(inner, inner, below, readings, words, trail, chosen=False)


def _children(node: Node, spot: Spot, words: Vocabulary) -> Iterator[tuple[Node, Spot]]:
    if isinstance(node, MapNode):
        for entry in node.entries:
            yield entry.node, spot.below(entry.key, words)
    elif isinstance(node, ListNode):
        for i, inner in enumerate(node.items):
            value = plain(inner)
            yield inner, spot.item(key_of(value, spot.key) or str(i), value, None, words)


def _role(name: str, item: Mapping[str, Plain], owner: Plain) -> str:
    """What a rule or recorded points do, since the same change means the opposite by what they are for."""
    if name == "bonuses":
        return str(item.get("sign", DEFAULTS["sign"]))
    if name != "rules":
        return ""
    excluding = isinstance(owner, dict) and bool(owner.get("excludes_from"))
    return str(item.get("effect", "excluded" if excluding else "mark"))
