"""``hotline explain``: why an order, or a unit in a period, got what it got.

Knows no rule of evaluation and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.help import ChineseCommand, ChineseGroup, option
from cli.options import (
    AsOfOption,
    NoCacheOption,
    PoliciesOption,
    PolicyOption,
    SetOption,
    as_choices,
    as_time,
    one_of,
)
from cli.options_workspace import DataOrStateOption, WorkspaceOption, data_of

FormatOption = Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")]
FORMATS = ("table", "json")

explain_app = typer.Typer(
    cls=ChineseGroup,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="解释一张工单或一个单位的结果：依据哪一条、用了哪些数、为什么。",
)


@explain_app.command(
    "order",
    cls=ChineseCommand,
    help="""解释一张工单：各项事实；哪些规则成立、哪些不成立及不成立的条件；各项义务的起算、期限与履行；依据的条款。""",
)
def explain_order(
    order: Annotated[str, typer.Argument(metavar="工单编号", help="orders 文件里的工单编号")],
    data: DataOrStateOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    set_: SetOption = None,
    format_: FormatOption = "table",
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    place, layout = data_of(data, workspace)
    chosen, moment = as_choices(set_), as_time(as_of)
    folder = None if policies is None else Path(policies)

    from cli.asking import Asked
    from cli.asking_runs import order_explanation
    from cli.output import progress, result_console, write

    with progress("正在查找工单并重新认定…") as say:
        asked = Asked(place, policy, folder, moment, chosen, not no_cache)
        explanation = order_explanation(asked, layout, order, say)
    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(explanation))
        return
    from cli.render_order import render_order

    render_order(result_console(), explanation)


@explain_app.command(
    "unit",
    cls=ChineseCommand,
    help="""解释一个单位在一个期间的结果：各项指标的件数、权重与得分，加分，名次，末位的累计，每项后果为什么触发或没有触发。""",
)
def explain_unit(
    unit: Annotated[str, typer.Argument(metavar="承办单位", help="units 文件里的单位名称")],
    period: Annotated[str, option("--period", metavar="期间", help="2026-04、Q2 或 year")],
    data: DataOrStateOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    set_: SetOption = None,
    format_: FormatOption = "table",
    policies: PoliciesOption = None,
    no_cache: NoCacheOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    place, layout = data_of(data, workspace)
    chosen, moment = as_choices(set_), as_time(as_of)
    folder = None if policies is None else Path(policies)

    from cli.asking import Asked
    from cli.asking_runs import unit_explanation
    from cli.output import progress, result_console, write

    with progress("正在读取数据并计算…") as say:
        asked = Asked(place, policy, folder, moment, chosen, not no_cache)
        explanation = unit_explanation(asked, layout, unit, period, say)
    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(explanation))
        return
    from cli.render_unit import render_unit

    render_unit(result_console(), explanation)
