"""Integer counts per unit, month and count, in one scan of the orders.

Knows which events place an order in a month; must not know weights, points or ranks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.databases import Database, Holder, database_of
from engine.digits import Digits
from engine.facts import column, month_index
from engine.lookups import Answers
from engine.months import Month, Window
from engine.policy.model import Policy
from engine.policy.model_scoring import Counted
from engine.questions import ELIGIBLE, counted_id, points_id


class MissedLookUpError(Exception):
    """Orders whose facts the decision tables do not hold: never a result, always a defect of the tables."""


Counts = Mapping[tuple[str, Month], int]
"""By unit and month, a number of orders; 0 where there is none."""


@dataclass(frozen=True)
class Tallies:
    """``counts``: question id to what is counted. ``units``: every unit that has an order."""

    counts: Mapping[str, Counts]
    units: tuple[str, ...]

    def of(self, question: str, unit: str, months: Sequence[Month]) -> int:
        """How many orders of ``unit`` the question holds for in ``months``."""
        counted = self.counts.get(question, {})
        if len(months) == 1:  # by far the most asked
            return counted.get((unit, months[0]), 0)
        return sum(counted.get((unit, month), 0) for month in months)


Placing = tuple[tuple[str, ...], Window]
"""The time fields of which the first filled one places an order, and the reporting months it is placed in."""


def events(policy: Policy) -> Mapping[str, Placing]:
    """What places an order in a month, for each counted question."""

    def placing(item: Counted) -> Placing:
        return item.event, item.window

    placed = {ELIGIBLE: placing(policy.eligible.counted)}
    placed |= {counted_id(item): placing(item) for item in policy.shown}
    for indicator in policy.indicators:
        if indicator.deducted is None:
            placed[counted_id(indicator)] = placing(indicator)
            placed |= {points_id(indicator, band): placing(indicator) for band in range(len(indicator.points))}
    return placed


def tally_query(policy: Policy, answers: Answers) -> exp.Select:
    """Rows (event number, unit, month index, number of orders, the sum of each of ``_added``, in order).

    Orders are first grouped by unit and all their months at once, which leaves a small table; each event's counts are
    then added up from it. Orders that a look-up did not find are not in it.
    """
    placed = events(policy)
    distinct = tuple(dict.fromkeys(placed.values()))
    keys = [column(policy.orders.unit or ""), *(_month(event, policy, answers) for event in distinct)]
    names = ["unit", *(f"m{i}" for i in range(len(distinct)))]
    sums = [_named(total, f"n{i}") for i, total in enumerate(_added(policy, answers))]
    orders = _named(exp.Count(this=exp.Star()), "orders")
    shown = [_named(key.copy(), name) for key, name in zip(keys, names, strict=True)]
    # Copies of the growing query, which these calls make unless told otherwise, would take longer than the rest.
    grouped = answers.found().select(*shown, orders, *sums, copy=False).group_by(*keys, copy=False)
    parts = [_event_query(i, len(sums)) for i in range(len(distinct))]
    union: exp.Query = parts[0]
    for part in parts[1:]:
        union = exp.union(union, part, distinct=False, copy=False)
    every = exp.Select(expressions=[exp.Star()]).from_(union.subquery("t", copy=False), copy=False)
    return every.with_("grouped", as_=grouped, materialized=True, copy=False)


def _named(value: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=value, alias=exp.to_identifier(name))


@dataclass(frozen=True)
class _Read:
    """Where a count is read: in the sum numbered ``sum``, all of it or the digit at ``place``."""

    sum: int
    digits: Digits | None = None
    place: int = 0

    def count(self, total: int) -> int:
        return total if self.digits is None else self.digits.count(total, self.place)


def _added(policy: Policy, answers: Answers) -> Mapping[exp.Expr, Mapping[exp.Expr, _Read]]:
    """What is added up over the orders, and by answer to the questions which count it is read as."""
    asked = dict.fromkeys(answers.answer[id] for id in events(policy))
    added: dict[exp.Expr, dict[exp.Expr, _Read]] = {}
    for item in answers.sums:
        of = {one: _Read(len(added), item.digits, place) for place, one in enumerate(item.answers)}
        added[exp.Sum(this=item.column.copy())] = of
    known = {one for of in added.values() for one in of}
    for one in asked:
        if one not in known:
            added[_number_of(one)] = {one: _Read(len(added))}
    return added


def _month(event: Placing, policy: Policy, answers: Answers) -> exp.Expr:
    """The month in which ``event`` places an order; where one answer alone is counted by it, only if that holds.

    A month that nothing asks for would only make more groups.
    """
    month = month_index(event[0], event[1])
    by = {answers.answer[id] for id, fields in events(policy).items() if fields == event}
    if len(by) > 1 or exp.true() in by:
        return month
    return exp.Case(ifs=[exp.If(this=by.pop().copy(), true=month)])


def _number_of(holds: exp.Expr) -> exp.Expr:
    if holds == exp.true():
        return exp.Count(this=exp.Star())
    return exp.CountIf(this=holds.copy())


def _event_query(number: int, sums: int) -> exp.Select:
    month = f"m{number}"
    added = [_named(_sum(name), name) for name in ("orders", *(f"n{i}" for i in range(sums)))]
    event = _named(exp.Literal.number(number), "event")
    return (
        exp.Select(expressions=[event, column("unit", "g"), _named(column(month, "g"), "m"), *added])
        .from_(exp.alias_(exp.to_table("grouped"), "g", table=True, copy=False), copy=False)
        .group_by(column("unit", "g"), column(month, "g"), copy=False)
    )


def _sum(name: str) -> exp.Expr:
    """As 64 bits: DuckDB adds whole numbers up in 128, which are slow to hand over."""
    return exp.cast(exp.Sum(this=column(name, "g")), exp.DataType.Type.BIGINT)


def tally(policy: Policy, answers: Answers, held: Holder) -> Tallies:
    """Run the query and keep the months of the cycle. Raises MissedLookUpError."""
    placed = events(policy)
    distinct = tuple(dict.fromkeys(placed.values()))
    read = {one: where for of in _added(policy, answers).values() for one, where in of.items()}
    asked = [[(id, read[answers.answer[id]]) for id, fields in placed.items() if fields == event] for event in distinct]
    database = database_of(held)
    rows = database.rows(tally_query(policy, answers))
    counts: dict[str, dict[tuple[str, Month], int]] = {id: {} for id in placed}
    months = {month.index: month for month in policy.first.through(policy.last)}
    units: set[str] = set()
    found = 0
    for event, unit, index, together, *numbers in rows:
        found += together if event == 0 else 0
        units.add(unit)
        if index not in months:  # another cycle's, or in no month
            continue
        key = unit, months[index]
        for id, where in asked[event]:
            if number := where.count(numbers[where.sum]):
                counts[id][key] = number
    orders = _orders(answers, database)
    if orders != found or any(orders > item.digits.orders for item in answers.sums):
        raise MissedLookUpError(f"{orders - found}")
    return Tallies(counts, tuple(sorted(units)))


def _orders(answers: Answers, database: Database) -> int:
    every = exp.select(exp.Count(this=exp.Star())).from_(answers.orders.copy())
    ((number,),) = database.rows(every)
    return int(number)
