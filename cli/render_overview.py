"""The head of the result and the whole cycle at a glance: year and quarters, then every unit's rank month by month.

Knows the result document and tables; knows nothing of how ranks come about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.document import Document, figure, period_title, periods, telling_decimals, unit_heading
from cli.tables import DIM, LAST, WARN, cell, column, draw, heading, line, table

LAST_MARK = "末"
PROVISIONAL = "暂定"
_GATE_MARKS = {"open": "是", "closed": "否", "unknown": "缺"}


def header(console: Console, document: Document) -> None:
    """Which plan, which version, as of when, and how many orders."""
    policy, given = document["policy"], document["input"]
    line(console, policy.get("title") or policy["id"], "bold")
    versions = document.get("versions", [])
    if len(versions) > 1:
        of = "；".join(f"{item['version']}（{item['from']} 起，摘要 {_short(item['digest'])}）" for item in versions)
        facts = [f"版本 {of}"]
    else:
        facts = [f"版本 {policy['version']}（摘要 {_short(policy['digest'])}）"]
    if document.get("as_of"):
        facts.append(f"统计时点 {document['as_of']}")
    facts.append(f"工单 {given['orders']} 件")
    line(console, "　".join(facts))
    if given["set_aside"]:
        line(console, f"另有 {given['set_aside']} 行未采用，见文末", WARN)


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]


def overview(console: Console, document: Document) -> None:
    """Two tables: totals and ranks of quarters and year, and ranks of all months."""
    units = _units(document)
    if not units:
        line(console, "没有可以排名的单位", WARN)
        return
    if document.get("year") or document.get("quarters"):
        heading(console, "全周期：年度与季度")
        _totals(console, document, units)
    heading(console, "全周期：各月名次")
    _months(console, document, units)
    line(console, f"{LAST_MARK}：末位　-：未参加排名　*：期间未结束，{PROVISIONAL}", DIM)


def _units(document: Document) -> list[str]:
    """Every unit seen, in the year's order, then those the year does not rank."""
    year = document.get("year") or {"ranking": []}
    ranked = [row["unit"] for row in year["ranking"]]
    seen = {row["unit"] for month in document["months"] for row in month["ranking"]}
    seen |= {unit for month in document["months"] for unit in month.get("unranked", [])}
    grouped = _groups(document)
    return sorted(ranked + sorted(seen - set(ranked)), key=lambda unit: grouped.get(unit, ""))


def _groups(document: Document) -> dict[str, str]:
    """The group within which each unit is ranked, where the policy has groups."""
    return {row["unit"]: row["group"] for period in periods(document) for row in period["ranking"] if row.get("group")}


def _unit_columns(grid: Table, document: Document) -> Callable[[str], list[Text]]:
    """The columns that say whose row it is; returns what fills them for a unit."""
    grouped = _groups(document)
    column(grid, unit_heading(document), least=8)
    if not grouped:
        return lambda unit: [cell(unit)]
    column(grid, "组别", keep=True)
    return lambda unit: [cell(unit), cell(grouped.get(unit, ""), DIM)]


def _totals(console: Console, document: Document, units: list[str]) -> None:
    shown = [period for period in (document.get("year"), *document.get("quarters", [])) if period]
    grid = table()
    named = _unit_columns(grid, document)
    for period in shown:
        star = "*" if period["provisional"] else ""
        column(grid, f"{period_title(period)}{star}", align="right", keep=True)
    rows = [{row["unit"]: row for row in period["ranking"]} for period in shown]
    decimals = [telling_decimals([row["total"] for row in by_unit.values()]) for by_unit in rows]
    for unit in units:
        cells = [
            _standing(by_unit.get(unit), f"{figure(by_unit[unit]['total'], places)} " if unit in by_unit else "")
            for by_unit, places in zip(rows, decimals, strict=True)
        ]
        grid.add_row(*named(unit), *cells)
    draw(console, grid)
    line(console, "每格：总分、名次", DIM)


def _months(console: Console, document: Document, units: list[str]) -> None:
    grid = table(gap=1)
    named = _unit_columns(grid, document)
    year = ""
    for month in document["months"]:
        star = "*" if month["provisional"] else ""
        this_year, number = month["period"].split("-")
        column(grid, f"{this_year[2:] if this_year != year else ''}\n{number}{star}", align="right", least=4, keep=True)
        year = this_year
    rows = [{row["unit"]: row for row in month["ranking"]} for month in document["months"]]
    for unit in units:
        grid.add_row(*named(unit), *(_standing(by_unit.get(unit)) for by_unit in rows))
    gates = [month.get("gate") for month in document["months"]]
    if any(gates):
        marks = [cell(_GATE_MARKS.get(gate or "", "-"), DIM) for gate in gates]
        grid.add_row(cell("前提成立", DIM), *named("")[1:], *marks)
    draw(console, grid)


def _standing(row: Mapping[str, Any] | None, before: str = "") -> Any:
    if row is None:
        return cell("-", DIM)
    mark = LAST_MARK if row["last"] else ""
    return cell(f"{before}{row['rank']}{mark}", LAST if mark else "")
