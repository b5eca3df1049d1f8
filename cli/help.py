"""Chinese help and Chinese usage errors for typer's commands.

Knows typer's command objects; knows no command of ours. Loads nothing heavy: ``--help`` must start fast.
"""

from __future__ import annotations

import inspect
import re
import shutil
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cli.wrapping import cells, wrap

_OPTION_NEEDS_VALUE = re.compile(r"Option '(?P<name>[^']+)' requires")
_OPTION_TAKES_NO_VALUE = re.compile(r"Option '(?P<name>[^']+)' does not take a value")
_EXTRA_ARGUMENT = re.compile(r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)", re.DOTALL)
_NO_COMMAND = re.compile(r"No such command (?P<name>'[^']*'|\"[^\"]*\")")


class ChineseCommand(TyperCommand):
    """A command whose ``--help`` is Chinese throughout."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(page(self, ctx))


class ChineseGroup(TyperGroup):
    """A group of commands whose ``--help`` is Chinese throughout."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        formatter.write(page(self, ctx))


def page(command: Any, ctx: Any, *, width: int | None = None) -> str:
    """The help page of ``command`` as text that ends with a line feed; as wide as the screen where nothing is said."""
    width = width or max(60, min(shutil.get_terminal_size((100, 24)).columns, 100))
    params = [param for param in command.get_params(ctx) if not getattr(param, "hidden", False)]
    arguments = [param for param in params if param.param_type_name == "argument"]
    options = [param for param in params if param.param_type_name != "argument"]
    group = isinstance(command, TyperGroup)
    usage = [ctx.command_path, *(["命令"] if group else []), *(_argument_name(param) for param in arguments)]
    lines = [f"用法：{' '.join(usage)} [选项]…", ""]
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        for line in paragraph.split("\n"):
            lines += wrap(line, width)
        lines.append("")
    sections = [
        ("命令", [(name, _first_line(command.get_command(ctx, name))) for name in command.list_commands(ctx)])
        if group
        else ("参数", [(_argument_name(param), param.help or "") for param in arguments]),
        ("选项", [(_option_name(param), _option_help(param)) for param in options]),
    ]
    for title, rows in sections:
        if rows:
            lines += [f"{title}：", *_columns(rows, width), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def usage_error(error: Any) -> str:
    """What a typer usage error says, in Chinese, with the command whose help to read."""
    kind, message = type(error).__name__, str(error.message)
    if kind == "NoArgsIsHelpError":
        return message
    ctx = getattr(error, "ctx", None)
    text = _usage_text(kind, message, error)
    return f"{text}\n用法见：{ctx.command_path} --help" if ctx is not None else text


def _usage_text(kind: str, message: str, error: Any) -> str:
    if kind == "MissingParameter":
        param = getattr(error, "param", None)
        if param is None:
            return "缺少参数"
        if param.param_type_name == "argument":
            return f"缺少参数 {_argument_name(param)}：{param.help or ''}".rstrip("：")
        return f"缺少选项 {'/'.join(param.opts)}：{param.help or ''}".rstrip("：")
    if kind == "NoSuchOption":
        near = "、".join(sorted(error.possibilities or ()))
        return f"没有选项 {error.option_name}" + (f"，是不是 {near}？" if near else "")
    for pattern, form in (
        (_OPTION_NEEDS_VALUE, "选项 {} 后面要有值"),
        (_OPTION_TAKES_NO_VALUE, "选项 {} 不带值"),
        (_EXTRA_ARGUMENT, "多出的参数：{}"),
        (_NO_COMMAND, "没有命令 {}"),
    ):
        match = pattern.search(message)
        if match is not None:
            return form.format(match["name"].strip("'\""))
    if message.startswith("Missing command"):
        return "缺少命令"
    return f"命令的写法不对：{message}"


def _columns(rows: list[tuple[str, str]], width: int) -> list[str]:
    left = min(max(cells(name) for name, _ in rows), 30)
    lines: list[str] = []
    for name, text in rows:
        first, *rest = wrap(text, width - left - 4)
        if cells(name) > left:
            lines += [f"  {name}", f"  {' ' * left}  {first}"]
        else:
            lines.append(f"  {name}{' ' * (left - cells(name))}  {first}".rstrip())
        lines += [f"  {' ' * left}  {line}" for line in rest]
    return lines


def _first_line(command: Any) -> str:
    return inspect.cleandoc(command.help or "").split("\n", 1)[0]


def _argument_name(param: Any) -> str:
    name = str(param.metavar or param.name)
    return name if param.required else f"[{name}]"


def _option_name(param: Any) -> str:
    names = ", ".join(param.opts)
    return f"{names} {param.metavar}" if param.metavar else names


def _option_help(param: Any) -> str:
    text = "显示这页说明" if "--help" in param.opts else str(param.help or "")
    return f"{text}（必填）" if param.required else text


def option(*names: str, help: str, metavar: str | None = None) -> Any:
    """An option as the commands declare them; ``metavar`` is the Chinese name of its value."""
    return typer.Option(*names, help=help, metavar=metavar, show_default=False)
