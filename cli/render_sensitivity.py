"""Which unclear clauses matter for real orders, on the screen: the summary, then one row an option.

Knows the document only; knows nothing of policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console

from cli.document import Document, printable
from cli.render_impact import KINDS
from cli.render_show import STATUS
from cli.tables import WARN, cell, column, draw, heading, line, table
from cli.wrapping import wrap


def render_table(console: Console, document: Document) -> None:
    """Readings whose answer matters first."""
    counts = document["counts"]
    versions = "、".join(one["version"] for one in document["versions"])
    cycle = document["cycle"]
    line(
        console,
        f"{versions}　工单 {document['input']['orders']} 件，{cycle['first']} 至 {cycle['last']}，"
        f"统计时点 {document['as_of']}",
    )
    line(console, summary(document))
    matter = [reading for reading in document["readings"] if reading["matters"]]
    if matter:
        heading(console, "要紧的：换一种理解，名次、末位或后果会变")
        _grid(console, matter)
        for reading in matter:
            for option in reading["options"]:
                if option["first"]:
                    _said(
                        console,
                        f"{_pair(reading, option)} 最早：{option['first']['title']} {option['first']['sentence']}",
                    )
    rest = [one for one in document["readings"] if not one["matters"] and any(o["valid"] for o in one["options"])]
    if rest:
        heading(console, "不影响名次、末位和后果的")
        for reading in rest:
            for option in reading["options"]:
                if option["valid"]:
                    _said(console, f"{_pair(reading, option)} {_others(option)}")
    single = [reading["title"] for reading in document["readings"] if not reading["options"]]
    if single:
        heading(console, "只有一种理解的")
        _said(console, "、".join(single))
    if counts["invalid"]:
        heading(console, "换了就不成立的")
        for reading in document["readings"]:
            for option in reading["options"]:
                for problem in option["problems"]:
                    _said(console, f"{_pair(reading, option)}：{problem}", WARN)


def summary(document: Document) -> str:
    """How many questions matter."""
    counts = document["counts"]
    if not counts["readings"]:
        return "这个版本没有未写明之处"
    return (
        f"{counts['readings']} 处未写明，其中 {counts['matter']} 处换一种理解会改变名次、末位或后果"
        f"（共试了 {counts['options']} 种其他理解）"
    )


def _grid(console: Console, readings: list[Mapping[str, Any]]) -> None:
    grid = table()
    grid.expand = True
    column(grid, "理解", keep=True)
    column(grid, "未写明之处", least=16)
    grid.columns[1].ratio = 2
    column(grid, "若改为", least=16)
    grid.columns[2].ratio = 2
    for title in ("后果", "末位", "名次", "前提"):
        column(grid, title, align="right", keep=True)
    column(grid, "状态", keep=True)
    for reading in readings:
        for number, option in enumerate(one for one in reading["options"] if one["valid"]):
            told = (reading["id"], reading["title"]) if not number else ("", "")
            counts = (option[key] or "" for key in ("consequences", "last", "ranks", "gates"))
            status = STATUS.get(reading["status"], reading["status"]) if not number else ""
            grid.add_row(cell(told[0]), cell(told[1]), cell(option["title"]), *map(cell, counts), cell(status))
    draw(console, grid)


def _pair(reading: Mapping[str, Any], option: Mapping[str, Any]) -> str:
    return f"{reading['id']}={option['id']}"


def _others(option: Mapping[str, Any]) -> str:
    told = [f"总分变动 {option['totals']} 处"] if option["totals"] else []
    told += [f"{KINDS[one['kind']]}“{one['title']}”{one['orders']} 件认定不同" for one in option["orders"]]
    return f"（{option['title']}）：" + ("，".join(told) or "没有任何变化")


def _said(console: Console, text: str, style: str = "") -> None:
    first, *rest = wrap(printable(text), console.width - 4)
    line(console, first, style)
    for more in rest:
        line(console, more, style, indent=2)
