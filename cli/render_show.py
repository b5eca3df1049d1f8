"""A plan by clause, and its readings, as text.

Knows the plan view and how lines are drawn; knows nothing of policy files.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from cli.tables import DIM, WARN, cell, column, draw, heading, line, table
from engine.plan_view.view import Clause, Item, Line, Plan, ReadingView

STATUS = {"provisional": "待确认", "confirmed": "已确认"}
STEP = 2


def render_plan(console: Console, plan: Plan) -> None:
    """Head, then every clause with what covers it."""
    head = plan.head
    line(console, head.title, "bold")
    line(console, f"版本 {head.id}（摘要 {head.digest[:12]}）　考核周期 {head.first}—{head.last}")
    until = f" 至 {head.in_force_until}" if head.in_force_until else " 起施行"
    line(console, "　".join(filter(None, (head.number, "、".join(head.issuers), head.in_force_from + until))))
    for clause in plan.clauses:
        _clause(console, clause)


def render_readings(console: Console, plan: Plan) -> None:
    """A table of all readings, then each in full."""
    if not plan.readings:
        line(console, "这个版本没有未写明之处")
        return
    grid = table()
    column(grid, "理解", least=12, keep=True)
    column(grid, "标题", least=12)
    column(grid, "条款", keep=True)
    column(grid, "采用", least=8)
    column(grid, "选项", align="right", keep=True)
    column(grid, "状态", least=6)
    for reading in plan.readings:
        texts = (reading.id, reading.title, reading.clause, reading.chosen, len(reading.options))
        grid.add_row(*map(cell, texts), cell(confirmation(reading), "" if reading.confirmed_on else WARN))
    draw(console, grid)
    waiting = sum(reading.status != "confirmed" for reading in plan.readings)
    line(console, f"共 {len(plan.readings)} 处，{waiting} 处待确认；* 是现在采用的", DIM)
    for reading in plan.readings:
        heading(console, f"{reading.title}　{reading.id}（{reading.clause}）")
        _reading_body(console, reading, 0)


def confirmation(reading: ReadingView) -> str:
    """Whether the reading is confirmed, by whom and when."""
    if reading.status != "confirmed":
        return STATUS.get(reading.status, reading.status)
    return f"{STATUS['confirmed']}：{reading.confirmed_by} {reading.confirmed_on}"


def _clause(console: Console, clause: Clause) -> None:
    indent = clause.level * STEP
    console.print()
    line(console, f"{clause.id}　{clause.title}".strip("　"), "bold", indent=indent)
    if clause.summary:
        line(console, clause.summary, DIM, indent=indent + STEP)
    if clause.judgement:
        line(console, f"由人判断：{clause.judgement}", WARN, indent=indent + STEP)
        line(console, f"机器判断所缺的数据：{clause.missing_datum}", indent=indent + STEP)
    for item in clause.items:
        _item(console, item, indent + STEP)
    for reading in clause.readings:
        line(console, f"未写明　{reading.title}　{reading.id}（{confirmation(reading)}）", WARN, indent=indent + STEP)
        _reading_body(console, reading, indent + 2 * STEP)
    if clause.elsewhere:
        others = "、".join(f"{other.title}（{other.home}）" for other in clause.elsewhere)
        line(console, f"另见：{others}", DIM, indent=indent + STEP)


def _item(console: Console, item: Item, indent: int) -> None:
    cases = f"　{len(item.cases)} 个用例" if item.cases else ""
    named = "" if item.id == item.title else f"　{item.id}"
    line(console, f"{item.kind}　{item.title}{named}{cases}", "cyan", indent=indent)
    _lines(console, item.lines, indent + STEP)


def _reading_body(console: Console, reading: ReadingView, indent: int) -> None:
    line(console, f"问：{reading.question}", indent=indent)
    for option in reading.options:
        line(console, f"{'*' if option.chosen else '-'} {option.id}：{option.title}", indent=indent)
        _lines(console, option.lines, indent + 2 * STEP, DIM)
    line(console, f"理由：{reading.why}", indent=indent)
    if reading.used_by:
        line(console, f"用于：{'、'.join(reading.used_by)}　{len(reading.cases)} 个用例", DIM, indent=indent)
    if reading.confirmed_on:
        note = f"：{reading.note}" if reading.note else ""
        line(console, f"{reading.confirmed_by}于 {reading.confirmed_on} 确认{note}", indent=indent)


def _lines(console: Console, lines: Iterable[Line], indent: int, style: str = "") -> None:
    for said in lines:
        by = f"　〔理解 {'、'.join(said.readings)}〕" if said.readings else ""
        line(console, f"{said.label}：{said.text}{by}", style, indent=indent)
