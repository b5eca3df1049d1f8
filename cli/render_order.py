"""The explanation of one order for people: facts, rules that hold and that do not, obligations, what it counts in.

Knows the explanation's keys and tables; knows nothing of how rules are decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.reasons import failed, why
from cli.tables import DIM, WARN, cell, column, draw, heading, line, table

Item = Mapping[str, Any]
STATES = {"met": "已履行", "breached": "未履行", "pending": "待办"}
EFFECTS = {"excluded": "剔除", "included": "纳入", "mark": "标识"}
EMPTY, PERSONAL = "（空）", "（个人信息，不读取）"


def render_order(console: Console, explanation: Item) -> None:
    """Writes the whole explanation; what needs attention is marked in words, not by colour alone."""
    source, policy, engine = explanation["source"], explanation["policy"], explanation["rule_engine"]
    line(console, f"工单 {explanation['order']}　{explanation['unit']}", "bold")
    line(console, f"{source['file']} 第 {source['record']} 条")
    line(console, f"{policy['title']}（版本 {policy['version']}）　统计时点 {explanation['as_of']}")
    _facts(console, explanation["facts"])
    rules = [(decision, rule) for decision in explanation["decisions"] for rule in decision["rules"]]
    _rules(console, "成立的规则", [pair for pair in rules if pair[1]["fired"]])
    _rules(console, "不成立的规则", [pair for pair in rules if not pair[1]["fired"]])
    _marks(console, explanation["marks"])
    _obligations(console, explanation["obligations"])
    _counts(console, explanation["counts"])
    console.print()
    asked = f"由 {engine['name']} {engine['version']} 就这张工单重新逐条认定（{engine['groups']} 组）"
    if engine["agrees"]:
        line(console, f"{asked}，与结果一致", DIM)
    else:
        line(console, f"{asked}，与结果不一致，请报告给维护者", WARN)


def _facts(console: Console, facts: Sequence[Item]) -> None:
    heading(console, "事实")
    grid = table()
    column(grid, "列", least=8)
    column(grid, "值", least=20)
    for fact in facts:
        value = PERSONAL if fact["personal"] else EMPTY if fact["value"] is None else fact["value"]
        grid.add_row(cell(fact["field"]), cell(value, "" if fact["value"] is not None else DIM))
    draw(console, grid)


def _rules(console: Console, title: str, rules: Sequence[tuple[Item, Item]]) -> None:
    heading(console, title)
    if not rules:
        line(console, "没有", DIM)
        return
    grid = table()
    column(grid, "名称", least=8)
    column(grid, "依据与标题", least=16)
    column(grid, "作用", keep=True)
    column(grid, "为什么", least=20)
    for _, rule in rules:
        texts = (rule["id"], f"{rule['clause']}：{rule['title']}", EFFECTS[rule["effect"]], why(rule["conditions"]))
        grid.add_row(*map(cell, texts))
    draw(console, grid)


def _marks(console: Console, marks: Sequence[Item]) -> None:
    for mark in marks:
        if mark["given"]:
            line(console, f"{mark['title']}（{mark['clause']}）：{mark['number']}", "bold")


def _obligations(console: Console, obligations: Sequence[Item]) -> None:
    heading(console, "义务")
    applying = [item for item in obligations if item["applies"]]
    if applying:
        grid = table()
        column(grid, "依据与义务", least=16)
        column(grid, "结论", keep=True)
        column(grid, "起算", least=10)
        column(grid, "期限", least=10)
        column(grid, "履行", least=10)
        for item in applying:
            state = cell(STATES.get(item["state"], item["state"]), WARN if item["state"] == "breached" else "")
            event = item["event"] or (f"{item['event_field']}：空" if item["event_field"] else "-")
            times = map(cell, (item["start"] or "-", item["deadline"] or "-", event))
            grid.add_row(cell(f"{item['clause']}：{item['title']}"), state, *times)
        draw(console, grid)
    for item in obligations:
        if not item["applies"]:
            reasons = "；".join(failed(item["conditions"]))
            line(console, f"不适用　{item['clause']}：{item['title']}（{reasons}）", DIM)


def _counts(console: Console, counts: Sequence[Item]) -> None:
    heading(console, "计入哪些指标")
    grid = table()
    column(grid, "依据与指标", least=14)
    column(grid, "计入", keep=True)
    column(grid, "得分", align="right", keep=True)
    column(grid, "为什么", least=20)
    for item in counts:
        if item["counted"]:
            texts = (item["month"], f"{item['points']:g}", item["band"] or "不在得分之列")
        else:
            outside = [] if item["month"] else ["周期内没有所计的事件"]
            texts = ("不计入", "-", "；".join(failed(item["conditions"]) or outside))
        grid.add_row(cell(f"{item['clause']}：{item['title']}"), *map(cell, texts))
    draw(console, grid)
