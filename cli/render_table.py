"""The result for people, top to bottom: the whole cycle first, then months, what follows, and what was not used.

Knows the order of the parts; each part knows itself.
"""

from __future__ import annotations

from rich.console import Console

from cli.document import Document, indicators
from cli.render_consequences import consequences
from cli.render_corrections import corrections
from cli.render_months import BELOW_TARGET, aggregate, month
from cli.render_overview import header, overview
from cli.tables import DIM, WARN, cell, column, draw, heading, line, table

ROWS_SHOWN = 30


def render_table(console: Console, document: Document, period: str | None = None) -> None:
    """Writes the whole result; with ``period``, the details of that period only."""
    header(console, document)
    if indicators(document):
        _standings(console, document, period)
        for base in document.get("bases", []):
            heading(console, f"另一口径：{base['title']}")
            _standings(console, {**document, **base}, period)
    else:
        line(console, "这个版本不计分、不排名；各工单的办理要求用 --decisions 写出", DIM)
    consequences(console, document, period)
    corrections(console, document, period)
    _set_aside(console, document)
    _remarks(console, document)


def _standings(console: Console, document: Document, period: str | None) -> None:
    """The whole cycle, then months in detail, and the longer period that was asked for."""
    overview(console, document)
    months = [item for item in document["months"] if period in (None, item["period"])]
    ahead = [item["period"] for item in months if period is None and _ahead(document, item)]
    for item in months:
        if item["period"] not in ahead:
            month(console, document, item)
    if ahead:
        console.print()
        line(console, f"{' 至 '.join(dict.fromkeys((ahead[0], ahead[-1])))} 还没有到", DIM)
    if months and any(indicator.get("target") is not None for indicator in indicators(document)):
        line(console, f"{BELOW_TARGET}：低于目标", DIM)
    for item in [*document["quarters"], document["year"]]:
        if item and item["period"] == period:
            aggregate(console, document, item)


def _ahead(document: Document, month: Document) -> bool:
    """Whether a month begins after the moment of the result and nobody is ranked in it."""
    return bool(document.get("as_of")) and month["period"] > document["as_of"][:7] and not month["ranking"]


def _set_aside(console: Console, document: Document) -> None:
    rows = document.get("set_aside_rows", [])
    if not rows:
        return
    heading(console, f"未采用的行（{document['input']['set_aside']} 行）")
    grid = table()
    column(grid, "文件", least=8)
    column(grid, "第几条", align="right", keep=True)
    column(grid, "工单编号", least=8)
    column(grid, "列", least=8)
    column(grid, "值", least=8)
    column(grid, "原因", least=16)
    for row in rows[:ROWS_SHOWN]:
        names = ("file", "record", "order", "column", "value", "reason")
        grid.add_row(*(cell(_clipped("" if row.get(name) is None else row[name])) for name in names))
    draw(console, grid)
    if len(rows) > ROWS_SHOWN:
        rest = f"还有 {len(rows) - ROWS_SHOWN} 处：用 --format json 看全部"
        line(console, f"{rest}，工作区里的用 hotline aside 文件.xlsx 取出", DIM)


def _remarks(console: Console, document: Document) -> None:
    remarks = document.get("remarks", [])
    if not remarks:
        return
    heading(console, "提示")
    for remark in remarks[:ROWS_SHOWN]:
        line(console, f"- {remark}", WARN)
    if len(remarks) > ROWS_SHOWN:
        line(console, f"还有 {len(remarks) - ROWS_SHOWN} 条，用 --format json 看全部", DIM)


def _clipped(value: object, width: int = 60) -> str:
    text = str(value)
    return text if len(text) <= width else f"{text[:width]}…"
