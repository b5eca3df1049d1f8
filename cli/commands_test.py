"""``hotline policy test`` and ``hotline policy probe``: whether the cases hold, and how much of a policy they hold.

Knows no rule of either and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_policy import FOUND, VersionArgument, policy_app
from cli.help import ChineseCommand, option
from cli.options import CommandError, NoCacheOption, PoliciesOption, one_of

FORMATS = ("table", "json")
FormatOption = Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")]
CoverageOption = Annotated[bool, option("--coverage", help="另列出规则、判定表的行、选项、后果等，哪些没有用例达到")]
FailUnderOption = Annotated[
    str | None,
    option("--fail-under", metavar="百分比", help="任何一类达到的比例低于它就算不通过，0 到 100；含 --coverage"),
]
OnlyOption = Annotated[
    str | None,
    option("--only", metavar="参数", help="只改动这些参数；* 代表一段，** 代表任意几段，如 indicators.*.weight"),
]


@policy_app.command(
    "test",
    cls=ChineseCommand,
    help="""运行一个版本的 cases 文件夹里的全部用例（给定什么数据，应得什么结果）。不写版本则运行全部版本的。

    退出码：0 全部通过；1 有用例不通过，或达到的比例低于 --fail-under；2 命令或方案有错。""",
)
def test(
    version: VersionArgument = None,
    coverage: CoverageOption = False,
    fail_under: FailUnderOption = None,
    format_: FormatOption = "table",
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    one_of("--format", format_, FORMATS)
    least = _percent(fail_under)
    with_coverage = coverage or least is not None

    from cli.asking_test import run_tests
    from cli.output import complain, progress, write
    from cli.render_coverage import coverage_lines, test_summary, tests_as_json

    with progress("正在运行用例…"):
        tested = run_tests(version, _path(policies), cached=not no_cache, coverage=with_coverage)
    if not any(item.results for item in tested):
        raise CommandError("没有找到用例。用例放在版本文件夹的 cases 文件夹里")
    if format_ == "json":
        write(tests_as_json(tested))
    else:
        for item in tested:
            for result in item.failed:
                complain("\n".join(map(str, result.failures)))
            write(test_summary(item))
            for line in coverage_lines(item.coverage):
                write(line)
    low = [kind for item in tested for kind in item.coverage if kind.percent < (least or 0)]
    if low or any(item.failed for item in tested):
        raise typer.Exit(FOUND)


@policy_app.command(
    "probe",
    cls=ChineseCommand,
    help="""逐一改动一个版本的每个参数（权重、次数、时间、列表的一项、选项……），看有没有用例发觉。不写版本则探查全部版本。

    没有用例发觉的参数，写错了也不会有人知道：补一个用例，或在版本文件夹的 probe-exceptions.yaml 里写明理由。

    退出码：0 全部发觉；1 有改动没有用例发觉；2 命令或方案有错。""",
)
def probe(
    version: VersionArgument = None,
    only: OnlyOption = None,
    format_: FormatOption = "table",
    policies: PoliciesOption = None,
) -> None:
    one_of("--format", format_, FORMATS)

    from cli.asking_test import probe_version
    from cli.output import progress, write
    from cli.render_coverage import probing_as_json, probing_lines

    with progress("正在准备用例…") as say:
        probed = probe_version(version, _path(policies), only, say)
    if format_ == "json":
        write(probing_as_json(probed))
    else:
        for folder, probing in probed:
            for line in probing_lines(folder, probing):
                write(line)
    if any(probing.unnoticed or probing.idle for _, probing in probed):
        raise typer.Exit(FOUND)


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)


def _percent(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100:
        raise CommandError(f"--fail-under 应为 0 到 100 的数，不是 {text}。如 --fail-under 95")
    return number
