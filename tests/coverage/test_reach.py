"""What cases reach: counted over a whole policy, and missed where a case is taken away."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.cases.reading import read_cases
from engine.cases.running import Bench, CaseResult
from engine.coverage.reach import KINDS, Covered, coverage
from engine.policy.parts import load_parts

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"


@cache
def ran() -> tuple[Bench, tuple[CaseResult, ...]]:
    cases = read_cases(POLICY, SCHEMAS)
    bench = Bench(POLICY, SCHEMAS, cache=None)
    bench.take_together(cases)
    return bench, tuple(bench.run(case) for case in cases)


def covered(without: str = "") -> dict[str, Covered]:
    """Coverage of 2026 by its cases, those about ``without`` left out."""
    bench, results = ran()
    kept = [result for result in results if without not in result.reached.about]
    found = coverage(load_parts(POLICY, SCHEMAS, {}), bench.compiled(bench.policy({})), kept)
    return {item.kind: item for item in found}


MARKS = ("marks_given", "marks_withheld")
"""What 2026 has none of."""


def test_marks_are_reached_when_given_and_when_not() -> None:
    """Promise: a mark of places is reached by a case in which a ranked unit has it, and by one in which it has not; in
    an example each is, and without its first case those that no other gives are named with their place."""
    folder = ROOT / "examples" / "policies" / "honours-2024"
    cases = read_cases(folder, SCHEMAS)
    bench = Bench(folder, SCHEMAS, cache=None)
    results = [bench.run(case) for case in cases]
    parts, compiled = load_parts(folder, SCHEMAS, {}), bench.compiled(bench.policy({}))
    whole = {item.kind: item for item in coverage(parts, compiled, results)}
    assert all(whole[kind].ids and not whole[kind].unreached for kind in MARKS)
    fewer = {item.kind: item for item in coverage(parts, compiled, results[1:2])}
    assert fewer["marks_given"].unreached == ("front", "tail", "tail-weak")
    assert fewer["marks_withheld"].unreached == ("announced", "enough")
    assert fewer["marks_given"].places["tail"].file.endswith("ranking.yaml")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in MARKS])
def test_2026_is_reached_wholly(kind: str) -> None:
    """Protects the plan's proof: no rule, row, option, ladder step or clause without a case that gets there."""
    found = covered()[kind]
    assert found.ids
    assert found.unreached == ()
    assert found.percent == 100


def test_what_no_case_reaches_is_named_with_its_place() -> None:
    """Protects the report: taking away every case about a thing makes exactly that thing unreached."""
    assert covered("tie-for-last")["options"].unreached == ("tie-for-last=none-last",)
    bench, results = ran()
    kept = [result for result in results if "last-5-cumulative" not in result.reached.consequences_fired]
    found = coverage(load_parts(POLICY, SCHEMAS, {}), bench.compiled(bench.policy({})), kept)
    missing = next(item for item in found if item.kind == "consequences_fired")
    assert missing.unreached == ("last-5-cumulative",)
    assert missing.places["last-5-cumulative"].file.endswith("consequences.yaml")
    assert missing.percent == pytest.approx(100 * 7 / 8)


def test_a_rule_that_only_fires_is_not_reached_when_quiet() -> None:
    """Protects the two sides of a rule: firing everywhere does not show that it can stay quiet, nor the reverse."""
    bench, results = ran()
    parts, compiled = load_parts(POLICY, SCHEMAS, {}), bench.compiled(bench.policy({}))
    only = [result for result in results if result.title == "类型的另一写法照样认得"]
    found = {item.kind: item for item in coverage(parts, compiled, only)}
    assert "a4-consult-no-policy" in found["rules_fired"].reached
    assert "a4-consult-no-policy" in found["rules_quiet"].unreached
    assert "a4-consult-not-accepted" in found["rules_quiet"].reached
    assert "a4-consult-not-accepted" in found["rules_fired"].unreached


def test_states_that_cannot_come_about_are_not_asked_for() -> None:
    """Protects the hundred per cent: a recording of a closed order is never pending, so no case has to show it."""
    duties = covered()["duties"]
    assert "recording-kept=breached" in duties.ids
    assert "recording-kept=pending" not in duties.ids
    assert "filing-unsolvable=pending" in duties.ids
    assert "contact-same-day=none" in duties.ids
