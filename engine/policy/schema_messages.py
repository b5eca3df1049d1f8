"""What a failed schema check is called in Chinese, where it stands and what to write instead.

Knows the keywords of JSON Schema; must not know what any key of a policy means.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jsonschema.exceptions import ValidationError

from engine.policy.readings import Jump, Readings
from engine.policy.source import Entry, MapNode, Node, ScalarNode, child
from engine.problems import Problem, alike, closest, nearest

_NUMBER = re.compile(r"(-?)(0*)([0-9]+(?:\.[0-9]+)?)")
_WIDE_QUOTES = "“”‘’「」『』＂"
_DATE = re.compile(r"([0-9]{4})[-./年 ]([0-9]{1,2})(?:[-./月 ]([0-9]{1,2})日?|月?)")
_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "一组键",
    "null": "空",
}


def _walk(root: Node, path: Iterable[Any], readings: Readings) -> Node:
    """The value at ``path``, jumps included, or the nearest that encloses it."""
    node = root
    for step in path:
        below = readings.follow(step) if isinstance(step, Jump) else child(node, step)
        if below is None:
            return node
        node = below
    return node


def problems_of(error: ValidationError, root: Node, readings: Readings) -> Iterator[Problem]:
    """The problems that one error of a part's schema means; ``root`` is the part as written."""
    node = _walk(root, error.absolute_path, readings)
    schema: Any = error.schema
    limit: Any = error.validator_value
    match error.validator:
        case "additionalProperties" if isinstance(node, MapNode):
            known = schema.get("properties", {})
            for entry in node.entries:
                if entry.key not in known:
                    yield _unknown_key(entry, known)
        case "required" if isinstance(node, MapNode):
            known = schema.get("properties", {})
            closed = schema.get("additionalProperties") is False
            meant = {_meant(entry.key, known) for entry in node.entries if closed and entry.key not in known}
            for key in limit:
                if node.get(key) is None and key not in meant:  # a slip in the key is told where it is written
                    title = schema.get("properties", {}).get(key, {}).get("title", "")
                    what = f"缺少键“{key}”" + (f"（{title}）" if title else "")
                    yield Problem(node.place, what, "", f"请写上 {key}: …")
        case "dependentRequired" if isinstance(node, MapNode):
            for given, needed in limit.items():
                for key in needed if node.get(given) is not None else ():
                    if node.get(key) is None:
                        title = schema.get("properties", {}).get(key, {}).get("title", "")
                        what = f"有“{given}”就要有键“{key}”" + (f"（{title}）" if title else "")
                        yield Problem(node.place, what, "", f"请写上 {key}: …")
        case "not" if not limit:
            # The value is refused whatever it is, so it is the key that is wrong.
            *above, key = error.absolute_path
            owner = _walk(root, above, readings)
            found = owner.entry(str(key)) if isinstance(owner, MapNode) else None
            place = node.place if found is None else found.place
            yield Problem(place, "这里不能有这个键", str(key), "请删去；它与同一组的其他键不相配")
        case _:
            yield _value_problem(error, node, schema)


def _meant(key: str, known: Iterable[str]) -> str:
    """The known key that ``key`` was meant to be; empty where it is like none."""
    return closest(key, known)


def _unknown_key(entry: Entry, known: Iterable[str]) -> Problem:
    return Problem(entry.place, "这里没有这个键", entry.key, nearest(entry.key, known))


def _value_problem(error: ValidationError, node: Node, schema: Any) -> Problem:
    value = _shown(node)
    limit: Any = error.validator_value
    name = schema.get("title", "") if isinstance(schema, dict) else ""
    example = _example(schema)
    bare = value.strip(_WIDE_QUOTES) if isinstance(node, ScalarNode) else value
    quotes = f'引号是全角的，请改用半角："{bare}"' if bare != value and value[0] in _WIDE_QUOTES else ""
    match error.validator:
        case "type":
            what = f"这里应是{_kinds([schema])}，不是{_kind(node)}".replace("是true", "是 true")
            return Problem(node.place, what, value, _of_type(node, limit, value, schema) or example)
        case "anyOf" | "oneOf" if isinstance(node, MapNode) and all(_only_keys(branch) for branch in limit):
            ways = "；或 ".join("、".join(branch["required"]) for branch in limit)
            if not any("not" in branch for branch in limit):
                return Problem(node.place, "缺少键", value, f"至少写其中一种：{ways}")
            return Problem(node.place, "缺少键，或写了不能同写的键", value, f"只写其中一种：{ways}")
        case "anyOf" | "oneOf":
            allowed = [item for branch in limit for item in branch.get("enum", [])]
            kinds = [branch for branch in limit if "enum" not in branch]
            ways = "、".join(filter(None, [*(str(item) for item in allowed), *dict.fromkeys(map(_form, kinds))]))
            return Problem(
                node.place,
                "这里不能写这个值",
                value,
                _meant_by(node, value, kinds, allowed) or quotes or f"可以写：{ways}",
            )
        case "enum":
            known = [str(item) for item in limit]
            return Problem(node.place, "不在允许的取值之内", value, quotes or nearest(value, known))
        case "const":
            return Problem(node.place, "这里只能写一个固定的值", value, quotes or f"请写 {limit}")
        case "pattern":
            written = _as_date(value, limit)
            instead = f"请写成 {written}" if written else quotes or example or f"应符合 {limit}"
            return Problem(node.place, f"{name or '文字'}的写法不对", value, instead)
        case "format":
            return Problem(node.place, f"{name or '日期'}不存在或写法不对", value, _no_day(value) or example)
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
        case "not":
            return Problem(node.place, "写了不能同写的键", value, str(schema.get("$comment", "")))
        case "minProperties" | "maxProperties":
            return Problem(node.place, "键的个数不对", value, str(schema.get("$comment", "")))
    return Problem(node.place, "与模式不符", value, f"{error.validator}: {limit}")


def _meant_by(node: Node, value: str, kinds: Iterable[Mapping[str, Any]], allowed: Iterable[Any]) -> str:
    """What to write where the value is like one of those ``allowed``, or was to be a number."""
    close = alike(value, map(str, allowed))
    numbers = any(kind.get("type") in ("integer", "number") for kind in kinds)
    digits = isinstance(node, ScalarNode) and isinstance(node.value, str) and _NUMBER.fullmatch(_narrow(value))
    return close or (_of_type(node, "number", value, {}) if numbers and digits else "")


def _of_type(node: Node, wanted: Any, value: str, schema: Any) -> str:
    """What to write where the kind of a value is wrong and the value tells what was meant."""
    written = node.value if isinstance(node, ScalarNode) else None
    match wanted:
        case "boolean" if value.lower() in ("yes", "no", "on", "off", "y", "n"):
            return "请写 true 或 false（yes、no、on、off 都只是文字）"
        case "boolean":
            return "请写 true 或 false"
        case "string" if written is not None and not isinstance(written, str):
            return f'请加上引号："{value}"'
        case "integer" | "number" if isinstance(written, str) and (found := _NUMBER.fullmatch(_narrow(written))):
            number = found[1] + found[3]
            if not written.isascii():
                return f"请用半角数字：{number}"
            return f"数的前面不加 0：{number}" if found[2] else f"请去掉引号：{written}"
        case "integer" | "number" if isinstance(written, str) and _NUMBER.fullmatch(_narrow(written).rstrip("%")):
            return f"请只写数，不写百分号：{_narrow(written).rstrip('%')}"
        case "integer" | "number" if isinstance(written, str):
            return "请写阿拉伯数字，如 25"
        case "object" if written is not None and schema.get("required"):
            return "请写成一组键：{" + ", ".join(f"{key}: …" for key in schema["required"]) + "}"
        case "array" if written is not None:
            return f"请写成列表：[{value}]，或另起一行逐项写“- {value}”"
    return ""


def _narrow(text: str) -> str:
    """Full-width characters as half-width ones."""
    return unicodedata.normalize("NFKC", text).strip()


def _as_date(text: str, pattern: str) -> str:
    """A date or month that was written otherwise, in the form of ``pattern``; empty where it is none."""
    found = _DATE.fullmatch(_narrow(text))
    if found is None:
        return ""
    written = "-".join((found[1], *(f"{int(part):02}" for part in found.groups()[1:] if part)))
    return written if re.search(pattern, written) else ""


def _no_day(text: str) -> str:
    """What is wrong with a date that is in form."""
    found = _DATE.fullmatch(text)
    if found is None or found[3] is None:
        return ""
    year, month, day = map(int, found.groups())
    return f"{year} 年 {month} 月没有 {day} 日，请核对" if month <= 12 else f"没有 {month} 月，请核对"


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


def _only_keys(branch: Mapping[str, Any]) -> bool:
    """Whether an alternative says nothing but which keys go together."""
    return "required" in branch and set(branch) <= {"required", "not"}


def _form(schema: Mapping[str, Any]) -> str:
    """One alternative in a few words: what a constant is, which keys a mapping needs, or the kind."""
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "object":
        return "{" + ", ".join(f"{key}: …" for key in schema.get("required", [])) + "}"
    shape = f"（{_example(schema)}）" if "pattern" in schema and _example(schema) else ""
    return str(schema.get("title") or _kinds([schema])) + shape


def _example(schema: Any) -> str:
    examples = schema.get("examples", []) if isinstance(schema, dict) else []
    return f"例如 {json.dumps(examples[0], ensure_ascii=False)}" if examples else ""


def _shown(node: Node) -> str:
    match node:
        case ScalarNode(_, value):
            return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        case MapNode(_, entries):
            return "{" + ", ".join(entry.key for entry in entries) + "}"
    return ""
