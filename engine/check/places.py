"""Where the things that findings are about stand in the files.

Knows the lists of the parts; must not know what is wrong with anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from engine.policy.condition import Path
from engine.policy.parts import Parts
from engine.problems import Place


class Places:
    """Places in one policy's ``parts``; a value that a reading supplied stands in the readings file."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def rule(self, id: str) -> Place:
        """The rule's condition."""
        return self._place("rules", (*self._rules[id], "when"))

    def decision(self, id: str) -> Place:
        return self.item("rules", "decisions", id, "id")

    def item(self, part: str, kind: str, id: str, *inside: str | int) -> Place:
        """A value of the item ``id`` in the list ``kind`` of a part; else the item's place."""
        items = self._parts.data.get(part, {}).get(kind, ())
        index = next((i for i, item in enumerate(items) if item["id"] == id), None)
        return self._place(part, (kind,) if index is None else (kind, index, *inside))

    def standing(self, consequence: str, leaf: int) -> Place:
        """The number in the ``leaf``-th test of a consequence's condition, else the test."""
        items = self._parts.data.get("consequences", {}).get("consequences", ())
        index, item = next((i, item) for i, item in enumerate(items) if item["id"] == consequence)
        path, data = list(_leaves(item["when"], ()))[leaf]
        number = next((key for key in ("running", "times") if key in data), None)
        return self._place("consequences", ("consequences", index, "when", *path, *([number] if number else [])))

    def value(self, part: str, *path: str | int) -> Place:
        return self._place(part, path)

    @cached_property
    def _rules(self) -> Mapping[str, Path]:
        return {
            rule["id"]: ("decisions", i, "rules", j)
            for i, decision in enumerate(self._parts.data.get("rules", {}).get("decisions", ()))
            for j, rule in enumerate(decision["rules"])
        }

    def _place(self, part: str, path: Path) -> Place:
        return self._parts.place(part, *path)


def _leaves(data: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    """The tests of a condition from left to right, each with its path."""
    if data == "always":
        return
    for key in ("all", "any"):
        if key in data:
            for i, part in enumerate(data[key]):
                yield from _leaves(part, (*path, key, i))
            return
    if "not" in data:
        yield from _leaves(data["not"], (*path, "not"))
    else:
        yield path, data
