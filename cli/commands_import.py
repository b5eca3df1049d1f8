"""``hotline import`` and ``aside``: what the platform exports goes into a workspace; what could not is mended.

Knows nothing of formats or tables and loads nothing heavy: asking and showing are imported inside the commands.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.commands_workspace import FORMATS, workspace_app
from cli.help import ChineseCommand, option
from cli.options import CommandError, as_time, one_of
from cli.options_workspace import ByOption, WorkspaceOption, name_of, workspace_of

_XLSX = ".xlsx"


@workspace_app.command(
    "import",
    cls=ChineseCommand,
    help="""把平台导出的文件导入工作区：xlsx（各张工作表）、CSV（UTF-8 或 GB18030）、parquet；文件夹则导入其中的文件。

    是哪一张表由表头认出：工单、名册、委办局平均、加分、申请剔除等，以方案的 fields.yaml 为准。
    文件的先后次序不影响结果：同一张工单以最新导出的记录为准，旧的记录留作历史；同一个文件再导入一次不会有任何改变。
    何时导出：依次看 --exported、文件名里的日期（如 工单20260305_0930.xlsx）、文件里最晚发生的时间；
    都没有的，以导入时间为准。
    不合规矩的工单行不采用，连同原因保存起来，用 --aside 或 hotline aside 取出，改好后再导入。

    退出码：0 完成（有行未采用也是 0）；2 命令或文件有错，此时什么也没有导入。""",
)
def import_(
    files: Annotated[list[str], typer.Argument(metavar="文件…", help="要导入的文件或文件夹，可写多个")],
    policy: Annotated[
        str | None, option("--policy", metavar="版本", help="按哪个版本认列和取值。不写则用列名相符的最新版本")
    ] = None,
    exported: Annotated[
        str | None,
        option("--exported", metavar="时间", help="这些文件是何时导出的，如 2026-03-05 或 '2026-03-05 09:30'"),
    ] = None,
    aside: Annotated[
        str | None,
        option("--aside", metavar="文件.xlsx", help="把这次未采用的行写成工作簿：原来的列，另加原因，错处标红"),
    ] = None,
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    workspace: WorkspaceOption = None,
    by: ByOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    moment = as_time(exported, "--exported")
    target = None if aside is None else _target(aside)
    layout, who = workspace_of(workspace), name_of(by)

    from cli.asking_import import import_files, write_aside
    from cli.bar import bar

    with bar("正在导入") as say:
        summary = import_files(layout, [Path(file) for file in files], policy, moment, who, say)
    document = summary.document()
    if target is not None:
        written = 0 if summary.entry is None else write_aside(layout, target, summary.entry)
        document["aside"] = {"file": str(target) if written else None, "rows": written}
    _show(document, format_)


@workspace_app.command(
    "aside",
    cls=ChineseCommand,
    help="""把还没有改好的未采用的行写成工作簿，每个来源文件一张工作表：原来的列，另加原因和出处，错处标红。

    改好后存盘，用 hotline import 导入；“原因”一列不用删，“出处”一列不要改。
    一行在同一张工单有了同时或更晚导出的有效记录之后就不再列出。个人信息不在其中。""",
)
def aside(
    file: Annotated[str, typer.Argument(metavar="文件.xlsx", help="写到哪里；不能已经存在")],
    workspace: WorkspaceOption = None,
) -> None:
    target = _target(file)
    layout = workspace_of(workspace)

    from cli.asking_import import write_aside
    from cli.output import write

    rows = write_aside(layout, target, None)
    write(f"已写入 {target}，共 {rows} 行\n" if rows else "没有等着改的行\n")


def _show(document: dict[str, object], format_: str) -> None:
    from cli.output import result_console, write

    if format_ == "json":
        from cli.render_json import render_json

        write(render_json(document))
    else:
        from cli.render_import import render_import

        render_import(result_console(), document)


def _target(text: str) -> Path:
    """Where rows to be mended go; never over a file in which somebody may have mended some."""
    path = Path(text)
    if path.suffix.casefold() != _XLSX:
        raise CommandError(f"未采用的行写成 xlsx 工作簿：{path}。请把文件名写成 {path.stem or '未采用'}{_XLSX}")
    if path.exists():
        raise CommandError(f"{path} 已经存在。换一个文件名，以免盖掉改好的内容")
    if not path.resolve().parent.is_dir():
        raise CommandError(f"{path} 所在的文件夹不存在。先建好，或换一个位置")
    return path
