"""What is kept beside a column because every count asks for it: a time's calendar month, a choice's place in its list.

Both follow from the column alone, so they are computed once, where orders are taken in or written as typed Parquet.
Knows columns and SQL; must not know what is counted by them.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from engine.intake import sql
from engine.policy.model_tables import Column

MOST_PLACES = 254


def month_name(column: str) -> str:
    """The column that holds ``Month.index`` of the time ``column``; NULL where that is empty."""
    return f"_month_{column}"


def place_name(column: str) -> str:
    """The column that holds the place of the choice ``column`` in ``listed``, from 1."""
    return f"_place_{column}"


def listed(column: Column) -> tuple[str, ...] | None:
    """What a place counts in: the declared values and then empty. None for a column without places."""
    if column.type not in ("choice", "yes_no") or len(column.values) > MOST_PLACES:
        return None
    return (*column.choices, "")


def names(columns: Iterable[Column]) -> tuple[str, ...]:
    """The names of all that is kept beside ``columns``."""
    return tuple(value.alias for value in prepared(columns))


def prepared(columns: Iterable[Column]) -> tuple[exp.Alias, ...]:
    """All that is kept beside ``columns``, computed from them by name."""
    found: list[exp.Alias] = []
    for column in columns:
        values = listed(column)
        of = sql.column(column.id)
        if column.type == "time":
            found.append(_named(exp.cast(month_of(of), exp.DataType.Type.INT), month_name(column.id)))
        elif values is not None:
            texts = exp.Array(expressions=[exp.Literal.string(value) for value in values])
            place = exp.ArrayPosition(this=texts, expression=sql.cast(of, "VARCHAR"))
            found.append(_named(exp.cast(place, exp.DataType.Type.UTINYINT), place_name(column.id)))
    return tuple(found)


def month_of(moment: exp.Expr) -> exp.Expr:
    """The ``Month.index`` of the calendar month of a moment; NULL stays NULL."""
    year = exp.Extract(this=exp.var("YEAR"), expression=moment.copy())
    month = exp.Extract(this=exp.var("MONTH"), expression=moment.copy())
    return exp.Sub(
        this=exp.Add(this=exp.Mul(this=year, expression=exp.Literal.number(12)), expression=month),
        expression=exp.Literal.number(1),
    )


def _named(value: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))
