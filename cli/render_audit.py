"""Shows what a verification found and what an export holds, for people and for programs.

Knows sentences and keys; computes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cli.render_json import render_json
from engine.problems import Problem

if TYPE_CHECKING:
    from workspace.audit.export import Exported
    from workspace.audit.verdict import Verdict

_CHECKED = {"entries": "条记录", "rows": "行目录", "receipts": "份凭据", "objects": "个文件"}
_FEW = 5


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
