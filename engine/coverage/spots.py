"""Every value of a policy with what its schema says of it; an option of a reading is read as what it stands in for.

Knows JSON Schemas and trees; must not know what any value means or how it could be changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.policy.readings import reference
from engine.policy.source import ListNode, MapNode, Node, ScalarNode

Steps = tuple[str | int, ...]
READINGS = "readings"
_CALLED = ("id", "year")
_ROUNDS = 4
"""How often options are gone through for references inside references; check_parts bounds their chains."""


@dataclass(frozen=True)
class Form:
    """What a schema says of a value: its end after all references, and the names of the definitions passed."""

    file: str
    schema: Mapping[str, Any]
    names: tuple[str, ...] = ()

    def named(self, ending: str) -> bool:
        """Whether a definition whose name ends so was passed; case of its first letter apart."""
        return any(name.lower().endswith(ending) for name in self.names)


@dataclass(frozen=True)
class Spot:
    """A value at ``path`` in ``part``. ``key``: the nearest property; ``within``: the mappings around, innermost first;
    ``listed``: it is an item of a list that may be one shorter."""

    part: str
    path: Steps
    node: Node
    form: Form
    key: str
    within: tuple[MapNode, ...]
    listed: bool

    @property
    def name(self) -> str:
        """``part.item.key``: an item is called by its id or year where it has one, else by its position from 1."""
        return ".".join((self.part, *_called(self)))


def _called(spot: Spot) -> Iterator[str]:
    nodes = list(reversed(spot.within))
    node: Node = nodes[0] if nodes else spot.node
    for step in spot.path:
        if isinstance(node, ListNode) and isinstance(step, int):
            node = node.items[step]
            yield _name(node) or str(step + 1)
        elif isinstance(node, MapNode):
            below = node.get(str(step))
            assert below is not None
            first = below.items[0] if isinstance(below, ListNode) and below.items else None
            if first is None or not _name(first):
                yield str(step)
            node = below


def _name(node: Node) -> str:
    """What an item of a list is called by, if anything."""
    return next((_text(_get(node, key)) for key in _CALLED if _get(node, key) is not None), "")


class Forms:
    """The schemas of one folder. Raises OSError or ValueError."""

    def __init__(self, folder: Path) -> None:
        self._schemas: dict[str, Any] = {
            path.name: json.loads(path.read_text("utf-8"), parse_float=Decimal)
            for path in sorted(folder.glob("*.schema.json"))
        }

    def spots(self, roots: Mapping[str, Node]) -> Iterator[Spot]:
        """Every value of the parts, readings last: of these only what is chosen and the options' values."""
        uses: dict[tuple[str, str | None], Form] = {}
        for part, root in roots.items():
            if part != READINGS and f"{part}.schema.json" in self._schemas:
                yield from self._walk(part, (), root, Form(f"{part}.schema.json", {"$ref": "#"}), "", (), False, uses)
        if READINGS in roots:
            for _ in range(_ROUNDS):
                found = list(self._options(roots[READINGS], uses))
            yield from found

    def _options(self, root: Node, uses: dict[tuple[str, str | None], Form]) -> Iterator[Spot]:
        for i, item in enumerate(_items(_get(root, READINGS))):
            above = (item, *_maps((root,)))
            chosen = _get(item, "chosen")
            if isinstance(chosen, ScalarNode):
                form = Form("", {"enum": [_text(_get(option, "id")) for option in _items(_get(item, "options"))]})
                yield Spot(READINGS, (READINGS, i, "chosen"), chosen, form, "chosen", _maps(above), False)
            reading = _text(_get(item, "id"))
            for j, option in enumerate(_items(_get(item, "options"))):
                value, path = _get(option, "value"), (READINGS, i, "options", j, "value")
                within = _maps((option, *above))
                whole = uses.get((reading, None))
                if value is not None and whole is not None:
                    yield from self._walk(READINGS, path, value, whole, "value", within, False, uses)
                elif isinstance(value, MapNode):
                    for entry in value.entries:
                        form = uses.get((reading, entry.key), Form("", {}))
                        here = (*path, entry.key)
                        yield from self._walk(READINGS, here, entry.node, form, entry.key, within, False, uses)

    def _walk(
        self,
        part: str,
        path: Steps,
        node: Node,
        form: Form,
        key: str,
        within: tuple[MapNode, ...],
        listed: bool,
        uses: dict[tuple[str, str | None], Form],
    ) -> Iterator[Spot]:
        found = reference(node)
        if found is not None:
            uses.setdefault((found.reading, found.part), form)
            return
        form = self._fitting(form, node)
        yield Spot(part, path, node, form, key, within, listed)
        match node:
            case MapNode(_, entries):
                for entry in entries:
                    below = Form(form.file, form.schema.get("properties", {}).get(entry.key, {}))
                    yield from self._walk(
                        part, (*path, entry.key), entry.node, below, entry.key, (node, *within), False, uses
                    )
            case ListNode(_, items):
                spare = len(items) > form.schema.get("minItems", 0)
                below = Form(form.file, form.schema.get("items", {}))
                for i, item in enumerate(items):
                    yield from self._walk(part, (*path, i), item, below, key, within, spare, uses)

    def _fitting(self, form: Form, node: Node) -> Form:
        """``form`` followed to the alternative that ``node`` is written in."""
        form = self._end(form)
        for alternatives in ("anyOf", "oneOf"):
            if alternatives in form.schema:
                ends = [
                    self._fitting(Form(form.file, branch, form.names), node) for branch in form.schema[alternatives]
                ]
                return next((end for end in ends if fits(node, end.schema)), form)
        return form

    def _end(self, form: Form) -> Form:
        while "$ref" in form.schema:
            file, _, pointer = form.schema["$ref"].partition("#")
            schema = self._schemas[file or form.file]
            for step in filter(None, pointer.split("/")):
                schema = schema[step]
            name = pointer.rpartition("/")[2]
            form = Form(file or form.file, schema, (*form.names, *([name] if name else [])))
        return form


def fits(node: Node, schema: Mapping[str, Any]) -> bool:
    """Whether ``node`` itself, not what is in it, is of the form; enough to tell alternatives apart."""
    match node:
        case MapNode(_, entries):
            keys = {entry.key for entry in entries}
            known = set(schema.get("properties", {}))
            return schema.get("type") == "object" and keys <= known and keys >= set(schema.get("required", ()))
        case ListNode(_, items):
            return schema.get("type") == "array" and len(items) >= schema.get("minItems", 0)
        case ScalarNode(_, value):
            return _scalar_fits(value, schema)


def _scalar_fits(value: Any, schema: Mapping[str, Any]) -> bool:
    if "const" in schema:
        return bool(schema["const"] == value)
    if "enum" in schema:
        return value in schema["enum"]
    match schema.get("type"):
        case "string":
            return isinstance(value, str) and re.search(schema.get("pattern", ""), value) is not None
        case "boolean":
            return isinstance(value, bool)
        case "integer" | "number" as kind:
            number = isinstance(value, int if kind == "integer" else int | Decimal) and not isinstance(value, bool)
            return number and _in_range(value, schema)
    return False


def _in_range(value: Any, schema: Mapping[str, Any]) -> bool:
    return bool(
        value >= schema.get("minimum", value)
        and value <= schema.get("maximum", value)
        and value > schema.get("exclusiveMinimum", value - 1)
    )


def _get(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, MapNode) else None


def _items(node: Node | None) -> tuple[Node, ...]:
    return node.items if isinstance(node, ListNode) else ()


def _text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _maps(nodes: Iterable[Node]) -> tuple[MapNode, ...]:
    return tuple(node for node in nodes if isinstance(node, MapNode))
