"""The rows that an import set aside: what is kept of them, and which still wait to be mended.

A row waits until a valid record of its order, or one that says it mends this very row, comes from a file exported at
the same time or later; of several rows of one order the newest file's wait. Nothing personal is among what is kept but
the caller's hash. Knows the object that holds such rows; must not know workbooks.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.checks import Checked
from engine.intake.found import BLANKS
from engine.intake.reasons import reason
from engine.policy.model_tables import Table
from engine.problems import clip
from workspace import records, state
from workspace.chain import canonical
from workspace.imported import ASIDE, Imported, imported
from workspace.opening import Workspace
from workspace.records import CALLER, MENDS, place_text

REASON, PLACE = "原因", "出处"
"""The headers of what a sheet for mending has beside the file's own columns."""


@dataclass(frozen=True)
class Breach:
    """``column`` is '' where the whole record is wrong."""

    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        return f"{self.column}：{self.reason}" if self.column else self.reason


@dataclass(frozen=True)
class Waiting:
    """A row that was set aside by the part ``of``: ``cells`` as the file holds them, by column id."""

    of: Imported
    record: int
    order: str
    cells: Mapping[str, str]
    mends: str
    breaches: tuple[Breach, ...]

    @property
    def place(self) -> str:
        return row_place(self.of.part.name, self.of.part.sheet, self.record)


@dataclass(frozen=True)
class Sheet:
    """The waiting rows of one part. ``headers`` gives the file's own header by column id, in the file's order."""

    title: str
    headers: Mapping[str, str]
    rows: tuple[Waiting, ...]


def row_place(file: str, sheet: str, record: int) -> str:
    return f"{place_text(file, sheet)} 第 {record} 条"


def of(table: Table, header: Sequence[str], checked: Checked) -> bytes | None:
    """What is kept of the rows that were set aside; None where there are none. The same rows give the same bytes."""
    if not checked.breaches:
        return None
    rows: dict[int, dict[str, Any]] = {}
    broken = {breach.row for breach in checked.breaches if breach.code == "flaw" and not breach.column}
    for breach in checked.breaches:
        _, record, order = checked.origin[breach.row]
        written = {} if breach.row in broken else checked.written.get(breach.row, {})  # shifted cells may be personal
        row = rows.setdefault(
            breach.row,
            {
                "record": record,
                "order": "" if breach.row in broken else order,
                "cells": {column.id: written[column.id] for column in checked.columns if column.id in written},
                "caller": written.get(CALLER, ""),
                "mends": written.get(MENDS, ""),
                "breaches": [],
            },
        )
        if breach.row not in broken or breach.code == "flaw":
            said = {"column": breach.column, "value": clip(breach.value), "reason": reason(table, breach, {})}
            row["breaches"].append(said)
    found = {"table": table.id, "title": table.title, "columns": _headers(table, header), "rows": list(rows.values())}
    return canonical(found).encode()


def _headers(table: Table, header: Sequence[str]) -> list[list[str]]:
    """Id and header of the declared columns that are not personal, in the file's order."""
    ids = {name: column.id for column in table.columns if not column.personal for name in (column.id, *column.aliases)}
    return [[ids[name], name] for name in (text.strip(BLANKS) for text in header) if name in ids]


def waiting(workspace: Workspace, seq: int | None = None, upto: int | None = None) -> tuple[Sheet, ...]:
    """Everything that waits, by part in the order of the chain; with ``seq``, only what that entry set aside; with
    ``upto``, as it was when that entry was the newest.

    Raises InputError where an object cannot be read.
    """
    with state.opened(workspace.layout.scratch) as connection:
        return waiting_in(workspace, imported(workspace, upto), connection, seq)


def waiting_in(
    workspace: Workspace, parts: Sequence[Imported], connection: duckdb.DuckDBPyConnection, seq: int | None = None
) -> tuple[Sheet, ...]:
    """The same of these ``parts``, looked up in a connection that may have seen their snapshots already."""
    sheets = [_read(workspace, item) for item in parts if item.part.aside]
    rows = [row for sheet in sheets for row in sheet.rows]
    if not rows:
        return ()
    left = set(map(id, _open(rows, *_valid(workspace, parts, rows, connection))))
    found = []
    for sheet in sheets:
        kept = tuple(row for row in sheet.rows if id(row) in left and seq in (None, row.of.seq))
        if kept:
            found.append(Sheet(sheet.title, sheet.headers, kept))
    return tuple(found)


def callers_at(workspace: Workspace, exported: dt.datetime | None) -> dict[str, str]:
    """By place, the caller's hash of every row that was set aside, since a workbook for mending does not hold it.

    With ``exported``, only of files of that moment. A place that several rows with other callers share is left out.
    """
    found: dict[str, set[str]] = {}
    for item in imported(workspace):
        if item.part.aside and exported in (None, item.part.moment):
            for place, caller in _callers(workspace, item):
                found.setdefault(place, set()).add(caller)
    return {place: caller for place, (caller, *others) in found.items() if not others and caller}


def _callers(workspace: Workspace, item: Imported) -> Iterator[tuple[str, str]]:
    for row in json.loads(workspace.objects.read(item.part.aside, ASIDE))["rows"]:
        yield row_place(item.part.name, item.part.sheet, row["record"]), row["caller"]


def _open(rows: Iterable[Waiting], valid: Mapping[str, str], mended: Mapping[str, str]) -> Iterator[Waiting]:
    """``valid`` and ``mended``: by order and by place, the latest export that has a valid record."""
    every = tuple(rows)
    again = {row.mends for row in every if row.mends}
    left = [
        row
        for row in every
        if max(valid.get(row.order, ""), mended.get(row.place, "")) < row.of.part.exported and row.place not in again
    ]
    newest: dict[str, str] = {}
    for row in left:
        newest[row.order] = max(newest.get(row.order, ""), row.of.part.exported)
    return (row for row in left if not row.order or row.of.part.exported == newest[row.order])


def _read(workspace: Workspace, item: Imported) -> Sheet:
    content = json.loads(workspace.objects.read(item.part.aside, ASIDE))
    rows = (
        Waiting(
            of=item,
            record=row["record"],
            order=row["order"],
            cells=row["cells"],
            mends=row["mends"],
            breaches=tuple(Breach(**breach) for breach in row["breaches"]),
        )
        for row in content["rows"]
    )
    return Sheet(content["title"], dict(content["columns"]), tuple(rows))


def _valid(
    workspace: Workspace, parts: Iterable[Imported], rows: Sequence[Waiting], connection: duckdb.DuckDBPyConnection
) -> tuple[dict[str, str], dict[str, str]]:
    """By order and by place, the latest export that has a valid record; of exports before all the rows, none counts."""
    oldest = min(row.of.part.exported for row in rows)
    late = [item for item in parts if item.part.exported >= oldest]
    exported = {item.part.snapshot: item.part.exported for item in late}
    kept = state.kept_of(workspace, late, "orders")
    if not kept.paths:
        return {}, {}
    names = ("_key0", *records.columns_of(connection, kept))
    found: list[dict[str, str]] = []
    for name, values in (("_key0", {row.order for row in rows}), (MENDS, {row.place for row in rows})):
        latest: dict[str, str] = {}
        if name in names:
            listed = exp.Select(expressions=[sql.call("unnest", exp.Placeholder())])
            among = exp.In(this=sql.column(name), query=exp.Subquery(this=listed))
            there = sql.all_of(sql.filled(sql.column(name)), among)  # where nothing is filled, nothing is read
            query = sql.select([sql.column(name), records.path_column()], records.all_records(kept), there).distinct()
            for value, path in connection.execute(sql.render(query), [sorted(values)]).fetchall():
                latest[value] = max(latest.get(value, ""), exported[Path(path).stem])
        found.append(latest)
    return found[0], found[1]
