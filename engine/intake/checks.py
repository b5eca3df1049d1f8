"""One pass over a scan: typed values, a mark on every row that breaks a rule, and the breaches of the marked rows.

Good rows pay only for cheap vectorised tests; marked rows keep their raw cells, and a second query over those few says
what is wrong. Knows tables and SQL; must not know file formats or the words of a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from engine.intake import casts, sql
from engine.intake.casts import Cell
from engine.intake.sources import Scan
from engine.intake.sql import E
from engine.policy.model import Column, Table

FILE, RECORD = "_file", "_record"
_RAW = "_raw"
_ROW = exp.column("rowid")


@dataclass(frozen=True)
class Breach:
    """``code`` is a code of ``casts``, or ``required_when``, ``time_order``, ``key`` or ``flaw``.

    ``value`` is the cell as text; ``other`` what it is compared with: the other column's value, or the file and
    record of the rows that share the key.
    """

    row: int
    code: str
    column: str
    value: str
    other: str = ""
    against: str = ""


@dataclass(frozen=True)
class Checked:
    """``relation`` holds the rows without a breach. ``rows`` counts all rows of the scan, ``bad`` those taken out;
    ``origin`` gives file, record and key of each of those."""

    relation: str
    columns: tuple[Column, ...]
    rows: int
    bad: int
    breaches: tuple[Breach, ...]
    origin: Mapping[int, tuple[str, int, str]]


def read_columns(table: Table) -> tuple[Column, ...]:
    """The columns that are read at all: personal ones never are."""
    return tuple(column for column in table.columns if not column.personal)


def check(
    connection: duckdb.DuckDBPyConnection, scan: Scan, names: Mapping[str, tuple[str, ...]], relation: str
) -> Checked:
    """Creates ``relation`` (a view of the valid rows) and says what is wrong with the others.

    ``names`` gives the keys of the tables that references point to. Raises duckdb.Error when the file cannot be
    scanned as it is.
    """
    table, store = scan.source.table, f"{relation}__all"
    cells = _cells(scan, names)
    _create(connection, store, _pass(scan, cells))
    rows = _count(connection, store)
    breaches = [*_breaches(connection, table, store, cells), *_flaws(scan), *_doubled(connection, scan, store)]
    origin = _origin(connection, scan, store, {breach.row for breach in breaches})
    if origin:
        values = exp.values([(row,) for row in sorted(origin)], alias="bad", columns=["row"])
        inside = exp.In(this=_ROW.copy(), query=exp.select("row").from_(values).subquery())
        connection.execute(sql.render(exp.delete(sql.name(store), where=inside)))
    bad = rows - _count(connection, store)
    _view(connection, scan, store, relation, [cell.column for cell in cells])
    ordered = tuple(sorted(set(breaches), key=lambda breach: (breach.row, breach.column, breach.code)))
    return Checked(relation, tuple(cell.column for cell in cells), rows, bad, ordered, origin)


def _cells(scan: Scan, names: Mapping[str, tuple[str, ...]]) -> list[Cell]:
    return [
        Cell(column, sql.column(f"r{index}"), scan.columns[column.id][1], names.get(column.table or ""))
        for index, column in enumerate(read_columns(scan.source.table))
    ]


def _pass(scan: Scan, cells: Sequence[Cell]) -> exp.Select:
    """Raw cells, then values, then the mark: three layers, so that nothing is computed twice."""
    virtual = [exp.column("filename"), exp.column("file_row_number")] if scan.numbered else []
    raw = exp.select(
        *(
            exp.alias_(
                casts.raw_of(cell.column, scan.columns[cell.column.id][0], cell.kind), cell.raw.name, quoted=True
            )
            for cell in cells
        ),
        *virtual,
    ).from_(exp.Table(this=scan.relation))
    read = exp.select(exp.Star(), *_values(cells)).from_(raw.subquery("raw"))
    broken = sql.any_of(exp.paren(condition) for condition in _wrong(scan.source.table, cells))
    kept = sql.listed([sql.call("row", *(cell.raw for cell in cells))])
    return exp.select(
        *(exp.alias_(_value(index), cell.column.id, quoted=True) for index, cell in enumerate(cells)),
        *(
            [exp.alias_(virtual[0], FILE, quoted=True), exp.alias_(virtual[1] + 1, RECORD, quoted=True)]
            if virtual
            else []
        ),
        exp.alias_(sql.case([(broken, kept)]), _RAW, quoted=True),
    ).from_(read.subquery("read"))


def _value(index: int) -> exp.Column:
    return sql.column(f"v{index}")


def _values(cells: Sequence[Cell]) -> list[E]:
    return [exp.alias_(casts.value_of(cell), f"v{index}", quoted=True) for index, cell in enumerate(cells)]


def _wrong(table: Table, cells: Sequence[Cell]) -> Iterator[E]:
    for index, cell in enumerate(cells):
        yield from casts.wrong(cell, _value(index))
    for _, _, condition in _between(table, cells):
        yield condition


def _between(table: Table, cells: Sequence[Cell]) -> Iterator[tuple[str, tuple[int, int], E]]:
    """Rules that join two columns of a row: code, the places of (column at fault, the other), condition."""
    place = {cell.column.id: index for index, cell in enumerate(cells)}
    for needed in table.required_when:
        at, other = place[needed.column], place[needed.present]
        there, absent = exp.Not(this=_absent(cells[other], other)), _absent(cells[at], at)
        yield "required_when", (at, other), sql.all_of(there, absent)
    for order in table.time_order:
        if order.otherwise == "set_aside":
            at, other = place[order.later], place[order.earlier]
            yield "time_order", (at, other), exp.LT(this=_value(at), expression=_value(other))


def _absent(cell: Cell, index: int) -> E:
    """Whether the cell holds nothing: a cell that cannot be read is not absent, and is wrong by itself."""
    return (
        exp.paren(sql.all_of(sql.is_null(_value(index)), exp.paren(casts.empty(cell))))
        if not (cell.enumerated or cell.column.type == "choices")
        else exp.paren(casts.empty(cell))
    )


def _breaches(
    connection: duckdb.DuckDBPyConnection, table: Table, store: str, cells: Sequence[Cell]
) -> Iterator[Breach]:
    """The marked rows again, from their raw cells, every test apart."""
    field = [
        exp.alias_(
            sql.call("struct_extract", sql.column("raw"), exp.Literal.number(index + 1)), cell.raw.name, quoted=True
        )
        for index, cell in enumerate(cells)
    ]
    kept = (
        exp.select(
            exp.alias_(_ROW.copy(), "row"),
            exp.alias_(sql.call("list_extract", sql.column(_RAW), exp.Literal.number(1)), "raw", quoted=True),
        )
        .from_(sql.name(store))
        .where(sql.filled(sql.column(_RAW)))
    )
    read = exp.select(exp.Star(), *_values(cells)).from_(
        exp.select("row", *field).from_(kept.subquery("kept")).subquery("raw")
    )
    tests: list[tuple[str, int, int | None, E]] = []
    for index, cell in enumerate(cells):
        tests += [(code, index, None, condition) for code, condition in casts.breaches(cell, _value(index))]
    tests += [(code, at, other, condition) for code, (at, other), condition in _between(table, cells)]
    query = exp.select(
        "row",
        *(sql.cast(cell.raw, "VARCHAR") for cell in cells),
        *(exp.func("coalesce", exp.paren(condition), exp.false()) for *_, condition in tests),
    ).from_(read.subquery("read"))
    for row, *rest in connection.execute(sql.render(query)).fetchall():
        texts, holds = rest[: len(cells)], rest[len(cells) :]
        for (code, at, other, _), held in zip(tests, holds, strict=True):
            if held:
                against = "" if other is None else cells[other].column.id
                shown = "" if other is None else texts[other] or ""
                yield Breach(row, code, cells[at].column.id, texts[at] or "", shown, against)


def _flaws(scan: Scan) -> Iterator[Breach]:
    for flaw in scan.flaws:
        yield Breach(flaw.record - 1, "flaw", flaw.column or "", flaw.value, flaw.reason)


def _doubled(connection: duckdb.DuckDBPyConnection, scan: Scan, store: str) -> Iterator[Breach]:
    """Every row whose key another row has as well, whatever else is wrong with either."""
    key = scan.source.table.key
    if not key:
        return
    columns = [sql.column(id) for id in key]
    there = sql.all_of(*(sql.filled(column) for column in columns))
    several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    shared = exp.select(*columns).from_(sql.name(store)).where(there).group_by(*columns).having(several)
    pair = exp.Tuple(expressions=[column.copy() for column in columns]) if len(columns) > 1 else columns[0].copy()
    texts = [sql.cast(column, "VARCHAR") for column in columns]
    query = exp.select(_ROW.copy(), *texts).from_(sql.name(store)).where(exp.In(this=pair, query=shared.subquery()))
    found: dict[tuple[str, ...], list[int]] = {}
    for row, *parts in connection.execute(sql.render(query)).fetchall():
        found.setdefault(tuple(parts), []).append(row)
    origin = _origin(connection, scan, store, {row for rows in found.values() for row in rows})
    for values, rows in found.items():
        rows.sort()
        shown = [f"{origin[row][0]} 第 {origin[row][1]} 条" for row in rows[:5]]
        more = f"等 {len(rows)} 条" if len(rows) > 5 else ""
        for row in rows:
            yield Breach(row, "key", key[0], "、".join(values), "、".join(shown) + more, "、".join(key))


def _origin(
    connection: duckdb.DuckDBPyConnection, scan: Scan, store: str, rows: set[int]
) -> dict[int, tuple[str, int, str]]:
    """File, record and key of the given rows of the store."""
    if not rows:
        return {}
    key = [sql.cast(sql.column(id), "VARCHAR") for id in scan.source.table.key]
    place = [sql.column(FILE), sql.column(RECORD)] if scan.numbered else []
    values = exp.values([(row,) for row in sorted(rows)], alias="wanted", columns=["row"])
    inside = exp.In(this=_ROW.copy(), query=exp.select("row").from_(values).subquery())
    query = exp.select(_ROW.copy(), *place, *key).from_(sql.name(store)).where(inside)
    found = {}
    for row, *rest in connection.execute(sql.render(query)).fetchall():
        file, record = (_short(scan, rest[0]), rest[1]) if scan.numbered else (scan.source.name, row + 1)
        found[row] = (file, record, "、".join(value or "" for value in rest[len(place) :]))
    return found


def _short(scan: Scan, path: str) -> str:
    """The file's name in messages: within a folder of files, the folder's name before it."""
    return scan.source.name if len(scan.source.paths) == 1 else f"{scan.source.name}/{path.rsplit('/', 1)[-1]}"


def _create(connection: duckdb.DuckDBPyConnection, store: str, query: exp.Select) -> None:
    connection.execute(
        sql.render(exp.Create(this=exp.Table(this=sql.name(store)), kind="TABLE", replace=True, expression=query))
    )


def _count(connection: duckdb.DuckDBPyConnection, store: str) -> int:
    counted = connection.execute(sql.render(exp.select(exp.Count(this=exp.Star())).from_(sql.name(store)))).fetchone()
    assert counted is not None
    return int(counted[0])


def _view(
    connection: duckdb.DuckDBPyConnection, scan: Scan, store: str, relation: str, columns: Sequence[Column]
) -> None:
    place: list[E] = [
        exp.alias_(sql.column(FILE) if scan.numbered else sql.text(scan.source.name), FILE, quoted=True),
        exp.alias_(sql.column(RECORD) if scan.numbered else exp.paren(_ROW + 1), RECORD, quoted=True),
    ]
    query = exp.select(*(exp.alias_(shown(column), column.id, quoted=True) for column in columns), *place)
    connection.execute(
        sql.render(
            exp.Create(
                this=exp.Table(this=sql.name(relation)),
                kind="VIEW",
                replace=True,
                expression=query.from_(sql.name(store)),
            )
        )
    )


def shown(column: Column) -> E:
    """The stored value as the rest of the engine sees it: enumerations as text."""
    value = sql.column(column.id)
    stored = column.type in ("choice", "yes_no", "reference")
    return sql.cast(value, "VARCHAR") if stored else value
