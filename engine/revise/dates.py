"""Dates and years in text, moved by whole years.

Knows how dates are written; must not know what they are dates of.
"""

from __future__ import annotations

import calendar
import re

_DATE = re.compile(r"(?<![0-9])([12][0-9]{3})([-/])([01]?[0-9])(?:\2([0-3]?[0-9]))?(?![0-9])")
_YEAR = re.compile(r"(?<![0-9])[12][0-9]{3}(?![0-9])")


def moved_dates(text: str, years: int) -> str:
    """``text`` with every date and month in it ``years`` later; 29 February becomes the 28th where there is none.

    What is no real month stays; a day that its month does not have (a deliberate mistake) only has its year moved.
    """

    def move(match: re.Match[str]) -> str:
        year, mark, month, day = int(match[1]), match[2], match[3], match[4]
        if not 1 <= int(month) <= 12:
            return match[0]
        year += years
        if day is not None and int(month) == 2 and day == "29" and calendar.isleap(year - years):
            day = "29" if calendar.isleap(year) else "28"
        return f"{year:04d}{mark}{month}" + ("" if day is None else f"{mark}{day}")

    return _DATE.sub(move, text)


def date_in(text: str) -> str | None:
    """The month ``YYYY-MM`` of ``text`` when it is a date or a month and nothing else."""
    match = _DATE.fullmatch(text)
    if match is None or match[2] != "-" or len(match[3]) != 2 or not 1 <= int(match[3]) <= 12:
        return None
    return f"{match[1]}-{match[3]}"


def moved_years(text: str, years: int, among: range) -> str:
    """``text`` with every year of ``among`` that stands in it as a number of its own ``years`` later."""

    def move(match: re.Match[str]) -> str:
        return str(int(match[0]) + years) if int(match[0]) in among else match[0]

    return _YEAR.sub(move, text)


def years_in(text: str, among: range) -> tuple[int, ...]:
    """The years of ``among`` that ``text`` names, in order."""
    return tuple(sorted({int(year) for year in _YEAR.findall(text) if int(year) in among}))
