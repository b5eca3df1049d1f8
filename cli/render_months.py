"""One period in detail: the ranking with every indicator against its target, the gate and why, who is not ranked.

Knows the result document and tables; knows nothing of how scores come about.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from cli.document import (
    FLAGS,
    GATES,
    RATES,
    Document,
    figure,
    groups,
    has_bonuses,
    indicators,
    period_title,
    printable,
    telling_decimals,
    titles,
    unit_heading,
)
from cli.render_overview import LAST_MARK, PROVISIONAL
from cli.tables import DIM, LAST, WARN, cell, column, draw, heading, line, table

BELOW_TARGET = "!"
ROOMY = 110
"""From this width on, the heads of indicators need not be folded."""


def month(console: Console, document: Document, period: Mapping[str, Any]) -> None:
    """A month: gate, ranking with indicators, flags, unranked units."""
    heading(console, _title(period) + _published(document, period))
    gate = gate_line(document, period)
    if gate:
        line(console, gate)
    if not period["ranking"]:
        line(console, "没有单位参加排名", DIM)
    else:
        for group, rows in groups(period["ranking"]).items():
            _group(console, group)
            draw(console, _ranking(document, rows, narrow=console.width < ROOMY))
    for text in notes(document, period):
        line(console, text, WARN)


def aggregate(console: Console, document: Document, period: Mapping[str, Any]) -> None:
    """A quarter or the year, which have totals only."""
    heading(console, f"{_title(period)}综合排名")
    if not period["ranking"]:
        line(console, "没有单位参加排名", DIM)
        return
    for group, rows in groups(period["ranking"]).items():
        _group(console, group)
        grid = table()
        column(grid, "名次", align="right", keep=True)
        column(grid, unit_heading(document), least=8)
        column(grid, "总分", align="right", keep=True)
        decimals = telling_decimals([row["total"] for row in rows])
        for row in rows:
            style = LAST if row["last"] else ""
            grid.add_row(cell(_rank(row), style), cell(row["unit"], style), cell(figure(row["total"], decimals), style))
        draw(console, grid)
    for text in marks(document, period):
        line(console, text, WARN)


def marks(document: Document, period: Mapping[str, Any]) -> list[str]:
    """Which units each mark of the policy is given, and who is ranked and not announced, one sentence each."""
    having = {
        title: [row["unit"] for row in period["ranking"] if id in row.get("standings", [])]
        for id, title in titles(document, "standings").items()
    }
    kept = [row["unit"] for row in period["ranking"] if row.get("announced") is False]
    told = [f"{title}：{'、'.join(units)}" for title, units in having.items() if units]
    return [*told, f"排名而不公布：{'、'.join(kept)}"] if kept else told


def _group(console: Console, group: str) -> None:
    if group:
        line(console, f"〔{group}〕", "bold")


def gate_line(document: Document, period: Mapping[str, Any]) -> str:
    """What the month's gate says and which rates made it say so; empty where the policy has no gate."""
    gate = period.get("gate")
    if gate is None:
        return ""
    names = {**titles(document, "indicators"), **titles(document, "rates")}
    rates = "，".join(
        f"{names.get(rate, rate)}{RATES.get(state, state)}" for rate, state in period.get("rates", {}).items()
    )
    return f"月度通报与末位处理的{GATES.get(gate, gate)}" + (f"（与平均水平相比：{rates}）" if rates else "")


def notes(document: Document, period: Mapping[str, Any]) -> list[str]:
    """What a reader must know about single units of the month, one sentence each."""
    lines = []
    for flag, text in FLAGS.items():
        units = [row["unit"] for row in period["ranking"] if flag in row.get("flags", [])]
        if units:
            lines.append(f"{text}：{'、'.join(units)}")
    lines += marks(document, period)
    names = titles(document, "shown")
    shown = {row["unit"]: row.get("shown", {}) for row in period["ranking"]} | dict(period.get("shown_unranked", {}))
    for id in dict.fromkeys(id for counted in shown.values() for id in counted):
        counts = [(unit, counted[id]) for unit, counted in shown.items() if counted.get(id)]
        if counts:
            listed = "、".join(f"{unit} {count} 件" for unit, count in counts)
            lines.append(f"{names.get(id, id)}（不计分）：{listed}")
    if period.get("unranked"):
        lines.append(f"未参加排名：{'、'.join(period['unranked'])}")
    return lines


def _title(period: Mapping[str, Any]) -> str:
    return period_title(period) + (f"（{PROVISIONAL}）" if period["provisional"] else "")


def _published(document: Document, period: Mapping[str, Any]) -> str:
    """From which run a month was made known, and whether that was corrected since."""
    one = next((item for item in document.get("published", []) if item["period"] == period["period"]), None)
    if one is None:
        return ""
    return f"（已公布，据 {one['run']}）" if "replaces" not in one else f"（已公布并更正，据 {one['run']}）"


def _rank(row: Mapping[str, Any]) -> str:
    return f"{row['rank']}{LAST_MARK if row['last'] else ''}"


def _ranking(document: Document, rows: list[Mapping[str, Any]], *, narrow: bool) -> Any:
    """Columns that the policy has no use for, such as bonuses and grades, are left out."""
    measured = indicators(document)
    bonuses, graded = has_bonuses(document), any("grade" in row for row in rows)
    grid = table(gap=1 if narrow else 2)
    column(grid, "名次", align="right", keep=True)
    column(grid, unit_heading(document), least=8)
    column(grid, "总分", align="right", keep=True)
    if graded:
        column(grid, "等次", keep=True)
    column(grid, "得分", align="right", keep=True)
    if bonuses:
        column(grid, "加分", align="right", keep=True)
    for indicator in measured:
        target = indicator.get("target")
        head = printable(indicator["title"]) + (f"\n≥{_short(target)}" if target is not None else "")
        column(grid, head, align="right", least=7, most=7 if narrow else None)
    decimals = telling_decimals([row["total"] for row in rows])
    for row in rows:
        style = LAST if row["last"] else ""
        grid.add_row(
            cell(_rank(row), style),
            cell(row["unit"], style),
            cell(figure(row["total"], decimals), style),
            *([cell(row.get("grade", ""))] if graded else []),
            cell(figure(row["score"])),
            *([cell(figure(row["bonus"]))] if bonuses else []),
            *(_measured(row["indicators"].get(indicator["id"]), indicator.get("target")) for indicator in measured),
        )
    return grid


def _measured(value: float | None, target: float | None) -> Text:
    if value is not None and target is not None and value < float(target):
        return Text(BELOW_TARGET + figure(value), style=WARN)
    return Text(figure(value))


def _short(number: float | str) -> str:
    return f"{float(number):g}"
