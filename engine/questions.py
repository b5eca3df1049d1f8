"""What a policy asks of one order: which rules fire, in which counts it takes part, which obligations apply.

Turns policy items into ``Question`` values with stable ids; must not know how they are answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.conditions import All, Condition, Not, State, Tag, facts, no, yes
from engine.decisions.questions import Question, first_of
from engine.policy.model import Policy
from engine.policy.model_orders import DoneWhen, Obligation, Outcome, Rule
from engine.policy.model_scoring import Consequence, Counted, Indicator


def counted_id(counted: Counted) -> str:
    """Asks whether an order takes part in the count."""
    return f"counted:{counted.id}"


def points_id(indicator: Indicator, band: int) -> str:
    """Asks whether an order of the count is in the indicator's ``band``-th band of points."""
    return f"points:{indicator.id}:{band}"


def applies_id(obligation: Obligation) -> str:
    return f"applies:{obligation.id}"


def done_id(obligation: Obligation) -> str:
    return f"done:{obligation.id}"


def mark_id(id: str) -> str:
    return f"mark:{id}"


def outcome_id(of: str, row: int) -> str:
    """Asks whether the ``row``-th row of a first-match table is the one that holds."""
    return f"outcome:{of}:{row}"


def excluded_tag(indicator: str) -> str:
    """Given by every rule that takes an order out of the indicator."""
    return f"excluded:{indicator}"


ELIGIBLE = "eligible"


def rule_questions(policy: Policy) -> tuple[Question, ...]:
    """One a rule, under the rule's own id; ``first`` decisions ask each rule only where no earlier one holds."""
    asked: list[Question] = []
    for decision in policy.decisions:
        excludes = tuple(excluded_tag(indicator) for indicator in decision.excludes_from)
        rules = tuple(Question(rule.id, rule.when, _gives(rule, excludes)) for rule in decision.rules)
        asked.extend(first_of(rules) if decision.hit == "first" else rules)
    return tuple(asked)


def _gives(rule: Rule, excludes: tuple[str, ...]) -> tuple[str, ...]:
    return (*rule.gives, *(excludes if rule.effect == "excluded" else ()))


def count_questions(policy: Policy) -> tuple[Question, ...]:
    """Membership of every count: indicators and their bands of points, what makes a unit eligible, what is shown."""
    given = {tag for question in rule_questions(policy) for tag in question.gives}
    asked = [Question(ELIGIBLE, policy.eligible.counted.among)]
    asked += [Question(counted_id(counted), counted.among) for counted in policy.shown]
    for indicator in policy.indicators:
        if indicator.deducted is not None:
            continue
        tag = excluded_tag(indicator.id)
        among = All((indicator.among, no(Tag(tag)))) if tag in given else indicator.among
        asked.append(Question(counted_id(indicator), among))
        bands = (Question(points_id(indicator, i), All((among, band.when))) for i, band in enumerate(indicator.points))
        asked.extend(first_of(tuple(bands)))
    return tuple(asked)


def obligation_questions(policy: Policy) -> tuple[Question, ...]:
    """Whether each obligation applies, and whether it is done where that is a condition; and the marks."""
    asked: list[Question] = []
    for obligation in policy.obligations:
        asked.append(Question(applies_id(obligation), obligation.applies))
        if isinstance(obligation.done, DoneWhen):
            asked.append(Question(done_id(obligation), obligation.done.when))
    asked += [Question(mark_id(mark.id), mark.given_to) for mark in policy.marks]
    return tuple(asked)


def needed(wanted: Sequence[Question], rules: Iterable[Question]) -> tuple[Question, ...]:
    """``wanted`` and those of ``rules`` whose tags they test, directly or through other rules."""
    chosen = {question.id: question for question in wanted}
    others = tuple(rules)
    tags: set[str] = set()
    while True:
        found = {fact.name for question in chosen.values() for fact in facts(question.when) if isinstance(fact, Tag)}
        if found == tags:
            return tuple(chosen.values())
        tags = found
        chosen |= {question.id: question for question in others if tags.intersection(question.gives)}


def outcome_questions(of: str, outcomes: Sequence[Outcome]) -> tuple[Question, ...]:
    """A first-match table as questions of which exactly one holds."""
    return first_of(tuple(Question(outcome_id(of, row), outcome.when) for row, outcome in enumerate(outcomes)))


def gate_state(gate: str) -> State:
    return State(f"gate:{gate}")


def fired_before(consequence: str) -> State:
    return State(f"fired_before:{consequence}")


def consequence_question(consequence: Consequence) -> Question:
    """Whether the consequence fires: its condition, every gate open, and not fired before where it fires once."""
    parts: list[Condition] = [consequence.when, *(yes(gate_state(gate)) for gate in consequence.gates)]
    if consequence.repeat != "every_time":
        parts.append(Not(yes(fired_before(consequence.id))))
    return Question(consequence.id, All(tuple(parts)))
