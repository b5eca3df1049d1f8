"""The options of commands that work in a workspace: which one, and who changes it.

Reads the current folder and the login name; knows nothing of what a workspace holds. Loads nothing heavy.
"""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

from cli.help import option
from cli.options import CommandError
from engine.problems import clip
from workspace.layout import SETTINGS, Layout, find

LONGEST_NAME = 100

WorkspaceOption = Annotated[
    str | None,
    option("--workspace", metavar="文件夹", help="哪个工作区。不写则为当前文件夹，或它上面最近的工作区"),
]
DataOrStateOption = Annotated[
    str | None,
    option(
        "--data",
        metavar="文件夹",
        help="放数据文件的文件夹：orders、units、averages、bonuses（.csv 或 .xlsx）。不写则用工作区里的数据",
    ),
]
ByOption = Annotated[
    str | None, option("--by", metavar="名称", help="由谁操作，记入工作区的记录。不写则为登录的用户名")
]


def workspace_of(given: str | None) -> Layout:
    """The workspace named by ``--workspace``, else the one that the current folder is in. Raises CommandError."""
    if given is not None:
        layout = Layout(Path(given).resolve())
        if not layout.settings.is_file():
            raise CommandError(f"{given} 不是工作区（没有 {SETTINGS}）。用 hotline init {given} 建立，或换一个文件夹")
        return layout
    found = find(Path.cwd())
    if found is None:
        raise CommandError(
            "当前文件夹和它上面的文件夹都不是工作区。进入工作区，或用 --workspace 指明；新建用 hotline init"
        )
    return found


def data_of(data: str | None, workspace: str | None) -> tuple[Path, Layout | None]:
    """The folder that was given, or the workspace whose data are meant, which is then the folder too.

    Raises CommandError.
    """
    if data is None:
        if workspace is None and find(Path.cwd()) is None:
            raise CommandError(
                "缺少选项 --data：放数据文件的文件夹。当前文件夹和它上面的文件夹也不是工作区；"
                "写明 --data，或进入工作区，或用 --workspace 指明"
            )
        layout = workspace_of(workspace)
        return layout.root, layout
    if workspace is not None:
        raise CommandError("--data 与 --workspace 只能写一个：前者计算一个文件夹，后者计算工作区里的数据")
    return Path(data), None


def name_of(given: str | None) -> str:
    """Who acts: the name typed after ``--by``, else the login name. Raises CommandError where there is neither."""
    if given is None:
        try:
            given = getpass.getuser()
        except (KeyError, OSError):
            raise CommandError("不知道登录的用户名。用 --by 写明由谁操作") from None
    name = given.strip()
    if not name:
        raise CommandError("--by 不能是空的。写明由谁操作")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise CommandError(f"--by 的名称不能超过 {LONGEST_NAME} 字，不能有控制字符：{clip(name)}")
    return name
