"""Reading the result document: the few look-ups that every way of showing it needs.

Knows the keys of the program's JSON output; knows nothing of screens, files or policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Document = Mapping[str, Any]

GATES = {"open": "前提成立", "closed": "前提不成立", "unknown": "前提无法判断"}
RATES = {"below": "未达到", "reached": "达到", "missing": "缺数据"}
FLAGS = {
    "empty-indicator": "有指标没有可统计的工单",
    "below-minimum": "有指标不合最低要求，得分或总分受限",
    "tied-last": "并列末位，请确认",
    "vetoed": "有否决记录，停止计分，总分记为 0",
}


MOST_LINES = 100
"""Breaches listed one by one; their number is always told."""


def indicators(document: Document) -> list[Mapping[str, Any]]:
    """Id, title, weight and target of each indicator, in the policy's order."""
    listed = document.get("titles", {}).get("indicators")
    if listed is not None:
        return list(listed)
    months = document.get("months", [])
    ids: Mapping[str, Any] = next((row["indicators"] for month in months for row in month["ranking"]), {})
    return [{"id": id, "title": id, "weight": None, "target": None} for id in ids]


def unit_heading(document: Document) -> str:
    """What the policy calls those who are ranked: the column of the orders that names them."""
    return printable(document.get("titles", {}).get("unit") or "承办单位")


def has_bonuses(document: Document) -> bool:
    """Whether the policy adds or deducts recorded points; a document that does not say is shown with them."""
    return bool(document.get("titles", {}).get("bonuses") != [])


def groups(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The rows of a ranking by the group within which they are ranked; one group without a name where there is none."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row.get("group", "")), []).append(row)
    return found


def titles(document: Document, kind: str) -> dict[str, str]:
    """Title or name by id of one kind of item; ids the document gives none for are simply absent."""
    listed = document.get("titles", {}).get(kind, [])
    return {item["id"]: str(item.get("title") or item.get("name") or item["id"]) for item in listed}


def periods(document: Document) -> Iterator[Mapping[str, Any]]:
    """Every month, then every quarter, then the year."""
    yield from document.get("months", [])
    yield from document.get("quarters", [])
    if document.get("year"):
        yield document["year"]


def period_ids(document: Document) -> list[str]:
    return [period["period"] for period in periods(document)]


def chosen(document: Document, period: str | None) -> list[Mapping[str, Any]]:
    """The periods to show: all of them, or the one asked for."""
    return [item for item in periods(document) if period is None or item["period"] == period]


def period_title(period: Mapping[str, Any]) -> str:
    """As the policy calls it; a month by its own id."""
    return str(period.get("title") or period["period"])


def period_titles(document: Document) -> dict[str, str]:
    """The title of every period by its id."""
    return {period["period"]: period_title(period) for period in periods(document)}


def printable(value: object) -> str:
    """``value`` on one line without characters that could move a terminal's cursor or colour it."""
    text = " ".join(str(value).split())
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def figure(value: float | None, decimals: int = 2) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def telling_decimals(values: list[float]) -> int:
    """The fewest decimals, two to six, at which different values look different."""
    different = len(set(values))
    return next((n for n in range(2, 6) if len({f"{value:.{n}f}" for value in values}) == different), 6)


def set_aside_lines(document: Document) -> list[str]:
    """One sentence a breach of the rows that were not used, each with its place, value and reason: the first ones."""
    rows = document.get("set_aside_rows", [])
    lines = [f"有 {document['input']['set_aside']} 行未采用（--strict 时不出结果）："]
    for row in rows[:MOST_LINES]:
        value = printable(row.get("value") or "")
        shown = f"（值：{value[:60]}{'…' if len(value) > 60 else ''}）" if value else ""
        lines.append(f"{row['file']} 第 {row['record']} 条 {row.get('column') or ''}：{row['reason']}{shown}")
    if len(rows) > MOST_LINES:
        lines.append(f"还有 {len(rows) - MOST_LINES} 处，不加 --strict、用 --format json 看全部")
    return lines
