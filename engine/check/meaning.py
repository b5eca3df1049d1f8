"""What one variant of a policy is asked, and the findings that the answers come to.

Knows which sets of questions there are and who reads their answers; must not know how they are decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.check.answers import Seen, duties_of, grouped
from engine.check.bands import band_findings, band_questions
from engine.check.conditions import never_open, outcome_findings, outcome_questions, single_conditions, single_findings
from engine.check.deadlines import deadline_findings
from engine.check.finding import Finding
from engine.check.ladders import ladder_findings
from engine.check.places import Places
from engine.check.standing_marks import mark_findings
from engine.check.tables import decision_findings
from engine.decisions.questions import Group, Question
from engine.policy.model import Policy
from engine.policy.model_scoring import Indicator

Sets = Mapping[str, tuple[tuple[Group, bool], ...]]
Answers = Mapping[str, tuple[Seen, ...]]
SINGLE = "single"


def _as_told(name: str, answers: Answers, told: tuple[Policy, Answers]) -> bool:
    """Whether a set is answered by the very same tables."""
    before = told[1].get(name, ())
    return len(before) == len(answers[name]) and all(a is b for a, b in zip(before, answers[name], strict=True))


def counting(policy: Policy) -> Iterator[Indicator]:
    """The indicators that count orders."""
    yield from (indicator for indicator in policy.indicators if indicator.deducted is None)


def question_sets(policy: Policy, places: Places) -> Sets:
    """The groups to ask, by the name of their set."""
    sets: dict[str, tuple[tuple[Group, bool], ...]] = {SINGLE: ()}
    duties = duties_of(policy)
    for question in single_conditions(policy, places):
        sets[SINGLE] += grouped((question,), duties)
    for decision in policy.decisions:
        rules = tuple(Question(rule.id, rule.when) for rule in decision.rules)
        sets[f"decision:{decision.id}"] = grouped(rules, duties, several=decision.hit == "unique")
    for indicator in counting(policy):
        sets[f"bands:{indicator.id}"] = grouped(band_questions(indicator), duties)
    for gate in policy.gates:
        sets[f"gate:{gate.id}"] = grouped(outcome_questions(gate.outcomes), duties)
    for obligation in policy.obligations:
        sets[f"states:{obligation.id}"] = grouped(outcome_questions(obligation.states), duties)
    return sets


def meaning_findings(
    policy: Policy, answers: Answers, places: Places, told: tuple[Policy, Answers] | None = None
) -> Iterator[Finding]:
    """``answers`` are those to ``question_sets``. Decisions that are as in ``told`` are passed over."""
    yield from single_findings(single_conditions(policy, places), answers[SINGLE])
    for decision in policy.decisions:
        if told is not None and _as_told(f"decision:{decision.id}", answers, told) and decision in told[0].decisions:
            continue
        yield from decision_findings(decision, answers[f"decision:{decision.id}"], places)
    for indicator in counting(policy):
        yield from band_findings(indicator, answers[f"bands:{indicator.id}"], places)
    closed: set[str] = set()
    for gate in policy.gates:
        seen = answers[f"gate:{gate.id}"]
        rows = [places.item("ranking", "gates", gate.id, "outcomes", i, "when") for i in range(len(gate.outcomes))]
        yield from outcome_findings(gate.outcomes, seen, rows)
        if never_open(gate.outcomes, seen):
            closed.add(gate.id)
    for item in policy.obligations:
        rows = [
            places.item("obligations", "obligations", item.id, "states", i, "when") for i in range(len(item.states))
        ]
        yield from outcome_findings(item.states, answers[f"states:{item.id}"], rows)
    yield from mark_findings(policy, places)
    yield from ladder_findings(policy, places, frozenset(closed))
    yield from deadline_findings(policy, places)
