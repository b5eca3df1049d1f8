"""``hotline runs``: the evaluations that a workspace has kept.

Knows nothing of what a run is and loads nothing heavy: asking and showing are imported inside the command.
"""

from __future__ import annotations

from typing import Annotated

from cli.commands_workspace import FORMATS, workspace_app
from cli.help import ChineseCommand, option
from cli.options import one_of
from cli.options_workspace import WorkspaceOption, workspace_of


@workspace_app.command(
    "runs",
    cls=ChineseCommand,
    help="""列出工作区里记下的每次计算：何时、由谁、用哪个版本、以哪个时点、多少张工单。

    每次计算都有凭据，存着它用了什么、得到什么；hotline audit 用来查证。""",
)
def runs(
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_runs import run_list
    from cli.output import result_console, write

    found = run_list(layout)
    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(found))
        return
    from cli.render_runs import render_runs

    render_runs(result_console(), found)
