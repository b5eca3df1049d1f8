"""When a file was exported, from the ways in which people name files."""

from __future__ import annotations

import datetime as dt

import pytest

from workspace.importing.exported import in_name

T = dt.datetime


@pytest.mark.parametrize(
    ("name", "moment"),
    [
        ("工单20260305", T(2026, 3, 5)),
        ("工单20260305_0930", T(2026, 3, 5, 9, 30)),
        ("20260305093015", T(2026, 3, 5, 9, 30, 15)),
        ("202603050930导出", T(2026, 3, 5, 9, 30)),
        ("2026-03-05 09-30", T(2026, 3, 5, 9, 30)),
        ("2026-03-05T09:30:01", T(2026, 3, 5, 9, 30, 1)),
        ("2026.3.5", T(2026, 3, 5)),
        ("2026年3月5日9月", T(2026, 3, 5)),
        ("2026年3月5日09时30分", T(2026, 3, 5, 9, 30)),
        ("工单20260301-20260305", T(2026, 3, 5)),
        ("工单20260305(1)", T(2026, 3, 5)),
        ("1 工单 20260305_093000", T(2026, 3, 5, 9, 30)),
    ],
)
def test_a_day_and_time_in_a_name_is_found(name: str, moment: dt.datetime) -> None:
    """Promise: the usual ways of dating a file are understood; of several days the last counts."""
    assert in_name(name) == moment


@pytest.mark.parametrize(
    "name", ["工单", "2026-03", "202603", "20261301", "2026-02-30", "20260305001", "12026030511", "202635", "工单3-5"]
)
def test_what_is_no_day_is_not_taken_for_one(name: str) -> None:
    """Promise: a serial number, a month or a day that never was dates no file."""
    assert in_name(name) is None
