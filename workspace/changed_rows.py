"""Which rows of tables other than the orders are new, gone or different between two states, and where they stand.

Knows snapshots and declared columns; must not know what a row is for. Free text is told only where it is a key, since
people write names in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from sqlglot import exp

from engine.intake import sql
from engine.policy.model_tables import Column, Table
from workspace import records
from workspace.imported import imported
from workspace.opening import Workspace
from workspace.state import Source, kept_of, opened

_RELATION = "rows"
_NUMBERS = ("number", "count")
Cells = Mapping[str, str | None]


@dataclass(frozen=True)
class HeldRow:
    """A row of a state: where it stands, and its cells as text, empty ones None."""

    file: str
    record: int
    cells: Cells


@dataclass(frozen=True)
class ChangedRow:
    """``old`` or ``new`` is None where a state has no such row; both are there only in a table with a key."""

    table: Table
    old: HeldRow | None
    new: HeldRow | None

    @property
    def kind(self) -> str:
        if self.old is not None and self.new is not None:
            return "changed"
        return "new" if self.old is None else "gone"

    @property
    def row(self) -> HeldRow:
        """The newer record, else the one that is gone."""
        found = self.new or self.old
        assert found is not None
        return found


def changed_rows(workspace: Workspace, old: Source, new: Source, table: Table) -> Iterator[ChangedRow]:
    """In order of key, or of what the rows say. Raises InputError."""
    columns = [column for column in table.columns if not column.personal]
    before, after = (_rows(workspace, source, table, columns) for source in (old, new))
    told = [column for column in columns if column.type != "text" or column.id in table.key]
    if table.key:
        left, right = (
            {tuple(row.cells[key] or "" for key in table.key): row for row in rows} for rows in (before, after)
        )
        for key in sorted({**left, **right}):
            was, now = left.get(key), right.get(key)
            if was is None or now is None or _said(was, columns) != _said(now, columns):
                yield _told(table, was, now, told)
        return
    left_over = _without(before, after, columns)
    come = _without(after, before, columns)
    for row in left_over:
        yield _told(table, row, None, told)
    for row in come:
        yield _told(table, None, row, told)


def _told(table: Table, old: HeldRow | None, new: HeldRow | None, columns: Iterable[Column]) -> ChangedRow:
    names = [column.id for column in columns]

    def shown(row: HeldRow | None) -> HeldRow | None:
        return None if row is None else HeldRow(row.file, row.record, {name: row.cells[name] for name in names})

    return ChangedRow(table, shown(old), shown(new))


def _without(rows: Sequence[HeldRow], others: Sequence[HeldRow], columns: Sequence[Column]) -> list[HeldRow]:
    """The rows that the others do not have as often, in order of what they say."""
    left = Counter(_said(row, columns) for row in others)
    found = []
    for row in sorted(rows, key=lambda row: [str(value) for value in _said(row, columns)]):
        said = _said(row, columns)
        if left[said]:
            left[said] -= 1
        else:
            found.append(row)
    return found


def _said(row: HeldRow, columns: Iterable[Column]) -> tuple[object, ...]:
    return tuple(row.cells[column.id] for column in columns)


def _plain(text: str | None, column: Column) -> str | None:
    """A number in its one shortest form, so that 80 and 80.0 are the same."""
    if text is None or column.type not in _NUMBERS:
        return text
    try:
        return f"{Decimal(text).normalize():f}"
    except InvalidOperation:
        return text


def _rows(workspace: Workspace, source: Source, table: Table, columns: Sequence[Column]) -> list[HeldRow]:
    kept = kept_of(workspace, imported(workspace, source.seq), table.id)
    if not kept.paths:
        return []
    with opened(workspace.layout.scratch) as connection:
        there = set(records.newest(connection, kept, _RELATION))
        cells = [_cell(column, there) for column in columns]
        query = sql.select(
            [records.place_sql(), sql.column(records.RECORD), *cells], exp.Table(this=sql.name(_RELATION))
        )
        found = connection.execute(sql.render(query.order_by(*records.in_order(kept)))).fetchall()
    return [
        HeldRow(file, record, {one.id: _plain(text, one) for one, text in zip(columns, row, strict=True)})
        for file, record, *row in found
    ]


def _cell(column: Column, there: set[str]) -> exp.Expr:
    names = [name for name in (column.id, *column.aliases) if name in there]
    if not names:
        return exp.null()
    first, *others = (sql.column(name) for name in names)
    value = exp.Coalesce(this=first, expressions=others) if others else first
    return exp.Nullif(this=sql.cast(value, "VARCHAR"), expression=sql.text(""))
