"""``hotline audit``: is the workspace whole, what decided this, what changed and why, give me the evidence.

Knows no rule of evaluation and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_policy import FOUND
from cli.help import ChineseCommand, ChineseGroup, option
from cli.options import one_of
from cli.options_workspace import WorkspaceOption, workspace_of

FORMATS = ("table", "json")
FormatOption = Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")]

audit_app = typer.Typer(
    cls=ChineseGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="""审计工作区：有没有被改动，哪一条认定了什么，结果为什么变了，重算、导出凭据。

    这些命令只看不改。""",
)


@audit_app.command(
    "verify",
    cls=ChineseCommand,
    help="""核对工作区的每一个文件：链、目录、快照、结果、凭据、已发布的方案、设置和 private 文件夹的权限。

    链尾被截去只能与另处记下的链尾对出来：每次核对都显示链尾，请抄下来，下次用 --head 给出。

    退出码：0 与写成时一样（可以有提示）；1 有被改动之处，逐一列出；2 命令有错。""",
)
def verify(
    head: Annotated[
        str | None, option("--head", metavar="摘要", help="以前记下的链尾（64 位十六进制），核对它还在链上")
    ] = None,
    format_: FormatOption = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_audit import noted_head, verified
    from cli.output import complain, progress, write
    from cli.render_audit import problem_lines, verdict_json, verdict_text

    noted = noted_head(head)
    with progress("正在核对…") as say:
        verdict = verified(layout, noted, say)
    if format_ == "json":
        write(verdict_json(verdict))
    else:
        complain(*problem_lines(verdict))
        write(verdict_text(verdict))
    if not verdict.clean:
        raise typer.Exit(FOUND)


@audit_app.command(
    "export",
    cls=ChineseCommand,
    help="""导出凭据：链、快照、结果、凭据和方案文件，连同说明（FORMAT.md）和每个文件的 SHA-256。

    拿到的人只用 sha256sum 和说明就能核对，不需要这个程序。个人信息和密码不在其中。""",
)
def export(
    target: Annotated[str, typer.Argument(metavar="位置", help="新的文件夹，或 .zip 文件")],
    run: Annotated[
        str | None, option("--run", metavar="计算", help="只带这一次计算用到的文件，如 R7；链总是完整的")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    layout = workspace_of(workspace)

    from cli.asking_audit import exported
    from cli.output import progress, write
    from cli.render_audit import exported_text

    with progress("正在导出…"):
        bundle = exported(layout, Path(target), run)
    write(exported_text(bundle))
