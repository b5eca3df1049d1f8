"""The explanation of one unit in one period for people: each indicator's arithmetic, total, ladder, what follows.

Knows the explanation's keys and tables; knows nothing of how scores come about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.document import figure
from cli.tables import DIM, LAST, WARN, cell, column, draw, heading, line, table

Explanation = Mapping[str, Any]


def render_unit(console: Console, explanation: Explanation) -> None:
    """Writes every part that the explanation has."""
    policy = explanation["policy"]
    line(console, f"{explanation['unit']}　{explanation.get('period_title') or explanation['period']}", "bold")
    line(console, f"{policy.get('title') or policy['id']}（版本 {policy['version']}）　统计时点 {explanation['as_of']}")
    if explanation["provisional"]:
        line(console, "期间尚未结束：结果是暂定的，不累计，也不触发任何后果", WARN)
    if explanation["rank"] is None:
        line(console, "未参加排名", WARN)
    else:
        last = "，末位" if explanation["last"] else ""
        ranked = f"第 {explanation['rank']} 名（共 {explanation['ranked']} 个单位）{last}"
        line(console, f"总分 {figure(explanation['total'])}　{ranked}", LAST if last else "")
    _indicators(console, explanation)
    _months(console, explanation.get("months", []))
    _sentences(console, "三率与前提", explanation.get("gates", []))
    _sentences(console, "末位的累计", explanation.get("ladder", []))
    _consequences(console, explanation["consequences"])


def _indicators(console: Console, explanation: Explanation) -> None:
    indicators = explanation.get("indicators", [])
    if not indicators:
        return
    heading(console, "指标")
    grid = table()
    column(grid, "依据与指标", least=12)
    column(grid, "得分之和 / 件数", align="right", least=9)
    column(grid, "值", align="right", keep=True)
    column(grid, "目标", align="right", keep=True)
    column(grid, "权重", align="right", keep=True)
    column(grid, "计分", align="right", keep=True)
    for item in indicators:
        value, target = item["value"], item["target"]
        below = value is not None and target is not None and value < float(target)
        grid.add_row(
            cell(f"{item['clause']}：{item['title']}"),
            cell(f"{item['points']} / {item['orders']}"),
            cell(figure(value), WARN if below else ""),
            cell("-" if target is None else f"≥{float(target):g}"),
            cell(figure(item["weight"])),
            cell(figure(item["scored"])),
        )
    draw(console, grid)
    score, bonus, total = (figure(explanation[key]) for key in ("score", "bonus", "total"))
    line(console, f"得分 {score} + 加分 {bonus} = 总分 {total}")
    for award in explanation.get("awards", []):
        line(console, f"加分：{award}", DIM)


def _months(console: Console, months: Sequence[Mapping[str, Any]]) -> None:
    if not months:
        return
    heading(console, "由各月总分得出")
    grid = table()
    column(grid, "月份", keep=True)
    column(grid, "总分", align="right", keep=True)
    for month in months:
        grid.add_row(cell(month["period"]), cell(figure(month["total"])))
    draw(console, grid)


def _sentences(console: Console, title: str, sentences: Sequence[str]) -> None:
    if sentences:
        heading(console, title)
        for sentence in sentences:
            line(console, sentence)


def _consequences(console: Console, consequences: Sequence[Mapping[str, Any]]) -> None:
    heading(console, "后果：触发与未触发")
    if not consequences:
        line(console, "这一期间没有可触发的后果", DIM)
        return
    grid = table()
    column(grid, "触发", keep=True)
    column(grid, "依据与事由", least=16)
    column(grid, "为什么", least=20)
    for item in consequences:
        style = LAST if item["fired"] else ""
        grid.add_row(
            cell("是" if item["fired"] else "否", style),
            cell(f"{item['clause']}：{item['title']}", style),
            cell("；".join(item["why"])),
        )
    draw(console, grid)
