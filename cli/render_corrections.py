"""What published months would have to be corrected in: who, what, and from which new rows.

Knows the result document and tables; knows nothing of how months are compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from rich.console import Console

from cli.document import GATES, RATES, Document, figure, titles
from cli.tables import DIM, WARN, cell, column, draw, heading, line, table

ORDERS_SHOWN = 20
_MARKS = {True: "末位", False: "非末位", None: "未排名"}
_CHANGES = {"new": "新增", "gone": "不再有", "changed": "已改", "same": "记录未改，认定不同"}
_BASES = {"data": "尚未公布，按数据计", "publication": "其后公布", "correction": "其后更正"}


def corrections(console: Console, document: Document, period: str | None) -> None:
    """Those of every published month, or of the one asked for."""
    found = [item for item in document.get("corrections", []) if period in (None, item["period"])]
    if not found:
        return
    heading(console, "已公布月份的更正")
    line(console, "下列月份已公布，名次、累计仍按公布的计；按现在的数据会有这些不同", WARN)
    for item in found:
        _month(console, document, item)


def _month(console: Console, document: Document, item: Mapping[str, Any]) -> None:
    console.print()
    month = item["period"]
    line(console, f"{month}（据 {item['run']} 公布，第 {item['entry']} 条记录）", "bold")
    _units(console, item["units"])
    for base in item.get("bases", []):
        line(console, f"另一口径：{base['title']}")
        _units(console, base["units"])
    for text in _notes(document, item):
        line(console, text)
    _causes(console, item["causes"])
    line(console, f"更正用：hotline publish {month} --correct --reason 事由", DIM)


def _units(console: Console, units: Sequence[Mapping[str, Any]]) -> None:
    if not units:
        return
    grid = table()
    column(grid, "单位", least=8)
    for title in ("名次", "总分", "末位"):
        column(grid, title, align="right", keep=True)
    for unit in units:
        rank = _pair(unit.get("rank"), lambda value: "-" if value is None else str(value))
        total = _pair(unit.get("total"), partial(figure, decimals=_decimals(unit.get("total"))))
        last = _pair(unit.get("last"), lambda value: _MARKS[value])
        grid.add_row(*(cell(value) for value in (unit["unit"], rank, total, last)))
    draw(console, grid)


def _pair(values: Mapping[str, Any] | None, shown: Any) -> str:
    return "不变" if values is None else f"{shown(values['old'])} → {shown(values['new'])}"


def _decimals(values: Mapping[str, Any] | None) -> int:
    """As many as tell the two apart."""
    return 2 if values is None or figure(values["old"]) != figure(values["new"]) else 6


def _notes(document: Document, item: Mapping[str, Any]) -> Iterator[str]:
    names = {**titles(document, "indicators"), **titles(document, "rates")}
    for gate in item["gates"]:
        old, new = (GATES.get(gate[side], "无") for side in ("old", "new"))
        rates = "，".join(
            f"{names.get(rate['id'], rate['id'])}{RATES.get(rate['old'], '无')} → {RATES.get(rate['new'], '无')}"
            for rate in gate["rates"]
        )
        yield f"前提：{old} → {new}" + (f"（{rates}）" if rates else "")
    for one in item["consequences"]:
        yield f"后果{_CHANGES[one['change']]}：{one['unit'] or '-'}，{one['title']}"


def _causes(console: Console, causes: Mapping[str, Any]) -> None:
    told = list(_sentences(causes))
    rows = [*causes["listed"], *causes["rows"]]
    if not told and not rows:
        return
    line(console, "因为：")
    for text in told:
        line(console, text, indent=2)
    if not rows:
        return
    grid = table()
    column(grid, "工单或行", least=8)
    column(grid, "变化", keep=True)
    column(grid, "文件", least=8)
    column(grid, "第几条", align="right", keep=True)
    column(grid, "原值 → 新值", least=16)
    for row in rows[:ORDERS_SHOWN]:
        what = row.get("order") or "、".join(str(value) for value in row["key"].values()) or row["table"]
        fields = "；".join(f"{one['field']} {one['old'] or '空'} → {one['new'] or '空'}" for one in row["fields"])
        grid.add_row(*(cell(value) for value in (what, _CHANGES[row["change"]], row["file"], row["record"], fields)))
    draw(console, grid)
    more = (causes["orders"] or 0) + len(causes["rows"]) - min(len(rows), ORDERS_SHOWN)
    if more:
        line(console, f"还有 {more} 处，用 --format json 看全部", DIM)


def _sentences(causes: Mapping[str, Any]) -> Iterator[str]:
    if causes["policy"]:
        yield f"版本：{causes['policy']['old']} → {causes['policy']['new']}（内容或理解不同）"
    for reading in causes["readings"]:
        yield f"理解 {reading['id']}：{reading['old'] or '无'} → {reading['new'] or '无'}"
    for month in causes["months"]:
        yield f"累计所依据的 {month['period']}：{_BASES[month['basis']]}" + (
            f"（第 {month['entry']} 条记录）" if month["entry"] else ""
        )
    if causes["as_of"]:
        yield f"统计时点：{causes['as_of']['old']} → {causes['as_of']['new']}"
    if causes["orders"] is None:
        yield "现用的版本读不了公布时的数据，不能逐张比较工单"
    elif causes["orders"]:
        yield f"当月计数不同的工单 {causes['orders']} 张"
