"""A version put on the months of another, so that the same orders can be replayed under both.

Knows which values of a policy are months; must not know orders or what is compared.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from engine.calendars import WorkCalendar
from engine.policy.model import Policy
from engine.policy.model_scoring import Aggregate, Period


def aligned(policy: Policy, base: Policy) -> Policy:
    """``policy`` with its cycle, its periods and its first counted month moved to begin when those of ``base`` do.

    Years that only the calendar of ``base`` declares are taken from there. Dates within conditions stay as they are.
    """
    calendar = _completed(policy.calendar, base.calendar)
    months = base.first.index - policy.first.index
    if not months:
        return policy if calendar == policy.calendar else replace(policy, calendar=calendar)
    return replace(
        policy,
        calendar=calendar,
        first=policy.first.plus(months),
        last=policy.last.plus(months),
        counted_from=policy.counted_from.plus(months),
        aggregates=tuple(_moved(aggregate, months) for aggregate in policy.aggregates),
    )


def _moved(aggregate: Aggregate, months: int) -> Aggregate:
    periods = (
        Period(period.id, period.title, period.first.plus(months), period.last.plus(months))
        for period in aggregate.periods
    )
    return replace(aggregate, periods=tuple(periods))


def _completed(own: WorkCalendar, other: WorkCalendar) -> WorkCalendar:
    years = other.years - own.years
    if not years or own.weekend != other.weekend:
        return own

    def days(of: frozenset[dt.date]) -> frozenset[dt.date]:
        return frozenset(day for day in of if day.year in years)

    return WorkCalendar(
        own.years | years,
        own.weekend,
        own.days_off | days(other.days_off),
        own.makeup_workdays | days(other.makeup_workdays),
    )
