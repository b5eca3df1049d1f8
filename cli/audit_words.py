"""What audits say in words: facts, causes, places.

Knows the values of audits and Chinese; computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.problems import clip
from workspace.moments import shown

if TYPE_CHECKING:
    from workspace.audit.inputs import Cause
    from workspace.firings import Seen
    from workspace.runs import Run

EMPTY = "（空）"
_MEANT = {"yes": "是", "no": "否"}


def fact(one: Seen) -> str:
    """A fact as the rule saw it."""
    if one.kind in ("choice", "element"):
        return f"{one.text}={one.value or EMPTY}"
    return f"{one.text}：{_MEANT.get(one.value, one.value)}"


def facts(some: Iterable[Seen]) -> str:
    return "；".join(fact(one) for one in some)


def run_line(run: Run) -> str:
    """A run in one line: its name, when it was made, by whom and what for."""
    return f"{run.name}　{shown(run.at)}　{run.by}　版本 {run.policy['version']}　统计时点 {run.as_of}"


def place(file: str, sheet: str, record: int) -> str:
    return f"{file}/{sheet} 第 {record} 条" if sheet else f"{file} 第 {record} 条"


def cause(one: Cause) -> str:
    """Something that is not what it was."""
    change = f"{_value(one.old)} → {_value(one.new)}"
    match one.kind:
        case "record":
            return f"新的记录：{change}" if one.old is not None else f"新导入：{one.new}"
        case "policy" if "/" in one.name:
            return f"方案改动：{one.name}"
        case "policy":
            return f"方案版本 {one.name}：{change}"
        case "reading":
            return f"另一种理解 {one.name}：{change}"
        case "program":
            return f"程序版本 {one.name}：{change}"
        case "publication":
            return f"已公布的 {one.name}：{change}"
        case "table":
            return f"另有导入：{one.name}（{one.new}）"
        case _:
            return f"{one.name}：{change}"


def _value(value: str | None) -> str:
    return EMPTY if value is None else clip(value)
