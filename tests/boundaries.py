"""The values at which a policy's answers may change: clock ends, times of day, counts, each with its neighbours.

Knows the policy's conditions and clocks only; used by the strategies that draw input.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from engine.conditions import Comparison, Condition, facts
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_orders import Clock, ClockDeadline, DoneWhen
from engine.policy.model_tables import Column
from tests.reference.decisions import clock_end

SECOND = dt.timedelta(seconds=1)


def moments_after(policy: Policy, anchor: dt.datetime) -> Iterator[dt.datetime]:
    """Moments that matter after (or before) another: the ends of all clocks, of the day and of the month."""
    yield anchor
    yield from (anchor + dt.timedelta(hours=2), anchor + dt.timedelta(days=4), anchor - dt.timedelta(hours=1))
    yield dt.datetime.combine(anchor.date(), dt.time()) + dt.timedelta(days=1)
    yield Month.of(anchor.date()).end
    yield anchor + dt.timedelta(days=33)
    if inside_calendar(policy, anchor):
        for clock in _clocks(policy):
            end = clock_end(anchor, clock, policy)
            assert end is not None  # nothing stops it
            yield end[0]


def inside_calendar(policy: Policy, time: dt.datetime) -> bool:
    """Whether a clock of working days can run from the time without leaving the declared years."""
    years = policy.calendar.years
    return not years or {(time + dt.timedelta(days=days)).year for days in (0, 30)} <= years


def _clocks(policy: Policy) -> Iterator[Clock]:
    for obligation in policy.obligations:
        if isinstance(obligation.deadline, ClockDeadline):
            yield obligation.deadline.clock


def _comparisons(policy: Policy) -> Iterator[Comparison]:
    """Every comparison that the policy makes about an order."""
    conditions: list[Condition] = [rule.when for rule in policy.rules]
    for obligation in policy.obligations:
        conditions.append(obligation.applies)
        if isinstance(obligation.done, DoneWhen):
            conditions.append(obligation.done.when)
    for item in (*policy.indicators, *policy.shown, policy.eligible.counted):
        conditions.append(item.among)
    for condition in conditions:
        yield from (fact for fact in facts(condition) if isinstance(fact, Comparison))


def times_of_day(policy: Policy) -> list[dt.time]:
    """Midnight, the last second, noon, and every boundary time of day with its neighbours."""
    found = {dt.time(), dt.time(23, 59, 59), dt.time(12)}
    for fact in _comparisons(policy):
        if fact.operator.startswith("time_"):
            moment = dt.datetime.combine(dt.date(2000, 1, 2), dt.time.fromisoformat(fact.operand))
            found |= {(moment + step * SECOND).time() for step in (-1, 0, 1)}
    return sorted(found)


def boundary_counts(policy: Policy, column: Column) -> list[str]:
    """Zero, and every boundary of the column with its neighbours."""
    found = {0}
    for fact in _comparisons(policy):
        if fact.field == column.id and fact.operand_kind == "literal" and fact.operand.isdigit():
            found |= {max(0, int(fact.operand) + step) for step in (-1, 0, 1)}
    return [str(number) for number in sorted(found)]
