"""What a director reads of one difference.

Knows how differences are worded; must not know a plan's terms: those come from titles in the policy and the schemas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.diff.change import Kind
from engine.diff.layout import DEFAULTS
from engine.diff.spots import Spot
from engine.diff.values import Names, arrow, plain_number, say, say_condition, single_step
from engine.diff.vocabulary import Vocabulary
from engine.policy.source import Plain

LONG = 80
"""Longer sentences are too much where they only say what else follows."""

ROLE_WORDS: Mapping[str, str] = {
    "*excluded": "剔除情形",
    "*included": "照常计入的情形",
    "*mark": "认定情形",
    "*add": "加分",
    "*deduct": "扣分",
}
"""What an item is called by what it does."""


@dataclass(frozen=True)
class Saying:
    """What there is to say: plain values without references; ``names``: what ids are called on either side; options
    of readings as ``reading=option``. ``same``: the value is the same, only who says it changes. ``unit``: the word for
    what a number counts. ``shift``: nothing changes but that all dates are so many months later, as the cycle is."""

    spot: Spot
    pattern: str
    kind: Kind
    old: Plain
    new: Plain
    names: Names
    words: Vocabulary
    readings: tuple[str, ...] = ()
    same: bool = False
    unit: str = ""
    shift: int = 0


def sentence(saying: Saying) -> str:
    """One sentence without a full stop."""
    if saying.pattern == "readings/readings/*/chosen":
        return _chosen(saying)
    if saying.pattern == "readings/readings/*/status":
        return _ruled(saying)
    if saying.pattern == "indicators/indicators/*/deducted" and saying.kind == "changed":
        return f"{_lead(saying.spot)} 由“{_found_by(saying, saying.old)}”改为“{_found_by(saying, saying.new)}”"
    if saying.spot.pattern[-1].startswith("*"):
        return _item(saying)
    lead = _lead(saying.spot)
    label = _label(saying)
    about = f"{lead} {label}".strip()
    if saying.shift:
        return f"{about} 随考核周期{'后移' if saying.shift > 0 else '前移'} {abs(saying.shift)} 个月"
    if saying.readings:
        named = "、".join(dict.fromkeys(f"“{saying.names.get(name, name)}”" for name in saying.readings))
        how = f"改由理解{named}决定" if saying.same else f"（经理解{named}）"
        return f"{about}{how}" if saying.same else f"{about}{how}：{_from_to(saying)}"
    if saying.kind == "moved":
        return f"{about}次序改变：{_keys(saying.old, saying.names)} 改为 {_keys(saying.new, saying.names)}"
    if saying.spot.key in DEFAULTS:
        default = DEFAULTS[saying.spot.key]
        sides = (default if value is None else value for value in (saying.old, saying.new))
        return f"{about} {'→'.join(_say(saying, value) for value in sides)}"
    if saying.kind in ("added", "removed"):
        verb, value = ("新设", saying.new) if saying.kind == "added" else ("取消", saying.old)
        return f"{lead} {verb}{label}：{_say(saying, value)}".strip()
    if saying.spot.word.condition:
        return f"{lead if _stepped(saying) else about}：{_condition(saying)}"
    if isinstance(saying.old, list | None) and isinstance(saying.new, list | None) and _scalars(saying):
        members = _members(saying)
        if members:
            return f"{about}：{members}"
    return f"{about} {_from_to(saying)}"


def changed_too(spot: Spot) -> str:
    """Says only that the value at ``spot`` changes."""
    return f"{_lead(spot)} {(spot.labels or (spot.key,))[-1]}随之改变".strip()


def title_of(item: Mapping[str, Plain]) -> str:
    """What an item is called: its title, its id, or the values that tell it apart."""
    for key in ("title", "id", "year", "name"):
        if key in item:
            return str(item[key])
    return "–".join(str(value) for value in item.values() if isinstance(value, str))


def names_of(*trees: Plain) -> dict[str, str]:
    """What ids are called, by the items of some trees that have both an id and a title; the last tree wins."""
    found: dict[str, str] = {}
    stack = list(reversed(trees))
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            if isinstance(value.get("id"), str) and isinstance(value.get("title"), str):
                found[str(value["id"])] = str(value["title"])
            stack += reversed(list(value.values()))
        elif isinstance(value, list):
            stack += reversed(value)
    return found


def _chosen(saying: Saying) -> str:
    reading = saying.spot.items[-1][1]
    old, new = (saying.names.get(f"{reading.get('id')}={option}", str(option)) for option in (saying.old, saying.new))
    return f"理解“{title_of(reading)}”由“{old}”改为“{new}”"


def _ruled(saying: Saying) -> str:
    """What was ruled on a reading, by whom, when and in which words; or that the ruling is gone."""
    lead = _lead(saying.spot)
    now = saying.new if isinstance(saying.new, dict) else {}
    status = saying.words.below(saying.spot.word, "status").saying(str(now.get("status")))
    said = " ".join(str(now[key]) for key in ("confirmed_by", "confirmed_on") if now.get(key))
    note = f"：{now['note']}" if now.get("note") else ""
    return f"{lead} {status}" + (f"（{said}{note}）" if said or note else "")


def _found_by(saying: Saying, value: Plain) -> str:
    """What an indicator is found by: points of its orders, or records."""
    found = value if isinstance(value, dict) else {}
    key = "deducted" if "deducted" in found else "points"
    word, inner = saying.words.below(saying.spot.word, key), found.get(key)
    told = str(inner.get("table")) if isinstance(inner, dict) else ""
    detail = saying.names.get(told, told) if told else say(inner, word, saying.words, saying.names, key)
    return f"{word.label}（{detail}）"


def _item(saying: Saying) -> str:
    what, item = saying.spot.items[-1]
    what = ROLE_WORDS.get(saying.spot.pattern[-1], what)
    verb = "新增" if saying.kind == "added" else "取消"
    inside = "·".join(title_of(outer) for _, outer in saying.spot.items[:-1]) if saying.spot.part != "rules" else ""
    id = str(item.get("id", ""))
    name = title_of(item)
    code = f"{id} " if id and id != name and id.isascii() and saying.spot.part != "clauses" else ""
    detail = item.get("weight")
    more = (
        f"，{saying.words.below(saying.spot.word, 'weight').label} {plain_number(detail)}"
        if isinstance(detail, int)
        else ""
    )
    clause = str(item.get("clause", id if saying.spot.part == "clauses" else ""))
    clause = f"（{clause}）" if clause else ""
    return f"{inside + ' ' if inside else ''}{verb}{what} {code}{name}{more}{clause}"


def _lead(spot: Spot) -> str:
    """The items that the property belongs to; a decision is the group's own title."""
    items = spot.items[1:] if spot.part == "rules" and len(spot.items) > 1 else spot.items
    return "·".join(title_of(item) for _, item in items)


def _label(saying: Saying) -> str:
    spot = saying.spot
    if spot.key == "amount" and len(spot.labels) > 1:
        return spot.labels[-2]
    if spot.pattern[0] != "readings" and spot.part == "readings":
        return spot.labels[-1] if spot.labels else spot.word.label
    return (
        "".join(spot.labels[-2:])
        if len(spot.labels) > 1 and len(spot.labels[-1]) < 3
        else (spot.labels or (spot.key,))[-1]
    )


def _from_to(saying: Saying) -> str:
    old, new = _say(saying, saying.old), _say(saying, saying.new)
    unit = f" 个{saying.unit}" if saying.unit else ""
    if saying.old is None:
        return f"由未写明改为“{new}{unit}”"
    if saying.new is None:
        return f"由“{old}{unit}”改为不写明"
    if isinstance(saying.old, str | list | dict) and len(old) + len(new) > 12:
        return f"由“{old}”改为“{new}”"
    return f"{old}→{new}{unit}"


def _say(saying: Saying, value: Plain) -> str:
    return say(value, saying.spot.word, saying.words, saying.names, saying.spot.key)


def _stepped(saying: Saying) -> bool:
    """Whether only a number of a consequence's ladder changed, which reads best with what follows from it."""
    item = saying.spot.items[-1][1] if saying.spot.items else {}
    return "action" in item and single_step(saying.old, saying.new) is not None


def _condition(saying: Saying) -> str:
    step = single_step(saying.old, saying.new)
    if step is not None:
        said = arrow(say_condition(step[0], saying.names), say_condition(step[1], saying.names))
        return f"{said}即{saying.spot.items[-1][1]['action']}" if _stepped(saying) else said
    return f"由“{say_condition(saying.old, saying.names)}”改为“{say_condition(saying.new, saying.names)}”"


def _scalars(saying: Saying) -> bool:
    return not any(
        isinstance(item, dict | list)
        for side in (saying.old, saying.new)
        for item in (side if isinstance(side, list) else ())
    )


def _members(saying: Saying) -> str:
    """What came in and what went out; empty where only the order changed."""
    old = saying.old if isinstance(saying.old, list) else []
    new = saying.new if isinstance(saying.new, list) else []
    item = saying.words.item(saying.spot.word)
    parts = []
    for verb, values in (("增加", [v for v in new if v not in old]), ("去掉", [v for v in old if v not in new])):
        if values:
            parts.append(verb + "、".join(say(value, item, saying.words, saying.names) for value in values))
    return "，".join(parts)


def _keys(keys: Plain, names: Names) -> str:
    return "、".join(names.get(str(key), str(key)) for key in keys) if isinstance(keys, list) else str(keys)
