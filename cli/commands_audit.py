"""``hotline audit``: is the workspace whole, what decided this, what changed and why, give me the evidence.

Knows no rule of evaluation and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_policy import FOUND
from cli.help import ChineseCommand, ChineseGroup, option
from cli.options import NoCacheOption, one_of
from cli.options_workspace import WorkspaceOption, workspace_of

FORMATS = ("table", "json")
FormatOption = Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")]
PeriodOption = Annotated[
    str | None, option("--period", metavar="期间", help="只看这一期间：2026-04、Q2 或 year。不写则全部")
]

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
    "rule",
    cls=ChineseCommand,
    help="""列出一条规则或一项义务认定的全部工单：承办单位、它看到的事实、工单在哪个文件的哪条记录。""",
)
def rule(
    rule: Annotated[str, typer.Argument(metavar="规则", help="规则或义务的标识，如 a3-06")],
    period: PeriodOption = None,
    run: Annotated[str | None, option("--run", metavar="计算", help="哪一次计算，如 R7。不写则为最近一次")] = None,
    format_: FormatOption = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_audit import rule_audit
    from cli.output import progress, result_console, write

    with progress("正在查找…"):
        found = rule_audit(layout, rule, period, run)
    if format_ == "json":
        from cli.audit_json import rule_json

        write(rule_json(found))
        return
    from cli.render_audit_rule import render_rule

    render_rule(result_console(), found)


@audit_app.command(
    "order",
    cls=ChineseCommand,
    help="""一张工单的全部经过：每次计算里成立的规则和看到的事实，认定何时变了、因为什么。

    另有现在的记录在哪个文件、以前的各条记录、为它提出的剔除申请。
    来电人等个人信息不显示；写 --personal 则遮盖后显示。""",
)
def order(
    order: Annotated[str, typer.Argument(metavar="工单编号", help="工单编号")],
    personal: Annotated[
        bool, option("--personal", help="另显示现在的记录里的来电人、号码和地址，遮盖成 张**、138****1234")
    ] = False,
    format_: FormatOption = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_audit import order_audit, personal_columns
    from cli.output import progress, result_console, write

    with progress("正在查找…"):
        found = order_audit(layout, order)
        masked = personal_columns(layout, order) if personal else None
    if format_ == "json":
        from cli.audit_json import order_json

        write(order_json(found, masked, personal=personal))
        return
    from cli.render_audit_order import render_order, render_personal

    render_order(result_console(), found)
    if personal:
        render_personal(result_console(), masked)


@audit_app.command(
    "unit",
    cls=ChineseCommand,
    help="""一个单位的全部经过：每次计算的名次和总分，两次之间变了什么、因为什么；公布和更正过什么。""",
)
def unit(
    unit: Annotated[str, typer.Argument(metavar="承办单位", help="单位名称")],
    period: PeriodOption = None,
    format_: FormatOption = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_audit import unit_audit
    from cli.output import progress, result_console, write

    with progress("正在查找…"):
        found = unit_audit(layout, unit, period)
    if format_ == "json":
        from cli.audit_json import unit_json

        write(unit_json(found))
        return
    from cli.render_audit_unit import render_unit

    render_unit(result_console(), found)


@audit_app.command(
    "callers",
    cls=ChineseCommand,
    help="""同一个来电人的工单：凭号码的密钥散列认出是同一人，从不显示号码。多的在前。""",
)
def callers(
    at_least: Annotated[int, option("--at-least", metavar="件数", help="只列至少有这么多件工单的来电人，默认 10")] = 10,
    format_: FormatOption = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_audit import callers_of
    from cli.output import progress, result_console, write

    with progress("正在查找…"):
        found = callers_of(layout, at_least)
    if format_ == "json":
        from cli.audit_json import callers_json

        write(callers_json(found))
        return
    from cli.render_audit import render_callers

    render_callers(result_console(), found, at_least)


@audit_app.command(
    "replay",
    cls=ChineseCommand,
    help="""用一次计算当时的数据、方案和时点重新算一遍，与当时的结果和认定逐字节比较。什么也不记入工作区。

    退出码：0 每个值都相同；1 有不同，显示第一处和可能的原因，或它的文件被改动过；2 命令有错。""",
)
def replay(
    run: Annotated[str, typer.Argument(metavar="计算", help="哪一次计算，如 R7；见 hotline runs")],
    format_: FormatOption = "table",
    workspace: WorkspaceOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_audit import replayed
    from cli.output import progress, write
    from cli.render_audit import replay_text

    with progress("正在重新计算…") as say:
        found = replayed(layout, run, not no_cache, say)
    if format_ == "json":
        from cli.audit_json import replay_json

        write(replay_json(found))
    else:
        write(replay_text(found))
    if not found.same or any(cause.what in ("object", "state") for cause in found.causes):
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
