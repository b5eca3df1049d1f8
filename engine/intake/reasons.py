"""The words for a breach: what is wrong with the value, and what may stand there.

Knows codes and column types; must not know SQL or files.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping

from engine.intake import bounds
from engine.intake.bounds import NUMBER_PLACES
from engine.intake.breaches import Breach
from engine.intake.cells import JOIN
from engine.intake.found import BLANKS
from engine.policy.model_tables import Column, Table
from engine.problems import clip

_TIME = "应写成 YYYY-MM-DD HH:MM、YYYY-MM-DD HH:MM:SS 或 YYYY/M/D H:MM"
_LOOKS_LIKE_TIME = re.compile(r"\d{4}(-\d\d-\d\d|/\d{1,2}/\d{1,2}) \d{1,2}:\d\d(:\d\d)?")
_SHOWN = 12


def reason(table: Table, breach: Breach, names: Mapping[str, tuple[str, ...]]) -> str:
    """One sentence in Chinese. ``names`` gives the keys of the tables that references point to."""
    match breach.code:
        case "flaw":
            return breach.other
        case "key":
            return f"“{breach.against}”重复：{clip(breach.other, 200)}"
        case "required_when":
            return f"填了“{breach.against}”就必须填“{breach.column}”"
        case "time_order":
            return f"“{breach.column}”早于“{breach.against}”（{breach.other}）"
        case "required":
            return "不能为空"
        case "minimum" | "maximum" as code:
            return bounds.words(table.column(breach.column), code)
    return _unread(table.column(breach.column), breach.value.strip(BLANKS), names)


def _unread(column: Column, value: str, names: Mapping[str, tuple[str, ...]]) -> str:
    match column.type:
        case "time":
            return "没有这个时间" if _LOOKS_LIKE_TIME.fullmatch(value) else f"不是可以识别的时间；{_TIME}"
        case "count":
            return "应为不小于 0 的整数"
        case "number":
            return f"应为数字，小数不超过 {NUMBER_PLACES} 位"
        case "month":
            return "应为 YYYY-MM 这样的月份"
        case "reference":
            known = names.get(column.table or "", ())
            return f"“{column.table}”中没有这个名称" + _similar(value, known)
        case "choices":
            return _elements(column, value)
    return f"不是认可的取值；可写：{_some(column.choices)}"


def _elements(column: Column, value: str) -> str:
    separators = column.separators or (JOIN,)
    known = {name for item in column.values for name in (item.id, *item.aliases)}
    parts = [part.strip(BLANKS) for part in re.split("|".join(map(re.escape, separators)), value)]
    unknown = [clip(part, 20) for part in dict.fromkeys(parts) if part and part not in known]
    split = " 或 ".join(separators)
    return f"其中 {_some(unknown)} 不是认可的取值；可写：{_some(column.choices)}，几个之间用 {split} 隔开"


def _some(values: tuple[str, ...] | list[str]) -> str:
    return "、".join(values[:_SHOWN]) + (f"等 {len(values)} 种" if len(values) > _SHOWN else "")


def _similar(value: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(value[:100], known, 1, 0.5)
    return f"；是否应为“{close[0]}”" if close else ""
