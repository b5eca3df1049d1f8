"""What is wrong with the rows that are: every rule apart, asked of the few marked rows; and doubled keys.

Knows tables and SQL; must not know file formats or the words of a message.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence, Set
from dataclasses import dataclass

from sqlglot import exp

from engine import databases
from engine.databases import Database
from engine.intake import casts, sql
from engine.intake.cells import Cell, empty
from engine.intake.sources import Scan
from engine.intake.sql import E
from engine.policy.model_tables import Table

FILE, RECORD = "_file", "_record"
RAW = "_raw"
# Rows are stored in the order of the file, a CSV's header as row 0: there, the row is the record number.
ROW = exp.column(databases.ROW)
_NAMED = 5


@dataclass(frozen=True)
class Breach:
    """``code`` is a code of ``casts``, or ``required_when``, ``time_order``, ``key`` or ``flaw``.

    ``value`` is the cell as text; ``other`` what it is compared with: the value of the other column ``against``, the
    places of the rows that share a key, or what is wrong in words (``flaw``).
    """

    row: int
    code: str
    column: str
    value: str
    other: str = ""
    against: str = ""


@dataclass(frozen=True)
class Store:
    """The table ``name`` that holds every row of a scan, broken ones with their raw cells in RAW."""

    database: Database
    scan: Scan
    name: str
    cells: tuple[Cell, ...]

    @property
    def table(self) -> exp.Table:
        return exp.Table(this=sql.name(self.name))

    def counts(self) -> tuple[int, int]:
        """How many rows there are, and how many are marked."""
        both: list[E] = [exp.Count(this=exp.Star()), exp.Count(this=sql.column(RAW))]
        ((rows, marked),) = self.database.rows(sql.select(both, self.table))
        return int(rows), int(marked)

    def origin(self, rows: Collection[int], shifted: Set[int]) -> dict[int, tuple[str, int, str]]:
        """File, record and key of the given rows; of ``shifted`` ones, in which any cell may stand under the key's head
        (a caller's name, say), the key is empty."""
        if not rows:
            return {}
        key = [sql.cast(sql.column(id), "VARCHAR") for id in self.scan.source.table.key]
        place = [sql.column(FILE), sql.column(RECORD)] if self.scan.place else []
        query = sql.select([ROW.copy(), *place, *key], self.table, sql.given_rows())
        found = {}
        for row, *rest in self.database.rows(query, [sorted(rows)]):
            file, record = (self._short(rest[0]), rest[1]) if self.scan.place else (self.scan.source.name, row)
            key_of = () if row in shifted else rest[len(place) :]
            found[row] = (file, record, "、".join(value or "" for value in key_of))
        return found

    def _short(self, path: str) -> str:
        """The file's name in messages: within a folder of files, the folder's name before it."""
        source = self.scan.source
        if self.scan.foreign:
            return path
        return source.name if len(source.paths) == 1 else f"{source.name}/{path.rsplit('/', 1)[-1]}"


def value(index: int) -> exp.Column:
    """The value of the ``index``-th cell in what ``read`` selects."""
    return sql.column(f"v{index}")


def read(cells: Sequence[Cell], raw: exp.Select) -> exp.Select:
    """``raw`` selects the raw cells; the result selects their values as well, and all else that ``raw`` does."""
    trials = [sql.alias(trial, cell.trial.name) for cell in cells if (trial := casts.trial_of(cell)) is not None]
    if trials:
        raw = sql.select([exp.Star(), *trials], raw)
    values = [sql.alias(casts.value_of(cell), value(index).name) for index, cell in enumerate(cells)]
    return sql.select([exp.Star(), *values], raw)


def between(table: Table, cells: Sequence[Cell], *, exact: bool) -> Iterator[tuple[str, int, int, E]]:
    """Rules that join two columns of a row: code, which cell is at fault, the other one, condition.

    Not ``exact``, they look at values alone, which is cheap: they then also hold or not where a cell is unreadable,
    which is a breach anyway.
    """
    place = {cell.column.id: index for index, cell in enumerate(cells)}
    for needed in table.required_when:
        at, other = place[needed.column], place[needed.present]
        absent = [_absent(cells[index], index, exact) for index in (other, at)]
        yield "required_when", at, other, sql.all_of(exp.Not(this=absent[0]), absent[1])
    for order in table.time_order:
        if order.otherwise == "set_aside":
            at, other = place[order.later], place[order.earlier]
            yield "time_order", at, other, exp.LT(this=value(at), expression=value(other))


def _absent(cell: Cell, index: int, exact: bool) -> E:
    """Whether nothing stands in the cell and nothing is read instead; an unreadable cell is wrong by itself."""
    if cell.column.default is not None:
        return exp.false()
    if exact:
        return exp.Paren(this=empty(cell))
    if cell.enumerated or cell.column.type == "choices":
        return exp.Paren(this=exp.EQ(this=value(index), expression=sql.text("")))
    return exp.Paren(this=sql.is_null(value(index)))


def of_marked(store: Store) -> Iterator[Breach]:
    """The marked rows again, from their raw cells, every test apart."""
    cells = store.cells
    first = sql.alias(sql.call("list_extract", sql.column(RAW), exp.Literal.number(1)), "raw")
    kept = sql.select([sql.alias(ROW.copy(), "row"), first], store.table, sql.filled(sql.column(RAW)))
    fields = [
        sql.alias(sql.call("struct_extract", sql.column("raw"), exp.Literal.number(index + 1)), cell.raw.name)
        for index, cell in enumerate(cells)
    ]
    again = read(cells, sql.select([sql.column("row"), *fields], kept))
    tests: list[tuple[str, int, int | None, E]] = []
    for index, cell in enumerate(cells):
        tests += [(code, index, None, condition) for code, condition in casts.breaches(cell, value(index))]
    tests += between(store.scan.source.table, cells, exact=True)
    texts = [sql.cast(cell.raw.copy(), "VARCHAR") for cell in cells]
    # Where a condition is null, an unreadable value is the reason, and is reported as such.
    holds = [exp.Is(this=exp.Paren(this=condition), expression=exp.true()) for *_, condition in tests]
    query = sql.select([sql.column("row"), *texts, *holds], again)
    for row, *rest in store.database.rows(query):
        shown, held = rest[: len(cells)], rest[len(cells) :]
        for (code, at, other, _), broken in zip(tests, held, strict=True):
            if broken:
                against = ("", "") if other is None else (shown[other] or "", cells[other].column.id)
                yield Breach(row, code, cells[at].column.id, shown[at] or "", *against)


def written(store: Store, rows: Collection[int], beside: Sequence[str]) -> dict[int, dict[str, str]]:
    """What stands in the cells of the given rows, as text: what the file holds where a row is marked, else the value.

    The columns ``beside`` as well; empty cells are left out.
    """
    first = sql.call("list_extract", sql.column(RAW), exp.Literal.number(1))
    cells: list[E] = []
    for index, cell in enumerate(store.cells):
        raw = sql.call("struct_extract", first.copy(), exp.Literal.number(index + 1))
        value = sql.cast(sql.column(cell.column.id), "VARCHAR")
        marked = sql.filled(sql.column(RAW))
        cells.append(sql.case([(marked, sql.cast(raw, "VARCHAR"))], value))
    names = [*(cell.column.id for cell in store.cells), *beside]
    query = sql.select([ROW.copy(), *cells, *(sql.column(name) for name in beside)], store.table, sql.given_rows())
    return {
        row: {name: text for name, text in zip(names, texts, strict=True) if text}
        for row, *texts in store.database.rows(query, [sorted(rows)])
    }


def of_doubled(store: Store, shifted: Set[int]) -> Iterator[Breach]:
    """Every row whose key another row has as well, whatever else is wrong with either; ``shifted`` ones have none."""
    key = store.scan.source.table.key
    if not key:
        return
    columns = [sql.column(id) for id in key]
    several = exp.GT(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(1))
    shared = sql.select(columns, store.table, sql.all_of(*(sql.filled(sql.column(id)) for id in key)))
    shared.set("group", exp.Group(expressions=[sql.column(id) for id in key]))
    shared.set("having", exp.Having(this=several))
    one = exp.Tuple(expressions=[sql.column(id) for id in key]) if len(key) > 1 else sql.column(key[0])
    texts = [sql.cast(sql.column(id), "VARCHAR") for id in key]
    query = sql.select([ROW.copy(), *texts], store.table, exp.In(this=one, query=exp.Subquery(this=shared)))
    found: dict[tuple[str, ...], list[int]] = {}
    for row, *parts in store.database.rows(query):
        if row not in shifted:
            found.setdefault(tuple(parts), []).append(row)
    origin = store.origin([row for rows in found.values() for row in rows], shifted)
    for shared_key, rows in found.items():
        if len(rows) == 1:
            continue
        rows.sort()
        places = "、".join(f"{origin[row][0]} 第 {origin[row][1]} 条" for row in rows[:_NAMED])
        more = f"等 {len(rows)} 条" if len(rows) > _NAMED else ""
        for row in rows:
            yield Breach(row, "key", key[0], "、".join(shared_key), places + more, "、".join(key))
