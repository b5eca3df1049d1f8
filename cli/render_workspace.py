"""Shows a workspace's settings, and what to do with a new one.

Knows sentences only; computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cli.render_json import render_json

if TYPE_CHECKING:
    from workspace.opening import Workspace

_PERSONAL = {"keep": "另存在 private 文件夹里，只有本人可读", "drop": "不保存"}


def made_text(workspace: Workspace) -> str:
    """What a new workspace is and what comes next."""
    root = workspace.layout.root
    return (
        f"已建立工作区 {root}\n\n{settings_text(workspace)}\n"
        "接下来：在这个文件夹里运行 hotline import 文件…，导入平台导出的工单；\n"
        "再运行 hotline evaluate 计算。考核方案在 policies 文件夹里。\n"
    )


def settings_text(workspace: Workspace) -> str:
    """The settings, one a line."""
    settings = workspace.settings
    return (
        f"编号      {settings.id}\n"
        f"数据库    {settings.database}\n"
        f"个人信息  {settings.personal}：{_PERSONAL[settings.personal]}\n"
        f"摘要      {settings.digest}\n"
    )


def settings_json(workspace: Workspace) -> str:
    """The settings with the folder, for programs."""
    return render_json({"folder": str(workspace.layout.root), **workspace.settings.record()})
