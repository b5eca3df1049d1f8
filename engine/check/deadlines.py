"""Deadlines that leave the declared years of the calendar, for an order or a consequence of the cycle.

Knows clocks, due days and the calendar; must not know how an order meets a deadline.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from engine.calendars import UndeclaredYearError
from engine.check.finding import Finding, found
from engine.check.ladders import counted_periods
from engine.check.places import Places
from engine.policy.model import Policy
from engine.policy.model_orders import Clock, ClockDeadline
from engine.policy.model_scoring import Consequence, DueDay
from engine.problems import Place


def deadline_findings(policy: Policy, places: Places) -> Iterator[Finding]:
    """The first day on which each deadline cannot be told."""
    for item in policy.obligations:
        if isinstance(item.deadline, ClockDeadline) and item.deadline.clock.counts_workdays:
            place = places.item("obligations", "obligations", item.id, "deadline", "clock")
            yield from _clock(policy, item.id, item.deadline.clock, place)
    for consequence in policy.consequences:
        if consequence.due is not None:
            place = places.item("consequences", "consequences", consequence.id, "due")
            yield from _due(policy, consequence, consequence.due, place)


def _clock(policy: Policy, id: str, clock: Clock, place: Place) -> Iterator[Finding]:
    longest = clock.amount + _extended(clock)
    if clock.unit == "working_hours":  # for an order that comes when the day's work is done
        longest = -(-longest * 3600 // (policy.calendar.working_seconds or 3600))
    day = policy.first.begin.date()
    while day < policy.last.end.date():
        try:
            policy.calendar.last_day(day, longest, start_day_counts=clock.start_day_counts)
        except UndeclaredYearError as error:
            yield _undeclared(policy, place, f"义务“{id}”从 {day} 起 {longest} 个工作日", error.year)
            return
        day += dt.timedelta(days=1)
    year = policy.last.begin.year + 1
    if year not in policy.calendar.years | policy.calendar.awaited and _open_ended(clock):
        what = f"义务“{id}”的延期或中止没有上限，期限可能落在 {year} 年，日历没有写入这一年"
        yield found("undeclared-date", place, what, year, _LATER.format(year), "hint")


def _open_ended(clock: Clock) -> bool:
    """Whether there is no telling how late it may run out."""
    unlimited = clock.extended_at_most is None and any(item.at_most is None for item in clock.extended_by)
    return unlimited or bool(clock.stopped_by)


def _extended(clock: Clock) -> int:
    """The most that extensions with a limit come to."""
    extended = sum(extension.at_most or 0 for extension in clock.extended_by)
    limit = clock.extended_at_most
    if limit is None:
        return extended
    unlimited = any(extension.at_most is None for extension in clock.extended_by)
    return limit if unlimited else min(extended, limit)


def _due(policy: Policy, consequence: Consequence, due: DueDay, place: Place) -> Iterator[Finding]:
    for period in counted_periods(policy, consequence.at):
        day = period.last.plus(due.months_after).day(due.day)
        try:
            if due.roll == "next_workday":
                day = policy.calendar.workday_from(day)
            if due.warn == "last_workday_before":
                policy.calendar.workday_before(day)
        except UndeclaredYearError as error:
            yield _undeclared(policy, place, f"后果“{consequence.id}”对 {period.last} 的期限 {day}", error.year)
            return


_LATER = "{} 年的放假公布之后，写进 calendar.yaml，已发布的另立修订版本；在此之前用到即报错，不推算"


def _undeclared(policy: Policy, place: Place, name: str, year: int) -> Finding:
    """A deadline that does fall in a year which is not there has to be mended. The year after the cycle may not have
    been announced when a plan is released: then the calendar has to say that it is awaited, so that nobody forgets."""
    what = f"{name} 用到 {year} 年的工作日，日历没有写入这一年"
    if year in policy.calendar.awaited:
        return found("undeclared-date", place, what, year, _LATER.format(year), "hint")
    instead = f"请在 calendar.yaml 写入 {year} 年的放假与调休；没有公布的年份不推算"
    if year > policy.last.begin.year:
        instead = f"请在 calendar.yaml 写入 {year} 年的放假与调休；还没有公布的，写明 awaited: [{year}]，公布之后补写"
    return found("undeclared-date", place, what, year, instead)
