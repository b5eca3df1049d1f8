"""What one cell of an input file means: its text becomes a value, or a complaint about the column.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction

from engine.months import Month
from engine.policy.model_tables import Column, Table

Cell = str | tuple[str, ...] | Fraction | dt.datetime | Month | None
"""Text and choices are str, lists tuple, counts and numbers Fraction; None is an empty cell that stays missing."""

Row = Mapping[str, Cell]

_TIME = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2}) (\d{1,2}):(\d{2})(?::(\d{2}))?")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class BadCellError(ValueError):
    """The text is not a value of the column."""


def raw_text(raw: Mapping[str, str], column: Column) -> str:
    """The cell's text under the column's header or one of its aliases, without the spaces around it; "" if absent."""
    for header in (column.id, *column.aliases):
        if header in raw:
            return (raw[header] or "").strip()
    return ""


def read_time(text: str) -> dt.datetime:
    """``YYYY-MM-DD HH:MM[:SS]`` or ``YYYY/M/D H:MM[:SS]``. A date or time of day that cannot be is a BadCellError."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise BadCellError(text)
    year, _, month, day, hour, minute, second = match.groups()
    try:
        return dt.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second or 0))
    except ValueError as error:
        raise BadCellError(text) from error


def read_number(text: str) -> Fraction:
    """A decimal number, exactly."""
    if not _NUMBER.fullmatch(text):
        raise BadCellError(text)
    return Fraction(text)


def _choice(text: str, column: Column) -> str:
    for value in column.values:
        if text == value.id or text in value.aliases:
            return value.id
    raise BadCellError(text)


def _elements(text: str, column: Column) -> tuple[str, ...]:
    for separator in column.separators[1:]:
        text = text.replace(separator, column.separators[0])
    parts = [part.strip() for part in text.split(column.separators[0])]
    found = {_choice(part, column) for part in parts if part}
    return tuple(value for value in column.choices if value in found)


def read_cell(text: str, column: Column, known_units: frozenset[str] | None) -> Cell:
    """The value of a cell. ``known_units``: the names a ``reference`` may have.

    An empty cell (or one of the column's blanks) is a BadCellError when required, else the default, else None.
    """
    if text in column.blanks:
        text = ""
    if text == "":
        if column.required:
            raise BadCellError(text)
        if column.default is not None:
            return column.default
        return () if column.type == "choices" else None
    value: Cell
    match column.type:
        case "text":
            value = text
        case "reference":
            if known_units is not None and text not in known_units:
                raise BadCellError(text)
            value = text
        case "choice" | "yes_no":
            value = _choice(text, column)
        case "choices":
            value = _elements(text, column)
        case "count":
            if not re.fullmatch(r"\d+", text):
                raise BadCellError(text)
            value = Fraction(text)
        case "number":
            value = read_number(text)
        case "time":
            value = read_time(text)
        case "month":
            try:
                value = Month.parse(text)
            except ValueError as error:
                raise BadCellError(text) from error
    if column.minimum is not None and isinstance(value, Fraction) and value < column.minimum:
        raise BadCellError(text)
    return value


def read_table(
    rows: list[dict[str, str]], table: Table, known_units: frozenset[str] | None
) -> tuple[dict[int, Row], set[tuple[int, str]]]:
    """The rows that pass every check, by record number (the first row below the header is 1), and the complaints.

    A complaint is (record number, column). A row with any complaint is set aside. The checks: each cell alone; a column
    that must be filled once another is; an order of times whose breach sets aside; a key that no other row may share
    (every row sharing it is wrong, also when it is wrong in other ways).
    """
    complaints: set[tuple[int, str]] = set()
    read: dict[int, dict[str, Cell]] = {}
    keys: dict[tuple[Cell, ...], list[int]] = {}
    for record, raw in enumerate(rows, start=1):
        cells: dict[str, Cell] = {}
        for column in table.columns:
            try:
                cells[column.id] = read_cell(raw_text(raw, column), column, known_units)
            except BadCellError:
                complaints.add((record, column.id))
        for needed in table.required_when:
            is_there = needed.present not in cells or cells[needed.present] is not None  # a wrong text is there too
            if is_there and needed.column in cells and cells[needed.column] is None:
                complaints.add((record, needed.column))
        for order in table.time_order:
            earlier, later = cells.get(order.earlier), cells.get(order.later)
            known = isinstance(earlier, dt.datetime) and isinstance(later, dt.datetime)
            if order.otherwise == "set_aside" and known and earlier > later:  # type: ignore[operator]
                complaints.add((record, order.later))
        key = tuple(cells.get(name) for name in table.key)
        if key and all(part is not None for part in key):
            keys.setdefault(key, []).append(record)
        read[record] = cells
    for records in keys.values():
        if len(records) > 1:
            complaints.update((record, table.key[0]) for record in records)
    wrong = {record for record, _ in complaints}
    return {record: cells for record, cells in read.items() if record not in wrong}, complaints
