"""An Excel workbook's first sheet as clean text, cell by cell, by the type of the declared column.

Knows what Excel stores instead of what people typed (serial dates, floats, booleans); must not know which values a
column accepts.
"""

from __future__ import annotations

import csv
import datetime as dt
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from engine.intake.found import Flaw, Remark
from engine.policy.model_tables import Column, Table
from engine.problems import InputError, Place, Problem

_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_EARLIEST, _LATEST = 61, 2_958_466  # Excel counts a 29 February 1900 that never was: earlier serials are ambiguous
_EXACT = 10**15  # Excel keeps 15 digits
_HALF = dt.timedelta(microseconds=500_000)


def header(path: Path) -> list[str]:
    """The first row as text."""
    for row in _rows(path):
        return [str(cell) for cell in row]
    raise InputError([Problem(Place(str(path)), "第一张工作表是空的", instead="请把数据放在第一张工作表")])


def rewrite(
    path: Path, table: Table, position: Mapping[str, int], target: Path
) -> tuple[tuple[Flaw, ...], tuple[Remark, ...]]:
    """Writes the sheet to ``target`` as UTF-8 text; empty rows at its end are no records. Personal columns stay out."""
    columns = {index: table.column(id) for id, index in position.items()}
    epoch = _EPOCH_1904 if _counts_from_1904(path) else _EPOCH
    flaws: list[Flaw] = []
    waiting: list[list[str]] = []
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n")
        rows = _rows(path)
        writer.writerow(range(len(next(rows))))  # a line break in a header would mislead DuckDB
        for number, row in enumerate(rows, 1):
            cells = []
            for index, cell in enumerate(row):
                column = columns.get(index)
                text = "" if column is None else _text(cell, column, epoch)
                if text is None and column is not None:
                    shown = str(int(cell)) if float(cell).is_integer() else str(cell)
                    reason = "Excel 数字超过 15 位，末尾已经失真；请把这一列设为文本格式后重新填写"
                    flaws.append(Flaw(number, column.id, shown, reason))
                cells.append(text or "")
            waiting.append(cells)
            if any(cells) or any(flaw.record == number for flaw in flaws[-1:]):
                writer.writerows(waiting)
                waiting = []
    others = _sheets(path)[1:]
    remark = (Remark(path.name, f"只读取第一张工作表，未使用：{'、'.join(others[:10])}"),) if others else ()
    return tuple(flaws), remark


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        head = path.open("rb").read(8) if path.is_file() else b""
        if not head:
            what = "文件是空的"
        elif head.startswith(b"\xd0\xcf\x11\xe0"):
            what = "工作簿有密码或是旧的 xls 格式"
        elif not zipfile.is_zipfile(path):
            what = "不是 xlsx 工作簿"
        else:
            what = "xlsx 工作簿已损坏或有密码"
        raise InputError([Problem(Place(str(path)), what, instead="请用 Excel 打开后另存为 xlsx 或 CSV")]) from error


def _sheets(path: Path) -> list[str]:
    return list(_open(path).sheet_names)


def _rows(path: Path) -> Iterator[list[Any]]:
    book = _open(path)
    try:
        sheet = book.get_sheet_by_index(0)
        yield from sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError) as error:
        raise InputError([Problem(Place(str(path)), "xlsx 工作簿不能读取", instead="请另存为 CSV")]) from error


def _counts_from_1904(path: Path) -> bool:
    """Whether bare serial numbers count from 1904, as workbooks of old Macs do."""
    try:
        with zipfile.ZipFile(path) as archive:
            head = archive.read("xl/workbook.xml")
    except (KeyError, OSError, zipfile.BadZipFile, RuntimeError):
        return False
    return b'date1904="1"' in head or b'date1904="true"' in head


def _text(cell: Any, column: Column, epoch: dt.datetime) -> str | None:
    """The cell as a CSV would hold it; None for a number that Excel cannot have kept exactly."""
    type = column.type
    match cell:
        case bool():
            if len(column.values) == 2:
                return column.choices[0] if cell else column.choices[1]
            return "TRUE" if cell else "FALSE"
        case dt.datetime() | dt.date():
            moment = cell if isinstance(cell, dt.datetime) else dt.datetime(cell.year, cell.month, cell.day)
            if type == "month" and (moment.day, moment.time()) == (1, dt.time()):
                return f"{moment:%Y-%m}"
            return _moment(moment)
        case int() | float():
            if type == "time" and _EARLIEST <= cell < _LATEST:
                return _moment(epoch + dt.timedelta(days=cell))
            if type in ("number", "time", "month"):
                return f"{cell:.15g}" if not float(cell).is_integer() else str(int(cell))
            if abs(cell) >= _EXACT:
                return None
            return str(int(cell)) if float(cell).is_integer() else repr(cell)
        case _:
            return str(cell)


def _moment(moment: dt.datetime) -> str:
    """To the nearest second: a serial number holds a time of day only to about a microsecond."""
    return f"{(moment + _HALF).replace(microsecond=0):%Y-%m-%d %H:%M:%S}"
