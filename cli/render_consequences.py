"""What follows from the rankings, period by period: on whom, why, who does what to whom, and by when.

Knows the result document and tables; knows nothing of ladders or gates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from cli.document import Document, period_titles, titles
from cli.tables import DIM, cell, column, draw, heading, line, table


def consequences(console: Console, document: Document, period: str | None) -> None:
    """Those of every period, or of the one asked for; nothing for a policy that has none."""
    if document.get("titles", {}).get("consequences") == []:
        return
    fired = [item for item in document["consequences"] if period is None or item["period"] == period]
    heading(console, "后果：谁、为什么、由谁做什么")
    if not fired:
        line(console, "没有触发任何后果", DIM)
        return
    grid = table()
    column(grid, "期间", least=7, keep=True)
    column(grid, "单位", least=8)
    column(grid, "依据与事由", least=16)
    column(grid, "谁对谁做什么", least=20)
    column(grid, "期限", least=10, keep=True)
    names = period_titles(document)
    before = None
    for item in fired:
        if before not in (None, item["period"]):
            grid.add_row()
        label = names.get(item["period"], item["period"]) if item["period"] != before else ""
        before = item["period"]
        texts = (label, item["unit"] or "-", reason(document, item), deed(item), item["due"] or "-")
        grid.add_row(*map(cell, texts))
    draw(console, grid)


def reason(document: Document, item: Mapping[str, Any]) -> str:
    """The clause and the rule's title."""
    title = item.get("title") or titles(document, "consequences").get(item["rule"], item["rule"])
    return f"{item['clause']}：{title}"


def deed(item: Mapping[str, Any]) -> str:
    """Who does what to whom, who else is concerned, whether it is left to judgement, and the day of the reminder."""
    text = f"{item['actor']}→{item['audience']}：{item['action']}"
    if item.get("affected"):
        text += f"；涉及{'、'.join(item['affected'])}"
    if not item.get("mandatory", True):
        text += "（酌情）"
    return f"{text}；{item['warn']} 提醒" if item.get("warn") else text
