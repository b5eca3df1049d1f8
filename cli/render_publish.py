"""Shows what was made known: one month just now, or the list of all.

Knows published months and the keys of the list; computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cli.document import GATES, figure, printable
from cli.tables import DIM, cell, column, draw, line, table
from engine.report import rounded
from workspace.moments import shown

if TYPE_CHECKING:
    from engine.published import Announced
    from engine.standings import Standing
    from workspace.publishing import Made

_KINDS = {"publication": "公布", "correction": "更正"}


def made_text(made: Made) -> str:
    """What holds for the month from now on."""
    one, published = made.publication, made.published
    ranking = published.standing.ranking
    kept = [placed.unit for placed in ranking if not placed.announced]
    gates = [GATES.get(state.outcome, state.outcome) for state in published.gates.values()]
    lines = [
        f"已{_KINDS[one.kind]} {one.month}：据 {one.run_name}，由 {one.by}，链上第 {one.seq} 条记录",
        _placed(published.standing) + (f"；{'、'.join(gates)}" if gates else ""),
    ]
    lines += [f"另一口径“{base.title}”：{_placed(base.standing)}" for base in published.bases.values()]
    lines += [f"排名而不公布：{'、'.join(kept)}"] if kept else []
    lines += [f"后果：{_consequence(item)}" for item in published.consequences] or ["没有触发任何后果"]
    if one.replaces is not None:
        lines.append(f"事由：{one.reason}；取代第 {one.replaces} 条记录，那一条仍留在链上")
    if made.unpublished:
        months = "、".join(map(str, made.unpublished))
        lines.append(f"提示：{months} 还没有公布，累计按现有数据计入；其数据以后变了，这里的后果会列入更正")
    return "".join(f"{printable(text)}\n" for text in lines)


def _placed(standing: Standing) -> str:
    last = [f"{placed.unit}（{figure(rounded(placed.total))}）" for placed in standing.ranking if placed.last]
    return f"参加排名 {len(standing.ranking)} 个单位，末位：{'、'.join(last) or '无'}"


def _consequence(item: Announced) -> str:
    who = f"{item.unit}，" if item.unit else ""
    return f"{who}{item.clause}：{item.title}" + (f"，{item.due} 前" if item.due else "")


def render_published(console: Console, found: Sequence[Mapping[str, Any]]) -> None:
    """One line an entry, the newest last, where the eye is when the command is done."""
    if not found:
        line(console, "还没有公布任何月份。用 hotline publish 2026-03 这样的写法公布")
        return
    grid = table()
    for title in ("月份", "记录", "种类", "计算", "时间", "由谁"):
        column(grid, title, keep=title != "由谁")
    column(grid, "事由", least=8)
    for one in found:
        style = "" if one["in_force"] else DIM
        kind = _KINDS[one["kind"]] + ("" if one["in_force"] else "（已被更正）")
        values = (one["period"], one["entry"], kind, one["run"], shown(one["at"]), one["by"])
        grid.add_row(*(cell(value, style) for value in (*values, one["reason"] or "-")))
    draw(console, grid)
