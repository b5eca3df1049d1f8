"""The smallest steps from one date, month, clock time or number to the next.

Knows the forms of values only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from engine.months import Month
from engine.policy.source import Scalar


def moved(partner: Scalar, before: Scalar, after: Scalar) -> Scalar:
    """The partner's value after the change; None when it cannot follow."""
    if isinstance(partner, int | Decimal) and isinstance(before, int | Decimal) and isinstance(after, int | Decimal):
        left = partner - (after - before)
        return left if left > 0 else None
    if isinstance(partner, str) and isinstance(before, str) and isinstance(after, str):
        kind = next((kind for kind in ("date", "month") if len(after) == len(next(iter(_EXAMPLE[kind])))), None)
        return None if kind is None else SHIFTS[kind](partner)[0 if after < before else 1]
    return None


def _months(value: str) -> tuple[str, ...]:
    month = Month.parse(value)
    return str(month.plus(-1)), str(month.plus(1))


def _days(value: str) -> tuple[str, ...]:
    day = dt.date.fromisoformat(value)
    return tuple((day + dt.timedelta(days=step)).isoformat() for step in (-1, 1))


def _clocks(value: str) -> tuple[str, ...]:
    return tuple(moment[11:] for moment in _moments(f"2000-01-02 {value}") if moment.startswith("2000-01-02"))


def _moments(value: str) -> tuple[str, ...]:
    moment = dt.datetime.fromisoformat(value)
    return tuple(str(moment + dt.timedelta(seconds=step)) for step in (-1, 1))


SHIFTS: Mapping[str, Callable[[str], tuple[str, ...]]] = {
    "date": _days,
    "month": _months,
    "clockTime": _clocks,
    "timeLiteral": _moments,
}
_EXAMPLE = {"date": ("2000-01-01",), "month": ("2000-01",)}
