"""All that happened to one order, for people: run by run, then its records, then the rows that name it.

Knows words and lines; computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from cli.audit_words import EMPTY, cause, facts, place, run_line
from cli.render_order import STATES
from cli.tables import DIM, WARN, heading, line
from engine.problems import clip

if TYPE_CHECKING:
    from workspace.audit.order import Change, InRun, OrderAudit
    from workspace.state import Past

_STATES = {"fired": "成立", "given": "有", "evaluated": "参加计算", "unknown": "无法判断", **STATES}
_MISSING = {"order": "没有这张工单", "rule": "不成立", "duty": "不适用", "mark": "没有", "month": "不在周期内"}


def render_order(console: Console, found: OrderAudit) -> None:
    """Writes everything, the newest run last."""
    line(console, f"工单 {found.order}", "bold")
    if found.records:
        line(console, f"现在的记录：{_where(found.records[-1])}")
    else:
        line(console, "没有采用的记录", WARN)
    heading(console, "各次计算")
    if not found.runs:
        line(console, "还没有记下任何计算", DIM)
    by_name = {one.run.name: one for one in found.runs}
    for one in found.runs:
        _run(console, one, by_name.get(one.before or ""))
    heading(console, "各条记录")
    _records(console, found.records)
    for table, rows in found.others.items():
        heading(console, found.titles.get(table, table))
        for row in rows:
            line(console, _where(row))
            line(console, "；".join(f"{name}={value}" for name, value in row.row.items() if value), DIM, indent=2)


def _run(console: Console, one: InRun, before: InRun | None) -> None:
    line(console, run_line(one.run), "bold")
    if before is not None and before.decided == one.decided and not one.causes:
        line(console, f"认定与 {before.run.name} 相同", DIM, indent=2)
        return
    if one.decided is None:
        there = f"有它的记录而没有采用，原因见 hotline runs {one.run.name} 文末"
        line(console, "没有这张工单" if one.record is None else there, DIM, indent=2)
    else:
        fired = [rule for rule in one.decided.rules if rule.listed]
        for rule in fired:
            line(console, f"{rule.rule}　{rule.clause}：{rule.title}（{facts(rule.facts)}）", indent=2)
        if not fired:
            line(console, "没有规则成立", DIM, indent=2)
        for duty in one.decided.duties:
            state = _STATES[duty.state or "unknown"]
            line(console, f"{duty.obligation}　{duty.clause}：{duty.title}：{state}", indent=2)
    for change in one.changes:
        line(console, f"变了：{_change(change)}", WARN, indent=2)
    if one.causes and not one.changes:
        line(console, "认定没有变", DIM, indent=2)
    sure = any(item.about for item in one.causes)
    for item in one.causes:
        because = "因为" if item.about else "另有" if sure or not one.changes else "可能因为"
        line(console, f"{because}：{cause(item)}", "" if item.about else DIM, indent=4)


def _change(change: Change) -> str:
    missing = _MISSING[change.kind]
    old, new = (missing if side is None else _STATES.get(side, side) for side in (change.old, change.new))
    name = f"{change.id} {change.title}".strip()
    return f"{name}：{old} → {new}"


def _records(console: Console, records: Sequence[Past]) -> None:
    """Each with what it says otherwise than the one before."""
    if not records:
        line(console, "没有", DIM)
    before: Past | None = None
    for one in records:
        line(console, _where(one))
        for name, value in one.row.items():
            was = None if before is None else before.row.get(name)
            if before is not None and was != value:
                line(console, f"{name}：{_cell(was)} → {_cell(value)}", DIM, indent=2)
        before = one


def _cell(value: str | None) -> str:
    return EMPTY if value is None else clip(value)


def _where(one: Past) -> str:
    return f"{place(one.file, one.sheet, one.record)}（导出于 {one.exported}，链上第 {one.seq} 条记录导入）"


def render_personal(console: Console, masked: Mapping[str, str] | None) -> None:
    """The personal columns of the current record, which come masked."""
    heading(console, "个人信息（遮盖）")
    if not masked:
        line(console, "没有保存" if masked is None else "都是空的", DIM)
    for name, value in (masked or {}).items():
        line(console, f"{name}：{value}")
