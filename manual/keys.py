"""The keys that a policy file may have, read from the schemas: meaning, what may stand there, need, default, example.

Knows JSON Schema as this project writes it; must not know what any key means.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.policy.source import plain, read_bytes

Schema = Mapping[str, Any]
Need = Literal["yes", "in_this_form", "no"]
COMMON = "common.schema.json"
REFERENCE = "readingReference"
_EXAMPLE = re.compile(r"例：(.*)$", re.DOTALL)
_DEFAULT = re.compile(r"不写(?:即为|即|则为|则|为)([^；。，：）]+)")
_MARKED_DEFAULT = re.compile(r"([A-Za-z0-9_]+)[^，；。、]*（默认）")
_TYPES = {"string": "文字", "integer": "整数", "number": "数", "boolean": "true 或 false", "object": "一组键"}
_UNTITLED = "定义"


@dataclass(frozen=True)
class Spot:
    """A place in the schemas."""

    file: str
    pointer: str
    schema: Schema

    def below(self, *steps: str | int) -> Spot:
        schema: Any = self.schema
        for step in steps:
            schema = schema[step]
        return Spot(self.file, "/".join((self.pointer, *map(str, steps))), schema)


@dataclass(frozen=True)
class Key:
    """``name`` is the path from the part's top, ``[]`` for the members of a list; ``example`` is YAML on one line."""

    name: str
    title: str
    meaning: str
    what: str
    need: Need
    default: str
    example: str
    spot: Spot
    owner: Spot


class Book:
    """The schemas of ``folder``. Raises OSError or ValueError."""

    def __init__(self, folder: Path) -> None:
        self.contents: dict[str, Schema] = {
            path.name: json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.schema.json"))
        }

    def part(self, name: str) -> Spot:
        file = f"{name}.schema.json"
        return Spot(file, "", self.contents[file])

    def shared(self) -> tuple[Spot, ...]:
        """The definitions that several parts refer to, in the order of their file."""
        common = Spot(COMMON, "", self.contents[COMMON])
        return tuple(common.below("$defs", name) for name in self.contents[COMMON]["$defs"])

    def keys(self, top: Spot) -> Iterator[Key]:
        """Every key of a part or a shared definition, each before those inside it."""
        yield from self._inside(top, "", frozenset(), "yes")

    def target(self, spot: Spot) -> Spot | None:
        """Where the spot's ``$ref`` leads."""
        ref = spot.schema.get("$ref")
        if not isinstance(ref, str):
            return None
        file, _, pointer = ref.partition("#")
        found = Spot(file or spot.file, "", self.contents[file or spot.file])
        return found.below(*(step for step in pointer.split("/") if step)) if pointer else found

    def alternatives(self, spot: Spot) -> tuple[Spot, ...]:
        """The ways to write the value, without the reference to a reading; the spot itself where there is one, also
        where alternatives only say which of its keys go together."""
        if "properties" in spot.schema:
            return (spot,)
        for word in ("anyOf", "oneOf"):
            if word in spot.schema:
                branches = (spot.below(word, i) for i in range(len(spot.schema[word])))
                return tuple(branch for branch in branches if not _is_reference(branch))
        return (spot,)

    def shared_name(self, spot: Spot) -> str:
        """The name of the shared definition that the spot refers to, or nothing."""
        target = self.target(spot)
        if target is None or target.file != COMMON or spot.file == target.file == "":
            return ""
        return target.pointer.rpartition("/")[2] if target.pointer.startswith("/$defs/") else ""

    def called(self, name: str) -> str:
        return str(self.contents[COMMON]["$defs"][name].get("title", _UNTITLED))

    def what(self, spot: Spot) -> str:
        """What may stand there, in words; shared definitions as links."""
        shared = self.shared_name(spot)
        if shared:
            return f"[{self.called(shared)}](#{self.called(shared)})"
        target = self.target(spot)
        if target is not None:
            return self.what(target)
        ways = self.alternatives(spot)
        words = list(dict.fromkeys(self._one_way(way, spot) for way in ways))
        text = " 或 ".join(words)
        takes_reading = any(_is_reference(branch) for word in ("anyOf", "oneOf") for branch in _branches(spot, word))
        return text + ("；可用[理解](#取用条文理解)" if takes_reading else "")

    def example(self, spot: Spot) -> Any:
        """A value that may stand there: the schema's own example, or one made of what its parts give."""
        given = _given_example(spot.schema)
        if given is not _NONE:
            return given
        return self._made(spot)

    def _made(self, spot: Spot) -> Any:
        schema = spot.schema
        target = self.target(spot)
        if target is not None:
            return self.example(target)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        ways = self.alternatives(spot)
        if ways and ways[0] is not spot:
            return self.example(ways[0])
        if "properties" in schema:
            wanted = schema.get("required") or list(schema["properties"])[:1]
            return {key: self._value(spot.below("properties", key), key) for key in wanted}
        if schema.get("type") == "array" and "items" in schema:
            return [self.example(spot.below("items"))]
        if isinstance(schema.get("additionalProperties"), dict):
            return {"键": self.example(spot.below("additionalProperties"))}
        return {"integer": 1, "number": 1, "boolean": True}.get(str(schema.get("type")), "文字")

    def _value(self, spot: Spot, key: str) -> Any:
        """The example of a property as its value alone, where the schema's example shows it with its key."""
        example = self.example(spot)
        whole = isinstance(example, dict) and key in example
        return example[key] if whole and key not in self._own_keys(spot) else example

    def _own_keys(self, spot: Spot) -> set[str]:
        found: set[str] = set()
        waiting = [spot]
        while waiting:
            now = waiting.pop()
            target = self.target(now)
            waiting += [target] if target is not None else []
            waiting += [way for way in self.alternatives(now) if way is not now]
            found |= set(now.schema.get("properties", ()))
        return found

    def _inside(self, spot: Spot, path: str, seen: frozenset[tuple[str, str]], need: Need) -> Iterator[Key]:
        """``need``: how a key that the schema requires is needed, which depends on whether there are other forms."""
        if self.shared_name(spot) and path:
            return
        target = self.target(spot)
        if target is not None:
            mark = (target.file, target.pointer)
            if mark not in seen:
                yield from self._inside(target, path, seen | {mark}, need)
            return
        ways = self.alternatives(spot)
        if ways and ways[0] is not spot:
            forms = sum("properties" in (self.target(way) or way).schema for way in ways)
            for way in ways:
                yield from self._inside(way, path, seen, "in_this_form" if forms > 1 else need)
            return
        schema = spot.schema
        for name in schema.get("properties", ()):
            inner = spot.below("properties", name)
            yield self._key(
                inner, f"{path}.{name}".removeprefix("."), need if name in schema.get("required", ()) else "no", spot
            )
            yield from self._inside(inner, f"{path}.{name}".removeprefix("."), seen, "yes")
        if "items" in schema:
            yield from self._inside(spot.below("items"), f"{path}[]", seen, "yes")
        if isinstance(schema.get("additionalProperties"), dict):
            yield from self._inside(
                spot.below("additionalProperties"), f"{path}.〈名称〉".removeprefix("."), seen, "yes"
            )

    def _key(self, spot: Spot, path: str, need: Need, owner: Spot) -> Key:
        schema = spot.schema
        described = str(schema.get("description") or self._described(spot))
        stated = _DEFAULT.search(described) or _MARKED_DEFAULT.search(described)
        default = schema["default"] if "default" in schema else stated[1] if stated else ""
        return Key(
            name=path,
            title=str(schema.get("title", "")),
            meaning=_EXAMPLE.sub("", described).strip(),
            what=self.what(spot),
            need=need,
            default=str(default),
            example=one_line(self.example(spot)),
            spot=spot,
            owner=owner,
        )

    def _described(self, spot: Spot) -> str:
        target = self.target(spot)
        return "" if target is None else str(target.schema.get("description", ""))

    def _one_way(self, spot: Spot, whole: Spot) -> str:
        schema = spot.schema
        if spot is not whole and (self.shared_name(spot) or self.target(spot)):
            return self.what(spot)
        if "const" in schema:
            return f"`{schema['const']}`"
        if "enum" in schema:
            return "、".join(f"`{value}`" for value in schema["enum"])
        if "properties" in schema:
            needed = schema.get("required", ())
            return f"一组键（{'、'.join(f'`{key}`' for key in needed)} 必填）" if needed else "一组键"
        if schema.get("type") == "array":
            inner = self.what(spot.below("items")) if "items" in schema else ""
            return f"列表，每项：{inner}" if inner else "列表"
        return _TYPES.get(str(schema.get("type")), "任何值") + _bounds(schema)


class _None:
    pass


_NONE = _None()


def one_line(value: Any) -> str:
    """YAML in brackets, quoted only where the strict reader would otherwise take it for something else."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {one_line(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(one_line, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        from engine.revise.text import scalar_text

        return scalar_text(value, "")
    return "null" if value is None else str(value)


def _given_example(schema: Schema) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    match = _EXAMPLE.search(str(schema.get("description", "")))
    if match is None:
        return _NONE
    text = match[1].strip().rstrip("。")
    kind = schema.get("type")
    if "、" in text and not text.startswith(("{", "[")) and kind != "array":
        text = text.split("、")[0] if schema.get("$ref") else text
    if kind == "string" and not text.startswith("{"):
        return text.strip('"')
    text = _bracketed(text)
    source = read_bytes(f"k: {text}\n".encode(), "")
    root: Any = None if source.root is None or source.problems else plain(source.root)
    return root["k"] if isinstance(root, dict) and "k" in root else text


def _bracketed(text: str) -> str:
    """The part in brackets that ``text`` begins with, where an explanation follows it."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character in "{[") - (character in "}]")
        if not depth:
            return text[: at + 1] if at else text
    return text


def _bounds(schema: Schema) -> str:
    said = []
    if "minimum" in schema:
        said.append(f"≥ {schema['minimum']}")
    if "exclusiveMinimum" in schema:
        said.append(f"> {schema['exclusiveMinimum']}")
    if "maximum" in schema:
        said.append(f"≤ {schema['maximum']}")
    return f"（{'，'.join(said)}）" if said else ""


def _branches(spot: Spot, word: str) -> Iterator[Spot]:
    yield from (spot.below(word, i) for i in range(len(spot.schema.get(word, ()))))


def _is_reference(spot: Spot) -> bool:
    ref = str(spot.schema.get("$ref", ""))
    return ref.rpartition("/")[2] in (REFERENCE, "reading")
