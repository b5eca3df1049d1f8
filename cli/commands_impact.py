"""``hotline policy impact`` and ``sensitivity``: what another version or reading would change for real orders.

Knows no rule of comparing and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.asking import Asked
from cli.commands_diff import NewArgument, OldArgument
from cli.commands_policy import FOUND, policy_app
from cli.document import Document
from cli.help import ChineseCommand, option
from cli.options import (
    AsOfOption,
    CommandError,
    NoCacheOption,
    PoliciesOption,
    PolicyOption,
    SetOption,
    as_choices,
    as_time,
    one_of,
)
from cli.options_workspace import DataOrStateOption, WorkspaceOption, data_of

IMPACT_FORMATS = ("table", "json", "html")
SENSITIVITY_FORMATS = ("table", "json")
MOST_ORDERS = 100_000
OutputOption = Annotated[str | None, option("--output", metavar="文件", help="写进这个文件，不写到屏幕")]


@policy_app.command(
    "impact",
    cls=ChineseCommand,
    help="""把真实的工单按两个版本各算一遍：谁的得分、名次、末位、后果、剔除和办理要求会变，逐月列出，并说明因为哪一项改动。

    必须一起改才成立的（如同一合计里的两个权重）算一项。总分的差按 Shapley 值分摊到各项，加起来正好是差数：
    十项以内精确，更多则抽样并给出标准误。名次、末位和后果，列出缺了就不会如此的改动。新版本的周期自动对齐到工单所在的周期。

    不写 --data 则重放工作区里的数据，什么也不记；已公布的月份也照数据重算。

    退出码：0 没有变化；1 有变化；2 命令、方案或数据有错。""",
)
def impact(
    old: OldArgument,
    new: NewArgument,
    data: DataOrStateOption = None,
    as_of: AsOfOption = None,
    format_: Annotated[
        str,
        option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用；html 一个网页文件，有名次变化图"),
    ] = "table",
    output: OutputOption = None,
    orders: Annotated[
        int, option("--orders", metavar="件数", help="每条规则或要求最多列出多少张认定有变的工单（默认 20）")
    ] = 20,
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, IMPACT_FORMATS)
    if output is not None and format_ == "table":
        raise CommandError("--output 要和 --format json 或 html 一起用")
    if not 0 <= orders <= MOST_ORDERS:
        raise CommandError(f"--orders 不能是 {orders}。写 0 至 {MOST_ORDERS} 之间的整数")
    place, layout = data_of(data, workspace)
    asked = _asked(place, None, policies, as_of, None, no_cache)

    from cli.asking_impact import impact as ask
    from cli.output import progress, result_console
    from cli.render_impact import render_table

    with progress("正在重放…") as say:
        document = ask(old, new, asked, layout, say, orders)
    if format_ == "table":
        render_table(result_console(), document)
    else:
        _put(_text(document, format_), output)
    if any(document["counts"].values()):
        raise typer.Exit(FOUND)


@policy_app.command(
    "sensitivity",
    cls=ChineseCommand,
    help="""逐一换用每处未写明条文的其他理解，按真实工单重算：名次、末位、后果会不会变，变多少，最早在哪里。影响大的排在前面。

    不写 --data 则用工作区里的数据，什么也不记；已公布的月份也照数据重算。不写 --policy 则按工单的接单时间
    选取版本（包括它的修订）。退出码：0 算完；2 命令、方案或数据有错。""",
)
def sensitivity(
    data: DataOrStateOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    set_: SetOption = None,
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    output: OutputOption = None,
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, SENSITIVITY_FORMATS)
    if output is not None and format_ == "table":
        raise CommandError("--output 要和 --format json 一起用")
    place, layout = data_of(data, workspace)
    asked = _asked(place, policy, policies, as_of, set_, no_cache)

    from cli.asking_impact import sensitivity as ask
    from cli.output import progress, result_console
    from cli.render_json import render_json
    from cli.render_sensitivity import render_table

    with progress("正在逐一试算…") as say:
        document = ask(asked, layout, say)
    if format_ == "table":
        render_table(result_console(), document)
    else:
        _put(render_json(document), output)


def _asked(
    data: Path, policy: str | None, policies: str | None, as_of: str | None, set_: list[str] | None, no_cache: bool
) -> Asked:
    folder = None if policies is None else Path(policies)
    return Asked(data, policy, folder, as_time(as_of), as_choices(set_), cached=not no_cache)


def _text(document: Document, format_: str) -> str:
    if format_ == "json":
        from cli.render_json import render_json

        return render_json(document)
    from cli.render_impact_page import render_page

    return render_page(document)


def _put(text: str, output: str | None) -> None:
    from cli.output import write as to_screen

    if output is None:
        to_screen(text)
    else:
        Path(output).write_text(text, "utf-8")
        to_screen(f"已写入 {output}\n")
