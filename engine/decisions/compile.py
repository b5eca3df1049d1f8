"""Decision tables by way of a child process with a time limit, and a cache of them.

A policy that crashes durable-rules or makes it hang costs its author an error, not the program. Knows groups, tables
and files of its cache; must not know policies.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from engine import kept
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable, table_of
from engine.decisions.wire import Json, group_to_json

TABLE_FORMAT = 1
"""Raised whenever the same groups may give other tables, so that older caches are not used."""

_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from engine.decisions.child import main; main()"
_PACKAGE_HOME = str(Path(__file__).resolve().parents[2])


class CompileError(ValueError):
    """The rule engine refused the questions, crashed on them or took too long. The message says which, in Chinese."""


def compile_tables(groups: Sequence[Group], *, cache: Path | None, time_limit: float) -> tuple[DecisionTable, ...]:
    """One table for each enumerable group, in order, over its whole domain.

    ``cache`` is a folder for results (made if absent; None or unwritable: no cache). ``time_limit`` in seconds covers
    the whole. Raises CompileError.
    """
    asked = [group for group in groups if group.enumerable]
    if not asked:
        return ()
    written = _written(asked)
    key = kept.digest_of([TABLE_FORMAT, version("durable-rules"), written])
    sizes = [group.size for group in asked]
    bits = _checked(kept.read(cache, key), sizes)
    if bits is None:
        bits = _in_child(written, [None] * len(asked), sizes, time_limit)
        kept.keep(cache, key, bits)
    return tuple(
        table_of(group, dict(zip(group.domain(), numbers, strict=True)))
        for group, numbers in zip(asked, bits, strict=True)
    )


def decide_found(group: Group, combinations: Iterable[Combination], *, time_limit: float) -> DecisionTable:
    """The table of the distinct ``combinations`` found in the data. Raises CompileError."""
    distinct = sorted({tuple(combination) for combination in combinations})
    if not distinct:
        return table_of(group, {})
    (numbers,) = _in_child(_written([group]), [distinct], [len(distinct)], time_limit)
    return table_of(group, dict(zip(distinct, numbers, strict=True)))


def _written(groups: Sequence[Group]) -> list[Json]:
    try:
        return [group_to_json(group) for group in groups]
    except RecursionError:
        raise CompileError("条件嵌套过深，规则无法编译") from None


def _in_child(
    groups: Sequence[Json], combinations: Sequence[object], sizes: Sequence[int], time_limit: float
) -> list[list[int]]:
    request = json.dumps({"groups": groups, "combinations": combinations}).encode()
    path = json.dumps([_PACKAGE_HOME, *sys.path])
    try:
        child = subprocess.run(
            [sys.executable, "-I", "-c", _START, path],
            input=request,
            capture_output=True,
            timeout=time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CompileError(f"规则编译超过 {time_limit:g} 秒，已中止。请减少一条规则里的条件，或拆成几条规则") from None
    except OSError as error:
        raise CompileError(f"规则编译进程无法启动：{error}") from error
    if child.returncode:
        raise CompileError(f"规则编译进程异常退出（{_ending(child.returncode)}）")
    try:
        reply = json.loads(child.stdout)
    except ValueError:
        raise CompileError("规则编译进程没有给出结果") from None
    if "refused" in reply:
        raise CompileError(f"规则引擎不能执行这些规则：{reply['refused']}")
    bits = _checked(reply.get("bits"), sizes)
    if bits is None:
        raise CompileError("规则编译进程给出的结果不完整")
    return bits


def _ending(code: int) -> str:
    if code > 0:
        return f"退出码 {code}"
    try:
        return f"信号 {signal.Signals(-code).name}"
    except ValueError:
        return f"信号 {-code}"


def _checked(bits: Json, sizes: Sequence[int]) -> list[list[int]] | None:
    """``bits`` if it has a natural number for each combination of each group."""
    whole = (
        isinstance(bits, list)
        and [len(numbers) if isinstance(numbers, list) else -1 for numbers in bits] == list(sizes)
        and all(type(number) is int and number >= 0 for numbers in bits for number in numbers)
    )
    return bits if whole else None
