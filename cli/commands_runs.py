"""``hotline runs``: the evaluations that a workspace has kept, and the result of one.

Knows nothing of what a run is and loads nothing heavy: asking and showing are imported inside the command.
"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands_workspace import FORMATS, workspace_app
from cli.help import ChineseCommand, option
from cli.options import CommandError, one_of
from cli.options_workspace import WorkspaceOption, workspace_of


@workspace_app.command(
    "runs",
    cls=ChineseCommand,
    help="""列出工作区里记下的每次计算：何时、由谁、用哪个版本、以哪个时点、多少张工单。

    写了编号，就照当时的样子显示那一次的结果，如签发前再看一遍：hotline runs R7 --period 2026-03。
    每次计算都有凭据，存着它用了什么、得到什么；hotline audit 用来查证。""",
)
def runs(
    run: Annotated[str | None, typer.Argument(metavar="编号", help="哪一次计算，如 R7。不写则列出全部")] = None,
    period: Annotated[
        str | None, option("--period", metavar="期间", help="只列这一期间的明细：2026-04、Q2 或 year；要写编号")
    ] = None,
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    if period is not None and (run is None or format_ == "json"):
        raise CommandError(
            "--period 只用于一次计算的表格：写上编号，如 hotline runs R7 --period 2026-03，不写 --format json"
        )
    layout = workspace_of(workspace)

    from cli.asking_runs import run_list, run_result
    from cli.output import result_console, write

    found = run_list(layout) if run is None else run_result(layout, run)
    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(found))
    elif isinstance(found, dict):
        from cli.document import period_ids
        from cli.render_table import render_table

        if period is not None:
            one_of("--period", period, tuple(period_ids(found)))
        render_table(result_console(), found, period)
    else:
        from cli.render_runs import render_runs

        render_runs(result_console(), found)
