"""The head of the result and the whole cycle at a glance: year and quarters, then every unit's rank month by month.

Knows the result document and tables; knows nothing of how ranks come about.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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


Member = tuple[str, str]
"""A unit in one of the groups in which it is ranked; "" where there are none."""


def _units(document: Document) -> list[Member]:
    """Every unit seen, once for each group that it is ever in, in the year's order, then those the year does not
    rank."""
    year = document.get("year") or {"ranking": []}
    ranked = [row["unit"] for row in year["ranking"]]
    seen = {row["unit"] for month in document["months"] for row in month["ranking"]}
    seen |= {unit for month in document["months"] for unit in month.get("unranked", [])}
    grouped = _groups(document)
    listed = ((unit, group) for unit in ranked + sorted(seen - set(ranked)) for group in grouped.get(unit, [""]))
    return sorted(listed, key=lambda member: member[1])


def _groups(document: Document) -> dict[str, list[str]]:
    """The groups within which each unit is ever ranked, where the policy has groups."""
    found: dict[str, set[str]] = {}
    for period in periods(document):
        for row in period["ranking"]:
            if row.get("group"):
                found.setdefault(row["unit"], set()).add(row["group"])
    return {unit: sorted(groups) for unit, groups in found.items()}


def _unit_columns(grid: Table, document: Document) -> Callable[[Member], list[Text]]:
    """The columns that say whose row it is; returns what fills them for a unit."""
    column(grid, unit_heading(document), least=8)
    if not _groups(document):
        return lambda member: [cell(member[0])]
    column(grid, "组别", keep=True)
    return lambda member: [cell(member[0]), cell(member[1], DIM)]


def _totals(console: Console, document: Document, units: list[Member]) -> None:
    shown = [period for period in (document.get("year"), *document.get("quarters", [])) if period]
    grid = table()
    named = _unit_columns(grid, document)
    for period in shown:
        star = "*" if period["provisional"] else ""
        column(grid, f"{period_title(period)}{star}", align="right", keep=True)
    rows = [{row["unit"]: row for row in period["ranking"]} for period in shown]
    units = [member for member in units if _ever(member, rows)]
    decimals = [telling_decimals([row["total"] for row in by_unit.values()]) for by_unit in rows]
    for unit in units:
        cells = [_standing(by_unit.get(unit[0]), unit, places) for by_unit, places in zip(rows, decimals, strict=True)]
        grid.add_row(*named(unit), *cells)
    draw(console, grid)
    line(console, "每格：总分、名次", DIM)


def _ever(member: Member, rows: Sequence[Mapping[str, Mapping[str, Any]]]) -> bool:
    """Whether the unit is ranked in this group in any of the periods, or in no group at all."""
    groups = {by_unit[member[0]].get("group", "") for by_unit in rows if member[0] in by_unit}
    return not groups or member[1] in groups


def _months(console: Console, document: Document, units: list[Member]) -> None:
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
        grid.add_row(*named(unit), *(_standing(by_unit.get(unit[0]), unit) for by_unit in rows))
    gates = [month.get("gate") for month in document["months"]]
    if any(gates):
        marks = [cell(_GATE_MARKS.get(gate or "", "-"), DIM) for gate in gates]
        grid.add_row(cell("前提成立", DIM), *named(("", ""))[1:], *marks)
    draw(console, grid)


def _standing(row: Mapping[str, Any] | None, member: Member, decimals: int | None = None) -> Any:
    """The rank, after the total where ``decimals`` are given; nothing where the unit is ranked in another group."""
    if row is None:
        return cell("-", DIM)
    if row.get("group", "") != member[1]:
        return cell("")
    mark = LAST_MARK if row["last"] else ""
    before = "" if decimals is None else f"{figure(row['total'], decimals)} "
    return cell(f"{before}{row['rank']}{mark}", LAST if mark else "")
