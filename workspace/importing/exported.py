"""When a file was exported: what was said, what its name says, or what is in it. Never when it was copied.

Knows names of files and sheets; must not open any.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Literal

How = Literal["option", "sheet", "name", "events", "import"]
"""Told by the option, by the name of a mended sheet, by the file's name, by the latest event in it; where nothing
tells, it is the moment of the import."""

_DAY = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<mark>[-_./年]?)(?P<month>\d{1,2})(?:(?P=mark)|月)(?P<day>\d{1,2})日?"
_CLOCK = r"(?:[-_T ]?(?P<hour>[01]\d|2[0-3])[-_:.时]?(?P<minute>[0-5]\d)(?:[-_:.分]?(?P<second>[0-5]\d)秒?)?(?!\d))?"
_MOMENT = re.compile(_DAY + _CLOCK + r"(?!\d)")


def in_name(name: str) -> dt.datetime | None:
    """The latest day, and time of day where there is one, in a name such as ``工单20260305_0930``."""
    return max(_moments(name), default=None)


def _moments(name: str) -> Iterator[dt.datetime]:
    for found in _MOMENT.finditer(name):
        if not found["mark"] and (len(found["month"]), len(found["day"])) != (2, 2):
            continue  # 202635 may be anything
        parts = ("year", "month", "day", "hour", "minute", "second")
        year, month, day, hour, minute, second = (int(found[part] or 0) for part in parts)
        try:
            yield dt.datetime(year, month, day, hour, minute, second)
        except ValueError:
            continue
