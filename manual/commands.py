"""docs/cli.md: the help page of every command, as the program prints it.

Knows how commands nest; what they say comes from the commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from cli.commands import app
from cli.help import page as help_page

WIDTH = 100
INTRODUCTION = """# 命令

`hotline 命令 --help` 显示的就是下面各页；由程序生成（`make docs`），不手写。

退出码：0 完成；1 检查、用例或比较发现了问题；2 命令或数据有错。结果写到标准输出，其余写到标准错误。

`--format json` 的输出，每个命令由 `schemas/v1/` 里的一个 JSON Schema（2020-12）逐项写明，其说明以命令开头。
"""


def page() -> str:
    """The whole page as Markdown."""
    found = list(every_command(get_command(app)))
    lines = [INTRODUCTION]
    for path, command, ctx in found:
        lines += [f"## {' '.join(path)}", "", "```text", help_page(command, ctx, width=WIDTH).rstrip("\n"), "```", ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def every_command(
    command: Any, path: tuple[str, ...] = ("hotline",), parent: Any = None
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Every command and group with the words that lead to it and a context to show its help in."""
    ctx = typer.Context(command, info_name=path[-1], parent=parent)
    yield path, command, ctx
    if isinstance(command, TyperGroup):
        for name in command.list_commands(ctx):
            inner = command.get_command(ctx, name)
            yield from every_command(inner, (*path, name), ctx)
