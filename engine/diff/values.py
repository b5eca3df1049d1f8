"""Plain values and conditions in words, short enough for one line.

Knows the phrasing of the condition vocabulary; must not know any field, tag or number of a plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from engine.diff.vocabulary import Vocabulary, Word
from engine.policy.source import Plain
from engine.wording import DUTY_STATES, FIGURES, ROUNDINGS

Names = Mapping[str, str]
"""What ids are called."""

AS_WRITTEN = frozenset({"id", "title", "version", "clause"})
"""Properties whose text is never the id of something else."""

_OPERATORS: Mapping[str, str] = {
    "is": "为{}",
    "in": "为{}",
    "contains": "含{}",
    "equals": "＝{}",
    "at_least": "≥{}",
    "at_most": "≤{}",
    "above": "＞{}",
    "below": "＜{}",
    "before": "早于{}",
    "not_after": "不晚于{}",
    "after": "晚于{}",
    "not_before": "不早于{}",
    "time_before": "在{}之前",
    "time_not_after": "不晚于{}",
    "time_from": "在{}或之后",
}
_LIMITS = ("at_least", "above", "at_most", "below")
"""What a band of values is limited by."""
_STATES: Mapping[str, str] = {
    "below": "低于平均",
    "reached": "达到平均",
    "missing": "没有数据",
    "in_time": "按时做到",
    "late": "迟于期限",
    "past": "期限已过",
    "running": "期限未到",
}
_MARKS: Mapping[str, str] = {"last": "排名最后"}
_SIDES: Mapping[str, str] = {"top": "前", "bottom": "后"}
_DONE: Mapping[str, str] = {**_STATES, "missing": "没有做"}


def say(value: Plain, word: Word, words: Vocabulary, names: Names, key: str = "") -> str:
    """``value`` as people read it; ``key`` is the property that holds it."""
    if value is None:
        return "无"
    if word.condition:
        return say_condition(value, names)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal):
        return plain_number(value)
    if isinstance(value, str):
        return word.saying(value) if value in word.fixed() or key in AS_WRITTEN else names.get(value, value)
    if isinstance(value, list):
        item = words.item(word)
        return "、".join(say(inner, item, words, names) for inner in value) or "无"
    return say_mapping(value, word, words, names)


def describe(value: Plain, word: Word, words: Vocabulary, names: Names, key: str = "") -> str:
    """Like ``say``, with a line for each property of an item and for each item of a list."""
    if word.condition or not isinstance(value, dict | list):
        return say(value, word, words, names, key)
    if isinstance(value, list):
        item = words.item(word)
        link = "\n" if any(isinstance(inner, dict) for inner in value) else "、"
        return link.join(say(inner, item, words, names) for inner in value) or "无"
    if "title" not in value or "id" not in value:
        return say_mapping(value, word, words, names)
    lines = []
    for name, inner in value.items():
        below = words.below(word, name)
        lines.append(f"{below.label or name}：{say(inner, below, words, names, name)}")
    return "\n".join(lines)


def say_mapping(value: Mapping[str, Plain], word: Word, words: Vocabulary, names: Names) -> str:
    """Title first, a span of time as one; else every property with what it is called."""
    if {"first", "last"} <= set(value) <= {"id", "title", "first", "last"}:
        return f"{value.get('title') or value.get('id') or ''} {value['first']}—{value['last']}".strip()
    if "from" in value and set(value) <= {"from", "until"}:
        return f"自 {value['from']} 起" + (f"，至 {value['until']} 止" if "until" in value else "")
    if set(value) == {"is", "when"}:
        result = words.below(word, "is").saying(str(value["is"]))
        return f"{say_condition(value['when'], names)}即{result}"
    limits = [_OPERATORS[key].format(_operand(value[key])) for key in _LIMITS if key in value]
    if limits and set(value) <= {"title", *_LIMITS}:
        return f"{value.get('title', '')}（{'且'.join(limits)}）"
    if "title" in value:
        rest = [_title(inner) for inner in value.values() if isinstance(inner, list)]
        return str(value["title"]) + "".join(f"（{inner}）" for inner in rest if inner)
    pairs = []
    for key, inner in value.items():
        below = words.below(word, key)
        pairs.append(f"{below.label or key} {say(inner, below, words, names, key)}")
    return "，".join(pairs)


def _title(items: list[Plain]) -> str:
    return "、".join(str(item["title"]) if isinstance(item, dict) and "title" in item else str(item) for item in items)


def say_condition(condition: Plain, names: Names) -> str:
    """A condition as written in a file, in words."""
    if not isinstance(condition, dict):
        return "总是" if condition == "always" else str(condition)
    for word, link in (("all", "且"), ("any", "或")):
        parts = condition.get(word)
        if isinstance(parts, list):
            said = [say_condition(part, names) for part in parts]
            nested = [isinstance(part, dict) and bool({"all", "any"} & set(part)) for part in parts]
            return link.join(f"（{text}）" if inner else text for text, inner in zip(said, nested, strict=True))
    if "not" in condition:
        return f"并非（{say_condition(condition['not'], names)}）"
    if "duty" in condition:
        duty = names.get(str(condition["duty"]), condition["duty"])
        return f"“{duty}”{DUTY_STATES.get(str(condition['is']), condition['is'])}"
    if "tagged" in condition:
        return f"属于“{names.get(str(condition['tagged']), condition['tagged'])}”"
    if "standing" in condition:
        return _say_standing(condition, names)
    for side in _SIDES:
        if side in condition:
            return _say_seat(side, condition, names)
    if "grade" in condition:
        return f"等次为 {condition['grade']}"
    for kind in ("figure", "indicator", "orders"):
        if kind in condition:
            return _say_figure(kind, condition, names)
    if "rate" in condition:
        return f"{names.get(str(condition['rate']), condition['rate'])}{_STATES.get(str(condition.get('is')), '')}"
    if "done" in condition:
        return _DONE.get(str(condition["done"]), str(condition["done"]))
    if "deadline" in condition:
        return _STATES.get(str(condition["deadline"]), str(condition["deadline"]))
    return _say_field(condition)


def _say_standing(condition: Mapping[str, Plain], names: Names) -> str:
    id = str(condition["standing"])
    mark = _MARKS.get(id) or f"属于“{names.get(id, id)}”"
    if "running" in condition:
        return f"连续 {condition['running']} 期{mark}"
    within = f"最近 {condition['within']} 期里" if "within" in condition else ""
    return f"{within}累计 {condition['times']} 次{mark}" if "times" in condition else f"本期{mark}"


def _say_seat(side: str, condition: Mapping[str, Plain], names: Names) -> str:
    number = condition[side]
    if isinstance(number, dict):
        rounding = ROUNDINGS.get(str(number.get("rounding")), str(number.get("rounding")))
        said = f"{_SIDES[side]} {_operand(number.get('percent'))}%（{rounding}）"
    else:
        said = f"{_SIDES[side]} {number} 名"
    among = f"在“{names.get(str(condition['among']), condition['among'])}”的单位中" if "among" in condition else ""
    return f"{among}排在{said}{'，并列跨界的不算' if condition.get('when_tied') == 'none' else ''}"


def _say_figure(kind: str, condition: Mapping[str, Plain], names: Names) -> str:
    id = str(condition[kind])
    called = FIGURES.get(id) or f"{names.get(id, id)}{'的件数' if kind == 'orders' else ''}"
    compared = (_OPERATORS[key].format(_operand(value)) for key, value in condition.items() if key in _OPERATORS)
    return called + "".join(compared)


def _say_field(condition: Mapping[str, Plain]) -> str:
    field = str(condition.get("field", ""))
    for operator, value in condition.items():
        if operator == "present":
            return f"{field}{'已填写' if value else '未填写'}"
        if operator in _OPERATORS:
            return field + _OPERATORS[operator].format(_operand(value))
    return "，".join(f"{key} {value}" for key, value in condition.items())


def _operand(value: Plain) -> str:
    if isinstance(value, dict):
        return str(value.get("field", value))
    if isinstance(value, list):
        return "或".join(map(str, value))
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return plain_number(value)
    return "统计时点" if value == "as_of" else str(value)


def plain_number(value: int | Decimal) -> str:
    """Without zeros that say nothing."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def single_step(old: Plain, new: Plain) -> tuple[Plain, Plain] | None:
    """The one number or time in which two conditions differ, as the two leaves that hold it; None for anything else."""
    if isinstance(old, dict) and isinstance(new, dict) and set(old) == set(new):
        differing = [key for key in old if old[key] != new[key]]
        if len(differing) != 1:
            return None
        a, b = old[differing[0]], new[differing[0]]
        if isinstance(a, int | Decimal | str) and isinstance(b, int | Decimal | str):
            counted = differing[0] not in (
                "field",
                "standing",
                "tagged",
                "duty",
                "rate",
                "done",
                "deadline",
                "present",
                "among",
            )
            return (old, new) if counted and not isinstance(a, bool) else None
        return single_step(a, b)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        return single_step(*pairs[0]) if len(pairs) == 1 else None
    return None


def arrow(old: str, new: str) -> str:
    """``累计 3 次…`` and ``累计 2 次…`` as ``累计 3→2 次…``: what they share at both ends is said once."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start] and not _inside(old, new, start):
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end] and not _word(old[-1 - end]):
        end += 1
    tail = old[len(old) - end :] if end else ""
    return f"{old[:start]}{old[start : len(old) - end]}→{new[start : len(new) - end]}{tail}"


def _word(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in ".:-")


def _inside(old: str, new: str, at: int) -> bool:
    """Whether the shared character is part of a number or word that goes on differently."""
    return _word(old[at])
