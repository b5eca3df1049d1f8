"""The options that several commands share, with their Chinese help, and the reading of what was typed.

Knows the command line only; knows no policy and no file's content.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from typing import Annotated

import typer

from cli.help import option
from engine.problems import clip

PolicyOption = Annotated[
    str | None,
    option("--policy", metavar="版本", help="用哪个版本：名称或文件夹。不写则按接单时间所在的考核周期选取"),
]
PoliciesOption = Annotated[
    str | None,
    option("--policies", metavar="文件夹", help="放各版本的文件夹。不写则用工作区里的；不在工作区里，则用程序自带的"),
]
AsOfOption = Annotated[
    str | None,
    option("--as-of", metavar="时间", help="统计时点，如 2026-11-23 或 '2026-11-23 08:30:00'。不写则为现在"),
]
SetOption = Annotated[
    list[str] | None,
    option("--set", metavar="条款=选项", help="换一种理解来算，可重复写；有哪些选项见 hotline policy show"),
]
NoCacheOption = Annotated[bool, option("--no-cache", help="不读也不写编译缓存")]
EngineOption = Annotated[
    str,
    option(
        "--engine",
        metavar="引擎",
        help="在哪里统计：duckdb 在本机（默认）；local[2] 用本机上的 Spark；spark://主机:端口 用 Spark 集群",
    ),
]
MemoryOption = Annotated[
    str | None,
    option("--memory", metavar="大小", help="duckdb 最多用多少内存，如 2GB；放不下的暂存到磁盘。不写则为内存的八成"),
]
VersionArgument = Annotated[str, typer.Argument(metavar="版本", help="版本名称，或版本所在的文件夹")]

DUCKDB = "duckdb"
_ENGINE = re.compile(r"local\[([1-9]\d*|\*)\]|spark://[^\s,/:]+:\d+(,[^\s,/:]+:\d+)*", re.ASCII)
_MEMORY = re.compile(r"\d+(\.\d+)?\s*[kmgt]i?b", re.ASCII | re.IGNORECASE)
_TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


class CommandError(Exception):
    """What was typed cannot be carried out; the message says why and what to type instead."""


def as_time(text: str | None, name: str = "--as-of") -> dt.datetime | None:
    """The local time typed after the option ``name``; a day alone is its first instant. Raises CommandError."""
    if text is None:
        return None
    match = _TIME.fullmatch(text.strip())
    try:
        if match is None:
            raise ValueError
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        return dt.datetime(year, month, day, hour, minute, second)
    except ValueError:
        raise CommandError(f"{name} 的时间看不懂：{clip(text)}。写成 2026-11-23 或 '2026-11-23 08:30:00'") from None


def as_choices(pairs: Iterable[str] | None) -> dict[str, str]:
    """``READING=OPTION`` pairs by reading. Raises CommandError for another form or two options for one reading."""
    chosen: dict[str, str] = {}
    for pair in pairs or ():
        reading, equals, picked = (part.strip() for part in pair.partition("="))
        if not (reading and equals and picked):
            raise CommandError(f"--set 的写法不对：{clip(pair)}。写成 条款=选项，如 --set quarters=calendar")
        if chosen.get(reading, picked) != picked:
            raise CommandError(f"--set 对 {reading} 给了两个选项：{chosen[reading]} 和 {picked}。只留一个")
        chosen[reading] = picked
    return chosen


def as_engine(text: str, memory: str | None) -> tuple[str, str | None]:
    """The engine and its memory as typed. Raises CommandError for another form of either, or both where one fits."""
    if text != DUCKDB and not _ENGINE.fullmatch(text):
        raise CommandError(f"--engine 不能是 {clip(text)}。可以写：{DUCKDB}、local[2] 或 spark://主机:端口")
    if memory is not None and not _MEMORY.fullmatch(memory.strip()):
        raise CommandError(f"--memory 的大小看不懂：{clip(memory)}。写成 2GB 或 500MB")
    if memory is not None and text != DUCKDB:
        raise CommandError("--memory 只用于 duckdb；Spark 的内存写在它自己的 spark-defaults.conf 里，去掉 --memory")
    return text, None if memory is None else memory.strip()


def one_of(name: str, given: str, allowed: tuple[str, ...]) -> str:
    """``given`` when allowed. Raises CommandError with what is."""
    if given in allowed:
        return given
    raise CommandError(f"{name} 不能是 {clip(given)}。可以写：{'、'.join(allowed)}")
