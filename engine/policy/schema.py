"""Checks the parts of a policy against their JSON Schemas and turns what fails into problems with a place.

A reference to a reading is checked where it stands, against every option, so an alternative that nobody has chosen yet
is known to fit. Knows JSON Schema; must not know what any key of a policy means.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource

from engine.policy.readings import Jump, Readings, nearest
from engine.policy.source import MapNode, Node, ScalarNode, child, plain
from engine.problems import Place, Problem

READING_REFERENCE = "common.schema.json#/$defs/readingReference"
"""The alternative that marks, in a schema's ``anyOf``, where a reading may stand in."""

_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "一组键",
    "null": "空",
}


class Schemas:
    """The schemas of one folder, ready to check parts. Reads the folder once; raises OSError or ValueError."""

    def __init__(self, folder: Path) -> None:
        self._contents = {
            path.name: _absolute(json.loads(path.read_text("utf-8"), parse_float=Decimal), path.name)
            for path in sorted(folder.glob("*.schema.json"))
        }
        pairs = [(name, Resource.from_contents(contents)) for name, contents in self._contents.items()]
        self._registry: Registry[Any] = Registry().with_resources(pairs)
        self._formats = FormatChecker(formats=["date"])

    def has(self, part: str) -> bool:
        return f"{part}.schema.json" in self._contents

    def problems(self, part: str, root: Node, readings: Readings) -> tuple[Problem, ...]:
        """All that is wrong with one part as written, references included. ``part`` must have a schema."""
        cls = self._validator_class(readings)
        validator = cls(self._contents[f"{part}.schema.json"], registry=self._registry, format_checker=self._formats)
        found: list[Problem] = []
        for error in validator.iter_errors(plain(root)):
            found.extend(_problems(error, root, readings))
        return tuple(dict.fromkeys(found))

    def _validator_class(self, readings: Readings) -> Any:
        def any_of(validator: Any, branches: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
            real = [branch for branch in branches if branch.get("$ref") != READING_REFERENCE]
            if len(real) < len(branches) and _is_reference(instance):
                # The whole schema again, since an option may be a reference itself.
                for jump in readings.jumps(instance["reading"], instance.get("part")) if not readings.cyclic else ():
                    value = readings.follow(jump)
                    if value is not None:
                        yield from validator.descend(plain(value), {"anyOf": branches}, path=jump)
                return
            ranked = sorted(real, key=lambda branch: -self._likeness(branch, instance))
            first: list[ValidationError] = []
            for position, branch in enumerate(ranked):
                errors = list(validator.descend(instance, branch))
                if not errors:
                    return
                if position == 0:
                    first = errors
            if len(ranked) > 1 and not isinstance(instance, dict | list) and not _scalar_advice(first):
                yield ValidationError("", validator="anyOf", validator_value=[self._end(b) for b in ranked],
                                      instance=instance, schema=schema)
                return
            yield from first

        return extend(
            Draft202012Validator,
            validators={"anyOf": any_of, "oneOf": any_of},
            type_checker=Draft202012Validator.TYPE_CHECKER.redefine("number", _is_number).redefine(
                "integer", lambda _, instance: isinstance(instance, int) and not isinstance(instance, bool)
            ),
        )

    def _end(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """The schema that a chain of ``$ref`` ends in."""
        while "$ref" in schema:
            file, _, pointer = schema["$ref"].partition("#")
            schema = self._contents[file]
            for step in filter(None, pointer.split("/")):
                schema = schema[step]
        return schema

    def _likeness(self, branch: Mapping[str, Any], instance: Any) -> int:
        """How much ``instance`` looks meant for ``branch``: kind first, then the keys that it has."""
        schema = self._end(branch)
        kind = schema.get("type")
        if kind is not None and not Draft202012Validator.TYPE_CHECKER.is_type(_as_float(instance), kind):
            return -100
        if isinstance(instance, dict):
            known, needed = schema.get("properties", {}), schema.get("required", [])
            shared = sum(key in known for key in instance)
            return 10 * sum(key in instance for key in needed) + shared - sum(key not in instance for key in needed)
        return 0


def _absolute(schema: Any, file: str) -> Any:
    """The schema with the file's name in every local reference, so that each can be followed without a base."""
    if isinstance(schema, dict):
        out = {key: _absolute(value, file) for key, value in schema.items()}
        ref = schema.get("$ref")
        if isinstance(ref, str) and ref.startswith("#"):
            out["$ref"] = file + ref
        return out
    return [_absolute(item, file) for item in schema] if isinstance(schema, list) else schema


def _is_number(_: object, instance: object) -> bool:
    return isinstance(instance, int | Decimal) and not isinstance(instance, bool)


def _as_float(instance: Any) -> Any:
    return float(instance) if isinstance(instance, Decimal) else instance


def _is_reference(instance: Any) -> bool:
    return (
        isinstance(instance, dict)
        and "reading" in instance
        and set(instance) <= {"reading", "part"}
        and all(isinstance(value, str) for value in instance.values())
    )


def _scalar_advice(errors: Iterable[ValidationError]) -> bool:
    """Whether the first alternative's own message says enough."""
    return any(error.validator in ("enum", "minimum", "maximum", "exclusiveMinimum", "format") for error in errors)


def _walk(root: Node, path: Iterable[Any], readings: Readings) -> tuple[Node, bool]:
    """The value at ``path``, jumps included, or the nearest that encloses it; and whether the path was walked fully."""
    node = root
    for step in path:
        below = readings.follow(step) if isinstance(step, Jump) else child(node, step)
        if below is None:
            return node, False
        node = below
    return node, True


def _problems(error: ValidationError, root: Node, readings: Readings) -> Iterator[Problem]:
    node, _ = _walk(root, error.absolute_path, readings)
    schema: Any = error.schema
    match error.validator:
        case "additionalProperties" if isinstance(node, MapNode):
            known = schema.get("properties", {})
            for entry in node.entries:
                if entry.key not in known:
                    yield Problem(entry.place, "这里没有这个键", entry.key, nearest(entry.key, known))
        case "required" if isinstance(node, MapNode):
            for key in error.validator_value:
                if node.get(key) is None:
                    title = schema.get("properties", {}).get(key, {}).get("title", "")
                    yield Problem(node.place, f"缺少键“{key}”" + (f"（{title}）" if title else ""), "", f"请写上 {key}: …")
        case _:
            yield _value_problem(error, node, schema)


def _value_problem(error: ValidationError, node: Node, schema: Any) -> Problem:
    value = _shown(node)
    limit = error.validator_value
    name = schema.get("title", "") if isinstance(schema, dict) else ""
    example = _example(schema)
    match error.validator:
        case "type":
            what = f"这里应是{_kinds([schema])}，不是{_kind(node)}"
            if limit == "boolean" and value.lower() in ("yes", "no", "on", "off", "y", "n"):
                example = "请写 true 或 false（yes、no、on、off 都只是文字）"
            return Problem(node.place, what, value, example)
        case "anyOf" | "oneOf":
            allowed = [item for branch in limit for item in branch.get("enum", [])]
            kinds = [branch for branch in limit if "enum" not in branch]
            ways = "、".join(filter(None, [*(str(item) for item in allowed), *dict.fromkeys(map(_form, kinds))]))
            return Problem(node.place, "这里不能写这个值", value, f"可以写：{ways}")
        case "enum":
            return Problem(node.place, "不在允许的取值之内", value, nearest(value, [str(item) for item in limit]))
        case "const":
            return Problem(node.place, "这里只能写一个固定的值", value, f"请写 {limit}")
        case "pattern":
            return Problem(node.place, f"{name or '文字'}的写法不对", value, example or f"应符合 {limit}")
        case "format":
            return Problem(node.place, f"{name or '日期'}不存在或写法不对", value, example)
        case "minimum":
            return Problem(node.place, f"数太小，至少是 {limit}", value, "请改为允许范围内的数")
        case "exclusiveMinimum":
            return Problem(node.place, f"数太小，必须大于 {limit}", value, "请改为允许范围内的数")
        case "maximum":
            return Problem(node.place, f"数太大，至多是 {limit}", value, "请改为允许范围内的数")
        case "minLength":
            return Problem(node.place, f"{name or '文字'}不能为空", "", example or "请写上内容")
        case "maxLength":
            return Problem(node.place, f"文字超过 {limit} 字", value, "请写短一些")
        case "minItems":
            return Problem(node.place, f"列表至少要有 {limit} 项", value, "请补上")
        case "maxItems":
            return Problem(node.place, f"列表至多有 {limit} 项", "", "请删去多余的项")
        case "uniqueItems":
            return Problem(node.place, "列表里有重复的项", value, "请删去重复的项")
        case "minProperties" | "maxProperties":
            return Problem(node.place, "键的个数不对", value, str(schema.get("$comment", "")))
        case None:
            return Problem(node.place, "这里不能有这个键", value, "请删去；它与同一组的其他键不相配")
    return Problem(node.place, "与模式不符", value, f"{error.validator}: {limit}")


def _kind(node: Node) -> str:
    match node:
        case ScalarNode(_, None):
            return "空"
        case ScalarNode(_, bool()):
            return "true 或 false"
        case ScalarNode(_, str()):
            return "文字"
        case ScalarNode():
            return "数"
        case MapNode():
            return "一组键"
    return "列表"


def _kinds(schemas: Iterable[Mapping[str, Any]]) -> str:
    names: list[str] = []
    for schema in schemas:
        kinds = schema.get("type", [])
        names += [_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds)]
    return "或".join(dict.fromkeys(names))


def _form(schema: Mapping[str, Any]) -> str:
    """One alternative in a few words: what a constant is, which keys a mapping needs, or the kind."""
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "object":
        return "{" + ", ".join(f"{key}: …" for key in schema.get("required", [])) + "}"
    return str(schema.get("title") or _kinds([schema]))


def _example(schema: Any) -> str:
    examples = schema.get("examples", []) if isinstance(schema, dict) else []
    return f"例如 {json.dumps(examples[0], ensure_ascii=False)}" if examples else ""


def _shown(node: Node) -> str:
    match node:
        case ScalarNode(_, value):
            return {True: "true", False: "false", None: ""}.get(value, str(value)) if not value else (
                "true" if value is True else str(value)
            )
        case MapNode(_, entries):
            return "{" + ", ".join(entry.key for entry in entries) + "}"
    return ""


def place_of(root: Node, path: Iterable[Any], readings: Readings) -> Place:
    """The place of the value at ``path``, or of the nearest value that encloses it."""
    return _walk(root, path, readings)[0].place
