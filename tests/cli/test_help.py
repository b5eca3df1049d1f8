"""``--help`` is Chinese and whole for every command, and starts fast."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from cli.commands import app

from .conftest import Ran

CHINESE = re.compile("[\u4e00-\u9fff]")
ENGLISH = re.compile(r"Usage|Options|Commands|Arguments|Show this|Missing|required|default|<\w+>", re.IGNORECASE)
HEAVY = (
    "duckdb",
    "sqlglot",
    "durable",
    "jsonschema",
    "yaml",
    "rich",
    "pandas",
    "polars",
    "sqlmodel",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "python_calamine",
)


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command and group with the words that lead to it."""
    yield path, command
    if isinstance(command, TyperGroup):
        for name, child in command.commands.items():
            yield from commands(child, (*path, name))


ALL = list(commands(get_command(app)))


@pytest.mark.parametrize(("path", "command"), ALL, ids=[" ".join(path) or "hotline" for path, _ in ALL])
def test_every_help_page_is_chinese(hotline: Callable[..., Ran], path: tuple[str, ...], command: Any) -> None:
    """Promise: whoever asks any command for help reads Chinese and finds every option and sub-command explained."""
    ran = hotline(*path, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith(f"用法：{' '.join(('hotline', *path))}")
    assert not ENGLISH.search(ran.out)
    for param in command.params:
        assert param.help and CHINESE.search(param.help), param.name
        assert (param.metavar if param.param_type_name == "argument" else param.opts[0]) in ran.out
    for name in getattr(command, "commands", {}):
        assert re.search(rf"^  {name} +\S", ran.out, re.MULTILINE)


@pytest.mark.parametrize(
    "words", [("--help",), ("evaluate", "--help"), ("init", "--help"), ("policy", "check", "--help"), ("evaluate",)]
)
def test_help_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    """Promise: help and usage errors do not wait for databases, rule engines or table drawing to load."""
    script = f"import sys; from cli.main import main; main({list(words)!r}); print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ran.stderr.split())
    assert "cli.main" in loaded
    assert not loaded & set(HEAVY)


def test_nothing_typed_shows_help_and_is_wrong(hotline: Callable[..., Ran]) -> None:
    """Promise: a command group without a command says what there is, on stderr, and does not count as done."""
    ran = hotline()
    assert ran.code == 2
    assert "evaluate" in ran.err and ran.out == ""
