"""A sheet of an Excel workbook as clean text, by the type of the declared column.

Knows what Excel stores instead of what people typed (serial dates, floats, booleans); must not know which values a
column accepts. A sheet is loaded once and gone through once, column by column of some thousand rows: most columns hold
text alone, which costs nothing.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from engine.intake.error_cells import error_cells
from engine.intake.found import LANDMARK_EVERY, Flaw, Landmarks
from engine.policy.model_tables import Column, Table
from engine.problems import InputError, Place, Problem

_EPOCH, _EPOCH_1904 = dt.datetime(1899, 12, 30), dt.datetime(1904, 1, 1)
_EARLIEST, _LATEST = 61, 2_958_466  # Excel counts a 29 February 1900 that never was: earlier serials are ambiguous
_EXACT = 10**15  # Excel keeps 15 digits
_HALF = dt.timedelta(microseconds=500_000)
_BATCH = 512  # rows whose cells stay in the processor's cache
_PART = 64 * _BATCH
_FAILED = "是 Excel 的错误值，不是空格；请改成应有的值，确实没有的请清空"


@dataclass(frozen=True)
class Sheet:
    """A loaded sheet: its first row as text, and the ``rows`` below it, to be gone through once."""

    path: Path
    name: str
    header: list[str]
    rows: Iterator[list[Any]] = field(repr=False)


def sheets(path: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the sheets that hold cells: those that are shown, and the hidden ones. Raises InputError."""
    cells = [sheet for sheet in _open(path).sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    shown = tuple(sheet.name for sheet in cells if sheet.visible == SheetVisibleEnum.Visible)
    return shown, tuple(sheet.name for sheet in cells if sheet.visible != SheetVisibleEnum.Visible)


def others(path: Path) -> list[str]:
    """The names of all sheets but the first."""
    return list(_open(path).sheet_names[1:])


def load(path: Path, name: str | None = None) -> Sheet | None:
    """The sheet called ``name``, the first one without; None for one without a cell. Raises InputError."""
    book = _open(path)
    try:
        sheet = book.get_sheet_by_index(0) if name is None else book.get_sheet_by_name(name)
        left = [""] * (sheet.start[1] if sheet.start else 0)  # iter_rows leaves empty columns at the left out
        rows = iter(sheet.iter_rows())
        first = next(rows, None)
    except (CalamineError, IndexError) as error:
        raise InputError([Problem(Place(str(path)), "xlsx 工作簿不能读取", instead="请另存为 CSV")]) from error
    if first is None:
        return None
    return Sheet(path, sheet.name, [str(cell) for cell in left + first], (left + row for row in rows) if left else rows)


@dataclass
class Rewriting:
    """A sheet on its way to UTF-8 text in files beside ``target``; empty rows at its end are no records.

    Of the columns, those in ``position`` are written, and as mere text those in ``also``, counted from 0. ``flaws`` and
    ``landmarks`` are whole once all ``parts`` are written.
    """

    sheet: Sheet
    table: Table
    position: Mapping[str, int]
    target: Path
    also: Collection[int] = ()
    flaws: list[Flaw] = field(default_factory=list)
    finished: bool = False
    _records: int = 0
    _cells: dict[int, list[str]] = field(default_factory=dict)
    _errors: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """By record, the cells that hold an error, and which."""

    @property
    def landmarks(self) -> Landmarks:
        return Landmarks(self._records + 1, self._cells)

    def parts(self) -> Iterator[Path]:
        """The files in order, each written when it is asked for; the first begins with a header."""
        columns = {index: self.table.column(id) for id, index in self.position.items()}
        columns |= {index: Column("", "text") for index in self.also}
        epoch = _EPOCH_1904 if _counts_from_1904(self.sheet.path) else _EPOCH
        for row, index, shown in error_cells(self.sheet.path, self.sheet.name):
            if row and index in self.position.values():
                self._errors.setdefault(row, []).append((index, shown))
        width = len(self.sheet.header)
        header = [[str(index)] for index in range(width)]  # a line break in a header misleads DuckDB
        first, empty, number = 1, 0, 0
        self._cells[0] = [column[0] for column in header]
        while not self.finished:
            path = self.target.with_name(f"{self.target.stem}{number or ''}{self.target.suffix}")
            with path.open("w", encoding="utf-8", newline="") as stream:
                if not number:
                    stream.write(_lines(header))
                for _ in range(_PART // _BATCH):
                    rows = list(islice(self.sheet.rows, _BATCH))
                    self.finished = not rows
                    if self.finished:
                        break
                    texts, held = self._batch(rows, columns, epoch, first)
                    if held:
                        stream.write(_lines([[""] * empty] * width) + _lines([column[:held] for column in texts]))
                        self._remember(texts, first, held)
                        empty = 0
                    empty += len(rows) - held
                    first += len(rows)
                written = stream.tell() > 0
            if written:
                number += 1
                yield path

    def _batch(
        self, rows: Sequence[Sequence[Any]], columns: Mapping[int, Column], epoch: dt.datetime, first: int
    ) -> tuple[list[Sequence[str]], int]:
        """The cells column by column, and how many rows there are up to the last that holds anything."""
        texts: list[Sequence[str]] = []
        flaws: list[Flaw] = []
        for index, cells in enumerate(zip(*rows, strict=True)):
            column = columns.get(index)
            texts.append([""] * len(rows) if column is None else _texts(cells, column, epoch, first, flaws))
        if self._errors:
            for number in range(first, first + len(rows)):
                flaws += (Flaw(number, columns[at].id, shown, _FAILED) for at, shown in self._errors.get(number, ()))
        told = [flaw for flaw in flaws if flaw.column]  # of columns that are mere text, nothing is told
        self.flaws += sorted(told, key=lambda flaw: flaw.record)
        held = len(rows)
        least = max((flaw.record - first + 1 for flaw in told), default=0)
        while held > least and not any(column[held - 1] for column in texts):
            held -= 1
        return texts, held

    def _remember(self, texts: Sequence[Sequence[str]], first: int, held: int) -> None:
        """Some records, from which the order of what a database read can be told."""
        if self._records % LANDMARK_EVERY:
            self._cells.pop(self._records, None)
        self._records = first + held - 1
        landmark = -(-first // LANDMARK_EVERY) * LANDMARK_EVERY
        for record in (*range(landmark, first + held, LANDMARK_EVERY), self._records):
            self._cells[record] = [column[record - first] for column in texts]


def _texts(cells: Sequence[Any], column: Column, epoch: dt.datetime, first: int, flaws: list[Flaw]) -> Sequence[str]:
    """The cells of a column as text; ``first`` is the number of the first record."""
    try:
        "".join(cells)  # the cheapest way to learn that all of them are text
        return cells
    except TypeError:
        kinds = set(map(type, cells))
    if kinds <= {str, dt.datetime} and column.type != "month":
        return [
            cell if cell.__class__ is str else _moment(cell) if cell.microsecond else cell.isoformat(" ")
            for cell in cells
        ]
    if bool in kinds:  # equal to a number
        texts = [_text(cell, column, epoch) for cell in cells]
    else:
        known = {cell: _text(cell, column, epoch) for cell in set(cells)}
        texts = [known[cell] for cell in cells]
    if None not in texts:
        return texts  # type: ignore[return-value]
    for number, (cell, text) in enumerate(zip(cells, texts, strict=True), first):
        if text is None:
            shown = str(int(cell)) if float(cell).is_integer() else str(cell)
            reason = "Excel 数字超过 15 位，末尾已经失真；请把这一列设为文本格式后重新填写"
            flaws.append(Flaw(number, column.id, shown, reason))
    return [text or "" for text in texts]


def _lines(columns: Sequence[Sequence[str]]) -> str:
    """The rows of some columns as text of a CSV file, every cell quoted."""
    if not columns[0]:
        return ""
    text = _joined(columns)
    if text.count('"') == 2 * len(columns) * len(columns[0]):
        return text
    return _joined([[cell.replace('"', '""') for cell in column] for column in columns])


def _joined(columns: Sequence[Sequence[str]]) -> str:
    return '"' + '"\n"'.join(map('","'.join, zip(*columns, strict=True))) + '"\n'


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
    if moment.microsecond:
        moment = (moment + _HALF).replace(microsecond=0)
    return moment.isoformat(" ")
