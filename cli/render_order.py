"""The explanation of one order for people: facts, rules that hold and that do not, obligations, what it counts in.

Knows the explanation's keys and tables; knows nothing of how rules are decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.tables import DIM, WARN, cell, column, draw, heading, line, table

Explanation = Mapping[str, Any]
STATES = {"met": "已履行", "breached": "未履行", "pending": "待办", None: "不适用"}


def render_order(console: Console, explanation: Explanation) -> None:
    """Writes every part that the explanation has."""
    line(console, f"工单 {explanation['order']}", "bold")
    policy = explanation["policy"]
    line(console, f"{policy.get('title') or policy['id']}（版本 {policy['version']}）　统计时点 {explanation['as_of']}")
    _pairs(console, "事实", explanation["facts"])
    rules = explanation["rules"]
    _held(console, [rule for rule in rules if rule["fired"]])
    _failed(console, [rule for rule in rules if not rule["fired"]])
    _obligations(console, explanation["obligations"])
    _counts(console, explanation["counts"])
    for mark in explanation.get("marks", []):
        line(console, f"{mark['title']}（{mark['clause']}）：{mark['number']}")
    if explanation["agrees"]:
        line(console, "规则引擎对这张工单重新作了认定，与结果一致", DIM)
    else:
        line(console, "规则引擎对这张工单重新认定的结果与查表不一致：请报告给维护者", WARN)


def _pairs(console: Console, title: str, facts: Sequence[Mapping[str, Any]]) -> None:
    heading(console, title)
    grid = table()
    column(grid, "列", least=8)
    column(grid, "值", least=20)
    for fact in facts:
        grid.add_row(cell(fact["title"]), cell("（空）" if fact["value"] in (None, "") else fact["value"]))
    draw(console, grid)


def _held(console: Console, rules: Sequence[Mapping[str, Any]]) -> None:
    heading(console, "成立的规则")
    if not rules:
        line(console, "没有", DIM)
        return
    grid = table()
    column(grid, "名称", least=8)
    column(grid, "依据与标题", least=16)
    column(grid, "作用", least=12)
    for rule in rules:
        title = f"{rule['clause']}：{rule['title']}"
        grid.add_row(cell(rule["id"]), cell(title), cell(rule.get("effect_title", "")))
    draw(console, grid)


def _failed(console: Console, rules: Sequence[Mapping[str, Any]]) -> None:
    heading(console, "不成立的规则与不满足的条件")
    if not rules:
        line(console, "没有", DIM)
        return
    grid = table()
    column(grid, "名称", least=8)
    column(grid, "依据与标题", least=16)
    column(grid, "不满足的条件", least=20)
    for rule in rules:
        grid.add_row(cell(rule["id"]), cell(f"{rule['clause']}：{rule['title']}"), cell("；".join(rule["failed"])))
    draw(console, grid)


def _obligations(console: Console, obligations: Sequence[Mapping[str, Any]]) -> None:
    heading(console, "义务")
    applying = [item for item in obligations if item["state"] is not None]
    if applying:
        grid = table()
        column(grid, "依据与义务", least=16)
        column(grid, "结论", keep=True)
        column(grid, "起算", least=10)
        column(grid, "期限", least=10)
        column(grid, "履行", least=10)
        for item in applying:
            style = WARN if item["state"] == "breached" else ""
            name = f"{item['clause']}：{item['title']}"
            times = [item.get(key) or "-" for key in ("start", "deadline", "event")]
            grid.add_row(cell(name), cell(STATES.get(item["state"], item["state"]), style), *map(cell, times))
        draw(console, grid)
    for item in obligations:
        if item["state"] is None:
            why = "；".join(item.get("failed", []))
            line(console, f"不适用：{item['clause']}：{item['title']}" + (f"（{why}）" if why else ""), DIM)


def _counts(console: Console, counts: Sequence[Mapping[str, Any]]) -> None:
    heading(console, "计入哪些指标")
    grid = table()
    column(grid, "指标", least=8)
    column(grid, "计入", least=8)
    column(grid, "得分", align="right", keep=True)
    for item in counts:
        points = "-" if item["points"] is None else item["points"]
        grid.add_row(cell(item["title"]), cell(item["period"] or "不计入"), cell(points))
    draw(console, grid)
