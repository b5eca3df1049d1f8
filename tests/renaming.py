"""Copies a policy folder under other names for everything that has one.

Knows the shape of policy files, and no item of any policy: what to rename it finds in the files themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from engine.policy.source import plain, read_file

Data = Any
Files = dict[str, Data]
"""Each file's content by its stem."""

ID_KEYS = (
    "id", "clause", "covered_by", "excludes_from", "tagged", "gives", "takes_part_in", "bears", "affects", "gates",
    "rate", "used_by", "forms", "supports", "mark", "side", "decision", "reading", "after",
)  # fmt: skip
TEXT_KEYS = (
    "title", "description", "question", "why", "actor", "audience", "action", "summary", "owner", "subjects",
    "evidence", "detail", "judgement", "missing_datum", "items", "section", "role", "office", "outcome",
    "interpreter", "issuers", "notice",
)  # fmt: skip
YES_NO = ("是", "否")


@dataclass
class Names:
    """New names by old ones. ``values``: by column."""

    ids: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def row(self, cells: Mapping[str, str]) -> dict[str, str]:
        """A row of input under its new headers and values."""
        return {self.columns[name]: self.values.get(name, {}).get(value, value) for name, value in cells.items()}

    @property
    def old(self) -> frozenset[str]:
        """Every word that was renamed away."""
        values = (value for each in self.values.values() for value in each)
        return frozenset((*self.ids, *self.columns, *self.options, *self.texts, *values))


def read_files(folder: Path) -> Files:
    found: Files = {}
    for path in sorted(folder.glob("*.yaml")):
        root = read_file(path).root
        assert root is not None
        found[path.stem] = plain(root)
    return found


def write_files(files: Files, folder: Path) -> None:
    folder.mkdir(parents=True)
    for stem, content in files.items():
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / f"{stem}.yaml").write_text(text, "utf-8")


def maps(node: Data, trail: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], dict[str, Data]]]:
    """Every mapping in a tree, with the keys that lead to it."""
    if isinstance(node, dict):
        yield trail, node
        for key, value in node.items():
            yield from maps(value, (*trail, key))
    elif isinstance(node, list):
        for item in node:
            yield from maps(item, trail)


def collect(files: Files) -> Names:
    """New names for all that the files name. Ids are numbered downwards, so that they sort the other way round."""
    names = Names()
    for table in files["fields"]["tables"]:
        names.files[table["file"]] = f"表{len(names.files)}"
        for column in table["columns"]:
            for header in (column["id"], *column.get("aliases", ())):
                names.columns.setdefault(header, f"栏{len(names.columns):02d}")
            values = names.values.setdefault(column["id"], {})
            listed = column.get("values") or ([{"id": one} for one in YES_NO] if column["type"] == "yes_no" else [])
            for spelling in (text for value in listed for text in (value["id"], *value.get("aliases", ()))):
                values.setdefault(spelling, f"值{names.columns[column['id']][1:]}{len(values)}")
    for reading in files["readings"]["readings"]:
        for option in reading["options"]:
            names.options.setdefault(option["id"], f"解{len(names.options)}")
    kept = {aggregate["id"] for aggregate in files["ranking"]["aggregates"]}  # words of the output, not of a policy
    for stem, content in files.items():
        for trail, node in maps(content):
            if "id" in node and stem != "fields" and trail[-1:] != ("options",) and node["id"] not in kept:
                names.ids.setdefault(node["id"], f"k{999 - len(names.ids)}")
    return names


def renamed(files: Files, names: Names) -> Files:
    """The files under the new names; ``names`` comes to know the texts that were replaced."""
    steps = {step["id"] for step in files["consequences"]["consequences"]}
    return {stem: _Renaming(names, steps, stem).rename(content, ()) for stem, content in files.items()}


@dataclass(frozen=True)
class _Renaming:
    names: Names
    steps: set[str]
    stem: str

    def rename(self, node: Data, trail: tuple[str, ...]) -> Data:
        if isinstance(node, list):
            return [self.rename(item, trail) for item in node]
        if isinstance(node, dict):
            return {
                self._key(key, trail): self._special(key, value, trail, node) or self.rename(value, (*trail, key))
                for key, value in self._filled(node, trail).items()
            }
        return self._text(node, trail) if isinstance(node, str) else node

    def _filled(self, node: dict[str, Data], trail: tuple[str, ...]) -> dict[str, Data]:
        """Columns of yes and no get values of their own, so that these can be renamed too."""
        if trail[-1:] == ("columns",) and node["type"] == "yes_no":
            return {**node, "values": [{"id": one} for one in YES_NO]}
        return node

    def _key(self, key: str, trail: tuple[str, ...]) -> str:
        """A reading that has a value for each of several items uses their ids as keys."""
        return self.names.ids[key] if trail[-1:] == ("value",) and key in self.steps else key

    def _special(self, key: str, value: Data, trail: tuple[str, ...], node: dict[str, Data]) -> Data:
        """What a key means by its neighbours; None where it means nothing special."""
        names, last = self.names, trail[-1] if trail else ""
        if last == "columns":
            values = names.values[node["id"]]
            if key == "values":
                return [
                    {
                        part: [values[one] for one in said] if part == "aliases" else values[said]
                        for part, said in each.items()
                    }
                    for each in value
                ]
            if key == "missing":
                return values.get(value, value)
            if key == "aliases":
                return [names.columns[one] for one in value]
            return names.columns[value] if key == "id" else None
        if last == "tables":
            return names.files[value] if key == "file" else (value if key == "id" else None)
        if last == "options" and key == "id":
            return names.options[value]
        if last == "readings" and key == "chosen":
            return names.options[value]
        if last == "rates" and key == "name":
            return next(each[value] for each in names.values.values() if value in each)
        if key == "part" and value in self.steps:
            return names.ids[value]
        if last == "when" and key == "is" and "column" in node:
            return names.values[node["column"]][value]
        if "field" in node and key in ("is", "in", "contains"):
            values = names.values[node["field"]]
            return [values[one] for one in value] if isinstance(value, list) else values[value]
        return None

    def _text(self, text: str, trail: tuple[str, ...]) -> str:
        names, key = self.names, trail[-1] if trail else ""
        if key in TEXT_KEYS:
            return names.texts.setdefault(text, f"文{len(names.texts)}字")
        if key in ID_KEYS or (trail[-2:-1] == ("value",) and trail[-1] in self.steps):
            return names.ids.get(text, text)
        if key == "value" and text in names.ids:
            return names.ids[text]
        if text in names.columns:
            return names.columns[text]
        return re.sub(r"\{([^}]+)\}", lambda found: "{" + names.columns.get(found[1], found[1]) + "}", text)
