"""The schemas as a dictionary: what a property is called, what kind of value it is, how a fixed value is said.

Knows JSON Schema as this project writes it; must not know the meaning of any one property.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.policy.schema import Schemas
from engine.policy.source import Plain

_WORD = re.compile(r"([A-Za-z0-9_-]+)[：:]?\s*([^，；。、：（\x00-\x7f][^，；。、：（]*)")
"""A fixed value and what it is called, up to the next mark; a word of another kind inside does not end it."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Word:
    """A spot in the schemas. ``label``: what the property is called; ``note``: its description."""

    label: str
    note: str
    branches: tuple[Schema, ...]
    condition: bool

    def saying(self, value: str) -> str:
        """How a fixed value is said, by the title of it alone or the description (``month 每月，quarter 每季``); itself
        when unsaid."""
        for branch in self.branches:
            if branch.get("const") == value and "title" in branch:
                return str(branch["title"])
        for name, meaning in _WORD.findall(self.note.split("例：")[0]):
            if name == value:
                return str(meaning).strip()
        return value

    def fixed(self) -> tuple[str, ...]:
        """The values of an enumeration; empty where any value may stand."""
        listed = (branch.get("enum", [branch["const"]] if "const" in branch else ()) for branch in self.branches)
        return tuple(str(value) for values in listed for value in values)


class Vocabulary:
    """The schemas in ``folder`` (schemas/v1). Reads it once; raises OSError or ValueError."""

    def __init__(self, folder: Path) -> None:
        self.schemas = Schemas(folder)
        self._contents: dict[str, Schema] = {
            path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.schema.json"))
        }
        self.below = cache(self._below)

    def part(self, name: str) -> Word:
        """The spot of a whole part."""
        file = f"{name}.schema.json"
        return self._word([(file, self._contents.get(file, {}))])

    def item(self, word: Word) -> Word:
        """The spot of the items of a list."""
        return self.below(word, None)

    def branch(self, word: Word, value: Plain) -> int:
        """Which alternative of a mapping's schema ``value`` is written in; 0 where there is one or none."""
        if not isinstance(value, dict):
            return 0
        for i, branch in enumerate(word.branches):
            known = branch.get("properties", {})
            if known and set(branch.get("required", ())) <= set(value) <= set(known):
                return i
        return 0

    def _below(self, word: Word, key: str | None) -> Word:
        found: list[tuple[str, Schema]] = []
        for branch in word.branches:
            inner = branch.get("items") if key is None else branch.get("properties", {}).get(key)
            if isinstance(inner, dict):
                found.append((branch["_file"], inner))
        return self._word(found)

    def _word(self, found: list[tuple[str, Schema]]) -> Word:
        label = note = ""
        branches: list[Schema] = []
        condition = False
        for file, schema in found:
            chain = list(self._chain(file, schema, set()))
            label = label or next((s["title"] for _, s, _ in chain if "title" in s), "")
            note = note or next((s["description"] for _, s, _ in chain if "description" in s), "")
            condition = condition or any(name.lower().endswith("condition") for _, _, name in chain)
            branches += [{**s, "_file": f} for f, s, name in chain if name != "readingReference"]
        return Word(label, note, tuple(branches), condition)

    def _chain(self, file: str, schema: Schema, seen: set[tuple[str, str]]) -> Iterator[tuple[str, Schema, str]]:
        """The schema and everything that its ``$ref`` and ``anyOf`` lead to: file, schema, name of the definition."""
        yield file, schema, ""
        ref = schema.get("$ref")
        if isinstance(ref, str):
            target, _, pointer = ref.partition("#")
            target = target or file
            if (target, pointer) not in seen:
                inner: Any = self._contents[target]
                for step in filter(None, pointer.split("/")):
                    inner = inner[step]
                name = pointer.rpartition("/")[2]
                for f, s, n in self._chain(target, inner, seen | {(target, pointer)}):
                    yield f, s, n or name
        for branch in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            yield from self._chain(file, branch, seen)
