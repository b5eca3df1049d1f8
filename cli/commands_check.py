"""``hotline policy check``: whether versions are sound.

Knows no rule of checking and loads nothing heavy: asking and showing are imported inside the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_policy import FOUND, VersionArgument, policy_app
from cli.help import ChineseCommand, option
from cli.options import NoCacheOption, PoliciesOption, one_of

FORMATS = ("table", "json", "sarif")
CheckFormatOption = Annotated[
    str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用；sarif 给编辑器与持续集成用")
]


@policy_app.command(
    "check",
    cls=ChineseCommand,
    help="""检查一个版本：写法、引用、合计、日期，得分档与判定表的缺口与重叠，永不生效的规则，达不到的后果，
    日历没有写入的期限，没有用例的规则，没有引用的 reading，已发布版本的改动，规则引擎的限度。不写版本则检查全部。

    每处写明文件、行、列、现在的值、为什么不对、该怎么写；“提示”是可能本意如此的，不算问题。

    退出码：0 没有问题（可以有提示）；1 有问题；2 命令有错。""",
)
def check(
    version: VersionArgument = None,
    format_: CheckFormatOption = "table",
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    one_of("--format", format_, FORMATS)

    from cli.asking_check import check_policies
    from cli.output import complain, progress, write
    from cli.render_check import as_json, as_lines, as_sarif, summary

    with progress("正在检查…"):
        checked = check_policies(version, None if policies is None else Path(policies), cached=not no_cache)
    if format_ == "json":
        write(as_json(checked))
    elif format_ == "sarif":
        write(as_sarif(checked))
    else:
        for item in checked:
            complain(*as_lines(item))
            write(summary(item))
    if any(item.problems for item in checked):
        raise typer.Exit(FOUND)
