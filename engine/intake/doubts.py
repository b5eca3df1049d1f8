"""What is odd in valid rows and changes nothing: times in an order that is only remarked, numbers that look too small.

Knows tables; must not know formats or any policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from sqlglot import exp

from engine.databases import Database
from engine.intake import bounds, sql
from engine.intake.breaches import RECORD
from engine.intake.checks import Checked
from engine.intake.found import Cell, Remark, Row
from engine.intake.sql import E
from engine.policy.model_tables import Column, Table

_EXAMPLES = 3


def of_orders(database: Database, table: Table, checked: Checked, file: str) -> Iterator[Remark]:
    odd = list(_conditions(table))
    if not odd:
        return
    counts = exp.select(*(sql.call("count_if", condition) for condition, _ in odd)).from_(sql.name(checked.relation))
    (counted,) = database.rows(counts)
    for (condition, text), count in zip(odd, counted, strict=True):
        if count:
            keys: list[E] = [sql.cast(sql.column(id), "VARCHAR") for id in table.key] or [sql.column(RECORD)]
            few = exp.select(*keys).from_(sql.name(checked.relation)).where(condition.copy())
            few = few.order_by(sql.column(RECORD)).limit(_EXAMPLES)
            examples = ["、".join(map(str, row)) for row in database.rows(few)]
            yield Remark(file, text, count, tuple(examples))


def of_rows(table: Table, rows: Sequence[Row], file: str) -> Iterator[Remark]:
    """The same of a table other than the orders, whose rows are few; numbers only."""
    for column in _doubted(table):
        small = [row for row in rows if _is_below(row[column.id], column)]
        if small:
            few = "；".join(_named(table, column, row) for row in small[:_EXAMPLES])
            yield Remark(file, f"{_small(column)}：{few}{'等' if len(small) > _EXAMPLES else ''}，共 {len(small)} 处")


def _doubted(table: Table) -> list[Column]:
    return [column for column in table.columns if column.doubtful_below is not None and not column.personal]


def _is_below(value: Cell, column: Column) -> bool:
    return isinstance(value, Fraction) and column.doubtful_below is not None and value < column.doubtful_below


def _conditions(table: Table) -> Iterable[tuple[E, str]]:
    for order in table.time_order:
        if order.otherwise == "remark":
            late = exp.LT(this=sql.column(order.later), expression=sql.column(order.earlier))
            yield late, f"“{order.later}”早于“{order.earlier}”，照常计算"
    for column in _doubted(table):
        assert column.doubtful_below is not None
        yield bounds.below(sql.column(column.id), column.doubtful_below), _small(column)


def _small(column: Column) -> str:
    assert column.doubtful_below is not None
    return f"“{column.id}”小于 {bounds.as_written(column.doubtful_below)}，照常计算，请核对写法"


def _named(table: Table, column: Column, row: Row) -> str:
    key, value = "、".join(str(row[id]) for id in table.key), row[column.id]
    assert isinstance(value, Fraction)
    return f"{key} 为 {bounds.as_written(value)}" if key else bounds.as_written(value)
