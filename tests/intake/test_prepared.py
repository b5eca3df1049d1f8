"""What is kept beside a column for every count: months of times and places of choices."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from sqlglot import exp

from engine.intake import prepared, sql
from engine.months import Month
from engine.policy.model_tables import Column, Value


@pytest.mark.parametrize(
    "moment", [dt.datetime(1, 1, 1), dt.datetime(2026, 2, 28, 23, 59, 59), dt.datetime(9999, 12, 31)]
)
def test_the_month_of_any_time_that_is_accepted(moment: dt.datetime) -> None:
    """Promise: every time that a file may hold has its calendar month, the first and the last year included."""
    assert _kept(Column("时间", "time"), moment) == Month.of(moment).index


def test_places_count_declared_values_and_then_empty() -> None:
    """Promise: the place of a choice is its place in the list that look-ups count in, whatever the value is."""
    column = Column("结果", "choice", values=(Value("好"), Value("坏")))
    assert prepared.listed(column) == ("好", "坏", "")
    assert [_kept(column, value) for value in ("好", "坏", "")] == [1, 2, 3]


def _kept(column: Column, value: object) -> object:
    (kept,) = prepared.prepared([column])
    row = exp.select(exp.alias_(exp.Placeholder(), column.id, quoted=True)).subquery("given")
    found = duckdb.connect().execute(sql.render(exp.select(kept).from_(row)), [value]).fetchone()
    assert found is not None
    return found[0]
