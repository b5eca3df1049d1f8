"""Shows the runs of a workspace as a table.

Knows the keys of the list; computes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from cli.tables import cell, column, draw, line, table
from workspace.moments import shown


def render_runs(console: Console, runs: Sequence[Mapping[str, Any]]) -> None:
    """One line a run, the newest last, where the eye is when the command is done."""
    if not runs:
        line(console, "还没有记下任何计算。运行 hotline evaluate（不写 --data）就会记下一次")
        return
    grid = table()
    for title in ("编号", "计算时间", "由谁", "版本", "统计时点"):
        column(grid, title, keep=title in ("编号", "计算时间"))
    for title in ("工单", "未采用"):
        column(grid, title, align="right", keep=True)
    column(grid, "凭据", keep=True)
    for run in runs:
        grid.add_row(
            *(cell(value) for value in (run["run"], shown(run["at"]), run["by"])),
            cell(run["policy"]["version"]),
            cell(run["as_of"]),
            *(cell(run[key]) for key in ("orders", "set_aside")),
            cell(f"{run['receipt'][:12]}…"),
        )
    draw(console, grid)
