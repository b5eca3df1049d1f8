"""Months, dates and years that moved because the cycle did: the same time of the next year is no other rule.

Knows how dates are written in a policy; must not know which of its properties hold any.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

from engine.months import Month
from engine.policy.parts import Parts
from engine.policy.source import Plain

_MONTH = re.compile(r"\d{4}-\d{2}")
_DATE = re.compile(r"(\d{4}-\d{2})(-\d{2})")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")


def shift(a: Parts, b: Parts) -> int:
    """By how many months the whole cycle moved from ``a`` to ``b``; 0 where it did not, or its length is another."""
    ends = [(side.data["policy"]["cycle"]["first"], side.data["policy"]["cycle"]["last"]) for side in (a, b)]
    (first, last), (later_first, later_last) = ([Month.parse(text).index for text in pair] for pair in ends)
    return later_first - first if later_first - first == later_last - last else 0


def moved_along(old: Plain, new: Plain, months: int) -> bool:
    """Whether ``new`` is ``old`` with every date later by ``months``, and some date is there."""
    return bool(months) and old != new and _moved(old, months) == _fixed(new)


def _moved(value: Plain, months: int) -> Hashable:
    match value:
        case str():
            return _later(value, months)
        case list():
            return tuple(_moved(item, months) for item in value)
        case dict():
            return tuple((key, _moved(inner, months)) for key, inner in value.items())
    return value


def _fixed(value: Plain) -> Hashable:
    return _moved(value, 0)


def _later(text: str, months: int) -> str:
    if _MONTH.fullmatch(text):
        return str(Month.parse(text).plus(months))
    date = _DATE.fullmatch(text)
    if date is not None:
        return f"{Month.parse(date[1]).plus(months)}{date[2]}"
    if months % 12:
        return text
    return _YEAR.sub(lambda found: str(int(found[0]) + months // 12), text)
