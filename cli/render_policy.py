"""Policy versions for people: the list of them, and one in full with the options of every unclear clause.

Knows the policy model and tables; knows nothing of evaluation.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from rich.console import Console

from cli.tables import DIM, WARN, cell, column, draw, heading, line, table
from engine.policy.model import Policy
from engine.policy.model_plan import Reading

_STATUS = {"provisional": "待确认", "confirmed": "已确认"}
_EFFECTS = {"excluded": "剔除", "included": "纳入", "mark": "标识"}
_AT = {"month": "每月", "quarter": "每季", "year": "每年"}


def render_list(console: Console, policies: Sequence[Policy]) -> None:
    """One row a version, in the order given."""
    if not policies:
        line(console, "没有找到任何版本", WARN)
        return
    grid = table()
    column(grid, "版本", least=6)
    column(grid, "考核周期", keep=True)
    column(grid, "施行", least=10)
    column(grid, "文号", least=8)
    column(grid, "标题", least=16)
    for policy in policies:
        until = f"至 {policy.in_force_until}" if policy.in_force_until else "起"
        grid.add_row(
            cell(policy.id),
            cell(f"{policy.first}—{policy.last}"),
            cell(f"{policy.in_force_from} {until}"),
            cell(policy.document.number or "-"),
            cell(policy.title),
        )
    draw(console, grid)


def render_policy(console: Console, policy: Policy) -> None:
    """Head, indicators, rules, obligations, consequences and readings."""
    line(console, policy.title, "bold")
    line(console, f"版本 {policy.id}（摘要 {policy.digest[:12]}）　考核周期 {policy.first}—{policy.last}")
    issued = "、".join(policy.document.issuers)
    line(console, f"{policy.document.number}　{issued}　{policy.in_force_from} 起施行")
    _indicators(console, policy)
    _rules(console, policy)
    _obligations(console, policy)
    _consequences(console, policy)
    _duties(console, policy)
    if policy.readings:
        heading(console, "未写明之处与现在采用的理解（--set 条款=选项 可以换）")
        for reading in policy.readings:
            _reading(console, reading)


def _indicators(console: Console, policy: Policy) -> None:
    heading(console, "指标")
    grid = table()
    for name in ("名称", "标题"):
        column(grid, name, least=8)
    column(grid, "权重", align="right", keep=True)
    column(grid, "目标", align="right", keep=True)
    column(grid, "依据", keep=True)
    for indicator in policy.indicators:
        target = "-" if indicator.target is None else f"≥{_number(indicator.target.at_least)}"
        texts = (indicator.id, indicator.title, _number(indicator.weight), target, indicator.clause)
        grid.add_row(*map(cell, texts))
    draw(console, grid)


def _rules(console: Console, policy: Policy) -> None:
    for decision in policy.decisions:
        out_of = f"，剔除出：{'、'.join(decision.excludes_from)}" if decision.excludes_from else ""
        heading(console, f"规则：{decision.title}{out_of}")
        grid = table()
        column(grid, "名称", least=8)
        column(grid, "标题", least=12)
        column(grid, "作用", keep=True)
        column(grid, "依据", keep=True)
        for rule in decision.rules:
            grid.add_row(*map(cell, (rule.id, rule.title, _EFFECTS[rule.effect], rule.clause)))
        draw(console, grid)


def _obligations(console: Console, policy: Policy) -> None:
    if not policy.obligations:
        return
    heading(console, "每张工单的义务")
    grid = table()
    column(grid, "名称", least=8)
    column(grid, "标题", least=12)
    column(grid, "依据", keep=True)
    for obligation in policy.obligations:
        grid.add_row(*map(cell, (obligation.id, obligation.title, obligation.clause)))
    draw(console, grid)


def _consequences(console: Console, policy: Policy) -> None:
    if not policy.consequences:
        return
    heading(console, "后果")
    grid = table()
    column(grid, "名称", least=8)
    column(grid, "何时看", keep=True)
    column(grid, "依据与事由", least=14)
    column(grid, "谁对谁做什么", least=20)
    for item in policy.consequences:
        deed = f"{item.actor}→{item.audience}：{item.action}{'' if item.mandatory else '（酌情）'}"
        grid.add_row(*map(cell, (item.id, _AT[item.at], f"{item.clause}：{item.title}", deed)))
    draw(console, grid)


def _duties(console: Console, policy: Policy) -> None:
    if not policy.duties:
        return
    heading(console, "定期的职责")
    grid = table()
    column(grid, "谁", least=8)
    column(grid, "职责", least=16)
    column(grid, "依据", keep=True)
    for duty in policy.duties:
        grid.add_row(*map(cell, (duty.owner, duty.title, duty.clause)))
    draw(console, grid)


def _reading(console: Console, reading: Reading) -> None:
    line(console, f"{reading.id}　{reading.title}（{reading.clause}，{_STATUS[reading.status]}）", "bold")
    line(console, reading.question, indent=2)
    for option in reading.options:
        taken = option.id == reading.chosen
        line(console, f"{'*' if taken else '-'} {option.id}：{option.title}", indent=4)
    line(console, f"采用 * 的理由：{reading.why}", DIM, indent=2)


def _number(value: Fraction) -> str:
    return f"{float(value):g}"
