"""Working days: weekends, declared days off and make-up workdays.

A date whose year is not declared is an error, never a guess. Knows nothing of policies or orders.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

_DAY = dt.timedelta(days=1)


class UndeclaredYearError(Exception):
    """A working day was asked for in a year that the calendar does not declare."""

    def __init__(self, year: int) -> None:
        self.year = year
        super().__init__(f"{year}")


@dataclass(frozen=True)
class WorkCalendar:
    """``weekend`` holds weekday numbers (Monday is 0); ``years`` are those whose days off are declared. ``hours``: when
    people work on a working day, in order, from and to as seconds of the day. ``awaited``: years of which it is said
    that their days off are not announced yet."""

    years: frozenset[int] = frozenset()
    weekend: frozenset[int] = frozenset()
    days_off: frozenset[dt.date] = field(default=frozenset(), repr=False)
    makeup_workdays: frozenset[dt.date] = field(default=frozenset(), repr=False)
    hours: tuple[tuple[int, int], ...] = ()
    awaited: frozenset[int] = field(default=frozenset(), repr=False)

    @property
    def working_seconds(self) -> int:
        """How many a working day has."""
        return sum(end - begin for begin, end in self.hours)

    def is_workday(self, day: dt.date) -> bool:
        """Raises UndeclaredYearError outside the declared years."""
        if day.year not in self.years:
            raise UndeclaredYearError(day.year)
        if day in self.makeup_workdays:
            return True
        return day not in self.days_off and day.weekday() not in self.weekend

    def last_day(self, start: dt.date, amount: int, *, start_day_counts: bool) -> dt.date:
        """The ``amount``-th workday from ``start``; ``start`` itself for none, and it counts only on request.

        Raises UndeclaredYearError when the way there leaves the declared years.
        """
        day = start - _DAY if start_day_counts and amount else start
        left = amount
        while left > 0:
            day += _DAY
            left -= self.is_workday(day)
        return day

    def workday_before(self, day: dt.date) -> dt.date:
        """The last workday strictly before ``day``."""
        day -= _DAY
        while not self.is_workday(day):
            day -= _DAY
        return day

    def workday_from(self, day: dt.date) -> dt.date:
        """``day`` if it is a workday, else the next one."""
        while not self.is_workday(day):
            day += _DAY
        return day

    def declared_days(self) -> Iterator[dt.date]:
        """Every date of every declared year, in order."""
        for year in sorted(self.years):
            day = dt.date(year, 1, 1)
            while day.year == year:
                yield day
                day += _DAY
