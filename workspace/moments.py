"""Moments of changes: by the clock of the office, and as people read them.

Knows the time zone that versions of a policy name; must not read a clock.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.policy.source import plain, read_file
from engine.policy.versions import HEAD, readable_versions


def office_zone(policies: Path) -> dt.tzinfo | None:
    """That of the latest version in the folder; None where no version names one."""
    versions, _ = readable_versions(policies)
    for version in versions:
        head: Any = plain(root) if (root := read_file(version.folder / HEAD).root) is not None else {}
        try:
            return ZoneInfo(str(head["time_zone"]))
        except (KeyError, TypeError, ValueError, OSError, ZoneInfoNotFoundError):
            continue
    return None


def shown(at: str) -> str:
    """The moment of an entry as the clock of the office showed it, without its zone: entries are written by that."""
    return at[:19].replace("T", " ")
