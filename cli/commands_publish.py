"""``hotline publish`` and ``published``: a month is made known, corrected, and what was made known is listed.

Knows nothing of months or rankings and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from typing import Annotated

import typer

from cli.commands_workspace import FORMATS, workspace_app
from cli.help import ChineseCommand, option
from cli.options import AsOfOption, CommandError, NoCacheOption, as_time, one_of
from cli.options_workspace import ByOption, WorkspaceOption, name_of, workspace_of
from engine.problems import clip

LONGEST_REASON = 500


@workspace_app.command(
    "publish",
    cls=ChineseCommand,
    help="""公布一个月：把通报所写的名次、前提和后果定下来，此后的数据不再改变它。

    累计、季度和年度都按公布的计。以后的数据若使已公布的月份不同，hotline evaluate 列出更正；
    用 --correct 和 --reason 公布更正之前，一切仍按原来公布的计。更正取代原来的公布，两者都留在链上。

    不写 --run 时先计算一次工作区里的数据并记下，再据此公布。""",
)
def publish(
    month: Annotated[str, typer.Argument(metavar="月份", help="公布哪个月，如 2026-03。须已结束")],
    run: Annotated[
        str | None, option("--run", metavar="编号", help="据哪一次计算公布，如 R7，见 hotline runs；重算一致才公布")
    ] = None,
    correct: Annotated[bool, option("--correct", help="更正已公布的月份")] = False,
    reason: Annotated[str | None, option("--reason", metavar="事由", help="更正的事由，记入链，更正时必写")] = None,
    as_of: AsOfOption = None,
    by: ByOption = None,
    workspace: WorkspaceOption = None,
    no_cache: NoCacheOption = False,
) -> None:
    if run is not None and as_of is not None:
        raise CommandError("--as-of 不能与 --run 同用：那次计算有自己的统计时点。去掉其中一个")
    why, moment, who = _reason(correct, reason), as_time(as_of), name_of(by)
    layout = workspace_of(workspace)

    from cli.asking import Asked
    from cli.asking_publish import make_known
    from cli.output import progress, write
    from cli.render_publish import made_text

    asked = Asked(layout.root, None, None, moment, {}, not no_cache)
    with progress("正在读取数据…") as say:
        made = make_known(asked, layout, month, run, why, who, say)
    write(made_text(made))


def _reason(correct: bool, reason: str | None) -> str | None:
    """The reason of a correction. Raises CommandError."""
    if not correct:
        if reason is not None:
            raise CommandError("--reason 只用于更正：加上 --correct，或去掉 --reason")
        return None
    why = (reason or "").strip()
    if not why:
        raise CommandError("更正要写明事由：--reason 事由，如 --reason 补录了三张工单的回访结果")
    if len(why) > LONGEST_REASON or not why.isprintable():
        raise CommandError(f"--reason 不能超过 {LONGEST_REASON} 字，须写在一行里：{clip(why)}")
    return why


@workspace_app.command(
    "published",
    cls=ChineseCommand,
    help="""列出公布过的月份和更正：何时、由谁、据哪一次计算，更正的事由。""",
)
def published(
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    workspace: WorkspaceOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    layout = workspace_of(workspace)

    from cli.asking_publish import made_known
    from cli.output import result_console, write

    found = made_known(layout)
    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(found))
        return
    from cli.render_publish import render_published

    render_published(result_console(), found)
