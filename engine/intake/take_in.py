"""A folder of files to checked, typed relations: the order of the work, and what is an error and what is set aside.

Knows tables; must not know formats, SQL of single cells or any policy.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import duckdb
from sqlglot import exp

from engine.databases import Database, Holder, database_of
from engine.intake import doubts, files, grants, plain, reading, sources, sql, typed
from engine.intake.breaches import RECORD
from engine.intake.checks import Checked
from engine.intake.files import Source
from engine.intake.found import Cell, Intake, Remark, Row, SetAside
from engine.intake.reasons import reason
from engine.intake.sources import Scan
from engine.intake.sql import E
from engine.policy.model_tables import Table, TableId
from engine.problems import InputError, Place, Problem, clip

__all__ = ["Cell", "Row", "connect", "take_in"]


def connect(memory_limit: str | None = None, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """A private in-memory database that fetches nothing from anywhere. ``memory_limit`` like ``'1GB'``."""
    settings: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "preserve_insertion_order": True,  # records are numbered by it
    }
    if memory_limit is not None:
        settings["memory_limit"] = memory_limit
    if threads is not None:
        settings["threads"] = threads
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET enable_progress_bar = false")  # it would be written among the results
    return connection


class Elsewhere(Database, Protocol):
    """A database other than DuckDB that reads the orders by itself."""

    def scan(self, scan: Scan) -> Scan:
        """The same orders as this database reads them. Raises InputError for what it cannot read alike."""
        ...

    def parquet(self, paths: Sequence[Path]) -> E:
        """The relation of such files."""
        ...


def take_in(
    tables: tuple[Table, ...],
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    progress: Callable[[str], None] | None = None,
    elsewhere: Elsewhere | None = None,
) -> Intake:
    """Reads the files of ``folder``; see ``Intake``. The orders are read and held ``elsewhere`` where that is given,
    small tables by ``connection``.

    Raises InputError for what keeps anything from being evaluated: files, headers, and every breach in a table other
    than the orders (a wrong reference table must not rank anybody). Broken orders are set aside instead.
    """
    say = progress or (lambda _: None)
    found = files.find(tables, folder)
    with tempfile.TemporaryDirectory() as scratch:
        return _Reading(tables, folder, found, connection, Path(scratch), say, elsewhere).intake()


@dataclass(frozen=True)
class _Reading:
    """What one call of ``take_in`` works with."""

    tables: tuple[Table, ...]
    folder: Path
    found: Mapping[TableId, Source]
    connection: duckdb.DuckDBPyConnection
    scratch: Path
    say: Callable[[str], None]
    elsewhere: Elsewhere | None

    @property
    def orders_in(self) -> Database:
        return self.elsewhere or database_of(self.connection)

    def intake(self) -> Intake:
        """Text is hashed while it is read, which keeps every core busy anyway; checked orders only when asked for."""
        used = tuple(self.found.values())
        small = self._small()
        orders, source = next(table for table in self.tables if table.id == "orders"), self.found["orders"]
        given = grants.granted(self.tables, small.rows)
        self.say(f"正在读取 {source.name}")
        opened = None
        if source.format == "parquet" and len(source.paths) == 1:
            opened = typed.open_typed(source.paths[0], orders, self.connection, small.names, given)
        if opened is not None:
            if self.elsewhere is not None:
                self.elsewhere.view(opened.relation, typed.orders_of(orders, self.elsewhere.parquet(source.paths)))
            remarks = (*small.remarks, *opened.remarks)
            return Intake(
                opened.orders, opened.relation, small.rows, small.names, (), 0, remarks, opened.first, opened.last,
                True, files.LateDigest(used), opened.lists, given,
            )  # fmt: skip
        with ThreadPoolExecutor(1) as pool:
            hashing = pool.submit(files.digest, used)
            scan = self._open(source)
            if self.elsewhere is not None:
                scan = self.elsewhere.scan(scan)
            scan, checked = self._checked(self.orders_in, scan, small.names)
        added = grants.grant(self.orders_in, orders, checked.every, given)
        remarks = (
            *small.remarks,
            *scan.remarks,
            *added,
            *doubts.of_orders(self.orders_in, orders, checked, source.name),
        )
        aside = tuple(_set_aside(orders, checked, small.names))
        first, last = _range(self.orders_in, orders, checked.relation)
        valid = checked.rows - checked.bad
        return Intake(
            valid, checked.relation, small.rows, small.names, aside, checked.bad, remarks, first, last, False, hashing,
            granted=given,
        )  # fmt: skip

    def _small(self) -> _Small:
        """Every table but the orders. Raises InputError with all that is wrong, in the orders' file as such too."""
        names: dict[str, tuple[str, ...]] = {}
        rows: dict[TableId, tuple[Row, ...]] = {}
        remarks: list[Remark] = []
        problems: list[Problem] = []
        for table in _referenced_first(table for table in self.tables if table.id != "orders"):
            source = self.found.get(table.id)
            rows[table.id] = ()
            if source is None and table.grants is not None:
                continue  # nothing was applied for
            if source is None:
                remarks.append(Remark(table.file, f"没有“{table.title}”的文件"))
            else:
                self.say(f"正在读取 {source.name}")
                try:
                    scan = self._open(source)
                    read = plain.rows(scan, names)
                    broken: list[str] = []
                    if read is None:
                        scan, checked = self._checked(self.connection, scan, names)
                        problems += reading.problems(scan, checked, names)
                        read = tuple(_rows(self.connection, table, checked))
                        broken = [checked.origin[breach.row][2] for breach in checked.breaches]
                except InputError as error:
                    problems += error.problems
                    continue
                remarks += (*scan.remarks, *doubts.of_rows(table, read, source.name))
                rows[table.id] = read
            if source is not None and len(table.key) == 1 and all(broken):
                # A name whose row is broken is told there, not again by all that refer to it.
                sound = (str(row[table.key[0]]) for row in rows[table.id])
                names[table.id] = tuple(dict.fromkeys((*sound, *broken)))
        if problems:
            try:
                self._open(self.found["orders"])
            except InputError as error:
                problems += error.problems
            raise InputError(problems)
        return _Small(rows, names, tuple(remarks))

    def _open(self, source: Source) -> Scan:
        return sources.open_source(source, self.scratch, self.connection)

    def _checked(self, held: Holder, scan: Scan, names: Mapping[str, tuple[str, ...]]) -> tuple[Scan, Checked]:
        scan, checked = reading.checked(held, scan, names, self.scratch)
        if not checked.rows and scan.source.table.required:
            place = Place(str(scan.source.paths[0]))
            raise InputError([Problem(place, "只有表头，没有数据", instead="请放入数据")])
        return scan, checked


@dataclass(frozen=True)
class _Small:
    """The tables other than the orders, their keys, and what is to be remarked about them."""

    rows: Mapping[TableId, tuple[Row, ...]]
    names: Mapping[str, tuple[str, ...]]
    remarks: tuple[Remark, ...]


def _referenced_first(tables: Iterable[Table]) -> Iterable[Table]:
    def refers(table: Table) -> bool:
        return any(column.table and column.table != table.id for column in table.columns)

    return sorted(tables, key=refers)


def _set_aside(table: Table, checked: Checked, names: Mapping[str, tuple[str, ...]]) -> Iterable[SetAside]:
    found = []
    for breach in checked.breaches:
        file, record, order = checked.origin[breach.row]
        found.append(
            SetAside(file, record, clip(order), breach.column, clip(breach.value), reason(table, breach, names))
        )
    return sorted(found)


def _rows(connection: duckdb.DuckDBPyConnection, table: Table, checked: Checked) -> Iterable[Row]:
    columns = [column.id for column in checked.columns]
    query = (
        exp.select(*(sql.column(id) for id in columns)).from_(sql.name(checked.relation)).order_by(sql.column(RECORD))
    )
    for row in connection.execute(sql.render(query)).fetchall():
        yield {id: _cell(value) for id, value in zip(columns, row, strict=True)}


def _cell(value: object) -> Cell:
    match value:
        case None | str():
            return value
        case int() | Decimal():
            return Fraction(value)
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
    raise TypeError(type(value))


def _range(database: Database, table: Table, relation: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    if table.dated_by is None:
        return None, None
    column = sql.column(table.dated_by)
    query = exp.select(exp.Min(this=column), exp.Max(this=column.copy())).from_(sql.name(relation))
    ((first, last),) = database.rows(query)
    return first, last
