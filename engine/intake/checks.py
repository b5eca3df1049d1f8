"""One pass over a scan: typed values, and a mark on every row that breaks a rule.

Good rows pay only for cheap vectorised tests; marked rows keep their raw cells, from which ``breaches`` says what is
wrong. Knows tables and SQL; must not know file formats or the words of a message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlglot import exp

from engine import databases
from engine.databases import Database
from engine.intake import breaches, casts, in_order, prepared, sources, sql
from engine.intake.breaches import FILE, RAW, RECORD, ROW, Breach, Store
from engine.intake.cells import Cell, raw_of
from engine.intake.sources import Scan
from engine.intake.sql import E
from engine.policy.model_tables import Column, Table


@dataclass(frozen=True)
class Checked:
    """``relation`` holds the rows without a breach, as a view of the table ``every``.

    ``rows`` counts all rows of the scan, ``bad`` those taken out; ``origin`` gives file, record and key of each of
    those, and ``written`` its cells where they were asked for.
    """

    relation: str
    every: str
    columns: tuple[Column, ...]
    rows: int
    bad: int
    breaches: tuple[Breach, ...]
    origin: Mapping[int, tuple[str, int, str]]
    written: Mapping[int, Mapping[str, str]]


def read_columns(table: Table) -> tuple[Column, ...]:
    """The columns that are read at all: personal ones never are."""
    return tuple(column for column in table.columns if not column.personal)


def check(
    database: Database,
    scan: Scan,
    names: Mapping[str, tuple[str, ...]],
    relation: str,
    beside: Mapping[str, E] | None = None,
    *,
    written: bool = False,
) -> Checked:
    """Creates ``relation`` (a view of the valid rows) and says what is wrong with the others.

    ``names`` gives the keys of the tables that references point to. ``beside`` are columns of the relation that are
    carried along unchecked, as expressions over the scan. ``written``: give the cells of the rows that are taken out.
    Raises the database's error when the file cannot be scanned as it is, and OutOfOrderError when its records cannot be
    numbered.
    """
    cells = [
        Cell(column, sql.column(f"r{index}"), scan.columns[column.id][1], names.get(column.table or ""))
        for index, column in enumerate(read_columns(scan.source.table))
    ]
    store = Store(database, scan, f"{relation}__all", tuple(cells))
    reading = passing(scan, cells, beside)
    if scan.text is None:
        database.keep(store.name, reading)
    else:
        with ThreadPoolExecutor(1) as pool:
            if scan.text.rewriting is None:
                lines = pool.submit(in_order.landmarks, scan.text.path)
                database.keep(store.name, reading)
                found = lines.result()
            else:
                assert isinstance(database, databases.DuckDB)  # nothing else reads text
                later = pool.submit(next, scan.text.later, None)  # one part is written while another is read
                database.keep(store.name, reading)
                while (path := later.result()) is not None:
                    later = pool.submit(next, scan.text.later, None)
                    database.add(store.name, passing(sources.part_of(scan, path), cells, beside))
                found = scan.text.rewriting.landmarks
        in_order.verify(store, found)
        database.remove(store.name, exp.EQ(this=ROW.copy(), expression=exp.Literal.number(0)))  # the header
    rows, marked = store.counts()
    spoilt = {(flaw.record, flaw.column) for flaw in scan.flaws}
    shifted = {flaw.record for flaw in scan.flaws if flaw.column is None}
    wrong = [
        breach
        for breach in (breaches.of_marked(store) if marked else ())
        if not {(breach.row, breach.column), (breach.row, None)} & spoilt  # the flaw is the reason
    ]
    wrong += [Breach(flaw.record, "flaw", flaw.column or "", flaw.value, flaw.reason) for flaw in scan.flaws]
    wrong += breaches.of_doubled(store, shifted)
    origin = store.origin({breach.row for breach in wrong}, shifted)
    cells_of = breaches.written(store, origin, tuple(beside or ())) if written and origin else {}
    if origin:
        database.remove(store.name, sql.given_rows(), [list(origin)])
    _view(store, relation, beside or {})
    ordered = tuple(sorted(set(wrong), key=lambda breach: (breach.row, breach.column, breach.code)))
    columns = tuple(cell.column for cell in cells)
    return Checked(relation, store.name, columns, rows, len(origin), ordered, origin, cells_of)


def passing(scan: Scan, cells: Sequence[Cell], beside: Mapping[str, E] | None = None) -> exp.Select:
    """Raw cells, then values, then the mark: three layers, so that nothing is computed twice."""
    others = {name: value.copy() for name, value in (beside or {}).items()}
    if scan.place is not None:
        others |= {FILE: scan.place[0], RECORD: scan.place[1]}
    if scan.row is not None:
        others[databases.ROW] = scan.row
    raw = sql.select(
        [
            *(
                sql.alias(raw_of(cell.column, scan.columns[cell.column.id][0].copy(), cell.kind), cell.raw.name)
                for cell in cells
            ),
            *(sql.alias(value, name) for name, value in others.items()),
        ],
        scan.relation,
    )
    broken: list[E] = [
        condition for index, cell in enumerate(cells) for condition in casts.wrong(cell, breaches.value(index))
    ]
    broken += [condition for *_, condition in breaches.between(scan.source.table, cells, exact=False)]
    kept = sql.listed([sql.call("row", *(cell.raw.copy() for cell in cells))])
    columns: list[E] = [sql.alias(breaches.value(index), cell.column.id) for index, cell in enumerate(cells)]
    columns += [sql.column(name) for name in others]
    mark = sql.case([(sql.any_of(exp.Paren(this=condition) for condition in broken), kept)]) if broken else exp.null()
    return sql.select([*columns, sql.alias(mark, RAW)], breaches.read(cells, raw))


def _view(store: Store, relation: str, beside: Iterable[str]) -> None:
    """The valid rows as the rest of the engine sees them."""
    numbered = store.scan.place is not None
    columns: list[E] = [
        sql.alias(
            sql.cast(sql.column(cell.column.id), "VARCHAR") if cell.enumerated else sql.column(cell.column.id),
            cell.column.id,
        )
        for cell in store.cells
    ]
    columns.append(sql.alias(sql.column(FILE) if numbered else sql.text(store.scan.source.name), FILE))
    columns.append(sql.alias(sql.column(RECORD) if numbered else ROW.copy(), RECORD))
    columns += [sql.column(name) for name in beside]
    columns += prepared.prepared(cell.column for cell in store.cells)
    store.database.view(relation, sql.select(columns, exp.Table(this=sql.name(store.name))))
