"""What another version would change for real orders, on the screen: sentences first, then items, figures and orders.

Knows the impact's document; knows nothing of policies.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.document import Document, figure, printable
from cli.tables import DIM, LAST, cell, column, draw, heading, line, table
from cli.wrapping import wrap

STATES: Mapping[str, str] = {"met": "做到", "breached": "违反", "pending": "未到期", "fired": "命中", "": "不涉及"}
KINDS: Mapping[str, str] = {"rule": "规则", "exclusion": "剔除", "obligation": "办理要求"}
COUNTED: Sequence[tuple[str, str]] = (
    ("ranks", "名次变动 {} 处"),
    ("last", "末位变动 {} 处"),
    ("ranked", "新参加排名 {} 处"),
    ("unranked", "不再参加排名 {} 处"),
    ("consequences_added", "后果增加 {} 项"),
    ("consequences_removed", "后果取消 {} 项"),
    ("consequences_changed", "后果改变 {} 项"),
    ("gates", "前提变动 {} 处"),
    ("totals", "总分变动 {} 处"),
    ("orders", "工单认定变动 {} 件次"),
    ("bases", "其他口径变动 {} 处"),
    ("orders_read", "采用与否不同的工单 {} 件"),
)
IDLE = "其余改动对这些工单没有影响："


def head(document: Document) -> str:
    """Versions, orders and time in one line."""
    read = document["input"]["orders"]
    number = f"{read['a']} 件" if read["a"] == read["b"] else f"{read['a']} 件（新版本采用 {read['b']} 件）"
    cycle = document["cycle"]
    text = (
        f"{document['a']['version']} → {document['b']['version']}　"
        f"工单 {number}，{cycle['first']} 至 {cycle['last']}，统计时点 {document['as_of']}"
    )
    since = document["amends_from"]
    return f"{text}；新版本是修订，自 {since} 起管，此前仍按旧版本" if since else text


def summary(document: Document) -> str:
    """How much differs, in one sentence."""
    items = len(document["items"])
    if not items:
        return "两个版本含义相同，没有影响"
    said = [text.format(document["counts"][key]) for key, text in COUNTED if document["counts"][key]]
    return f"{items} 项改动：" + ("，".join(said) if said else "对这些工单没有影响")


def attribution(document: Document) -> str:
    """How the differences of totals were shared out; empty where there were none."""
    found = document["attribution"]
    if not document["counts"]["totals"]:
        return ""
    items = "、".join(f"〔{number}〕" for number in found["items"])
    if found["exact"]:
        text = f"总分的差由{items}按 Shapley 值精确分摊，各部分之和等于差数（各数四舍五入，末位可差 1）"
    else:
        text = (
            f"总分的差由{items}按 Shapley 值分摊：抽取 {found['sampled_orders']} 种先后次序平均，"
            f"各部分之和仍等于差数（各数四舍五入，末位可差 1），单个部分的标准误不超过 {found['largest_error']:.4f}"
        )
    return text + (f"；有 {found['refused']} 种组合不成立，按去掉最后几项计" if found["refused"] else "")


def results(period: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The main result of a period and those on other bases, each with what it is called."""
    yield period["title"], period
    for base in period["bases"]:
        yield f"{period['title']}（{base['title']}）", base


def by_effect(document: Document) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
    """The items to which anything is due, and the others."""
    effects = ("ranks", "last", "bases", "gates", "consequences", "totals", "orders")
    acting = [item for item in document["items"] if any(item[key] for key in effects)]
    return acting, [item for item in document["items"] if item not in acting]


def parts(row: Mapping[str, Any]) -> str:
    """What each item contributes to a unit's difference."""
    listed = (
        f"〔{part['item']}〕{part['amount']:+.2f}" + (f"±{part['error']:.2f}" if part["error"] else "")
        for part in row["parts"]
    )
    return " ".join(listed)


def seat(row: Mapping[str, Any]) -> str:
    """The rank under both versions."""
    old, new = row["before"], row["after"]
    before, after = ("不排名" if one is None else f"{one['rank']}" for one in (old, new))
    return before if before == after else f"{before}→{after}"


def render_table(console: Console, document: Document) -> None:
    """The whole impact."""
    _said(console, head(document))
    _said(console, summary(document))
    for period in document["periods"]:
        for title, result in results(period):
            for sentence in result["sentences"]:
                _said(console, f"{title}：{sentence}", hanging=2)
    if document["items"]:
        _items(console, document)
    for period in document["periods"]:
        for title, result in results(period):
            if any(row["difference"] or row["rank_because"] for row in result["units"]):
                _units(console, f"{title}总分" + ("（暂定）" if period["provisional"] else ""), result["units"])
    _orders(console, document)


def _said(console: Console, text: str, style: str = "", *, hanging: int = 0) -> None:
    first, *rest = wrap(printable(text), console.width - hanging - 2)  # closing punctuation may hang over
    line(console, first, style)
    for more in rest:
        line(console, more, style, indent=hanging)


def _items(console: Console, document: Document) -> None:
    heading(console, "各项改动和它们必不可少的变化")
    grid = table()
    grid.expand = True
    column(grid, "编号", align="right", keep=True)
    column(grid, "改动", least=30)
    grid.columns[1].ratio = 1
    for title in ("名次", "末位", "后果", "认定"):
        column(grid, title, align="right", keep=True)
    column(grid, "最大分差", align="right", keep=True)
    acting, idle = by_effect(document)
    for item in acting:
        counts = (item[key] for key in ("ranks", "last", "consequences", "orders"))
        largest = figure(item["largest"]) if item["largest"] else ""
        grid.add_row(cell(item["number"]), cell(item["sentence"]), *(cell(n or "") for n in counts), cell(largest))
    if acting:
        draw(console, grid)
        _said(console, attribution(document), DIM)
    if idle:
        _said(console, IDLE)
        for item in idle:
            _said(console, f"〔{item['number']}〕{item['sentence']}", DIM, hanging=4)


def _units(console: Console, title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    heading(console, title)
    grid = table()
    grid.expand = True
    column(grid, "名次", align="right", keep=True)
    column(grid, "承办单位", keep=True)
    grouped = any(row.get("group") for row in rows)
    if grouped:
        column(grid, "组别", keep=True)
    for name in ("旧总分", "新总分", "差"):
        column(grid, name, align="right", keep=True)
    column(grid, "其中", least=20)
    grid.columns[-1].ratio = 1
    for row in rows:
        old, new = (row[side] or {"total": None, "last": False} for side in ("before", "after"))
        style = LAST if new["last"] else ""
        moved = "" if row["difference"] is None else f"{row['difference']:+.2f}"
        grid.add_row(
            cell(seat(row), style),
            cell(row["unit"], style),
            *([cell(row.get("group", ""), DIM)] if grouped else []),
            cell(figure(old["total"])),
            cell(figure(new["total"])),
            cell(moved),
            cell(parts(row)),
        )
    draw(console, grid)


def _orders(console: Console, document: Document) -> None:
    read = document["input"]
    if read["only_a"]["orders"] or read["only_b"]["orders"]:
        heading(console, "采用与否不同的工单")
        for side, word in (("only_a", "只有旧版本采用"), ("only_b", "只有新版本采用")):
            one = read[side]
            if one["orders"]:
                _said(console, f"{word} {one['orders']} 件，如 {'、'.join(one['examples'])}", hanging=2)
    if not document["orders"]:
        return
    heading(console, "每张工单的认定")
    for change in document["orders"]:
        items = "、".join(f"〔{number}〕" for number in change["items"])
        clause = f"（{change['clause']}）" if change["clause"] else ""
        text = f"{KINDS[change['kind']]} {change['title']}{clause}：{change['orders']} 件不同，因为 {items}"
        _said(console, text, hanging=2)
        for told in moves(change):
            _said(console, f"  {told}", hanging=4)
        examples = "、".join(example["order"] for example in change["examples"][:5])
        if examples:
            _said(console, f"  如 {examples}" + (" 等" if change["orders"] > 5 else ""), DIM, hanging=4)


def moves(change: Mapping[str, Any]) -> list[str]:
    """``做到→违反 50 件：甲 6、乙 12`` for each pair of states."""
    by: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for one in change["units"]:
        by.setdefault((one["old"], one["new"]), []).append((one["unit"], one["orders"]))
    return [
        f"{STATES.get(old, old)}→{STATES.get(new, new)} {sum(n for _, n in units)} 件："
        + "、".join(f"{unit} {n}" for unit, n in units)
        for (old, new), units in by.items()
    ]
