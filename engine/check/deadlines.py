"""Deadlines that leave the declared years of the calendar, for an order or a consequence of the cycle.

Knows clocks, due days and the calendar; must not know how an order meets a deadline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from engine.calendars import UndeclaredYearError
from engine.check.finding import Finding, found
from engine.check.ladders import counted_periods
from engine.check.places import Places
from engine.policy.model import Policy
from engine.policy.model_orders import ClockDeadline
from engine.policy.model_scoring import DueDay, Period
from engine.problems import Place


def deadline_findings(policy: Policy, places: Places) -> Iterator[Finding]:
    """The first day on which each deadline cannot be told."""
    for item in policy.obligations:
        if isinstance(item.deadline, ClockDeadline) and item.deadline.clock.unit == "working_days":
            clock = item.deadline.clock
            place = places.item("obligations", "obligations", item.id, "deadline", "clock")

            def last_day(day: dt.date, amount: int = clock.amount, counts: bool = clock.start_day_counts) -> dt.date:
                return policy.calendar.last_day(day, amount, start_day_counts=counts)

            day = policy.first.begin.date()
            while day < policy.last.end.date():
                told = _undeclared(place, f"义务“{item.id}”从 {day} 起 {clock.amount} 个工作日", lambda d=day: last_day(d))
                if told is not None:
                    yield told
                    break
                day += dt.timedelta(days=1)
    for consequence in policy.consequences:
        if consequence.due is None:
            continue
        place = places.item("consequences", "consequences", consequence.id, "due")
        for period in counted_periods(policy, consequence.at):
            due = consequence.due
            name = f"后果“{consequence.id}”在 {period.last} 之后的期限"
            told = _undeclared(place, name, lambda d=due, p=period: _days(policy, d, p))
            if told is not None:
                yield told
                break


def _days(policy: Policy, due: DueDay, period: Period) -> None:
    day = period.last.plus(due.months_after).day(due.day)
    if due.roll == "next_workday":
        day = policy.calendar.workday_from(day)
    if due.warn == "last_workday_before":
        policy.calendar.workday_before(day)


def _undeclared(place: Place, name: str, tell: Callable[[], object]) -> Finding | None:
    try:
        tell()
    except UndeclaredYearError as error:
        instead = f"请在 calendar.yaml 写入 {error.year} 年的放假与调休；没有公布的年份不推算"
        return found("undeclared-date", place, f"{name}用到 {error.year} 年的工作日，日历没有写入这一年", error.year, instead)
    return None
