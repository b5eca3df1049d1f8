"""``hotline policy diff``: what one version changes against another.

Knows no rule of comparing and loads nothing heavy: asking and showing are imported inside the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_policy import FOUND, policy_app
from cli.document import Document
from cli.help import ChineseCommand, option
from cli.options import CommandError, PoliciesOption, one_of

FORMATS = ("table", "json", "markdown", "html")
DiffFormatOption = Annotated[
    str,
    option(
        "--format",
        metavar="格式",
        help="table 给人看（默认）；json 给程序用；markdown 贴进文稿；html 一个网页文件，新旧并排，可以打印",
    ),
]
OldArgument = Annotated[str, typer.Argument(metavar="旧版本", help="版本名称，或版本所在的文件夹", show_default=False)]
NewArgument = Annotated[str, typer.Argument(metavar="新版本", help="版本名称，或版本所在的文件夹", show_default=False)]


@policy_app.command(
    "diff",
    cls=ChineseCommand,
    help="""比较两个版本的含义：增加、取消、收紧、放宽了什么，按事项分组，后果最重的在前，各注条款。

    只比含义：换了次序、注释、写法或文件排版，不算差别；用例不比。一条未写明之处换了理解，算一处改动，其影响列在它之下。

    退出码：0 没有差别；1 有差别；2 命令或方案有错。""",
)
def diff(
    old: OldArgument,
    new: NewArgument,
    format_: DiffFormatOption = "table",
    output: Annotated[str | None, option("--output", metavar="文件", help="写进这个文件，不写到屏幕")] = None,
    policies: PoliciesOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    if output is not None and format_ == "table":
        raise CommandError("--output 要和 --format json、markdown 或 html 一起用")

    from cli.asking_diff import compare
    from cli.output import result_console, write
    from cli.render_diff import names_of, render_table

    document = compare(old, new, None if policies is None else Path(policies))
    names = names_of(document, (old, new))
    if format_ == "table":
        render_table(result_console(), document, names)
    elif output is None:
        write(_text(document, format_, names))
    else:
        Path(output).write_text(_text(document, format_, names), "utf-8")
        write(f"已写入 {output}：{document['counts']['all']} 处改动\n")
    if document["counts"]["all"]:
        raise typer.Exit(FOUND)


def _text(document: Document, format_: str, names: tuple[str, str]) -> str:
    """The whole comparison as text in ``json``, ``markdown`` or ``html``."""
    if format_ == "json":
        from cli.render_json import render_json

        return render_json(document)
    if format_ == "html":
        from cli.render_diff_page import render_page

        return render_page(document, names)
    from cli.render_diff import render_markdown

    return render_markdown(document, names)
