"""One sheet, read as a table, to an immutable snapshot, the rows set aside, and the personal columns apart.

Personal cells are read in the private folder only and leave it nowhere but as the keyed hash of the caller's number.
Knows what a snapshot holds; must not know the chain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.intake import reading, sql
from engine.intake.checks import Checked, read_columns
from engine.intake.files import Source
from engine.intake.found import BLANKS
from engine.intake.sources import Scan, open_source
from engine.intake.sql import E
from engine.policy.model_tables import Table
from engine.problems import InputError
from workspace.imported import ASIDE, PARQUET
from workspace.importing import aside, exported
from workspace.importing.callers import caller_hash, known_caller, use_key, use_known
from workspace.importing.exported import How
from workspace.importing.hidden import blank
from workspace.importing.sheets import Sheet
from workspace.opening import Workspace
from workspace.records import CALLER, EVENT, EXPORTED, FILE, MENDS, RECORD, SHEET
from workspace.state import opened

_ROWS_AT_ONCE = 122_880
_CLOSED = "CLOSED_"
_MENDING = (aside.PLACE, aside.REASON)
_OPTIONS = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE}"


@dataclass(frozen=True)
class Taken:
    """A sheet that was read: what ``Part`` says of it but for the file. ``personal`` is a file in the hidden folder."""

    snapshot: str
    aside: str
    rows: int
    set_aside: int
    exported: dt.datetime
    exported_from: How
    remarks: tuple[str, ...]
    personal: Path | None


def take(
    workspace: Workspace, sheet: Sheet, table: Table, asked: dt.datetime | None, now: dt.datetime, hidden: Path
) -> Taken:
    """``asked`` is the moment of the export where it was told, ``now`` that of the import, both local.

    ``hidden`` is a private folder of one's own. Raises InputError; in a table other than the orders for every breach.
    """
    table, keep = as_written(table), workspace.settings.personal == "keep"
    source = Source(table, sheet.place, sheet.format, (sheet.path,))
    with opened(hidden) as connection:
        use_key(connection, workspace.private.key())
        if is_mended(sheet, table):
            use_known(connection, aside.callers_at(workspace, exported.in_name(sheet.sheet)))
        blank(hidden / f"{table.id}.csv")
        scan = open_source(source, hidden, connection, _also(sheet, table, keep=keep), sheet.loaded)
        scan, checked = reading.checked(connection, scan, {}, hidden, lambda scan: _beside(table, scan), written=True)
        if table.id != "orders" and checked.breaches:
            raise InputError(reading.problems(scan, checked, {}))
        moment, how = _moment(connection, sheet, table, checked, asked, now)
        snapshot = _write(workspace, connection, sheet, table, checked, moment)
        kept = aside.of(table, sheet.header, checked)
        return Taken(
            snapshot=snapshot,
            aside=workspace.objects.put_bytes(kept, ASIDE) if kept else "",
            rows=checked.rows - checked.bad,
            set_aside=checked.bad,
            exported=moment,
            exported_from=how,
            remarks=tuple(remark.text for remark in scan.remarks),
            personal=_personal(connection, scan, table, checked, hidden) if keep else None,
        )


def as_written(table: Table) -> Table:
    """The table without what it reads into empty cells, which is the policy's to say when a state is evaluated.

    A default that decides whether a row is valid stays.
    """
    needed = {name for item in table.required_when for name in (item.column, item.present)}
    needed |= {name for item in table.time_order for name in (item.earlier, item.later)}
    columns = (column if column.id in needed else replace(column, default=None) for column in table.columns)
    return replace(table, columns=tuple(columns))


def _also(sheet: Sheet, table: Table, *, keep: bool) -> tuple[str, ...]:
    """The columns to be carried along: personal ones as far as they are kept or needed, and those for mending."""
    personal = [column.id for column in table.columns if column.personal and (keep or column.id == table.caller)]
    return (*personal, *(_MENDING if is_mended(sheet, table) else ()))


def is_mended(sheet: Sheet, table: Table) -> bool:
    """Whether the sheet is one that was written for mending."""
    names = {name.strip(BLANKS) for name in sheet.header}
    return table.id == "orders" and not table.has(aside.PLACE) and {aside.PLACE, aside.REASON} <= names


def _beside(table: Table, scan: Scan) -> Mapping[str, E]:
    found: dict[str, E] = {}
    if table.caller is not None:
        number, mended = scan.also.get(table.caller), scan.also.get(aside.PLACE)
        known = [] if mended is None else [known_caller(mended.copy())]
        said = [] if number is None else [caller_hash(number.copy())]
        found[CALLER] = sql.cast(exp.Coalesce(this=exp.null(), expressions=[*said, *known]), "VARCHAR")
    if table.id == "orders":
        place = scan.also.get(aside.PLACE)
        found[MENDS] = sql.cast(exp.null() if place is None else place.copy(), "VARCHAR")
    for name, cell in scan.also.items():
        if name not in _MENDING:
            found[_CLOSED + name] = cell.copy()
    return found


def _moment(
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    table: Table,
    checked: Checked,
    asked: dt.datetime | None,
    now: dt.datetime,
) -> tuple[dt.datetime, How]:
    if asked is not None:
        return asked, "option"
    told = exported.in_name(sheet.sheet) if is_mended(sheet, table) else None
    if told is not None:
        return told, "sheet"
    told = exported.in_name(sheet.path.stem)
    if told is not None:
        return told, "name"
    latest = sql.select([exp.Max(this=_event(table))], exp.Table(this=sql.name(checked.relation)))
    found = connection.execute(sql.render(latest)).fetchone()
    assert found is not None
    return (found[0], "events") if found[0] is not None else (now, "import")


def _event(table: Table) -> E:
    """The latest event of a row; NULL in a table without any."""
    times = [sql.column(column.id) for column in read_columns(table) if column.type == "time" and not column.due]
    return sql.call("greatest", *times) if times else sql.cast(exp.null(), "TIMESTAMP")


def _write(
    workspace: Workspace,
    connection: duckdb.DuckDBPyConnection,
    sheet: Sheet,
    table: Table,
    checked: Checked,
    moment: dt.datetime,
) -> str:
    """The snapshot's digest. The rows stand as in the file."""
    own: dict[str, E] = {
        FILE: sql.text(sheet.name),
        SHEET: sql.text(sheet.sheet),
        RECORD: sql.cast(sql.column(RECORD), "BIGINT"),
        EXPORTED: sql.cast(sql.text(moment.isoformat(" ")), "TIMESTAMP"),
        EVENT: _event(table),
    }
    own |= {name: sql.column(name) for name in _beside_columns(table)}
    cells = [sql.column(column.id) for column in read_columns(table)]
    query = sql.select(
        [*cells, *(sql.alias(value, name) for name, value in own.items())], exp.Table(this=sql.name(checked.relation))
    )
    with workspace.objects.scratch_folder() as folder:
        path = folder / f"snapshot{PARQUET}"
        connection.execute(f"COPY ({sql.render(query)}) TO {sql.render(sql.text(str(path)))} ({_OPTIONS})")
        return workspace.objects.put_file(path, PARQUET)


def _beside_columns(table: Table) -> tuple[str, ...]:
    caller = (CALLER,) if table.caller is not None else ()
    return (*caller, *((MENDS,) if table.id == "orders" else ()))


def _personal(
    connection: duckdb.DuckDBPyConnection, scan: Scan, table: Table, checked: Checked, hidden: Path
) -> Path | None:
    """The personal columns with the key and record of each row, in a file of the hidden folder."""
    there = [column for column in table.columns if column.personal and column.id in scan.also]
    if not there:
        return None
    path = blank(hidden / f"personal{PARQUET}")
    columns: list[E] = [*map(sql.column, table.key), sql.column(RECORD)]
    columns += [sql.alias(sql.column(_CLOSED + column.id), column.id) for column in there]
    query = sql.select(columns, exp.Table(this=sql.name(checked.relation)))
    target = sql.render(sql.text(str(path)))
    connection.execute(f"COPY ({sql.render(query)}) TO {target} ({_OPTIONS}, USE_TMP_FILE false)")
    return path
