"""``hotline policy new``, ``todo``, ``set`` and ``release``: the next version, step by step.

Knows no rule of revising and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from cli.commands_policy import FOUND, policy_app
from cli.help import ChineseCommand, option
from cli.options import CommandError, NoCacheOption, PoliciesOption
from cli.options import VersionArgument as NeededVersion

NameArgument = Annotated[str, typer.Argument(metavar="名称", help="新版本的名称，也是它的文件夹名，如 2027 或 2026-b")]


@policy_app.command(
    "new",
    cls=ChineseCommand,
    help="""建立新版本：下一年的（--from），或本周期内的修订（--amends 与 --from-date）。

    下一年的版本：周期、季度等日期后移一年，文号、施行日期、权重等逐处注明“待复核”，日历只保留新周期已公布的年份。
    修订：内容照抄，写明取代哪一版本、自何日起施行；此前的月份仍按原版本。两者都列出还要做的事。""",
)
def new(
    name: NameArgument,
    from_: Annotated[str | None, option("--from", metavar="版本", help="由哪个版本移到下一年")] = None,
    amends: Annotated[str | None, option("--amends", metavar="版本", help="修订哪个版本")] = None,
    from_date: Annotated[
        str | None, option("--from-date", metavar="日期", help="修订自何日起施行，如 2026-07-01")
    ] = None,
    policies: PoliciesOption = None,
) -> None:
    if (from_ is None) == (amends is None):
        raise CommandError("请写明 --from 版本（下一年），或 --amends 版本 --from-date 日期（修订），二者取一")
    if (amends is None) != (from_date is None):
        raise CommandError("--amends 与 --from-date 要一起写")
    begin = _day("--from-date", from_date) if from_date is not None else None

    from cli.asking_revise import make_amendment, make_year
    from cli.output import write
    from cli.render_revise import todo_text

    if amends is not None and begin is not None:
        folder, left = make_amendment(name, amends, begin, _path(policies))
    else:
        folder, left = make_year(name, from_ or "", _path(policies))
    write(f"已建立 {folder}\n\n{todo_text(folder, left)}")


@policy_app.command(
    "todo", cls=ChineseCommand, help="列出一个版本在发布之前还要做的事：待复核之处、未写入的日历、未确认的理解。"
)
def todo(version: NeededVersion, policies: PoliciesOption = None) -> None:
    from cli.asking_revise import todo_of
    from cli.output import write
    from cli.render_revise import todo_text

    write(todo_text(*todo_of(version, _path(policies))))


@policy_app.command(
    "set",
    cls=ChineseCommand,
    context_settings={"ignore_unknown_options": True},  # a negative number is a value
    help="""在文件里改一个值，注释、次序和引号都不动；先按模式检查，不合的不写。已发布的版本不能改。

    路径由部分名起，逐级写键或列表项的编号，如 indicators.satisfaction.weight、readings.quarters.chosen、
    obligations.dispute-2wd.deadline.clock.amount；没有编号的列表项写第几项，从 1 数起。""",
)
def set_(
    version: NeededVersion,
    path: Annotated[str, typer.Argument(metavar="路径", help="要改的值在哪里，如 indicators.satisfaction.weight")],
    value: Annotated[str, typer.Argument(metavar="新值", help="改成什么；列表写成 [甲, 乙]")],
    policies: PoliciesOption = None,
) -> None:
    from cli.asking_revise import set_in
    from cli.output import complain, write
    from cli.render_revise import set_text

    done, remaining = set_in(version, path, value, _path(policies))
    write(set_text(done))
    if remaining:
        complain("已写入。这个版本还有不成立之处，请接着改：", *remaining)


@policy_app.command(
    "release",
    cls=ChineseCommand,
    help="""发布一个版本：没有待复核之处、检查没有问题、用例全部通过，才写下各文件的清单。发布之后只能另立修订版本。

    退出码：0 已发布；1 还不能发布，逐条列出原因；2 命令有错，或已经发布。""",
)
def release(
    version: NeededVersion,
    by: Annotated[str, option("--by", metavar="名称", help="由谁发布")],
    on: Annotated[str | None, option("--on", metavar="日期", help="发布日期，如 2026-10-20。不写则为今天")] = None,
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    day = dt.date.today() if on is None else _day("--on", on)

    from cli.asking_revise import release_version
    from cli.output import complain, progress, write
    from cli.render_revise import release_text
    from engine.problems import PolicyError

    try:
        with progress("正在检查…"):
            manifest = release_version(version, by, day, _path(policies), cached=not no_cache)
    except PolicyError as error:
        complain(*map(str, error.problems), "还不能发布")
        raise typer.Exit(FOUND) from None
    write(release_text(manifest, by, day.isoformat()))


def _day(name: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        raise CommandError(f"{name} 的日期看不懂：{text}。写成 2026-07-01") from None


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
