"""What a workspace knows of every table at some moment of its chain: the newest record of each key.

A state is named by the snapshots it is made of and nothing else, so that it does not depend on the order of imports.
Knows snapshots and the chain; must not know how files are read or what is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.sql import E
from engine.intake.take_in import connect
from engine.policy.model_tables import Column, Table
from engine.problems import InputError, Place, Problem
from workspace import records
from workspace.digests import digest_bytes
from workspace.imported import PARQUET, Imported, imported
from workspace.opening import Workspace
from workspace.records import EXPORTED, FILE, RECORD, SHEET, Kept

_ROWS_AT_ONCE = 122_880
_STATE = "state"


@dataclass(frozen=True)
class Source:
    """What one state is made of. ``seq``: the last import that counts; ``snapshots``: sorted; ``digest`` names it."""

    seq: int
    snapshots: tuple[str, ...]
    digest: str


@dataclass(frozen=True)
class Origin:
    """Where a record stands: in which record of which file, kept in which snapshot since which entry."""

    file: str
    sheet: str
    record: int
    snapshot: str
    seq: int


@dataclass(frozen=True)
class Past:
    """One record of an order, current or not. ``row`` holds its cells as text, empty ones as None."""

    seq: int
    file: str
    sheet: str
    record: int
    exported: str
    row: Mapping[str, str | None]


def head(workspace: Workspace) -> Source:
    """The state after everything that was imported."""
    return _source(workspace, imported(workspace))


def at(workspace: Workspace, seq: int) -> Source:
    """The state when the chain's entry ``seq`` was the newest."""
    return _source(workspace, imported(workspace, seq))


def _source(workspace: Workspace, parts: Iterable[Imported]) -> Source:
    found = tuple(parts)
    snapshots = tuple(sorted({item.part.snapshot for item in found}))
    said = "".join(f"{digest}\n" for digest in snapshots)
    seq = max((item.seq for item in found), default=0)
    return Source(seq, snapshots, digest_bytes(said.encode(), workspace.settings.digest))


def folder(workspace: Workspace, source: Source, policy_tables: Iterable[Table], target: Path) -> Path:
    """Writes the state's tables into ``target`` as files that intake reads: Parquet, or CSV where a table must be that.

    A column that no snapshot has is left out, so that intake says which version does not fit. The same state and the
    same tables give the same bytes. Raises InputError for a required table of which nothing was imported.
    """
    tables = tuple(policy_tables)
    parts = imported(workspace, source.seq)
    kept = {table.id: kept_of(workspace, parts, table.id) for table in tables}
    missing = [table for table in tables if table.required and not kept[table.id].paths]
    if missing:
        place = Place(str(workspace.layout.root))
        raise InputError(
            Problem(place, f"工作区里还没有“{table.title}”", "", "先用 hotline import 导入") for table in missing
        )
    with opened(target) as connection:
        for table in tables:
            if kept[table.id].paths:
                _write(connection, kept[table.id], table, target)
    return target


def origin(workspace: Workspace, source: Source, order_id: str) -> Origin | None:
    """Where the current record of an order stands; None for an order that no valid record has."""
    parts = imported(workspace, source.seq)
    kept = kept_of(workspace, parts, "orders")
    if not kept.paths:
        return None
    with opened(workspace.layout.scratch) as connection:
        records.newest(connection, kept, _STATE, (order_id,))
        columns = [sql.column(FILE), sql.column(SHEET), sql.column(RECORD), records.path_column()]
        found = connection.execute(sql.render(exp.select(*columns).from_(sql.name(_STATE)))).fetchone()
    if found is None:
        return None
    file, sheet, record, path = found
    return Origin(file, sheet, record, Path(path).stem, _since(parts)[Path(path).stem])


def history(workspace: Workspace, order_id: str, table: str = "orders") -> list[Past]:
    """Every valid record of an order, the oldest first and the current one last.

    ``table`` may be another one whose key begins with the order's.
    """
    parts = imported(workspace)
    kept = kept_of(workspace, parts, table)
    if not kept.paths:
        return []
    since = _since(parts)
    with opened(workspace.layout.scratch) as connection:
        names = records.columns_of(connection, kept)
        told = [name for name in names if not name.startswith("_")]
        place = [sql.cast(sql.column(EXPORTED), "VARCHAR"), *(sql.column(name) for name in records.PLACE)]
        cells = [exp.Nullif(this=sql.cast(sql.column(name), "VARCHAR"), expression=sql.text("")) for name in told]
        query = sql.select([records.path_column(), *place, *cells], records.all_records(kept, (order_id,)))
        found = connection.execute(sql.render(query.order_by(*records.oldest_first(names)))).fetchall()
    return [
        Past(since[Path(path).stem], file, sheet, record, exported, dict(zip(told, row, strict=True)))
        for path, exported, file, sheet, record, *row in found
    ]


def kept_of(workspace: Workspace, parts: Iterable[Imported], table: str) -> Kept:
    """The snapshots of one table."""
    mine = [item.part for item in parts if item.part.table == table]
    paths = {part.snapshot: workspace.objects.path(part.snapshot, PARQUET) for part in mine}
    months = frozenset(part.month for part in mine if part.month)
    return Kept(tuple(path for _, path in sorted(paths.items())), frozenset(part.key for part in mine), months)


@contextmanager
def opened(scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory; what does not fit is put into ``scratch``.

    What stands at the end of a snapshot's file is read once, however many statements look at the snapshot.
    """
    with connect() as connection:
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute(f"SET temp_directory = {sql.render(sql.text(str(scratch / 'spilled')))}")
        yield connection


def _since(parts: Iterable[Imported]) -> dict[str, int]:
    """By snapshot, the first entry that has it."""
    found: dict[str, int] = {}
    for item in parts:
        found.setdefault(item.part.snapshot, item.seq)
    return found


def _write(connection: duckdb.DuckDBPyConnection, kept: Kept, table: Table, target: Path) -> None:
    names = records.newest(connection, kept, _STATE)
    columns = [value for column in table.columns if (value := _column(column, names)) is not None]
    form = "parquet" if "parquet" in table.formats else "csv"
    if form == "parquet":
        columns += [sql.alias(records.place_sql(), FILE), sql.column(RECORD)]
    query = exp.select(*columns).from_(sql.name(_STATE)).order_by(*records.in_order(kept))
    path = sql.render(sql.text(str(target / f"{table.file}.{form}")))
    options = {
        "parquet": f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE}",
        "csv": "FORMAT csv, HEADER true, FORCE_QUOTE *",
    }
    connection.execute(f"COPY ({sql.render(query)}) TO {path} ({options[form]})")


def _column(column: Column, names: Iterable[str]) -> E | None:
    """A declared column from the snapshots' columns of its name or of a name it had."""
    if column.personal:
        return None
    there = [sql.column(name) for name in (column.id, *column.aliases) if name in set(names)]
    if not there:
        return None
    value = there[0] if len(there) == 1 else exp.Coalesce(this=there[0], expressions=there[1:])
    return sql.alias(value, column.id)
