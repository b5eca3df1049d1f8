"""What the rows of other tables add to lists of orders, such as exclusions that were applied for and approved.

Knows tables and SQL; must not know what a list is for. Nothing is done where nothing was granted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from engine.databases import Database
from engine.intake import sql
from engine.intake.cells import JOIN
from engine.intake.found import Remark, Row
from engine.policy.model_tables import Table, TableId

Granted = Mapping[str, Mapping[str, tuple[str, ...]]]
"""By list column and then by order, the values to add."""

_EXAMPLES = 3


def granted(tables: Iterable[Table], rows: Mapping[TableId, tuple[Row, ...]]) -> Granted:
    """All that the rows grant."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for table in tables:
        grant = table.grants
        for row in rows.get(table.id, ()) if grant else ():
            if grant and row[grant.when] == grant.is_ and row[grant.order] and row[grant.source]:
                orders = found.setdefault(grant.column, {})
                order = str(row[grant.order])
                orders[order] = (*orders.get(order, ()), *str(row[grant.source]).split(JOIN))
    return found


def grant(database: Database, orders: Table, relation: str, given: Granted) -> Iterator[Remark]:
    """Adds to the lists of the orders in the table ``relation``; yields what is to be remarked."""
    key = sql.column(orders.key[0])
    for name, values in given.items():
        column, known = orders.column(name), sorted(values)
        query = sql.select([key.copy(), sql.column(name)], exp.Table(this=sql.name(relation)), _among(key))
        now: dict[str, str | None] = dict(database.rows(query, [known]))
        lists = {
            order: {*(held or "").split(JOIN), *values[order]} for order, held in now.items()
        }  # in declared order, as a list that was read
        written = [JOIN.join(value for value in column.choices if value in held) for held in lists.values()]
        database.change(relation, orders.key[0], name, dict(zip(lists, written, strict=True)))
        unknown = [order for order in known if order not in now]
        if unknown:
            what = f"给予“{name}”的工单不在可用的工单里，未使用"
            yield Remark(orders.title, what, len(unknown), tuple(unknown[:_EXAMPLES]))


def _among(key: exp.Column) -> exp.In:
    listed = exp.Select(expressions=[sql.call("unnest", exp.Placeholder())])
    return exp.In(this=key.copy(), query=exp.Subquery(this=listed))
