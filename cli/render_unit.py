"""The explanation of one unit in one period for people: each indicator's arithmetic, total, gates, ladder, effects.

Knows the explanation's keys and tables; knows nothing of how scores come about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rich.console import Console

from cli.document import GATES, RATES, figure
from cli.reasons import why
from cli.tables import DIM, LAST, WARN, cell, column, draw, heading, line, table

Item = Mapping[str, Any]


def render_unit(console: Console, explanation: Item) -> None:
    """Writes the whole explanation; parts that the period does not have are left out."""
    policy = explanation["policy"]
    line(console, f"{explanation['unit']}　{explanation['title']}", "bold")
    line(console, f"{policy['title']}（版本 {policy['version']}）　统计时点 {explanation['as_of']}")
    if explanation["provisional"]:
        line(console, "期间尚未结束，结果是暂定的", WARN)
    if explanation["rank"] is None:
        line(console, "未参加排名", WARN)
    else:
        group = f"“{explanation['group']}”一组" if explanation["group"] else ""
        place = (
            f"总分 {figure(explanation['total'])}　第 {explanation['rank']} 名，{group}共 {explanation['of']} 个单位"
        )
        last = f"　末位{'（并列，请确认）' if explanation['tied'] else ''}" if explanation["last"] else ""
        line(console, place + last, LAST if last else "")
    _indicators(console, explanation)
    _months(console, explanation["months"])
    for counted in explanation["shown"]:
        line(console, f"{counted['title']}（不计分）：{counted['orders']} 件")
    _gates(console, explanation["gates"])
    _marks(console, explanation["standings"])
    if explanation["ladder"]:
        heading(console, "末位的累计" if not explanation["ladders"] else "末位与名次标志的累计")
        line(console, _ladder(explanation["ladder"]))
    for ladder in explanation["ladders"]:
        line(console, _ladder_of(ladder))
    _consequences(console, explanation["consequences"])


def _indicators(console: Console, explanation: Item) -> None:
    if not explanation["indicators"]:
        return
    heading(console, "指标")
    grid = table()
    column(grid, "依据与指标", least=12)
    column(grid, "怎样得出", least=16)
    column(grid, "值", align="right", keep=True)
    column(grid, "目标", align="right", keep=True)
    column(grid, "权重", align="right", keep=True)
    column(grid, "计分", align="right", keep=True)
    for item in explanation["indicators"]:
        grid.add_row(
            cell(f"{item['clause']}：{item['title']}"),
            cell(_arithmetic(item)),
            cell(figure(item["value"]), WARN if item["reached"] is False else ""),
            cell("-" if item["target"] is None else f"≥{item['target']:g}"),
            cell(_weight(item)),
            cell(figure(item["contribution"])),
        )
    draw(console, grid)
    if explanation["score"] is None:
        return
    score, bonus, total = (figure(explanation[key]) for key in ("score", "bonus", "total"))
    awards = "、".join(f"{_decimal(award['points'])}" for award in explanation["awards"])
    line(console, f"得分 {score} + 加分 {bonus} = 总分 {total}{_total_limits(explanation)}")
    for item in explanation["indicators"]:
        if item["minimum"] is not None and item["minimum"]["missed"]:
            line(console, _missed(item), WARN)
    if awards:
        line(console, f"加分的记录：{awards}（封顶后 {bonus}）")


def _total_limits(explanation: Item) -> str:
    """Whether a minimum that was missed limits the total, so that the sum is not what it says."""
    minimums = (item["minimum"] for item in explanation["indicators"] if item["minimum"] is not None)
    limits = [minimum["total_at_most"] for minimum in minimums if minimum["missed"]]
    return "（受限）" if explanation["total"] in limits else ""


def _missed(item: Item) -> str:
    minimum = item["minimum"]
    called = (("score_at_most", "得分"), ("total_at_most", "总分"))
    limits = "，".join(f"{name}至多 {minimum[key]:g}" for key, name in called if minimum[key] is not None)
    return f"{item['title']}低于最低要求 {minimum['at_least']:g}：{limits}"


def _arithmetic(item: Item) -> str:
    """The value as sum of points over orders: ``(100×8+80×2) ÷ 12``."""
    bands = [band for band in item["bands"] if band["orders"] and Fraction(band["points"])]
    parts = "+".join(f"{_decimal(band['points'])}×{band['orders']}件{band['title']}" for band in bands) or "0"
    base = f"{item['orders']}件" + (f"（{item['peers']}合计）" if item["peers"] else "")
    return f"({parts})÷{base}{_compared(item['compared'])}"


_SINCE = {"previous": "上一期", "year_before": "上年同期"}
_HOW = {"difference": "相差", "percent": "增减%"}


def _compared(compared: Item | None) -> str:
    if compared is None:
        return ""
    since = _SINCE[compared["since"]]
    earlier = f" {figure(compared['earlier'])} " if compared["earlier"] is not None else "没有值，不能"
    return f"，与{since}{earlier}比（{_HOW[compared['how']]}）"


def _weight(item: Item) -> str:
    """The weight, and what it became where others had nothing to count."""
    weight = f"{item['weight']:g}"
    return weight if item["carried"] == item["weight"] else f"{weight}→{figure(item['carried'])}"


def _months(console: Console, months: Sequence[Item]) -> None:
    if not months:
        return
    heading(console, "各月")
    grid = table()
    column(grid, "月份", keep=True)
    column(grid, "名次", align="right", keep=True)
    column(grid, "总分", align="right", keep=True)
    for month in months:
        rank = "-" if month["rank"] is None else month["rank"]
        grid.add_row(cell(month["period"]), cell(rank), cell(figure(month["total"])))
    draw(console, grid)


def _gates(console: Console, gates: Sequence[Item]) -> None:
    for gate in gates:
        heading(console, f"前提：{gate['title']}（{gate['clause']}）")
        grid = table()
        column(grid, "比率", least=10)
        column(grid, "本级", align="right", keep=True)
        column(grid, "平均", align="right", keep=True)
        column(grid, "结论", keep=True)
        for rate in gate["rates"]:
            figures = (cell(figure(rate["figure"])), cell(figure(rate["benchmark"])))
            grid.add_row(cell(rate["name"]), *figures, cell(RATES.get(rate["state"], rate["state"])))
        draw(console, grid)
        line(console, GATES.get(str(gate["outcome"]), str(gate["outcome"])))


def _ladder(ladder: Item) -> str:
    state = "本期末位" if ladder["last"] else "本期不是末位"
    return f"{state}；至本期连续末位 {ladder['running']} 期，累计末位 {ladder['times']} 次"


def _ladder_of(ladder: Item) -> str:
    state = "本期属于" if ladder["now"] else "本期不属于"
    counted = "".join("●" if has else "○" for has in ladder["counted"]) or "尚无"
    return (
        f"{ladder['title']}：{state}；至本期连续 {ladder['running']} 期，累计 {ladder['times']} 次"
        f"（计入的各期：{counted}）"
    )


def _marks(console: Console, marks: Sequence[Item]) -> None:
    if not marks:
        return
    heading(console, "名次标志")
    grid = table()
    column(grid, "属于", keep=True)
    column(grid, "依据与名称", least=16)
    column(grid, "为什么", least=20)
    for mark in marks:
        style = LAST if mark["given"] else ""
        reason = "公布时如此" if mark["conditions"] is None else why(mark["conditions"])
        given, named = "是" if mark["given"] else "否", f"{mark['clause']}：{mark['title']}"
        grid.add_row(cell(given, style), cell(named, style), cell(reason))
    draw(console, grid)


def _consequences(console: Console, consequences: Sequence[Item]) -> None:
    heading(console, "后果：触发与未触发")
    if not consequences:
        line(console, "这一期间没有可触发的后果", DIM)
        return
    grid = table()
    column(grid, "触发", keep=True)
    column(grid, "依据与事由", least=16)
    column(grid, "为什么", least=20)
    column(grid, "谁对谁做什么", least=16)
    for item in consequences:
        style = LAST if item["fired"] else ""
        reason = why(item["conditions"]) if item["counted"] else "这一期间不累计，也不触发"
        if item["counted"] and item["counted_since"]:
            reason += f"；{item['counted_since']} 触发之后重新数"
        deed = f"{item['actor']}→{item['audience']}：{item['action']}{'' if item['mandatory'] else '（酌情）'}"
        if item["affected"]:
            deed += f"；涉及{'、'.join(item['affected'])}"
        if item["due"]:
            deed += f"；期限 {item['due']}"
        grid.add_row(
            cell("是" if item["fired"] else "否", style),
            cell(f"{item['clause']}：{item['title']}", style),
            cell(reason),
            cell(deed, "" if item["fired"] else DIM),
        )
    draw(console, grid)


def _decimal(text: str) -> str:
    """An exact fraction as people write it."""
    return f"{float(Fraction(text)):g}"
