"""Conditions that test how far an order is with its obligations: rules, counts, shares and other obligations."""

from __future__ import annotations

import datetime as dt
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.check.whole import Effort, check_folder
from engine.choosing import Request
from engine.compiled import CompiledPolicy, compile_policy
from engine.evaluate import evaluate
from engine.evaluation import Evaluation
from engine.policy.build import load_policy
from engine.problems import InputError, PolicyError
from tests.agreeing import agreed
from tests.running import GOLDEN, GOLDEN_AS_OF, POLICY, SCHEMAS, TIME_LIMIT
from tests.strategies import input_sets

Edits = dict[str, tuple[tuple[str, str], ...]]

WATCHED: Edits = {
    "rules.yaml": (
        ("tags:\n", "tags:\n  - {id: watched, title: 督办}\n"),
        (
            "marks:\n",
            "  - id: watch\n"
            "    title: 督办\n"
            "    clause: 三(一)2\n"
            "    hit: first\n"
            "    rules:\n"
            "      - id: watch-late\n"
            "        title: 超期\n"
            "        clause: 三(一)2\n"
            "        when: {any: [{duty: contact-same-day, is: breached}, {duty: immediate-3wd, is: breached}]}\n"
            "        gives: [watched]\n"
            "      - id: watch-dispute\n"
            "        title: 争议待办\n"
            "        clause: 三(一)2\n"
            "        when: {all: [{duty: dispute-2wd, is: pending}, {not: {duty: filing-unsolvable, is: met}}]}\n"
            "        gives: [watched]\n"
            "marks:\n",
        ),
    ),
    "obligations.yaml": (
        (
            "  - id: dispute-2wd\n",
            "  - id: study-watched\n"
            "    title: 督办工单研判\n"
            "    clause: 三(一)2\n"
            "    applies: {all: [{tagged: watched}, {duty: recording-kept, is: none}]}\n"
            "    done: {event: 研判时间}\n"
            "    deadline: {start: [接单时间], clock: {amount: 3, unit: days, until: same_time}}\n"
            "    states:\n"
            "      - {is: met, when: {done: in_time}}\n"
            "      - {is: breached, when: {deadline: past}}\n"
            "      - {is: pending, when: always}\n"
            "  - id: dispute-2wd\n",
        ),
    ),
    "indicators.yaml": (
        (
            "{title: 按时办结, when: {field: 办结时间, not_after: {field: 办理时限}}, points: 100}",
            "{title: 按时办结, when: {not: {any: [{duty: study-watched, is: breached},"
            " {duty: recording-kept, is: breached}]}}, points: 100}",
        ),
    ),
}
"""Clocks of every kind, a condition as what is done, an obligation that hangs on others, tags between."""


def edited(edits: Edits) -> Path:
    folder = Path(mkdtemp()) / "2026"
    shutil.copytree(POLICY, folder)
    for file, pairs in edits.items():
        text = (folder / file).read_text("utf-8")
        for old, new in pairs:
            assert text.count(old) == 1, (file, old)
            text = text.replace(old, new)
        (folder / file).write_text(text, "utf-8")
    return folder


def evaluated(folder: Path) -> Evaluation:
    now = GOLDEN_AS_OF.replace(tzinfo=dt.UTC)
    return evaluate(Request(GOLDEN, SCHEMAS, folder.parent, None, str(folder), {}, GOLDEN_AS_OF, now))


@cache
def watched() -> CompiledPolicy:
    return compile_policy(load_policy(edited(WATCHED), SCHEMAS, {}), cache=None, time_limit=TIME_LIMIT)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_the_engine_agrees_with_the_reference(data: st.DataObject) -> None:
    """Promise: rules, shares and obligations that test the state of obligations come out as a second evaluator has
    them, from the raw rows on."""
    agreed(watched(), data.draw(input_sets(watched().policy)))


def test_they_make_a_difference() -> None:
    """Protects the test above from testing nothing: on a real year, the new rules fire and scores change."""
    found = evaluated(edited(WATCHED))
    plain = evaluated(POLICY)
    assert [one.totals for one in found.standings] != [one.totals for one in plain.standings]


def test_a_ring_is_refused_where_it_stands() -> None:
    """Promise: an obligation that hangs on its own state is an error at that obligation, not a guess."""
    old = "    applies: {tagged: risk-order}\n    done: {event: 研判时间}\n"
    ring = "    applies: {duty: risk-study-24h, is: met}\n    done: {event: 研判时间}\n"
    folder = edited({"obligations.yaml": ((old, ring),)})
    with pytest.raises(PolicyError) as error:
        compile_policy(load_policy(folder, SCHEMAS, {}), cache=None, time_limit=TIME_LIMIT)
    (problem,) = error.value.problems
    assert problem.place.file.endswith("obligations.yaml") and "互相依赖" in problem.instead


def test_an_undeclared_year_is_refused_in_counts_too() -> None:
    """Promise: a score that hangs on a deadline the calendar cannot tell is refused, whoever asks for it."""
    points = ("when: {field: 办结时间, not_after: {field: 办理时限}}", "when: {duty: immediate-3wd, is: met}")
    folder = edited({"indicators.yaml": (points,)})
    calendar = folder / "calendar.yaml"
    head, _, _ = calendar.read_text("utf-8").partition("  - year: 2026")
    calendar.write_text(head, "utf-8")
    with pytest.raises(InputError, match="日历未声明的年份"):
        evaluated(folder)


def test_a_check_knows_that_an_order_is_in_one_state(tmp_path: Path) -> None:
    """Promise: bands by the states of one obligation leave no gap when every state is named, and one when not."""
    old = "- {title: 按时办结, when: {field: 办结时间, not_after: {field: 办理时限}}, points: 100}"
    states = ("met", "breached", "pending", "none")
    for left_out in (None, "pending"):
        bands = "\n      ".join(
            f"- {{title: {state}, when: {{duty: immediate-3wd, is: {state}}}, points: 0}}"
            for state in states
            if state != left_out
        )
        folder = edited({"indicators.yaml": ((old, bands),)})
        found = check_folder(folder, SCHEMAS, Effort(tmp_path, TIME_LIMIT))
        gaps = [item.problem.what for item in found if item.kind == "band-gap"]
        assert len(gaps) == (left_out is not None), gaps
        assert all("pending" in gap for gap in gaps)
