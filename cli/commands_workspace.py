"""``hotline init`` and ``settings``: a workspace is made, looked at and changed.

Knows nothing of what is kept in one and loads nothing heavy: asking and showing are imported inside the commands.
``workspace_app`` holds the commands that work in a workspace; they stand beside ``hotline evaluate``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.help import ChineseCommand, option
from cli.options import CommandError, one_of
from cli.options_workspace import ByOption, WorkspaceOption, name_of, workspace_of

PERSONAL = ("keep", "drop")
DIGESTS = ("sha256", "sm3")
FORMATS = ("table", "json")

workspace_app = typer.Typer()


@workspace_app.command(
    "init",
    cls=ChineseCommand,
    help="""建立工作区：一个文件夹，保存导入的工单、每次计算的凭据和公布的名次，都记入不能改的链。

    各版本的考核方案会抄进它的 policies 文件夹。工作区可以整个移动、复制。
    数据库默认是文件夹里的一个 SQLite 文件；几台机器共用请用 PostgreSQL，给一个空的数据库。""",
)
def init(
    folder: Annotated[str, typer.Argument(metavar="文件夹", help="建在哪里。不写则为当前文件夹")] = ".",
    database: Annotated[
        str | None,
        option(
            "--database",
            metavar="地址",
            help="sqlite:///hotline.db（默认），或 postgresql://用户@服务器/数据库。密码只存进 private 文件夹",
        ),
    ] = None,
    personal: Annotated[
        str,
        option(
            "--personal",
            metavar="办法",
            help="来电人、号码和地址：keep 另存在 private 文件夹里，只有本人可读（默认）；drop 不保存",
        ),
    ] = "keep",
    digest: Annotated[
        str, option("--digest", metavar="算法", help="摘要的算法：sha256（默认）或 sm3。建成后不能改")
    ] = "sha256",
    by: ByOption = None,
) -> None:
    one_of("--personal", personal, PERSONAL)
    one_of("--digest", digest, DIGESTS)
    if not folder.strip():
        raise CommandError("文件夹不能是空的。写明建在哪里，如 hotline init 考核")
    who = name_of(by)

    from cli.asking_workspace import make_workspace
    from cli.output import write
    from cli.render_workspace import made_text

    write(made_text(make_workspace(Path(folder), database, personal, digest, who)))


@workspace_app.command(
    "settings",
    cls=ChineseCommand,
    help="""看工作区的设置，或改它：写了 --personal 或 --database 就改。改动也记入链。

    改为 --personal drop 会删去已保存的来电人、号码和地址。换 --database 之前，先把数据库原样搬到新的位置。""",
)
def settings(
    personal: Annotated[
        str | None, option("--personal", metavar="办法", help="keep 保存来电人、号码和地址；drop 不保存，并删去已有的")
    ] = None,
    database: Annotated[
        str | None, option("--database", metavar="地址", help="数据库搬到了哪里，写法同 hotline init")
    ] = None,
    format_: Annotated[str, option("--format", metavar="格式", help="table 给人看（默认）；json 给程序用")] = "table",
    workspace: WorkspaceOption = None,
    by: ByOption = None,
) -> None:
    one_of("--format", format_, FORMATS)
    if personal is not None:
        one_of("--personal", personal, PERSONAL)
    layout = workspace_of(workspace)

    from cli.asking_workspace import change_workspace, opened
    from cli.output import write
    from cli.render_workspace import settings_json, settings_text

    if personal is None and database is None:
        found = opened(layout)
    else:
        found = change_workspace(layout, database, personal, name_of(by))
    write(settings_json(found) if format_ == "json" else settings_text(found))
