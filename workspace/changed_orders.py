"""Which orders count otherwise in a month than they did in an earlier state, and what in their records is new.

Knows two states that are taken in by the same version; must not know why they are compared. Only columns that counts
depend on are told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from engine.compiled import CompiledPolicy
from engine.contributions import ID, UNIT, contributions, counted_fields, name, number_of_counts
from engine.counting import counting
from engine.intake import sql
from engine.intake.found import Intake
from engine.lookups import Answers
from engine.months import Month
from engine.policy.model import Policy

MOST = 1000
"""How many orders are listed, the first by their ids."""

TIME_LIMIT = 60.0
"""Seconds for asking the rule engine."""

_OLD, _NEW = "old", "new"
Cells = Mapping[str, str | None]


@dataclass(frozen=True)
class Record:
    """An order as one state has it: where its record stands, and the columns that matter."""

    file: str
    record: int
    cells: Cells


@dataclass(frozen=True)
class ChangedOrder:
    """``old`` or ``new`` is None where a state does not have the order among those that can be counted."""

    id: str
    old: Record | None
    new: Record | None

    @property
    def kind(self) -> str:
        """``same``: the record says what it said, and is judged otherwise, as by a later moment."""
        if self.old is None or self.new is None:
            return "new" if self.old is None else "gone"
        return "changed" if self.old.cells != self.new.cells else "same"

    def fields(self) -> list[dict[str, Any]]:
        """The columns that differ, with both values."""
        old, new = (record.cells if record else {} for record in (self.old, self.new))
        pairs = {field: (old.get(field), new.get(field)) for field in {**new, **old}}
        return [{"field": field, "old": was, "new": now} for field, (was, now) in pairs.items() if was != now]


@dataclass(frozen=True)
class ChangedOrders:
    """``orders``: how many there are; ``listed``: the first of them."""

    orders: int
    listed: tuple[ChangedOrder, ...]


@dataclass(frozen=True)
class Side:
    """A state as a version reads it, and the moment at which its orders are judged."""

    compiled: CompiledPolicy
    intake: Intake
    connection: duckdb.DuckDBPyConnection
    as_of: dt.datetime

    @property
    def policy(self) -> Policy:
        return self.compiled.policy

    def counting(self) -> Answers:
        """The orders joined with what is asked of each."""
        return counting(self.compiled, self.intake, self.connection, self.as_of, TIME_LIMIT)


def changed_orders(pairs: Sequence[tuple[Side, Side]], month: Month, scratch: Path) -> ChangedOrders:
    """Those that differ in any of the ``pairs``, an earlier and a newer side each; all earlier sides are one state as
    one version takes it in, and so are the newer ones: they differ only in what is counted."""
    found = sorted({id_ for place, (old, new) in enumerate(pairs) for id_ in _changed(old, new, month, scratch, place)})
    first_old, first_new = pairs[0]
    fields = tuple(dict.fromkeys(field for _, new in pairs for field in counted_fields(new.compiled)))
    listed = found[:MOST]
    before, after = (_records(one, fields, listed) for one in (first_old, first_new))
    return ChangedOrders(len(found), tuple(ChangedOrder(id_, before.get(id_), after.get(id_)) for id_ in listed))


def _changed(old: Side, new: Side, month: Month, scratch: Path, place: int) -> list[str]:
    then, now = old.counting(), new.counting()
    kept = scratch / f"counted-{month}-{place}.parquet"
    query = contributions(old.policy, then, month).sql(dialect="duckdb")
    written = sql.render(sql.text(str(kept)))
    old.connection.execute(f"COPY ({query}) TO {written} (FORMAT parquet)")
    compared = [UNIT, *(name(i) for i in range(number_of_counts(new.policy, now)))]
    differ = _differ(contributions(new.policy, now, month), kept, compared)
    return [str(id_) for (id_,) in new.connection.execute(sql.render(differ)).fetchall()]


def _differ(now: exp.Select, kept: Path, compared: Iterable[str]) -> exp.Select:
    """The ids of the orders that only one of both has, or that differ in what is compared."""
    then = exp.Table(this=sql.call("read_parquet", sql.text(str(kept))), alias=exp.TableAlias(this=sql.name(_OLD)))
    ids = [exp.column(ID, table=table, quoted=True) for table in (_NEW, _OLD)]
    parts = [
        exp.NullSafeNEQ(
            this=exp.column(column, table=_NEW, quoted=True), expression=exp.column(column, table=_OLD, quoted=True)
        )
        for column in compared
    ]
    either = exp.Coalesce(this=ids[0].copy(), expressions=[ids[1].copy()])
    return (
        exp.select(sql.alias(either, ID))
        .from_(now.subquery(_NEW))
        .join(then, on=exp.EQ(this=ids[0], expression=ids[1]), join_type="full outer")
        .where(exp.or_(*parts))
        .order_by(ID)
    )


def _records(found: Side, fields: tuple[str, ...], ids: list[str]) -> dict[str, Record]:
    key = found.policy.orders.key[0]
    cells = [exp.Nullif(this=sql.cast(sql.column(field), "VARCHAR"), expression=sql.text("")) for field in fields]
    wanted = exp.Select(expressions=[sql.call("unnest", exp.Placeholder())])
    query = sql.select(
        [sql.column(key), sql.column("_file"), sql.column("_record"), *cells],
        exp.Table(this=sql.name(found.intake.relation)),
        exp.In(this=sql.column(key), query=exp.Subquery(this=wanted)),
    )
    rows = found.connection.execute(sql.render(query), [ids]).fetchall()
    return {row[0]: Record(row[1], row[2], dict(zip(fields, row[3:], strict=True))) for row in rows}
