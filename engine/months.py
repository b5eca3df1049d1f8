"""Calendar months as values: arithmetic, order, and the instants at which they begin and end.

Knows nothing of cycles, quarters or policies.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

_FORM = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """``index`` counts months from year 0, so that neighbours differ by one."""

    index: int

    def __hash__(self) -> int:  # months are keys wherever counts are asked for: the generated one takes twice as long
        return self.index

    @classmethod
    def parse(cls, text: str) -> Month:
        """``YYYY-MM``; raises ValueError otherwise."""
        match = _FORM.fullmatch(text)
        if match is None or match[1] == "0000":
            raise ValueError(f"{text!r} is not YYYY-MM")
        return cls(int(match[1]) * 12 + int(match[2]) - 1)

    @classmethod
    def of(cls, day: dt.date) -> Month:
        return cls(day.year * 12 + day.month - 1)

    def __str__(self) -> str:
        return f"{self.index // 12:04d}-{self.index % 12 + 1:02d}"

    def plus(self, months: int) -> Month:
        return Month(self.index + months)

    def through(self, last: Month) -> tuple[Month, ...]:
        """The months from this one to ``last``, both included; none when ``last`` is earlier."""
        return tuple(Month(index) for index in range(self.index, last.index + 1))

    def day(self, day: int) -> dt.date:
        return dt.date(self.index // 12, self.index % 12 + 1, day)

    @property
    def begin(self) -> dt.datetime:
        """The calendar month's first instant, local time without a zone."""
        return dt.datetime.combine(self.day(1), dt.time())

    @property
    def end(self) -> dt.datetime:
        """The first instant after the calendar month."""
        return self.plus(1).begin


@dataclass(frozen=True, order=True)
class Window:
    """How moments fall into reporting months.

    A reporting day begins at ``day_begins`` (seconds since midnight) of the day before, or at its own midnight when 0.
    A reporting month begins with the reporting day ``first_day`` of the calendar month before, or with the 1st.
    """

    first_day: int = 1
    day_begins: int = 0

    @property
    def shift(self) -> dt.timedelta:
        """What takes a moment to a moment of its reporting day."""
        return dt.timedelta(seconds=86_400 - self.day_begins) if self.day_begins else dt.timedelta(0)

    def month_of(self, moment: dt.datetime) -> Month:
        day = (moment + self.shift).date()
        return Month.of(day).plus(1 if self.first_day > 1 and day.day >= self.first_day else 0)

    def begin(self, month: Month) -> dt.datetime:
        """The first moment of the reporting month."""
        day = month.plus(-1).day(self.first_day) if self.first_day > 1 else month.day(1)
        return dt.datetime.combine(day, dt.time()) - self.shift

    def end(self, month: Month) -> dt.datetime:
        """The first moment after the reporting month."""
        return self.begin(month.plus(1))


CALENDAR = Window()
