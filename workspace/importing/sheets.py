"""The sheets of the files that are to be imported, each opened as far as its header.

Knows which files are meant and how each format is opened; must not know tables.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from engine.intake import connect, delimited, sources, workbook
from engine.problems import InputError, Place, Problem
from workspace.records import place_text

FORMATS = ("xlsx", "csv", "parquet")
_ADVICE = "可以导入 xlsx、csv 和 parquet；旧的 xls 请用 Excel 另存为 xlsx"


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook, or a whole file of another format, whose ``sheet`` is then ''."""

    path: Path
    sheet: str
    format: str
    header: tuple[str, ...]
    loaded: workbook.Sheet | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """The file's name, spelt the same whatever system it is from."""
        return name_of(self.path)

    @property
    def place(self) -> str:
        return place_text(self.name, self.sheet)


def name_of(path: Path) -> str:
    return unicodedata.normalize("NFC", path.name)


def files_in(given: Iterable[Path]) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """The files that are meant, folders as their files, each once; and the names of what lies in folders unread.

    Raises InputError for what is not there, and for a file of another format that was named.
    """
    problems: list[Problem] = []
    found: dict[Path, Path] = {}
    unread: list[str] = []
    for path in given:
        if path.is_dir():
            for entry in sorted(path.iterdir(), key=lambda entry: entry.name):
                if entry.is_dir() or entry.name.startswith((".", "~$")):
                    continue  # what Excel keeps beside an open workbook is none
                if format_of(entry) in FORMATS:
                    found.setdefault(entry.resolve(), entry)
                else:
                    unread.append(name_of(entry))
        elif not path.exists():
            problems.append(Problem(Place(str(path)), "没有这个文件", "", "请检查位置和名称"))
        elif format_of(path) not in FORMATS:
            problems.append(Problem(Place(str(path)), "这种文件不能导入", "", _ADVICE))
        else:
            found.setdefault(path.resolve(), path)
    if not problems and not found:
        problems.append(Problem(Place("、".join(map(str, given))), "里面没有可以导入的文件", "", _ADVICE))
    if problems:
        raise InputError(problems)
    return tuple(found.values()), tuple(unread)


def format_of(path: Path) -> str:
    return path.suffix.casefold().removeprefix(".")


def sheets_of(path: Path) -> Iterator[Sheet]:
    """Every shown sheet with cells, loaded only when its turn comes. Raises InputError."""
    match format_of(path):
        case "xlsx":
            shown, _ = workbook.sheets(path)
            for name in shown:
                loaded = workbook.load(path, name)
                if loaded is not None:
                    yield Sheet(path, unicodedata.normalize("NFC", name), "xlsx", tuple(loaded.header), loaded)
        case "csv":
            try:
                header = delimited.header(path, delimited.encoding(path))
            except OSError as error:
                raise InputError([Problem(Place(str(path)), "文件不能打开", "", "请检查是否有权读取")]) from error
            yield Sheet(path, "", "csv", tuple(header))
        case _:
            yield Sheet(path, "", "parquet", _names(path))


def hidden_sheets(path: Path) -> tuple[str, ...]:
    """The sheets of a workbook that are not shown, and so not read."""
    return workbook.sheets(path)[1] if format_of(path) == "xlsx" else ()


def _names(path: Path) -> tuple[str, ...]:
    try:
        with connect(threads=1) as connection:
            described = connection.execute("DESCRIBE SELECT * FROM read_parquet(?)", [sources.literal(path)]).fetchall()
    except duckdb.Error as error:
        what = "不是可以读取的 Parquet 文件"
        raise InputError([Problem(Place(str(path)), what, instead="请重新导出这个文件")]) from error
    return tuple(str(row[0]) for row in described)
