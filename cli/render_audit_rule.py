"""The orders that a rule decided, for people: one line an order.

Knows tables and words; computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console

from cli.audit_words import facts, place, run_line
from cli.render_order import STATES
from cli.tables import DIM, cell, column, draw, line, table

if TYPE_CHECKING:
    from workspace.audit.rule import RuleAudit


def render_rule(console: Console, found: RuleAudit) -> None:
    """Writes all of them."""
    period = f"　{found.period}" if found.period else ""
    line(console, f"{found.rule}　{found.clause}：{found.title}{period}", "bold")
    line(console, run_line(found.run), DIM)
    if not found.orders:
        line(console, "没有由它认定的工单")
        return
    duty = any(one.decided.state is not None for one in found.orders)
    grid = table()
    column(grid, "工单", keep=True)
    column(grid, found.unit, least=8)
    column(grid, "月份", least=7)
    if duty:
        column(grid, "结论", keep=True)
    column(grid, "看到的事实", least=16)
    column(grid, "记录", least=12)
    for one in found.orders:
        stood, state = one.stood, one.decided.state or ""
        texts = [one.decided.order, "-" if stood is None else stood.unit, "、".join(one.decided.months)]
        texts += [STATES.get(state, state)] if duty else []
        texts += [facts(one.decided.facts), "-" if stood is None else place(stood.file, stood.sheet, stood.record)]
        grid.add_row(*map(cell, texts))
    draw(console, grid)
    line(console, f"共 {len(found.orders)} 件", DIM)
