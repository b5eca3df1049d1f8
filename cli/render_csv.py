"""The result as CSV: one row per unit and period, months first, then quarters, then the year.

Knows the result document; the text opens in a spreadsheet as it is (byte-order mark, CRLF, no cell that is a formula).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any

from cli.document import Document, chosen, indicators, period_title, periods, titles, unit_heading

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SOMETIMES = {"group": "组别", "grade": "等次", "standings": "名次标志", "announced": "公布"}
"""Columns at the end, for policies that rank in groups, give grades, mark places or announce some of them."""


def render_csv(document: Document, period: str | None = None) -> str:
    """Figures stand as in the JSON output; what a row does not have is empty; a unit not ranked has no rank."""
    measured = indicators(document)
    text = io.StringIO(newline="")
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(text)
    head = ["期间", "暂定", unit_heading(document), "名次", "末位", "总分", "得分", "加分"]
    more = [key for key in _SOMETIMES if any(key in row for item in periods(document) for row in item["ranking"])]
    names = [*(_safe(indicator["title"]) for indicator in measured), "前提", *(_SOMETIMES[key] for key in more)]
    writer.writerow([*head, *names])
    marks = titles(document, "standings")
    for item in chosen(document, period):
        for row in item["ranking"]:
            values = [row.get("indicators", {}).get(one["id"]) for one in measured]
            writer.writerow([*_row(item, row, values), *(_safe(_text(row, key, marks)) for key in more)])
        for unit in item.get("unranked", []):
            writer.writerow([*_row(item, {"unit": unit}, [None] * len(measured)), *("" for _ in more)])
    return text.getvalue()


def _text(row: Mapping[str, Any], key: str, marks: Mapping[str, str]) -> str:
    found = row.get(key, "")
    if key == "announced":
        return "否" if found is False else "是"
    return "；".join(marks.get(id, id) for id in found) if isinstance(found, list) else str(found)


def _row(period: Mapping[str, Any], row: Mapping[str, Any], values: list[float | None]) -> list[Any]:
    return [
        period_title(period),
        "是" if period["provisional"] else "否",
        _safe(row["unit"]),
        row.get("rank"),
        "" if "last" not in row else "是" if row["last"] else "否",
        row.get("total"),
        row.get("score"),
        row.get("bonus"),
        *values,
        {"open": "成立", "closed": "不成立", "unknown": "无法判断"}.get(period.get("gate") or "", ""),
    ]


def _safe(text: str) -> str:
    """A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
