"""``hotline policy show``, ``readings`` and ``confirm``: a plan to read, its unclear clauses, and a ruling on one.

Knows no rule of evaluation and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.help import ChineseCommand, option
from cli.options import CommandError, PoliciesOption, SetOption, as_choices, one_of

VersionArgument = Annotated[
    str | None,
    typer.Argument(metavar="版本", help="版本名称，或版本所在的文件夹；只有一个版本时可以不写", show_default=False),
]
OutputOption = Annotated[
    str | None, option("--output", metavar="文件", help="写入这个文件，不写到屏幕；已有的文件会被替换")
]


def register(app: typer.Typer) -> None:
    """Adds the commands to ``hotline policy``."""
    app.command("show", cls=ChineseCommand, help=_SHOW)(show)
    app.command("readings", cls=ChineseCommand, help=_READINGS)(readings)
    app.command("confirm", cls=ChineseCommand, help=_CONFIRM)(confirm)


_SHOW = """显示一个版本：指标与权重、规则、义务、后果、未写明之处；或逐条对照方案原文，看每条由什么落实。

--by clause 按条文读：每条旁边是落实它的规则、指标、时限、后果、职责、表单，各有几个用例，
未写明之处有哪些理解、现用哪一种；机器判断不了的，写明缺什么数据。--format html 写成一个可打印的网页文件。"""
_READINGS = """列出方案未写明的各处：问题、各种理解及其含义、现在采用哪一种、为什么、谁在何时确认。"""
_CONFIRM = """把对一处未写明条文的答复记入 readings.yaml：谁、何时、怎么说；可以同时改用另一种理解。

只改这一处，注释、次序和引号都不动。已发布的版本不能改，须另立修订版本。"""


def show(
    version: VersionArgument = None,
    by: Annotated[
        str | None, option("--by", metavar="方式", help="part 按部分列出（默认）；clause 按条文逐条对照")
    ] = None,
    clause: Annotated[
        str | None, option("--clause", metavar="条款", help="只看这一条及其下各条，如 '三(二)2' 或 附件1")
    ] = None,
    format_: Annotated[
        str, option("--format", metavar="格式", help="text 文字（默认）；html 一个网页文件，只用于按条文")
    ] = "text",
    output: OutputOption = None,
    set_: SetOption = None,
    policies: PoliciesOption = None,
) -> None:
    one_of("--format", format_, ("text", "html"))
    way = by or ("clause" if clause is not None or format_ == "html" else "part")
    one_of("--by", way, ("part", "clause"))
    if way == "part" and (clause is not None or format_ == "html"):
        raise CommandError("--clause 和 --format html 只用于按条文；去掉 --by part")
    chosen, folder = as_choices(set_), _path(policies)
    target = _target(output)

    if way == "part":
        from cli.asking_policy import one_policy
        from cli.asking_show import printed
        from cli.render_policy import render_policy

        policy = one_policy(version, folder, chosen)
        printed(lambda console: render_policy(console, policy), target)
        return
    from cli.asking_show import one_plan, printed, within

    plan = within(one_plan(version, folder, chosen), clause)
    if format_ == "html":
        from cli.asking_show import written
        from cli.show_page import page

        written(page(plan), target)
    else:
        from cli.render_show import render_plan

        printed(lambda console: render_plan(console, plan), target)


def readings(
    version: VersionArgument = None,
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    set_: SetOption = None,
    policies: PoliciesOption = None,
) -> None:
    one_of("--format", format_, ("table", "json"))
    chosen = as_choices(set_)

    from cli.asking_show import one_plan, readings_document

    plan = one_plan(version, _path(policies), chosen)
    if format_ == "json":
        from cli.output import write
        from cli.render_json import render_json

        write(render_json(readings_document(plan)))
        return
    from cli.output import result_console
    from cli.render_show import render_readings

    render_readings(result_console(), plan)


def confirm(
    reading: Annotated[str, typer.Argument(metavar="理解", help="哪一处，如 bulletin-due；见 hotline policy readings")],
    by: Annotated[str, option("--by", metavar="谁", help="由谁确认，如 行政许可科")],
    on: Annotated[str, option("--on", metavar="日期", help="何时确认，如 2026-05-01")],
    note: Annotated[str, option("--note", metavar="说明", help="怎么答复的、凭什么文件")],
    picked: Annotated[str | None, option("--option", metavar="选项", help="改用这种理解；不写则确认现在采用的")] = None,
    version: Annotated[
        str | None, option("--version", metavar="版本", help="哪个版本：名称或文件夹；只有一个版本时可以不写")
    ] = None,
    policies: PoliciesOption = None,
) -> None:
    from cli.asking_show import record_ruling
    from cli.output import write

    write(record_ruling(version, _path(policies), reading, by, on, note, picked))


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _target(output: str | None) -> Path | None:
    if output is None:
        return None
    target = Path(output)
    if target.is_dir():
        raise CommandError(f"--output 是一个文件夹：{target}。写成文件名，如 {target / '方案.html'}")
    if not target.resolve().parent.is_dir():
        raise CommandError(f"--output 所在的文件夹不存在：{target.parent}。先建好，或换一个位置")
    return target
