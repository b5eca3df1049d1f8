"""Where each reading is used, so that its options can be said in the words of that place.

Knows references and the schemas; must not know what any key means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.diff.vocabulary import Vocabulary, Word
from engine.policy.readings import reference, references
from engine.policy.source import ListNode, MapNode, Node, ScalarNode, child

Names = Mapping[str, str]


@dataclass(frozen=True)
class Use:
    """A reference stands at the property ``key`` of the items ``owners`` (ids), in the part called ``where``; ``part``:
    which key of the option it takes."""

    reading: str
    part: str | None
    key: str
    word: Word
    owners: tuple[str, ...]
    where: str


def find_uses(written: Mapping[str, Node], words: Vocabulary) -> tuple[Use, ...]:
    """Every reference of a policy, those inside the options of other readings included, in order of the files."""
    found: list[Use] = []
    for part, root in written.items():
        if part != "readings":
            found += _Walk(words, words.part(part).label).walk(root, words.part(part), "", ())
    options = _options(written.get("readings"))
    seen: set[tuple[str, str | None, str]] = set()
    uses: list[Use] = []
    while found:
        use = found.pop(0)
        mark = (use.reading, use.part, "/".join((use.key, *use.owners)))
        if mark in seen:
            continue
        seen.add(mark)
        uses.append(use)
        for value in options.get(use.reading, ()):
            node = value if use.part is None or reference(value) is not None else child(value, use.part)
            if node is not None:
                found += _Walk(words, use.where).walk(node, use.word, use.key, use.owners)
    return tuple(uses)


def readings_of(node: Node) -> tuple[str, ...]:
    """The readings that decide something in ``node``, each once."""
    return tuple(dict.fromkeys(found.reading for found in references(node)))


@dataclass(frozen=True)
class _Walk:
    words: Vocabulary
    where: str

    def walk(self, node: Node, word: Word, key: str, owners: tuple[str, ...]) -> Iterator[Use]:
        found = reference(node)
        if found is not None:
            yield Use(found.reading, found.part, key, word, owners, self.where)
            return
        match node:
            case ListNode(_, items):
                for item in items:
                    yield from self.walk(item, self.words.item(word), key, owners)
            case MapNode(_, entries):
                id = node.get("id")
                if isinstance(id, ScalarNode) and node.get("title") is not None:
                    owners = (*owners, str(id.value))
                for entry in entries:
                    yield from self.walk(entry.node, self.words.below(word, entry.key), entry.key, owners)


def _options(root: Node | None) -> dict[str, tuple[Node, ...]]:
    listed = root.get("readings") if isinstance(root, MapNode) else None
    found: dict[str, tuple[Node, ...]] = {}
    for item in listed.items if isinstance(listed, ListNode) else ():
        options = child(item, "options")
        values = tuple(
            value
            for option in (options.items if isinstance(options, ListNode) else ())
            if (value := child(option, "value")) is not None
        )
        found[str(getattr(child(item, "id"), "value", ""))] = values
    return found
