"""Whether the rows of a table that DuckDB read from text stand where the records stand in the file.

Records are numbered by their place in the file. DuckDB reads a file in pieces and promises to put them together in
order, but only for plans without a join, and it makes a join of a long IN. A wrong number would send somebody to the
wrong order, so that the promise is checked: by the number of records, and by some records that a plain reading of the
lines finds. Knows lines and quotes; must not know what a column means.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from engine.intake import delimited, sql
from engine.intake.breaches import ROW, Store
from engine.intake.found import BLANKS, LANDMARK_EVERY, Landmarks
from engine.policy.model_tables import Column
from engine.problems import InputError

_BLOCK = 1 << 20


class OutOfOrderError(Exception):
    """Rows do not stand where their records do, or their records cannot be told."""


def landmarks(path: Path) -> Landmarks | None:
    """Of UTF-8 text. None where the lines do not make records, which the careful reader can explain."""
    try:
        with path.open("rb", buffering=_BLOCK) as stream:
            found: dict[int, list[str]] = {}
            number, last = 0, b""
            for line in stream:
                if b'"' in line and line.count(b'"') % 2:  # only then may a cell go on in the next line
                    cells = next(delimited.records(_decoded(chain([line], stream)), path.name)).cells
                    if number % LANDMARK_EVERY == 0:
                        found[number] = cells
                elif not line.strip(b"\r\n"):
                    continue
                elif number % LANDMARK_EVERY == 0:
                    found[number] = _cells(line, path)
                number, last = number + 1, line
            if last and last.count(b'"') % 2 == 0:
                found[number - 1] = _cells(last, path)
    except (InputError, StopIteration):
        return None
    return Landmarks(number, found)


def _cells(line: bytes, path: Path) -> list[str]:
    return next(delimited.records(_decoded(iter([line])), path.name)).cells


def _decoded(lines: Iterator[bytes]) -> Iterator[str]:
    for line in lines:
        yield line.decode("utf-8", "replace").removeprefix("\ufeff")


def verify(store: Store, found: Landmarks | None) -> None:
    """Raises OutOfOrderError. ``store`` still holds every row, the header too."""
    rows = store.counts()[0]
    if found is None or found.records != rows:
        raise OutOfOrderError
    text = store.scan.text
    assert text is not None
    columns = [column for column in store.scan.source.table.columns if column.id in text.position and _plain(column)]
    wanted = {
        number: [_value(column, cells[text.position[column.id]]) for column in columns]
        for number, cells in found.cells.items()
    }
    query = sql.select([ROW.copy(), *(sql.column(column.id) for column in columns)], store.table, sql.given_rows())
    held = {row: list(values) for row, *values in store.database.rows(query, [list(wanted)])}
    if held != wanted:
        raise OutOfOrderError


def _plain(column: Column) -> bool:
    """Whether the column keeps what is written."""
    return column.type == "text"


def _value(column: Column, cell: str) -> str | None:
    value = cell.strip(BLANKS)
    return column.default if value in ("", *column.blanks) else value
