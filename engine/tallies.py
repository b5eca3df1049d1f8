"""Integer counts per unit, month and count, in one scan of the orders.

Knows which events place an order in a month; must not know weights, points or ranks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb
from sqlglot import exp

from engine.facts import column, first_filled, month_index
from engine.lookups import Answers
from engine.months import Month
from engine.policy.model import Policy
from engine.questions import ELIGIBLE, counted_id, points_id


class MissedLookUpError(Exception):
    """Orders whose facts the decision tables do not hold: never a result, always a defect of the tables."""


@dataclass(frozen=True)
class Tallies:
    """``counts``: question id to (unit, month) to a number of orders. ``units``: every unit that has an order."""

    counts: Mapping[str, Mapping[tuple[str, Month], int]]
    units: tuple[str, ...]

    def of(self, question: str, unit: str, months: Sequence[Month]) -> int:
        """How many orders of ``unit`` the question holds for in ``months``."""
        counted = self.counts.get(question, {})
        return sum(counted.get((unit, month), 0) for month in months)


def events(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """The time fields that place an order in a month, for each counted question."""
    placed = {ELIGIBLE: policy.eligible.counted.event}
    placed |= {counted_id(counted): counted.event for counted in policy.shown}
    for indicator in policy.indicators:
        placed[counted_id(indicator)] = indicator.event
        placed |= {points_id(indicator, band): indicator.event for band in range(len(indicator.points))}
    return placed


def tally_query(policy: Policy, answers: Answers) -> exp.Select:
    """Rows (event number, unit, month index, a count for each question in order, number of missed look-ups).

    Orders are first grouped by unit and all their months at once, which leaves a small table; each event's counts are
    then added up from it.
    """
    placed = events(policy)
    distinct = tuple(dict.fromkeys(placed.values()))
    unit = column(policy.orders.unit or "")
    months = [exp.alias_(month_index(first_filled(event)), f"m{i}") for i, event in enumerate(distinct)]
    counts = [exp.alias_(_count_if(answers.answer[id]), f"n{i}") for i, id in enumerate(placed)]
    missed = exp.alias_(_count_if(answers.missed), "missed")
    keys = [unit, *(month.this for month in months)]
    grouped = answers.source.select(exp.alias_(unit, "unit"), *months, *counts, missed).group_by(*keys)
    parts = [_event_query(i, event, placed) for i, event in enumerate(distinct)]
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.union(union, part, distinct=False)
    return exp.select("*").from_(union.subquery("t")).with_("grouped", as_=grouped, materialized=True)


def _count_if(holds: exp.Expr) -> exp.Expr:
    return exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=holds.copy()))


def _event_query(number: int, event: tuple[str, ...], placed: Mapping[str, tuple[str, ...]]) -> exp.Select:
    sums = [
        exp.alias_(exp.Sum(this=column(f"n{i}", "g")) if fields == event else exp.null(), f"n{i}")
        for i, fields in enumerate(placed.values())
    ]
    keys = [column("unit", "g"), column(f"m{number}", "g")]
    return (
        exp.select(exp.alias_(exp.Literal.number(number), "event"), keys[0], exp.alias_(keys[1], "m"), *sums)
        .select(exp.alias_(exp.Sum(this=column("missed", "g")), "missed"))
        .from_(exp.alias_(exp.to_table("grouped"), "g", table=True))
        .group_by(*keys)
    )


def tally(policy: Policy, answers: Answers, connection: duckdb.DuckDBPyConnection) -> Tallies:
    """Run the query and keep the months of the cycle. Raises MissedLookUpError."""
    placed = events(policy)
    rows = connection.execute(tally_query(policy, answers).sql(dialect="duckdb")).fetchall()
    counts: dict[str, dict[tuple[str, Month], int]] = {id: {} for id in placed}
    units: set[str] = set()
    for _, unit, index, *numbers, missed in rows:
        if missed:
            raise MissedLookUpError(f"{missed}")
        units.add(unit)
        if index is None or not policy.first.index <= index <= policy.last.index:
            continue
        for id, number in zip(placed, numbers, strict=True):
            if number:
                counts[id][unit, Month(index)] = int(number)
    return Tallies(counts, tuple(sorted(units)))
