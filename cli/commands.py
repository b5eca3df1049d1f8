"""The commands and what each accepts. Every command does three things: read what was typed, ask, show.

Knows no rule of evaluation and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

import cli.commands_check  # puts its command into the group
import cli.commands_diff
import cli.commands_impact
import cli.commands_import
import cli.commands_publish
import cli.commands_revise
import cli.commands_runs
import cli.commands_test  # noqa: F401  # likewise
from cli.commands_audit import audit_app
from cli.commands_explain import explain_app
from cli.commands_policy import policy_app
from cli.commands_workspace import workspace_app
from cli.help import ChineseCommand, ChineseGroup, option
from cli.options import (
    DUCKDB,
    AsOfOption,
    CommandError,
    EngineOption,
    MemoryOption,
    NoCacheOption,
    PoliciesOption,
    PolicyOption,
    SetOption,
    as_choices,
    as_engine,
    as_time,
    one_of,
)
from cli.options_workspace import ByOption, DataOrStateOption, WorkspaceOption, data_of, name_of
from engine.problems import clip
from workspace.layout import Layout

FORMATS = ("table", "json", "csv")

app = typer.Typer(
    cls=ChineseGroup,
    name="hotline",
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="""热线工作考核：按考核方案计算各单位的名次、后果和每张工单的认定。

    方案是数据（policies 文件夹），不是程序；方案未写明之处，用哪种理解也写在方案数据里，可以换。""",
)
app.add_typer(workspace_app)
app.add_typer(audit_app, name="audit")
app.add_typer(explain_app, name="explain")
app.add_typer(policy_app, name="policy")


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"hotline-policy {version('hotline-policy')}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", help="显示程序版本", callback=_version, is_eager=True, show_default=False)
    ] = False,
) -> None:
    """Holds the options of ``hotline`` itself."""


@app.command(
    "evaluate",
    cls=ChineseCommand,
    help="""计算一个考核周期：各月、季、年的名次与指标，触发的后果，未采用的行。

    不写 --data 时计算工作区里的数据，并把这次计算连同凭据记入工作区，用 hotline runs 查看；与最近一次完全相同的不另记。
    写 --data 时只计算那个文件夹，工作区没有任何改变。

    退出码：0 完成（有行未采用也是 0，--strict 时为 2）；2 命令或数据有错。""",
)
def evaluate(
    data: DataOrStateOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    set_: SetOption = None,
    format_: Annotated[
        str,
        option(
            "--format",
            metavar="格式",
            help="table 给人看（默认）；json 给程序用；csv 每行一个单位一个期间，UTF-8 带 BOM，可用 Excel 直接打开",
        ),
    ] = "table",
    period: Annotated[
        str | None,
        option(
            "--period",
            metavar="期间",
            help="table 和 csv 只列这一期间的明细：2026-04、Q2 或 year；"
            "工作区里有几个周期的工单时，由写明的月份定是哪一个，json 也可以写，仍是整个周期",
        ),
    ] = None,
    decisions: Annotated[
        str | None,
        option(
            "--decisions",
            metavar="文件",
            help="另把每张工单的认定写入这个文件，每行一个 JSON 对象；以 .parquet 结尾则写成 Parquet，规则和义务各一列",
        ),
    ] = None,
    strict: Annotated[bool, option("--strict", help="有任何一行未被采用就算出错，不出结果")] = False,
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
    engine: EngineOption = DUCKDB,
    memory: MemoryOption = None,
    workspace: WorkspaceOption = None,
    by: ByOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    engine, memory = as_engine(engine, memory)
    place, layout = data_of(data, workspace)
    if period is not None and format_ == "json" and layout is None:
        raise CommandError("--period 只用于 table 和 csv；json 总是完整的，去掉 --period")
    if layout is None and by is not None:
        raise CommandError("--by 只用于工作区：写了 --data，什么也不会记下。去掉其中一个")
    if layout is not None and engine != DUCKDB:
        raise CommandError("工作区里的数据只用 duckdb 计算；用 Spark 时写 --data 指明文件夹")
    if decisions is not None and decisions.casefold().endswith(".parquet") and engine != DUCKDB:
        raise CommandError("用 Spark 计算时 --decisions 只能写成 JSON 行：换一个不以 .parquet 结尾的文件名")
    who = None if layout is None else name_of(by)
    target = None if decisions is None else _target(Path(decisions), place, layout)
    chosen, moment = as_choices(set_), as_time(as_of)

    from cli.asking import Asked, write_decisions
    from cli.asking_engine import opened
    from cli.asking_runs import evaluated, month_in
    from cli.output import complain, progress

    if format_ == "json" and period is not None and month_in(period) is None:
        raise CommandError(
            f"json 总是完整的；--period 只用来说明是哪个周期，要写其中一个月，如 2026-03，不是 {clip(period)}"
        )
    kept = None
    with ExitStack() as lasting:
        with progress("正在打开 Spark…" if engine != DUCKDB else "正在读取数据…") as say:
            held = lasting.enter_context(opened(engine, memory))
            asked = Asked(place, policy, _path(policies), moment, chosen, not no_cache, held)
            found = lasting.enter_context(evaluated(asked, layout, say, period))
        document = found.document
        if strict and document["input"]["set_aside"]:
            from cli.document import set_aside_lines

            raise CommandError("\n".join(set_aside_lines(document)))
        if period is not None:
            from cli.document import period_ids

            one_of("--period", period, tuple(period_ids(document)))
        if target is not None:
            with progress("正在写每张工单的认定…") as say:
                write_decisions(found.evaluation, target, say)
        if found.keep is not None and who is not None:
            with progress("正在记入工作区…"):
                kept = found.keep(who)
    _show(document, format_, period)
    if layout is None:
        from engine.outside import outside_cycle

        for problem in outside_cycle(found.evaluation):
            complain(f"提示：{problem}")
    if kept is not None and kept.new:
        complain(f"已记入工作区：{kept.run.name}")
    elif kept is not None:
        complain(f"与 {kept.run.name} 完全相同：数据、方案、时点和公布的月份都没有变，不必另记")


def _show(document: dict[str, object], format_: str, period: str | None) -> None:
    from cli.output import result_console, write

    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(document))
    elif format_ == "csv":
        from cli.render_csv import render_csv

        write(render_csv(document, period))
    else:
        from cli.render_table import render_table

        render_table(result_console(), document, period)


def _target(decisions: Path, data: Path, layout: Layout | None) -> Path:
    """Where decisions go; never among the input files or those of a workspace, which a slip of the hand would spoil."""
    place = decisions.resolve()
    if layout is not None:
        if place.suffix == ".db" or any(place == own or own in place.parents for own in layout.own):
            raise CommandError(f"--decisions 不能写进工作区自己的文件：{decisions}。换一个位置")
    elif place.parent == data.resolve():
        raise CommandError(f"--decisions 不能写进数据文件夹：{decisions}。换一个位置")
    if not place.parent.is_dir():
        raise CommandError(f"--decisions 所在的文件夹不存在：{decisions.parent}。先建好，或换一个位置")
    return decisions


def _path(text: str | None) -> Path | None:
    return None if text is None else Path(text)
