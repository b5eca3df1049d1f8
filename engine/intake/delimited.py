"""Comma-separated text: its encoding, its header, and a careful reading of files that the fast reader refuses.

Knows bytes, encodings and quoting; must not know what a column means.
"""

from __future__ import annotations

import csv
import mmap
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.intake.found import BLANKS, Flaw
from engine.problems import InputError, Place, Problem

UTF8, GB = "utf-8-sig", "gb18030"
_CHUNK = 1 << 20
_INSIDE = re.compile(r'(?:[^"]|"")*')
_OPENING = re.compile(r' *"')
_PLAIN = re.compile(r"[^,\r\n]*")
_END = re.compile(r" *(,|\r\n|\r|\n|$)")


@dataclass(frozen=True)
class Record:
    """The cells of one record and the line (from 1) on which it begins."""

    line: int
    cells: list[str]


def encoding(path: Path) -> str:
    """UTF-8 when the first line is; GB18030 otherwise. Raises InputError for empty and binary files."""
    place = Place(str(path))
    with path.open("rb") as stream:
        head = stream.read(_CHUNK)
        if not head.strip():
            raise InputError([Problem(place, "文件是空的", instead="请放入带表头的数据")])
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise InputError([Problem(place, "文件是 UTF-16 编码", instead="请另存为 UTF-8 或 GB18030 编码的 CSV")])
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            at = content.find(b"\0")
    if at >= 0:
        raise InputError(
            [Problem(place, f"不是文本文件：第 {at + 1} 个字节是空字符", instead="请另存为 UTF-8 编码的 CSV")]
        )
    first = head[: head.find(b"\n") + 1] or head[: head.find(b"\r") + 1] or head
    try:
        first.decode(UTF8)
    except UnicodeDecodeError as error:
        return UTF8 if len(first) == _CHUNK and error.start > _CHUNK - 4 else GB
    return UTF8


def lines(path: Path, coding: str) -> Iterator[str]:
    """The lines with their ends. Raises InputError where the bytes are not of the encoding."""
    try:
        with path.open(encoding=coding, newline="") as stream:
            yield from stream
    except UnicodeDecodeError as error:
        raise InputError([_not_text(path)]) from error


def _not_text(path: Path) -> Problem:
    """Names the line that neither encoding reads and the byte in it, by the encoding that gets farther."""
    content = path.read_bytes()
    at, name = max((_readable(content, "utf-8"), "UTF-8"), (_readable(content, GB), "GB18030"))
    line = content.count(b"\n", 0, at) + 1
    byte = at - content.rfind(b"\n", 0, at)
    what = f"不是 {name if line > 1 else 'UTF-8 或 GB18030'} 文本：这一行第 {byte} 个字节不能读"
    return Problem(Place(str(path), line), what, f"0x{content[at]:02X}", "请另存为 UTF-8 编码的 CSV")


def _readable(content: bytes, coding: str) -> int:
    """How many bytes can be read before the first that cannot."""
    try:
        content.decode(coding)
    except UnicodeDecodeError as error:
        return error.start
    return len(content) - 1


def is_text(path: Path, coding: str) -> bool:
    try:
        for _ in lines(path, coding):
            pass
    except InputError:
        return False
    return True


def header(path: Path, coding: str) -> list[str]:
    """The cells of the first record."""
    for record in records(lines(path, coding), str(path)):
        return record.cells
    raise InputError([Problem(Place(str(path)), "文件是空的", instead="请放入带表头的数据")])


def records(text: Iterable[str], file: str) -> Iterator[Record]:
    """The records; empty lines are none. A quote inside an unquoted cell stands for itself.

    Raises InputError at a quoted cell that never ends or has something after its end: nothing beyond is certain.
    """
    cells: list[str] = []
    quoted: list[str] | None = None
    start = 0
    for number, line in enumerate(text, 1):
        if quoted is None:
            start = number
            if not line.strip("\r\n"):
                continue
            if '"' not in line:
                yield Record(number, line.rstrip("\r\n").split(","))
                continue
        at = 0
        while True:
            if quoted is None:
                opening = _OPENING.match(line, at)
                if opening is None:
                    plain = _PLAIN.match(line, at)
                    assert plain is not None
                    cells.append(plain[0])
                    at = plain.end()
                else:
                    quoted, at = [], opening.end()
            if quoted is not None:
                inside = _INSIDE.match(line, at)
                assert inside is not None
                quoted.append(inside[0].replace('""', '"'))
                if inside.end() == len(line):
                    break  # the cell goes on in the next line
                cells.append("".join(quoted))
                quoted, at = None, inside.end() + 1
            end = _END.match(line, at)
            if end is None:
                raise InputError(
                    [
                        Problem(
                            Place(file, number, at + 1),
                            f"第 {len(cells)} 列的引号之后还有文字",
                            "",  # not what stands there: it may be personal
                            "引号里的引号要写成两个引号",
                        )
                    ]
                )
            at = end.end()
            if end[1] != ",":
                yield Record(start, cells)
                cells = []
                break
    if quoted is not None:
        raise InputError(
            [
                Problem(
                    Place(file, start),
                    f"从这一行开始的记录，第 {len(cells) + 1} 列的引号没有结束",
                    instead="请补上引号",
                )
            ]
        )


def rewrite(path: Path, coding: str, target: Path) -> tuple[Flaw, ...]:
    """``target`` gets the same records as clean UTF-8 text, each as wide as the header; returns the uneven ones.

    Names in the header become numbers: DuckDB takes the first line break of a file, even in a cell, for all of them.
    """
    found = records(lines(path, coding), str(path))
    first = next(found)
    width = len(first.cells)
    flaws = []
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        writer.writerow(range(width))
        for number, record in enumerate(found, 1):
            cells = record.cells
            if len(cells) < width or any(cell.strip(BLANKS) for cell in cells[width:]):
                flaws.append(Flaw(number, None, "", f"第 {record.line} 行有 {len(cells)} 列，表头有 {width} 列"))
            writer.writerow((cells + [""] * (width - len(cells)))[:width])
    return tuple(flaws)
