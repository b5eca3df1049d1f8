"""Conditions and facts in words, for explanations.

Knows the Chinese phrasing of operators; must not know any field, rule or number of a plan.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.conditions import (
    MISSING,
    YES,
    Choice,
    Comparison,
    Element,
    Fact,
    Figure,
    Progress,
    Seat,
    Standing,
    State,
    Tag,
    Test,
    duty_of,
)

_OPERATORS: Mapping[str, str] = {
    "equals": "等于",
    "at_least": "不小于",
    "at_most": "不大于",
    "above": "大于",
    "below": "小于",
    "before": "早于",
    "not_after": "不晚于",
    "after": "晚于",
    "not_before": "不早于",
    "time_before": "的时刻早于",
    "time_not_after": "的时刻不晚于",
    "time_from": "的时刻不早于",
}
ROUNDINGS: Mapping[str, str] = {"down": "不足一个的舍去", "up": "不足一个的按一个", "half_up": "四舍五入"}
FIGURES: Mapping[str, str] = {
    "total": "总分",
    "score": "加分之前的得分",
    "ranked": "同组参加排名的单位数",
    "eligible": "参加排名所数",
}
DUTY_STATES: Mapping[str, str] = {"met": "已履行", "breached": "未履行", "pending": "待办", "none": "不适用"}
_STATES: Mapping[str, str] = {
    "below": "低于平均",
    "reached": "达到平均",
    "missing": "没有数据",
    "in_time": "按时完成",
    "late": "迟于期限",
    "past": "期限已过",
    "running": "期限未到",
}


def say(test: Test, names: Mapping[str, str]) -> str:
    """``test`` as a clause that is true when it holds. ``names``: what a tag, gate or rate is called."""
    match test.fact:
        case Choice(field, values):
            return f"{field}{_one_of(test.allowed, values)}"
        case Element(field, _):
            return f"{field}含 {'、'.join(test.allowed)}"
        case Tag(name) if duty_of(name) is not None:
            text = names.get(name, name)
            return text if YES in test.allowed else f"并非{text}"
        case Progress(of, _, _):
            states = " 或 ".join("没有记录" if value == "missing" else _STATES[value] for value in test.allowed)
            return f"“{names.get(of, of)}”{states}"
        case Tag(name):
            return f"{'已' if YES in test.allowed else '未'}{names.get(name, f'被标记为 {name}')}"
        case State(name, _):
            return _say_state(name, test.allowed, names)
        case _:
            return _say_yes_no(test.fact, YES in test.allowed, names)


def _one_of(allowed: tuple[str, ...], values: tuple[str, ...]) -> str:
    filled = tuple(value for value in values if value != MISSING)
    if allowed == filled and filled != values:
        return "已填写"
    if allowed == (MISSING,):
        return "未填写"
    return "为 " + " 或 ".join(value or "（空）" for value in allowed)


def _say_yes_no(fact: Fact, positive: bool, names: Mapping[str, str]) -> str:
    match fact:
        case Comparison(field, "present", _, _):
            return f"{field}{'已填写' if positive else '未填写'}"
        case Comparison(field, operator, operand, kind):
            other = "统计时点" if kind == "as_of" else operand
            text = f"{field}{_OPERATORS[operator]} {other}"
            return text if positive else f"并非“{text}”"
        case Standing():
            text = _say_standing(fact, names)
            return text if positive else f"并非{text}"
        case Seat():
            text = _say_seat(fact, names)
            return text if positive else f"并非{text}"
        case Figure("grade", _, _, grade):
            return f"等次{'为' if positive else '不是'} {grade}"
        case Figure(kind, name, operator, operand):
            called = FIGURES[name] if name in FIGURES else names.get(name, name)
            text = f"{called}{'的件数' if kind == 'orders' else ''}{_OPERATORS[operator]} {operand}"
            return text if positive else f"并非“{text}”"
        case _:
            raise TypeError(f"no words for {fact}")


def _say_standing(fact: Standing, names: Mapping[str, str]) -> str:
    called = "排名最后" if fact.mark == "last" else f"属于“{names.get(fact.mark, fact.mark)}”"
    if fact.how == "now":
        return f"本期{called}"
    if fact.how == "running":
        return f"连续 {fact.at_least} 期{called}"
    return (
        f"最近 {fact.within} 期里有 {fact.at_least} 期{called}" if fact.within else f"累计 {fact.at_least} 次{called}"
    )


def _say_seat(fact: Seat, names: Mapping[str, str]) -> str:
    side = "前" if fact.side == "top" else "后"
    number = f"{fact.number}%（{ROUNDINGS[fact.rounding]}）" if fact.rounding else f" {fact.number} 名"
    among = f"在“{names.get(fact.among, fact.among)}”的单位中" if fact.among else ""
    return f"{among}排在{side}{number}{'，并列跨界的不算' if fact.when_tied == 'none' else ''}"


def _say_state(name: str, allowed: tuple[str, ...], names: Mapping[str, str]) -> str:
    kind, _, subject = name.partition(":")
    called = names.get(subject, subject)
    if kind == "gate":
        return f"“{called}”{'成立' if YES in allowed else '不成立'}"
    if kind == "fired_before":
        return "此前已触发过" if YES in allowed else "此前未触发过"
    if kind == "higher_fires":
        return "同一梯级更高的一级触发" if YES in allowed else "同一梯级更高的各级都不触发"
    return f"{called}{' 或 '.join(_STATES.get(value, value) for value in allowed)}"
