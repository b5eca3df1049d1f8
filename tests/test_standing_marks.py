"""Marks of places and the ladders that count them: the engine and the reference evaluator, from random totals on."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.check.ladders import _reachable, ladder_findings
from engine.check.places import Places
from engine.check.whole import Effort, check_folder
from engine.compiled import CompiledPolicy, Decided
from engine.conditions import YES, All, Any, Condition, Fact, Figure, Not, Seat, Test
from engine.conditions import Standing as StandingFact
from engine.consequences import consider
from engine.decisions.questions import Question, plan
from engine.decisions.tables import decide
from engine.diff.conditions import widened
from engine.measures import Measures
from engine.months import Month
from engine.policy.build import load_policy
from engine.policy.build_ladders import on_ladders
from engine.policy.model import Policy
from engine.policy.model_scoring import Consequence, Ladder, StandingMark
from engine.policy.parts import load_parts
from engine.policy.source import Plain
from engine.problems import PolicyError
from engine.questions import consequence_question, higher_fires, mark_question
from engine.scores import Scorer
from engine.standing_marks import marked
from engine.standings import Entrant, month_standing
from engine.tallies import Tallies
from tests.reference.ladders import firings
from tests.reference.marks import with_marks
from tests.reference.scores import Field, Ranked, Standings, ranked
from tests.running import ROOT, SCHEMAS

EXAMPLE = load_policy(ROOT / "examples" / "policies" / "honours-2024", SCHEMAS, {})
AS_OF = dt.datetime(2025, 6, 1)
UNITS = ("甲", "乙", "丙", "丁", "戊")
MARKS = ("a", "b")
Repeat = Literal["every_time", "once_per_streak", "once_per_cycle", "counted_anew"]
Totals = Mapping[Month, Mapping[str, Fraction]]


class Made:
    """A policy, and totals by month and unit. Shown without what all of them share."""

    def __init__(self, policy: Policy, totals: Totals) -> None:
        self.policy = policy
        self.totals = totals

    def __repr__(self) -> str:
        marks = {mark.id: mark.when for mark in self.policy.standings}
        steps = {item.id: (item.when, item.repeat) for item in self.policy.consequences}
        return f"Made({marks}, {steps}, {self.policy.ladders}, {self.totals})"


def seats(among: tuple[str, ...]) -> st.SearchStrategy[Fact]:
    number = st.one_of(
        st.tuples(st.sampled_from(("1", "2", "4", "6")), st.just("")),
        st.tuples(st.sampled_from(("10", "33.4", "50", "100")), st.sampled_from(("down", "up", "half_up"))),
    )
    return st.builds(
        lambda side, number, tied, among: Seat(side, number[0], number[1], tied, among),
        st.sampled_from(("top", "bottom")),
        number,
        st.sampled_from(("all", "none")),
        st.sampled_from(("", *among)),
    )


def figures() -> st.SearchStrategy[Fact]:
    operators = st.sampled_from(("at_least", "above", "at_most", "below"))
    return st.builds(
        lambda of, operator: Figure(of[0], of[1], operator, of[2]),
        st.sampled_from(
            (
                ("figure", "total", "2"),
                ("figure", "ranked", "3"),
                ("orders", "on_time", "0"),
                ("orders", "eligible", "1"),
                ("indicator", "on_time", "60"),
                ("figure", "score", "1"),
            )
        ),
        operators,
    )


def conditions(leaf: st.SearchStrategy[Fact], depth: int = 2) -> st.SearchStrategy[Condition]:
    test: st.SearchStrategy[Condition] = leaf.map(lambda fact: Test(fact, (YES,)))
    if not depth:
        return test
    inner = conditions(leaf, depth - 1)
    parts = st.lists(inner, min_size=1, max_size=2).map(tuple)
    return st.one_of(test, inner.map(Not), parts.map(All), parts.map(Any))


def ladders() -> st.SearchStrategy[Fact]:
    def fact(mark: str, how: str, at_least: int, more: int) -> Fact:
        if how == "now":
            return StandingFact(mark)
        if how == "running":
            return StandingFact(mark, "running", at_least)
        return StandingFact(mark, "times", at_least, at_least + more if more < 3 else 0)

    hows = st.sampled_from(("now", "running", "times"))
    return st.builds(fact, st.sampled_from(("last", *MARKS)), hows, st.integers(1, 3), st.integers(0, 4))


@st.composite
def made(draw: st.DrawFn) -> Made:
    months = Month.parse("2024-01").through(Month.parse("2024-07"))
    totals = {
        month: draw(st.dictionaries(st.sampled_from(UNITS), st.integers(0, 3).map(Fraction), max_size=5))
        for month in months
    }
    first = StandingMark("a", "", "", draw(conditions(st.one_of(seats(("last",)), figures()))))
    told = st.one_of(seats(("last", "a")), figures(), st.sampled_from((StandingFact("last"), StandingFact("a"))))
    second = StandingMark("b", "", "", draw(conditions(told)))
    step = next(item for item in EXAMPLE.consequences if item.id == "talk")
    steps: list[Consequence] = []
    for number in range(2):
        when = draw(conditions(ladders()))
        repeat: Repeat = draw(st.sampled_from(get_args(Repeat)))
        steps.append(replace(step, id=f"step{number}", when=when, repeat=repeat))
    order = draw(st.sampled_from(((), ("step0", "step1"), ("step1", "step0"))))
    rungs = (Ladder("ladder", "", "", order),) if order else ()
    policy = replace(
        EXAMPLE,
        standings=(first, second),
        consequences=on_ladders(tuple(steps), rungs),
        ladders=rungs,
        first=months[0],
        last=months[-1],
    )
    return Made(policy, totals)


def decided(question: Question) -> tuple[Decided, ...]:
    return tuple(Decided(group, decide(group, group.domain())) for group in plan((question,)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(made())
def test_marks_and_ladders_agree_with_the_reference(some: Made) -> None:
    """Promise: seats among all or some units, percentages however rounded, equals on the limit, figures, and counts in
    a row, in all and among the last few come to what a plain reading of them says."""
    policy = some.policy
    compiled = CompiledPolicy(
        policy,
        (),
        (),
        {},
        {},
        {item.id: decided(consequence_question(item)) for item in policy.consequences},
        {mark.id: decided(mark_question(mark)) for mark in policy.standings},
    )
    scorer = Scorer(policy, Measures(Tallies({}, ()), UNITS, {}, {}))
    field = Field(policy, AS_OF, {}, (), {})
    engine, plain = [], []
    for month in policy.months:
        totals = some.totals[month]
        entrants = [Entrant(unit, total) for unit, total in totals.items()]
        standing = month_standing(policy, month, entrants, UNITS, AS_OF, {})
        engine.append(marked(compiled, standing, scorer))
        lines = ranked(policy, [Ranked(unit, total) for unit, total in totals.items()])
        plain.append(with_marks(field, Standings(standing.period, False, lines, standing.unranked)))
    for ours, theirs in zip(engine, plain, strict=True):
        told = {placed.unit: (placed.rank, placed.last, frozenset(placed.standings)) for placed in ours.ranking}
        assert told == {line.unit: (line.rank, line.last, line.marks) for line in theirs.ranking}
    fired = {
        (item.consequence.id, item.unit, item.period.id)
        for item in consider(lambda _: compiled, engine, {})
        if item.fired
    }
    expected = firings(policy, {"month": plain}, {}, list(UNITS))
    assert fired == {(item.consequence.id, item.unit, item.period.id) for item in expected}


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(conditions(ladders()), st.lists(st.sets(st.sampled_from(("last", *MARKS))), min_size=1, max_size=6))
def test_what_a_history_reaches_is_not_called_out_of_reach(condition: Condition, history: list[set[str]]) -> None:
    """Promise: a step of a ladder is called unreachable only where no history over so many periods comes to it."""

    def held(fact: Fact) -> bool:
        assert isinstance(fact, StandingFact)
        had = [fact.mark in marks for marks in history]
        if fact.how == "running":
            return len(had) >= fact.at_least and all(had[-fact.at_least :])
        return had[-1] if fact.how == "now" else sum(had[-fact.within :] if fact.within else had) >= fact.at_least

    def holds(part: Condition) -> bool:
        match part:
            case Test(fact, allowed):
                return ("yes" if held(fact) else "no") in allowed
            case Not(inner):
                return not holds(inner)
            case All(parts):
                return all(map(holds, parts))
            case Any(parts):
                return any(map(holds, parts))

    assert not holds(condition) or _reachable(condition, len(history))


def test_directions_of_places_and_ladders() -> None:
    """Promise: more seats, a higher limit and fewer times in a longer stretch hold more often; a change of two things
    against each other is left open."""
    assert widened({"bottom": 3}, {"bottom": 5}) == 1
    assert widened({"bottom": 3, "when_tied": "all"}, {"bottom": 3, "when_tied": "none"}) == -1
    assert widened({"bottom": 3}, {"top": 3}) is None
    assert widened({"bottom": 3, "among": "a"}, {"bottom": 5}) is None
    share: dict[str, Plain] = {"percent": 10, "rounding": "up"}
    assert widened({"top": share}, {"top": {**share, "percent": 20}}) == 1
    assert widened({"top": share}, {"top": {"percent": 20, "rounding": "down"}}) is None
    assert widened({"figure": "total", "below": 60}, {"figure": "total", "below": 70}) == 1
    assert widened({"orders": "x", "at_least": 5}, {"orders": "x", "at_least": 10}) == -1
    some: Plain = {"standing": "a", "times": 2, "within": 3}
    assert widened(some, {"standing": "a", "times": 2, "within": 4}) == 1
    assert widened(some, {"standing": "a", "times": 2}) == 1
    assert widened(some, {"standing": "a", "times": 3, "within": 4}) is None
    assert widened(some, {"standing": "b", "times": 2, "within": 3}) is None


WRONG = """standings:
  - {id: last, title: 末位, clause: 三, when: {bottom: 1}}
  - {id: a, title: 甲, clause: 三, when: {bottom: 3, among: later}}
  - {id: later, title: 乙, clause: 三, when: {orders: on_tim, at_least: 3}}
  - {id: c, title: 丙, clause: 三, when: {grade: 不合格}}
announced: nobody
"""
CONTRADICTORY = """standings:
  - {id: a, title: 甲, clause: 三, when: {all: [{figure: total, below: 60}, {figure: total, above: 60}]}}
  - {id: b, title: 乙, clause: 三, when: {all: [{top: 2}, {bottom: 2}, {figure: ranked, at_least: 4}]}}
  - {id: c, title: 丙, clause: 三, when: {all: [{top: 2}, {bottom: 2}, {figure: ranked, at_least: 3}]}}
"""


def changed(tmp_path: Path, standings: str) -> Path:
    """The example with other marks and no consequences."""
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "examples" / "policies" / "honours-2024", folder)
    ranking = (folder / "ranking.yaml").read_text("utf-8")
    (folder / "ranking.yaml").write_text(ranking[: ranking.index("announced:")] + standings, "utf-8")
    for name in ("consequences.yaml", "clauses.yaml"):
        (folder / name).unlink()
    shutil.rmtree(folder / "cases")
    return folder


def test_marks_name_only_what_there_is(tmp_path: Path) -> None:
    """Promise: a mark that names itself ``last``, a mark declared after it, or an indicator or grade that the policy
    has not, is refused where it stands, all at once."""
    with pytest.raises(PolicyError) as caught:
        load_policy(changed(tmp_path, WRONG), SCHEMAS, {})
    told = [(problem.place.line, problem.what) for problem in caught.value.problems]
    start = told[0][0]
    assert [(line - start, what) for line, what in told] == [
        (0, "这是程序内定的标识，不必另写"),
        (1, "没有这个名次标志"),
        (2, "没有这个指标或另列项"),
        (3, "没有这个等次"),
        (4, "没有这个名次标志"),
    ]


def test_marks_that_no_place_can_give_are_found(tmp_path: Path) -> None:
    """Promise: a check finds a mark whose limits contradict one another, and no mark that some place meets."""
    found = check_folder(changed(tmp_path, CONTRADICTORY), SCHEMAS, Effort(None, 60))
    assert [finding.problem.value for finding in found if finding.kind == "never-holds"] == ["a", "b"]


@pytest.mark.parametrize(
    ("steps", "swallowed"),
    [
        ("remind, order, summon", []),
        ("remind, summon, order", ["summon"]),
        ("summon, order, remind", ["summon", "order"]),
    ],
)
def test_steps_that_never_get_their_turn_are_found(steps: str, swallowed: list[str], tmp_path: Path) -> None:
    """Promise: a ladder whose steps stand in the wrong order, so that a higher one always fires instead, is found."""
    folder = tmp_path / "policy"
    shutil.copytree(ROOT / "examples" / "policies" / "honours-2024", folder)
    text = (folder / "consequences.yaml").read_text("utf-8")
    assert "[remind, order, summon]" in text
    (folder / "consequences.yaml").write_text(text.replace("remind, order, summon", steps), "utf-8")
    places = Places(load_parts(folder, SCHEMAS, {}))
    found = list(ladder_findings(load_policy(folder, SCHEMAS, {}), places, frozenset()))
    assert [(item.kind, item.problem.value) for item in found] == [("swallowed", step) for step in swallowed]
    assert {item.problem.place.line for item in found} <= {places.item("consequences", "ladders", "low-ladder").line}


def test_what_counts_anew_says_since_when() -> None:
    """Promise: a consequence that counts anew is shown with the period after which it does, and with the whole ladder
    beside it; in the same period a ladder's higher step fires and the lower ones say that it does."""
    step = next(item for item in EXAMPLE.consequences if item.id == "talk")
    rungs = (Ladder("ladder", "", "", ("each", "third")),)
    each = replace(step, id="each", when=Test(StandingFact("last"), (YES,)), repeat="every_time")
    third = replace(step, id="third", when=Test(StandingFact("last", "running", 3), (YES,)), repeat="counted_anew")
    policy = replace(EXAMPLE, consequences=on_ladders((each, third), rungs), ladders=rungs)
    asked = {item.id: decided(consequence_question(item)) for item in policy.consequences}
    compiled = CompiledPolicy(policy, (), (), {}, {}, asked, {})
    entrants = [Entrant("甲", Fraction(1)), Entrant("乙", Fraction(2))]
    months = [month_standing(policy, month, entrants, ("甲", "乙"), AS_OF, {}) for month in policy.months[:7]]
    found = [item for item in consider(lambda _: compiled, months, {}) if item.unit == "甲"]
    told = {id: [item for item in found if item.consequence.id == id] for id in ("each", "third")}
    assert [item.period.id[-1] for item in told["third"] if item.fired] == ["3", "6"]
    assert [item.period.id[-1] for item in told["each"] if item.fired] == ["1", "2", "4", "5", "7"]
    assert [item.since and item.since.id[-1] for item in told["third"]] == [None, None, None, "3", "3", "3", "6"]
    assert [item.history.running for item in told["third"]] == [1, 2, 3, 4, 5, 6, 7]
    assert [item.facts[higher_fires("each")] for item in told["each"]] == ["no", "no", "yes", "no", "no", "yes", "no"]
