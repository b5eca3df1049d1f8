"""Minimums: an indicator that is too low limits the score or the total."""

from __future__ import annotations

import shutil
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiled import CompiledPolicy, compile_policy
from engine.diff.directions import direction
from engine.measures import Measured
from engine.policy.build import load_policy
from engine.published_json import _read_score, _score
from engine.scores import Score, Weighed
from tests.agreeing import agreed
from tests.running import POLICY, SCHEMAS, TIME_LIMIT
from tests.strategies import input_sets

EDITS = (
    ("    weight: 20\n", "score_at_most: 41.5"),
    ("    weight: 25\n", "total_at_most: 50"),
    ("    weight: 30\n", "score_at_most: 0, total_at_most: 2"),
)


@cache
def limited() -> CompiledPolicy:
    """2026 in which three indicators have to be at least 50."""
    folder = Path(mkdtemp()) / "2026"
    shutil.copytree(POLICY, folder)
    path = folder / "indicators.yaml"
    text = path.read_text("utf-8")
    for old, limits in EDITS:
        assert old in text, old
        text = text.replace(old, f"    minimum: {{at_least: 50, {limits}}}\n{old}", 1)
    path.write_text(text, "utf-8")
    return compile_policy(load_policy(folder, SCHEMAS, {}), cache=None, time_limit=TIME_LIMIT)


@settings(max_examples=10, deadline=None)
@given(st.data())
def test_the_engine_agrees_with_the_reference(data: st.DataObject) -> None:
    """Promise: what a missed minimum limits comes to the same for a second evaluator, alone and beside others, in
    months and in longer periods, with and without bonuses."""
    agreed(limited(), data.draw(input_sets(limited().policy)))


def test_a_published_score_keeps_what_was_missed() -> None:
    """Promise: a month that was made known says later, too, which minimums a unit missed; one of before is read."""
    weighed = Weighed(Measured(1, 1, 2, (50, 1), (1,), True), Fraction(1), Fraction(1), (50, 1))
    score = Score("甲", {"a": weighed}, Fraction(50), Fraction(0), Fraction(9), (), "", ("a",))
    assert _read_score(_score(score)) == score
    assert "below" not in _score(_read_score({**_score(score), "below": []}))


def test_directions() -> None:
    """Promise: a minimum and a higher one are stricter, a higher limit and one that is gone are not."""
    minimum = "indicators/indicators/*/minimum"
    assert direction(minimum, None, {"at_least": 60, "total_at_most": 0}, "added") == "tightened"
    assert direction(f"{minimum}/at_least", 60, 70, "changed") == "tightened"
    assert direction(f"{minimum}/total_at_most", 0, 59, "changed") == "loosened"
    assert direction(f"{minimum}/score_at_most", 59, None, "removed") == "loosened"
