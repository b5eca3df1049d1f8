"""The current records at some moment of the chain: where they stood, and which changed from one moment to another.

Knows states; must not know what was decided.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.sql import E
from workspace import records, state
from workspace.imported import imported
from workspace.opening import Workspace

_KEY = "_key0"
"""What ``records`` calls the first column of a key."""

_OLD, _NEW, _SAYS = "was", "now", "_says"
_BATCH = 10_000


@dataclass(frozen=True)
class Stood:
    """``unit`` is empty where the snapshots have no such column."""

    unit: str
    file: str
    sheet: str
    record: int


@dataclass(frozen=True, order=True)
class Moved:
    """An order whose current record became another one, and the unit that either names; None where there is none."""

    order: str
    old: str | None
    new: str | None

    def kind(self, unit: str) -> Literal["new", "changed", "came", "left", "gone"]:
        """What that is for ``unit``, which one of the two names."""
        if self.old is None:
            return "new"
        if self.new is None:
            return "gone"
        return "changed" if self.old == self.new else "came" if self.new == unit else "left"


def stood(workspace: Workspace, upto: int, unit: str, orders: Collection[str]) -> Mapping[str, Stood]:
    """By order, for those of ``orders`` that had a valid record after the entry ``upto``. ``unit`` names the column."""
    found: dict[str, Stood] = {}
    wanted = frozenset(orders)
    with state.opened(workspace.layout.scratch) as connection:
        names = _newest(workspace, connection, upto, _NEW)
        if names is None:
            return found
        columns = [sql.column(_KEY), *(sql.column(name) for name in records.PLACE), _unit(unit, names)]
        cursor = connection.execute(sql.render(exp.select(*columns).from_(sql.name(_NEW))))
        while batch := cursor.fetchmany(_BATCH):
            for order, file, sheet, record, name in batch:
                if order in wanted:
                    found[order] = Stood(name or "", file, sheet, record)
    return found


def moved(workspace: Workspace, earlier: int, later: int, unit: str) -> tuple[Moved, ...]:
    """The orders whose current record after one entry says something else than after an earlier one."""
    with state.opened(workspace.layout.scratch) as connection:
        sides: list[exp.Select] = []
        for upto, relation in ((earlier, _OLD), (later, _NEW)):
            names = _newest(workspace, connection, upto, relation)
            if names is None:
                return ()
            columns: list[E] = [sql.column(_KEY), sql.alias(_unit(unit, names), "unit")]
            columns.append(sql.alias(records.content_digest(names), _SAYS))
            sides.append(exp.select(*columns).from_(sql.name(relation)))
        key, says, units = (
            [exp.column(name, table=side, quoted=True) for side in (_OLD, _NEW)] for name in (_KEY, _SAYS, "unit")
        )
        query = exp.select(exp.Coalesce(this=key[0], expressions=[key[1]]), *key, *units)
        query = query.from_(sides[0].subquery(_OLD))
        on = exp.EQ(this=key[0].copy(), expression=key[1].copy())
        query = query.join(sides[1].subquery(_NEW), on=on, join_type="full outer")
        query = query.where(exp.NullSafeNEQ(this=says[0], expression=says[1]))
        found = connection.execute(sql.render(query)).fetchall()
    return tuple(
        sorted(
            Moved(order, None if was is None else then or "", None if now is None else unit_now or "")
            for order, was, now, then, unit_now in found
        )
    )


def same_rows(workspace: Workspace, earlier: int, later: int, table: str) -> bool:
    """Whether the current records of a table say the same after both entries."""
    said = []
    for upto in (earlier, later):
        with state.opened(workspace.layout.scratch) as connection:
            names = _newest(workspace, connection, upto, _NEW, table)
            query = exp.select(records.content_digest(names or ())).from_(sql.name(_NEW))
            said.append(sorted(connection.execute(sql.render(query)).fetchall()) if names is not None else [])
    return said[0] == said[1]


def _newest(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, upto: int, relation: str, table: str = "orders"
) -> tuple[str, ...] | None:
    """The current records as a table of the connection; its columns, or None where there are no records yet."""
    kept = state.kept_of(workspace, imported(workspace, upto), table)
    return records.newest(connection, kept, relation) if kept.paths else None


def _unit(unit: str, names: Collection[str]) -> E:
    return sql.column(unit) if unit in names else sql.text("")
