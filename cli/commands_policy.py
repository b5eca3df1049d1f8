"""``hotline policy``: which versions there are, what one says, whether it is sound, whether its cases hold.

Knows no rule of evaluation and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_show import register as register_show
from cli.help import ChineseCommand, ChineseGroup
from cli.options import PoliciesOption

FOUND = 1

policy_app = typer.Typer(
    cls=ChineseGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="查看和检查考核方案的各个版本。",
)

VersionArgument = Annotated[
    str | None,
    typer.Argument(metavar="版本", help="版本名称，或版本所在的文件夹；只有一个版本时可以不写", show_default=False),
]


@policy_app.command("list", cls=ChineseCommand, help="列出全部版本：考核周期、施行日期、文号与标题。")
def list_(policies: PoliciesOption = None) -> None:
    from cli.asking_policy import all_policies
    from cli.output import complain, result_console
    from cli.render_policy import render_list

    found, broken = all_policies(_path(policies))
    render_list(result_console(), found)
    complain(*broken)


register_show(policy_app)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
