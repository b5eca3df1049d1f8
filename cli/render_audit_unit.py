"""All that happened to one unit, for people: run by run, then what was made known.

Knows words and tables; computes nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console

from cli.audit_words import cause, run_line
from cli.document import figure
from cli.tables import DIM, WARN, cell, column, draw, heading, line, table
from workspace.moments import shown

if TYPE_CHECKING:
    from workspace.audit.unit import At, InRun, Shift, UnitAudit

_KINDS = {"new": "新增", "changed": "改动", "came": "转入", "left": "转出", "gone": "没有了"}
_NAMES = {"rank": "名次", "total": "总分", "last": "末位", "score": "得分", "bonus": "加分"}
_FEW = 5


def render_unit(console: Console, found: UnitAudit) -> None:
    """Places of the newest run in full, of earlier ones what changed from one to the next."""
    line(console, f"{found.unit}{f'　{found.period}' if found.period else ''}", "bold")
    newest = found.runs[-1]
    heading(console, f"{newest.run.name} 的名次")
    _places(console, newest)
    heading(console, "各次计算")
    for one in found.runs:
        _run(console, one, found.unit)
    heading(console, "公布与更正")
    if not found.announced:
        line(console, "没有", DIM)
    for told in found.announced:
        kind = "公布" if told.replaces is None else f"更正（取代第 {told.replaces} 条，{told.reason}）"
        line(
            console,
            f"链上第 {told.seq} 条　{shown(told.at)}　{told.by}　{kind} {told.place.period}：{_at(told.place)}",
        )


def _places(console: Console, one: InRun) -> None:
    if not one.places:
        line(console, "没有这个单位", DIM)
        return
    grid = table()
    column(grid, "期间", keep=True)
    for title in ("名次", "总分"):
        column(grid, title, align="right", keep=True)
    column(grid, "备注")
    for place in one.places:
        rules = [item.title for item in one.consequences if item.period == place.period]
        remarks = ["末位"] * bool(place.last) + ["暂定"] * place.provisional + rules
        rank = "不排名" if place.rank is None else f"{place.rank}/{place.of}"
        grid.add_row(*map(cell, (place.title, rank, figure(place.total), "；".join(remarks))))
    draw(console, grid)


def _run(console: Console, one: InRun, unit: str) -> None:
    line(console, run_line(one.run), "bold")
    for period, pairs in one.due.items():
        said = "，".join(
            f"{_NAMES[name]} {_shown(pair['old'])} → {_shown(pair['new'])}" for name, pair in pairs.items()
        )
        line(console, f"已公布的 {period} 按这次的数据应更正：{said}", WARN, indent=2)
    if one.before is None:
        line(console, "这个周期的第一次计算", DIM, indent=2)
        return
    for shift in one.shifts:
        line(console, f"变了：{_shift(shift)}", WARN, indent=2)
    if not one.shifts:
        line(console, f"名次和总分与 {one.before} 相同", DIM, indent=2)
    for kind, count in Counter(order.kind(unit) for order in one.orders).items():
        some = [order.order for order in one.orders if order.kind(unit) == kind]
        few = "、".join(some[:_FEW]) + ("等" if count > _FEW else "")
        line(console, f"本单位工单{_KINDS[kind]} {count} 件：{few}", indent=4)
    if one.others:
        line(console, f"其他单位工单有变化 {one.others} 件", indent=4)
    for item in one.causes:
        line(console, cause(item), indent=4)


def _shown(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {True: "是", False: "否", None: "无"}[value]
    return figure(value) if isinstance(value, float) else str(value)


def _shift(shift: Shift) -> str:
    return f"{shift.period.title}：{_at(shift.old)} → {_at(shift.new)}"


def _at(place: At | None) -> str:
    if place is None:
        return "没有"
    if place.rank is None:
        return "不排名"
    return f"第 {place.rank} 名（{figure(place.total)}）{'末位' if place.last else ''}"
