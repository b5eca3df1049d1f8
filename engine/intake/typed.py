"""Checked orders kept as typed Parquet, and such files opened again without a second check.

A file is trusted when it names the same table declaration, the same rules of reading and the same names to refer to;
otherwise it is a Parquet file like any other. Knows Parquet's key-value metadata; must not know how cells are checked.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.databases import DuckDB
from engine.intake import prepared, sql
from engine.intake.breaches import FILE, RECORD
from engine.intake.casts import CONTENT_RULES
from engine.intake.checks import read_columns
from engine.intake.found import Intake, Remark
from engine.intake.grants import Granted
from engine.policy.model_tables import Table

_KEY = "checked-orders"
_ROWS_AT_ONCE = 122_880
_MOST_LISTS = 1_000


@dataclass(frozen=True)
class Opened:
    """``first`` and ``last`` as in ``Intake``; ``lists`` are the different lists that each list column holds."""

    relation: str
    orders: int
    remarks: tuple[Remark, ...]
    first: dt.datetime | None
    last: dt.datetime | None
    lists: Mapping[str, tuple[str, ...]]


def write_typed(connection: duckdb.DuckDBPyConnection, intake: Intake, table: Table, path: Path) -> None:
    """Writes the valid orders to ``path``, in order, with file and record of origin, naming what they passed."""
    about = {
        "seal": seal(table, intake.names, intake.granted),
        "remarks": [dataclasses.astuple(remark) for remark in intake.remarks if remark.count],
        "orders": intake.orders,
        "range": [None if moment is None else moment.isoformat() for moment in (intake.first, intake.last)],
        "lists": dict(_lists(connection, intake.relation, table)),
    }
    query = sql.render(exp.select("*").from_(sql.name(intake.relation)).order_by(sql.column(FILE), sql.column(RECORD)))
    metadata = json.dumps(about, ensure_ascii=True, sort_keys=True).replace("'", "''")
    connection.execute(
        f"COPY ({query}) TO {sql.render(sql.text(str(path)))} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE}, KV_METADATA {{'{_KEY}': '{metadata}'}})"
    )


def open_typed(
    path: Path,
    table: Table,
    connection: duckdb.DuckDBPyConnection,
    names: Mapping[str, tuple[str, ...]],
    granted: Granted,
) -> Opened | None:
    """A view of the file's orders, or None when the file is not one to be trusted."""
    read = exp.select("value").from_(exp.Table(this=sql.call("parquet_kv_metadata", sql.text(str(path)))))
    mine = exp.EQ(this=sql.call("decode", sql.column("key")), expression=sql.text(_KEY))
    try:
        found = connection.execute(sql.render(read.where(mine))).fetchone()
        about = json.loads(bytes(found[0])) if found is not None else None
    except (duckdb.Error, ValueError):
        return None
    if not isinstance(about, dict) or about.get("seal") != seal(table, names, granted):
        return None
    relation = f"intake_{table.id}"
    view = orders_of(table, sql.call("read_parquet", sql.text(str(path))))
    try:
        DuckDB(connection).view(relation, view)
    except duckdb.Error:
        return None
    remarks = tuple(Remark(file, text, count, tuple(few)) for file, text, count, few in about["remarks"])
    first, last = (None if moment is None else dt.datetime.fromisoformat(moment) for moment in about["range"])
    lists = {column: tuple(found) for column, found in about["lists"].items()}
    return Opened(relation, int(about["orders"]), remarks, first, last, lists)


def orders_of(table: Table, files: sql.E) -> exp.Select:
    """The checked orders as the rest of the engine sees them, in the relation of such ``files``."""
    columns = read_columns(table)
    return sql.select(map(sql.column, [*(one.id for one in columns), FILE, RECORD, *prepared.names(columns)]), files)


def _lists(connection: duckdb.DuckDBPyConnection, relation: str, table: Table) -> Iterator[tuple[str, list[str]]]:
    """The different lists of every list column that has few of them, sorted: finding them takes a scan of its own."""
    for column in read_columns(table):
        if column.type != "choices":
            continue
        query = exp.select(sql.column(column.id)).distinct().from_(sql.name(relation)).limit(_MOST_LISTS + 1)
        found = sorted(str(value) for (value,) in connection.execute(sql.render(query)).fetchall())
        if len(found) <= _MOST_LISTS:
            yield column.id, found


def seal(table: Table, names: Mapping[str, tuple[str, ...]], granted: Granted) -> str:
    """SHA-256 (hex) of everything on which a row's validity and lists depend besides the row."""
    referred = {column.table for column in read_columns(table) if column.table}
    known = [[id, sorted(names.get(id, ()))] for id in sorted(referred)]
    said = json.dumps([CONTENT_RULES, repr(table), known, granted], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
