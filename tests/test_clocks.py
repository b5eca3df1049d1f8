"""Clocks of every kind: by minute, hour, day, working day and working hour, extended, stopped, to a time of day."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.calendars import WorkCalendar
from engine.check.whole import Effort, check_folder
from engine.compiled import CompiledPolicy, compile_policy
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.model_orders import Clock, Extension, Stop
from tests.agreeing import agreed
from tests.reference.decisions import clock_end
from tests.running import POLICY, SCHEMAS, TIME_LIMIT
from tests.strategies import input_sets

HOURS = '[{from: "09:00:00", to: "12:00:00"}, {from: "13:30:00", to: "17:30:00"}]'
STOPPED = "stopped_by: [{from: 挂起时间, to: 恢复时间}]"
EXTENDED = "extended_by: [{field: 延期甲, at_most: 2}, {field: 延期乙}], extended_at_most: 3"
CLOCKS = {
    "k-minutes": "{amount: 90, unit: minutes, until: same_time, end_included: true}",
    "k-hours": f"{{amount: 30, unit: hours, until: same_time, {EXTENDED}, {STOPPED}}}",
    "k-days": f'{{amount: 2, unit: days, until: "09:00:00", end_included: true, {STOPPED}}}',
    "k-days-first": "{amount: 3, unit: days, until: same_time, start_day_counts: true}",
    "k-workdays": f"{{amount: 2, unit: working_days, until: end_of_day, {EXTENDED}, {STOPPED}}}",
    "k-morning": '{amount: 1, unit: working_days, until: "09:00:00"}',
    "k-work": f"{{amount: 9, unit: working_hours, until: same_time, end_included: true, {EXTENDED}, {STOPPED}}}",
    "k-work-short": "{amount: 1, unit: working_hours, until: same_time}",
}
OBLIGATION = """  - id: {id}
    title: {id}
    clause: 三(一)2
    applies: always
    done: {{event: 研判时间}}
    deadline: {{start: [接单时间], clock: {clock}}}
    states:
      - {{is: met, when: {{done: in_time}}}}
      - {{is: breached, when: {{any: [{{done: late}}, {{deadline: past}}]}}}}
      - {{is: pending, when: always}}
"""


def edited(clocks: dict[str, str], hours: str = HOURS) -> Path:
    """2026 with these clocks, columns for extensions and a stop, working hours, and calendars far enough."""
    folder = Path(mkdtemp()) / "2026"
    shutil.copytree(POLICY, folder)

    def change(file: str, old: str, new: str) -> None:
        text = (folder / file).read_text("utf-8")
        assert text.count(old) == 1, (file, old)
        (folder / file).write_text(text.replace(old, new), "utf-8")

    columns = "".join(f"      - {{id: {name}, type: {kind}}}\n" for name, kind in COLUMNS)
    change(
        "fields.yaml", "      - {id: 是否托底, type: yes_no}\n", f"{columns}      - {{id: 是否托底, type: yes_no}}\n"
    )
    change("obligations.yaml", "obligations:\n", "obligations:\n" + _obligations(clocks))
    years = "".join(
        f"  - {{year: {year}, notice: 假设, days_off: [], makeup_workdays: []}}\n" for year in (2027, 2028, 2029)
    )
    calendar = (folder / "calendar.yaml").read_text("utf-8").replace("years:\n", f"hours: {hours}\nyears:\n", 1)
    (folder / "calendar.yaml").write_text(calendar.rstrip("\n") + "\n" + years, "utf-8")
    return folder


COLUMNS = (("挂起时间", "time"), ("恢复时间", "time"), ("延期甲", "count"), ("延期乙", "count"))


def _obligations(clocks: dict[str, str]) -> str:
    return "".join(OBLIGATION.format(id=id, clock=clock) for id, clock in clocks.items())


@cache
def ticking() -> CompiledPolicy:
    return compile_policy(load_policy(edited(CLOCKS), SCHEMAS, {}), cache=None, time_limit=TIME_LIMIT)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_the_engine_agrees_with_the_reference(data: st.DataObject) -> None:
    """Promise: every clock runs out in SQL when it does for a second evaluator that counts day by day and shift by
    shift, whatever was extended or stopped."""
    agreed(ticking(), data.draw(input_sets(ticking().policy)))


CALENDAR = WorkCalendar(
    frozenset({2026}),
    frozenset({5, 6}),
    frozenset({dt.date(2026, 4, 6)}),
    frozenset({dt.date(2026, 5, 9)}),
    ((9 * 3600, 12 * 3600), (13 * 3600 + 1800, 17 * 3600 + 1800)),
)


@pytest.mark.parametrize(
    ("start", "clock", "end"),
    [
        ("2026-04-03 11:00:00", Clock(2, "working_hours", "same_time"), "2026-04-03 14:30:00"),
        ("2026-04-03 16:30:00", Clock(2, "working_hours", "same_time"), "2026-04-07 10:00:00"),  # Monday is a holiday
        ("2026-04-03 10:30:00", Clock(5, "working_hours", "same_time"), "2026-04-03 17:00:00"),
        ("2026-04-04 10:00:00", Clock(3, "working_hours", "same_time"), "2026-04-07 12:00:00"),  # ends with the morning
        ("2026-04-07 17:30:00", Clock(1, "working_hours", "same_time"), "2026-04-08 10:00:00"),
        ("2026-05-08 17:00:00", Clock(1, "working_hours", "same_time"), "2026-05-09 09:30:00"),  # make-up Saturday
        ("2026-04-03 16:30:00", Clock(1, "working_days", "09:00:00"), "2026-04-07 09:00:00"),
        ("2026-04-03 16:30:00", Clock(30, "minutes", "same_time"), "2026-04-03 17:00:00"),
        ("2026-04-03 16:30:00", Clock(2, "days", "12:00:00"), "2026-04-05 12:00:00"),
    ],
)
def test_by_hand(start: str, clock: Clock, end: str) -> None:
    """Protects the oracle: small clocks worked by hand."""
    policy = ticking().policy
    given_ = clock_end(dt.datetime.fromisoformat(start), clock, _with_calendar(policy))
    assert given_ == (dt.datetime.fromisoformat(end), False)


def test_stops_and_extensions_by_hand() -> None:
    """Protects the oracle: what a stop adds, when it adds nothing, and the cap over several extensions."""
    policy = _with_calendar(ticking().policy)
    start = dt.datetime(2026, 4, 3, 10)

    def at(text: str) -> dt.datetime:
        return dt.datetime.fromisoformat(f"2026-04-{text}")

    stopped = Clock(2, "working_days", "end_of_day", stopped_by=(Stop("起", "止"),))
    assert clock_end(start, stopped, policy, {"起": None, "止": None}) == (at("09 00:00:00"), False)
    assert clock_end(start, stopped, policy, {"起": at("07 09:00:00"), "止": at("09 08:00:00")}) == (
        at("11 00:00:00"),
        False,
    )
    assert clock_end(start, stopped, policy, {"起": at("07 09:00:00"), "止": None}) is None
    assert clock_end(start, stopped, policy, {"起": at("09 00:00:00"), "止": None}) == (at("09 00:00:00"), False)
    more = (Extension("甲", 7), Extension("乙"))
    capped = Clock(1, "days", "same_time", extended_by=more, extended_at_most=10)
    assert clock_end(start, capped, policy, {"甲": Fraction(9), "乙": Fraction(5)}) == (at("14 10:00:00"), False)


def _with_calendar(policy: Policy) -> Policy:
    return replace(policy, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("clock", "hours", "words"),
    [
        ("{amount: 2, unit: hours, until: end_of_day}", HOURS, "same_time"),
        ('{amount: 2, unit: minutes, until: "09:00:00"}', HOURS, "same_time"),
        ("{amount: 0, unit: working_hours, until: same_time}", HOURS, "至少 1 个"),
        (
            f"{{amount: 1, unit: days, until: end_of_day, {STOPPED.replace('挂起时间', '延期甲')}}}",
            HOURS,
            "没有这个时间字段",
        ),
        (CLOCKS["k-work"], '[{from: "12:00:00", to: "09:00:00"}]', "先起后止"),
    ],
)
def test_clocks_that_make_no_sense_are_refused(clock: str, hours: str, words: str, tmp_path: Path) -> None:
    """Promise: an end, a stop or hours that mean nothing are named where they stand."""
    found = check_folder(edited({"k": clock}, hours), SCHEMAS, Effort(tmp_path, TIME_LIMIT))
    assert any(words in str(item.problem) for item in found if item.level == "problem"), found
