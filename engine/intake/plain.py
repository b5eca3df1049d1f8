"""Small tables whose every cell is written in the usual way, read without a database.

Only what ``casts`` reads as the same value for certain is taken; anything rare, odd or wrong makes the whole table one
for ``checks``, which says what is wrong. Knows column types; must not know file formats or the words of a message.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction

from engine.intake import bounds, cells, delimited, sql
from engine.intake.found import BLANKS, Cell, Row
from engine.intake.sources import Scan
from engine.policy.model_tables import Column, Table
from engine.problems import InputError

LARGEST = 1 << 16
"""Bytes of text up to which Python is faster than planning a query."""
_MONTH = re.compile(r"[1-9][0-9]{3}-(0[1-9]|1[0-2])")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,12})?")
_COUNT = re.compile(r"[0-9]{1,18}")
_TIME = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")


class _UnusualError(Exception):
    """Something that ``checks`` has to look at."""


def rows(scan: Scan, names: Mapping[str, tuple[str, ...]]) -> tuple[Row, ...] | None:
    """The rows of a table in which nothing is wrong or unusual; None when there is anything of the kind.

    ``names`` gives the keys of the tables that references point to.
    """
    table, text = scan.source.table, scan.text
    if (
        text is None
        or scan.flaws
        or table.required_when
        or table.time_order
        or not text.whole
        or text.path.stat().st_size > LARGEST
    ):
        return None
    readers = [
        (column.id, text.position[column.id], _Reader(column, names.get(column.table or "")))
        for column in table.columns
        if not column.personal
    ]
    found: list[Row] = []
    try:
        records = delimited.records(delimited.lines(text.path, delimited.UTF8), text.path.name)
        width = len(next(records).cells)
        for record in records:
            if len(record.cells) != width:
                return None
            found.append({id: reader.value(record.cells[at]) for id, at, reader in readers})
    except (InputError, StopIteration, _UnusualError):
        return None
    return tuple(found) if found and not _doubled(table, found) else None


def _doubled(table: Table, found: list[Row]) -> bool:
    keys = [tuple(row[id] for id in table.key) for row in found] if table.key else []
    return len(set(keys)) != len(keys)


class _Reader:
    """Reads the cells of one column; every value is found once."""

    def __init__(self, column: Column, names: tuple[str, ...] | None) -> None:
        cell = cells.Cell(column, sql.column("_"), "text", names)
        self._column = column
        self._known: dict[str, Cell] = {}
        self._enumerated = cell.enumerated
        if cell.enumerated:
            self._known.update(cell.spellings)
            if cell.missing is not None:
                self._known.setdefault("", cell.missing)

    def value(self, cell: str) -> Cell:
        """Raises _UnusualError."""
        if cell not in self._known:
            self._known[cell] = self._read(cell)
        return self._known[cell]

    def _read(self, cell: str) -> Cell:
        column = self._column
        if self._enumerated or cell != cell.strip(BLANKS) or cell in column.blanks or column.type not in _TYPES:
            raise _UnusualError
        if not cell:
            if column.required or column.default is not None:
                raise _UnusualError
            return None
        if column.type == "text":
            return cell
        pattern = _TYPES[column.type]
        if pattern is None or not pattern.fullmatch(cell):
            raise _UnusualError
        return self._typed(cell)

    def _typed(self, cell: str) -> Cell:
        match self._column.type:
            case "month":
                return cell
            case "time":
                try:
                    dt.datetime.fromisoformat(cell)
                except ValueError:
                    raise _UnusualError from None
                return cell
        number = Fraction(cell)
        if not bounds.keeps(self._column, number):
            raise _UnusualError
        return number


_TYPES: Mapping[str, re.Pattern[str] | None] = {
    "text": None,
    "month": _MONTH,
    "number": _NUMBER,
    "count": _COUNT,
    "time": _TIME,
}
