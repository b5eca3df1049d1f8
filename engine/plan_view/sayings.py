"""What the parts of an item say, in words: clocks, deadlines, points, rhythms; anything else as the schemas call it.

Knows the vocabulary's keys; must not know any field, title or number of a plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.diff.values import Names, say, say_condition
from engine.diff.vocabulary import Vocabulary, Word
from engine.policy.source import Plain

SELF = ("id", "title", "clause")
"""What every item has and its heading says."""

COLUMNS = ("column", "month", "unit", "points", "name", "figure", "benchmark", "table", "groups")
"""What holds the name of a table or column, which is said as it is written."""

Saying = Callable[[Any, Names], str]


def say_value(key: str, value: Plain, word: Word, words: Vocabulary, names: Names) -> str:
    """``value`` of the property ``key`` as people read it."""
    if word.condition:
        return say_condition(_without_always(value), names)
    special = _SAYINGS.get(key)
    if special is not None:
        try:
            return special(value, names)
        except (KeyError, TypeError, AttributeError, IndexError):
            pass  # the vocabulary has grown: the schemas' own words will do
    if key in COLUMNS and isinstance(value, str):
        return value
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        inner = words.item(word)
        return "；".join(say(item, inner, words, names) for item in value)
    return say(value, word, words, names, key)


def _without_always(condition: Plain) -> Plain:
    """What adds nothing to the other parts of an ``all`` is left out."""
    if isinstance(condition, dict) and isinstance(condition.get("all"), list):
        parts = [_without_always(part) for part in condition["all"] if part != "always"]  # type: ignore[union-attr]
        return parts[0] if len(parts) == 1 else {"all": parts} if parts else "always"
    return condition


def _amount(value: Plain) -> str:
    text = format(value, "f") if not isinstance(value, str | int) and value is not None else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _points(value: list[Mapping[str, Any]], names: Names) -> str:
    bands = []
    for band in value:
        condition = say_condition(band["when"], names)
        bands.append(f"{band['title']}每件 {_amount(band['points'])} 分（{condition}）")
    return "；".join(bands)


def _first_filled(columns: list[str], names: Names) -> str:
    first, *rest = columns
    return first + (f"（未填则用{'，再未填则用'.join(rest)}）" if rest else "")


def _over(value: Any, names: Names) -> str:
    if value == "own":
        return "本单位统计范围内的件数"
    return f"名册中“{value['peers']}”相同的各单位件数之和"


def _transforms(value: list[Mapping[str, Any]], names: Names) -> str:
    return "；再".join(_transform(item, names) for item in value)


def _transform(value: Mapping[str, Any], names: Names) -> str:
    if "target" in value:
        return f"达到 {_amount(value['target'])} 得 100，每差一点加减 {_amount(value['per_point'])}"
    if "bands" in value:
        return "，".join(f"{_limits(band)}{_becomes(band)}" for band in value["bands"])
    if "change" in value:
        since = {"previous": "上一期", "year_before": "上年同期"}[value["since"]]
        how = {"difference": "之差", "percent": "增减的百分比"}[value["change"]]
        earlier = value.get("earlier", {})
        kept = f"（以前的值记在{earlier.get('is') or earlier['points']}）" if earlier else ""
        none = f"算作 {_amount(value['when_none'])}" if "when_none" in value else "没有值"
        return f"与{since}{how}{kept}，没有以前的值时{none}"
    floor = f"不低于 {_amount(value['floor'])}" if "floor" in value else ""
    cap = f"不高于 {_amount(value['cap'])}" if "cap" in value else ""
    return "，".join(filter(None, (floor, cap)))


_LIMITS = {"at_least": "≥", "above": "＞", "at_most": "≤", "below": "＜"}


def _limits(band: Mapping[str, Any]) -> str:
    return "且".join(f"{sign}{_amount(band[key])}" for key, sign in _LIMITS.items() if key in band) or "任何值"


def _becomes(band: Mapping[str, Any]) -> str:
    return f"换成 {_amount(band['value'])}" if "value" in band else "不变"


def _target(value: Mapping[str, Any], names: Names) -> str:
    return f"不低于 {_amount(value['at_least'])}（{value['clause']}）；只对照，不计分"


def _minimum(value: Mapping[str, Any], names: Names) -> str:
    limits = (("score_at_most", "得分（加分之前）"), ("total_at_most", "总分"))
    capped = (f"{called}不超过 {_amount(value[key])}" for key, called in limits if key in value)
    return f"低于 {_amount(value['at_least'])} 的，{'，'.join(capped)}"


_UNITS = {
    "minutes": "分钟",
    "hours": "小时",
    "days": "个自然日",
    "working_days": "个工作日",
    "working_hours": "个工作小时",
}


def _clock(value: Mapping[str, Any], names: Names) -> str:
    said = [_span(value)]
    extensions = value.get("extended_by", ())
    if extensions:
        limits = (
            f"{item['field']}" + (f"（至多 {item['at_most']}）" if "at_most" in item else "") for item in extensions
        )
        most = f"，合计至多 {value['extended_at_most']}" if "extended_at_most" in value else ""
        said.append(f"可延期：{'、'.join(limits)}{most}")
    said += [f"自{item['from']}至{item['to']}停算" for item in value.get("stopped_by", ())]
    return "；".join(said)


def _span(value: Mapping[str, Any]) -> str:
    amount, unit, until = value["amount"], value["unit"], value["until"]
    if until == "same_time":
        span = f"{amount} {_UNITS[unit]}" if amount else "即到那一刻"
        return span + ("，恰在那一刻仍算按时" if value.get("end_included") else "，到那一刻即迟")
    by = "24 时前" if until == "end_of_day" else until + ("" if value.get("end_included") else " 前")
    if not amount:
        return f"当日 {by}"
    counted = "当日算第一天" if value.get("start_day_counts") else "当日不算"
    return f"{amount} {_UNITS[unit]}，{counted}，到最后一天 {by}"


def _deadline(value: Mapping[str, Any], names: Names) -> str:
    if "event" in value:
        return f"不晚于{value['event']}"
    return f"自{_first_filled(value['start'], names)}起，{_clock(value['clock'], names)}"


def _done(value: Mapping[str, Any], names: Names) -> str:
    return f"记有{value['event']}" if "event" in value else say_condition(value["when"], names)


def _outcomes(value: list[Mapping[str, Any]], names: Names) -> str:
    results = {
        "met": "已履行",
        "breached": "未履行",
        "pending": "待办",
        "open": "前提成立",
        "closed": "前提不成立",
        "unknown": "数据不全，不作判断",
    }
    rows = []
    for row in value:
        condition = "其他情形" if row["when"] == "always" else say_condition(row["when"], names)
        rows.append(f"{condition}：{results[row['is']]}")
    return "；".join(rows)


def _due(value: Mapping[str, Any], names: Names) -> str:
    months = {0: "期间末月", 1: "次月"}.get(value["months_after"], f"期间结束后第 {value['months_after']} 个月")
    roll = {"none": "不顺延", "next_workday": "遇休息日顺延到下一工作日"}[value["roll"]]
    warn = {"none": "", "last_workday_before": "；到期前最后一个工作日提醒"}[value["warn"]]
    return f"{months} {value['day']} 日前，{roll}{warn}"


_EVERY = {
    "day": "每天",
    "workday": "每个工作日",
    "week": "每周",
    "month": "每月",
    "quarter": "每季度",
    "year": "每年",
    "order": "每张有关的工单",
    "standing": "常设",
}


def _rhythm(value: Mapping[str, Any], names: Names) -> str:
    said = _EVERY[value["every"]]
    if "count" in value:
        said += f"至少 {value['count']} 次"
    if "by_day" in value:
        said += f"，{value['by_day']} 日前"
    roll = {"none": "，遇休息日不顺延", "next_workday": "，遇休息日顺延到下一工作日"}
    return said + roll.get(value.get("roll", ""), "")


def _contents(value: list[Mapping[str, Any]], names: Names) -> str:
    said = []
    for entry in value:
        more = "、".join(entry.get("items", ())) or entry.get("description", "")
        said.append(entry["title"] + (f"（{more}）" if more else ""))
    return "；".join(said)


def _form_fields(value: list[Mapping[str, Any]], names: Names) -> str:
    """Section by section, each field with what fills it in."""
    sections: dict[str, list[str]] = {}
    for field in value:
        filled = next((str(names.get(field[key], field[key])) for key in _FILLED_BY if key in field), "")
        by = f"（填入{filled}）" if filled and filled != field["title"] else "（自动填入）" if filled else ""
        sections.setdefault(field.get("section", ""), []).append(field["title"] + by)
    return "；".join((f"{section}：" if section else "") + "、".join(fields) for section, fields in sections.items())


_FILLED_BY = ("from", "mark", "side", "decision")


def _signatures(value: list[Mapping[str, Any]], names: Names) -> str:
    chain = []
    for step in value:
        needs = [word for key, word in (("opinion", "意见"), ("dated", "日期")) if step.get(key)]
        chain.append(f"{step['role']}（{step['title']}{'，写' + '、'.join(needs) if needs else ''}）")
    return " → ".join(chain)


def _submitted(value: Mapping[str, Any], names: Names) -> str:
    after = f"，在“{names.get(value['after'], value['after'])}”之后" if "after" in value else ""
    return f"{value['office']}{after}" + (f"，时间记在{value['time']}" if "time" in value else "")


def _cap(value: Mapping[str, Any], names: Names) -> str:
    return f"{'每月合计' if value['per'] == 'month' else '每次'}不超过 {_amount(value['points'])} 分"


def _eligible(value: Mapping[str, Any], names: Names) -> str:
    if set(value) - {"clause", "event", "among", "at_least"}:
        raise KeyError("more is said")
    among = "" if value["among"] == "always" else say_condition(_without_always(value["among"]), names)
    return f"当月（按{_first_filled(value['event'], names)}）{among}的工单不少于 {value['at_least']} 件"


def _groups(value: Any, names: Names) -> str:
    """A column of the register stands as it is written."""
    if isinstance(value, str):
        return value
    counted = names.get(str(value["orders"]), "参加排名的工单" if value["orders"] == "eligible" else value["orders"])
    bands = "，".join(f"{_limits(band)} 的为“{band['title']}”" for band in value["bands"])
    return f"按“{counted}”每月的件数：{bands}"


def _last(value: Mapping[str, Any], names: Names) -> str:
    if set(value) != {"when_tied", "when_all_equal", "minimum_ranked"}:
        raise KeyError("more is said")
    tied = {"all": "并列最低的都算最后一名", "none": "并列最低的都不算最后一名"}[value["when_tied"]]
    equal = {"all": "全部同分时都算最后一名", "none": "全部同分时没有最后一名"}[value["when_all_equal"]]
    return f"{tied}；{equal}；参加排名的单位少于 {value['minimum_ranked']} 个时没有最后一名"


def _unfinished(value: Mapping[str, Any], names: Names) -> str:
    if set(value) != {"ranked", "counts", "fires"}:
        raise KeyError("more is said")
    said = [("照常排名并标注暂定", "不排名"), ("计入累计", "不计入累计"), ("触发后果", "不触发后果")]
    return "，".join(
        yes if value[key] else no for key, (yes, no) in zip(("ranked", "counts", "fires"), said, strict=True)
    )


def _in_force(value: Mapping[str, Any], names: Names) -> str:
    return f"自 {value['from']} 起" + (f"，至 {value['until']} 止" if "until" in value else "")


def _rates(value: list[Mapping[str, Any]], names: Names) -> str:
    return "、".join(rate["name"] for rate in value)


_SAYINGS: Mapping[str, Saying] = {
    "points": _points,
    "event": lambda value, names: _first_filled(value, names) if isinstance(value, list) else str(value),
    "over": _over,
    "target": _target,
    "minimum": _minimum,
    "transforms": _transforms,
    "clock": _clock,
    "deadline": _deadline,
    "start": _first_filled,
    "done": _done,
    "states": _outcomes,
    "outcomes": _outcomes,
    "due": _due,
    "rhythm": _rhythm,
    "contents": _contents,
    "parts": _contents,
    "fields": _form_fields,
    "signatures": _signatures,
    "submitted_to": _submitted,
    "cap": _cap,
    "rates": _rates,
    "in_force": _in_force,
    "eligible": _eligible,
    "groups": _groups,
    "last": _last,
    "unfinished": _unfinished,
    "weight": lambda value, names: f"{_amount(value)} 分",
}
