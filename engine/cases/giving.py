"""The rows of a case as the files of an input folder, read by the same intake as any folder.

Knows input tables and CSV; must not know what the rows lead to.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb

from engine.cases.reading import Given, GivenRow
from engine.intake.found import Intake
from engine.intake.take_in import take_in
from engine.policy.model import Policy
from engine.policy.model_tables import Table


def given_intake(policy: Policy, given: Given, connection: duckdb.DuckDBPyConnection) -> Intake:
    """What the intake makes of the rows; a case may well have no order. Raises InputError."""
    tables = tuple(_as_csv(table) for table in policy.tables)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for table in tables:
            rows = given.tables.get(table.id, ())
            if rows or table.id == "orders":
                cells = order_cells(table, rows) if table.id == "orders" else (row.cells for row in rows)
                _write(folder / f"{table.file}.csv", table, cells)
        intake = take_in(tables, folder, connection)
        intake.hashing.result()  # reads the files
    return intake


def order_cells(orders: Table, rows: Iterable[GivenRow]) -> Iterator[Mapping[str, str]]:
    """Every order: a row's copies are numbered, and a row without an id is called by its position from 1."""
    key = orders.key[0]
    for position, row in enumerate(rows, 1):
        id = row.cells.get(key, str(position))
        for copy in range(1, row.copies + 1):
            yield {**row.cells, key: id if row.copies == 1 else f"{id}-{copy}"}


def _as_csv(table: Table) -> Table:
    return replace(table, formats=("csv",), required=table.required and table.id != "orders")


def _write(path: Path, table: Table, rows: Iterable[Mapping[str, str]]) -> None:
    columns = [column.id for column in table.columns]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
