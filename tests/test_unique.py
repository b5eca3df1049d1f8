"""A decision of which only one rule may hold is an error as soon as two hold for an order."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from engine.choosing import Request
from engine.evaluate import evaluate
from engine.problems import PolicyError

ROOT = Path(__file__).resolve().parent.parent


def request(policy: Path) -> Request:
    return Request(
        data=ROOT / "examples" / "golden",
        schemas=ROOT / "schemas" / "v1",
        released=ROOT / "policies",
        examples=None,
        policy=str(policy),
        chosen={},
        as_of=dt.datetime(2026, 11, 23),
        now=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """The 2026 version, of whose risk signs only one may hold."""
    folder = tmp_path / "2026"
    shutil.copytree(ROOT / "policies" / "2026", folder, ignore=shutil.ignore_patterns("cases", "manifest*"))
    rules = (folder / "rules.yaml").read_text("utf-8")
    at = rules.index("hit: collect", rules.index("- id: risk\n"))
    (folder / "rules.yaml").write_text(rules[:at] + "hit: unique" + rules[at + len("hit: collect") :], "utf-8")
    return folder


def test_two_rules_of_a_unique_decision_are_an_error(policy: Path) -> None:
    """Promise: nothing is ranked by an ambiguous decision; the message names the decision, an order and the rules."""
    with pytest.raises(PolicyError) as caught:
        evaluate(request(policy))
    (problem,) = caught.value.problems
    text = str(problem)
    assert "潜在风险工单" in text and "BS20" in text and "risk-" in text
    assert problem.place.file.endswith("rules.yaml") and problem.place.line > 0


def test_one_rule_at_a_time_is_no_error() -> None:
    """Promise: a unique decision whose rules never meet evaluates as any other."""
    assert evaluate(request(ROOT / "policies" / "2026")).standings
