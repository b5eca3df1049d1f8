"""Shows what a verification found, what an export holds, who called often and whether a run could be made again.

Knows sentences and keys; computes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console

from cli.render_json import render_json
from cli.tables import DIM, cell, column, draw, line, table
from engine.problems import Problem

if TYPE_CHECKING:
    from workspace.audit.callers import Caller
    from workspace.audit.export import Exported
    from workspace.audit.verdict import Verdict
    from workspace.replay import Replay

_CHECKED = {"entries": "条记录", "rows": "行目录", "receipts": "份凭据", "objects": "个文件"}
_FEW = 5
ORDERS_SHOWN = 20
"""Of one caller; blanks between them let a line end there."""


def problem_lines(verdict: Verdict) -> list[str]:
    """One line for each thing that is not as it was written."""
    return [str(problem) for problem in verdict.problems]


def verdict_text(verdict: Verdict) -> str:
    """The verdict in a few sentences; remarks of one kind are told once."""
    lines = ["工作区与写成时一样" if verdict.clean else f"工作区被改动过：{len(verdict.problems)} 处"]
    counted = [f"{verdict.checked[name]} {unit}" for name, unit in _CHECKED.items() if name in verdict.checked]
    if counted:
        lines.append(f"核对了 {'、'.join(counted)}")
    if verdict.head is not None:
        lines.append(f"链尾：第 {verdict.head.seq} 条 {verdict.head.digest}")
    lines += [f"提示：{line}" for line in _grouped(verdict.remarks)]
    return "\n".join(lines) + "\n"


def _grouped(remarks: Iterable[Problem]) -> Iterator[str]:
    every = list(remarks)
    counts = Counter(remark.what for remark in every)
    for what, count in counts.items():
        some = [str(remark.place) for remark in every if remark.what == what][:_FEW]
        yield f"{what}：{'、'.join(some)}" + (f" 等 {count} 个" if count > len(some) else "")


def verdict_json(verdict: Verdict) -> str:
    """The verdict for programs."""
    head = None if verdict.head is None else vars(verdict.head)
    return render_json(
        {
            "clean": verdict.clean,
            "head": head,
            "checked": dict(verdict.checked),
            "problems": [_problem(one) for one in verdict.problems],
            "remarks": [_problem(one) for one in verdict.remarks],
        }
    )


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "place": str(problem.place),
        "what": problem.what,
        "value": problem.value,
        "instead": problem.instead,
    }


def exported_text(exported: Exported) -> str:
    """Where the bundle is and what to do with it."""
    head = exported.head
    return (
        f"已导出 {exported.files} 个文件到 {exported.target}\n"
        f"链尾：第 {head.seq} 条 {head.digest}（请另处记下）\n"
        "核对：sha256sum -c SHA256SUMS；链怎样核对见其中的 FORMAT.md\n"
    )


def render_callers(console: Console, found: Sequence[Caller] | None, at_least: int) -> None:
    """One line a caller, known by the first digits of the hash."""
    if found is None:
        line(console, "分不出来电人：导入的工单没有来电人的密钥散列")
        return
    if not found:
        line(console, f"没有来电人有 {at_least} 件以上的工单")
        return
    grid = table()
    column(grid, "来电人", keep=True)
    column(grid, "件数", align="right", keep=True)
    column(grid, "工单", least=20)
    for one in found:
        more = "" if len(one.orders) <= ORDERS_SHOWN else f" 等{len(one.orders)}件"
        grid.add_row(cell(one.hash[:12]), cell(len(one.orders)), cell(" ".join(one.orders[:ORDERS_SHOWN]) + more))
    draw(console, grid)
    if any(len(one.orders) > ORDERS_SHOWN for one in found):
        line(console, "全部工单用 --format json 看", DIM)


_CAUSES = {"object": "文件", "state": "数据", "policy": "方案", "program": "程序版本", "schema": "格式定义"}


def replay_text(found: Replay) -> str:
    """Whether the run could be made again; the first difference, and everything that is not as it was."""
    name = found.run.name
    lines = [f"{name} 重算的结果与当时不同"]
    if found.exact:
        lines = [f"{name} 重算一遍，结果和每张工单的认定与当时逐字节相同"]
    elif found.same:
        lines = [f"{name} 重算一遍，每个值都与当时相同；文件的字节不同，是因为写文件的程序换了版本"]
    lines += [str(problem) for problem in found.refused]
    if found.difference is not None:
        one = found.difference
        lines.append(f"第一处不同：{one.part} {one.path}：{_shown(one.old)} → {_shown(one.new)}")
    if found.causes:
        lines.append("与当时不一样的：")
        lines += [f"  {_CAUSES[one.what]} {one.name}：{one.old or '无'} → {one.new or '无'}" for one in found.causes]
    elif not found.same:
        lines.append("数据、方案、程序版本都与当时一样，请报告给维护者")
    return "\n".join(lines) + "\n"


def _shown(value: str | None) -> str:
    return "无" if value is None else value
