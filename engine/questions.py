"""What a policy asks of one order: which rules fire, in which counts it takes part, which obligations apply.

Turns policy items into ``Question`` values with stable ids; must not know how they are answered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from engine.calendars import WorkCalendar
from engine.conditions import (
    NO_DUTY,
    All,
    Any,
    Condition,
    Not,
    Progress,
    State,
    Tag,
    Test,
    duty_of,
    duty_tag,
    facts,
    no,
    tests,
    yes,
)
from engine.decisions.questions import Question, first_of
from engine.policy.model import Policy
from engine.policy.model_orders import ClockDeadline, DoneWhen, Obligation, Outcome, Rule
from engine.policy.model_scoring import Consequence, Counted, Indicator, StandingMark


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
    """One a rule, under the rule's own id; ``first`` decisions ask each rule only where no earlier one holds. And what
    conditions need to know of obligations."""
    asked: list[Question] = []
    for decision in policy.decisions:
        excludes = tuple(excluded_tag(indicator) for indicator in decision.excludes_from)
        rules = tuple(Question(rule.id, rule.when, _gives(rule, excludes)) for rule in decision.rules)
        asked.extend(first_of(rules) if decision.hit == "first" else rules)
    return (*asked, *duty_questions(policy))


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
    """Whether each obligation applies, and whether it is done where that is a condition; and the marks.

    Without those about obligations that conditions test, which are among ``duty_questions``.
    """
    tested = tested_duties(policy)
    asked = [one for item in policy.obligations if item.id not in tested for one in own_questions(item)]
    asked += [Question(mark_id(mark.id), mark.given_to) for mark in policy.marks]
    return tuple(asked)


def own_questions(obligation: Obligation, *, told: bool = False) -> tuple[Question, ...]:
    """``told``: each gives its own id as a tag, for others to test."""
    asked = [(applies_id(obligation), obligation.applies)]
    if isinstance(obligation.done, DoneWhen):
        asked.append((done_id(obligation), obligation.done.when))
    return tuple(Question(id, when, (id,) if told else ()) for id, when in asked)


def tested_duties(policy: Policy) -> Mapping[str, tuple[str, ...]]:
    """By obligation, the states that some condition asks for."""
    conditions = [rule.when for rule in policy.rules]
    conditions += [mark.given_to for mark in policy.marks]
    conditions += [counted.among for counted in (*policy.indicators, *policy.shown, policy.eligible.counted)]
    conditions += [band.when for indicator in policy.indicators for band in indicator.points]
    for obligation in policy.obligations:
        conditions.append(obligation.applies)
        if isinstance(obligation.done, DoneWhen):
            conditions.append(obligation.done.when)
    tested: dict[str, tuple[str, ...]] = {}
    for test in (test for condition in conditions for test in tests(condition)):
        found = duty_of(test.fact.name) if isinstance(test.fact, Tag) else None
        if found is not None and found[1] not in tested.get(found[0], ()):
            tested[found[0]] = (*tested.get(found[0], ()), found[1])
    return tested


def duty_questions(policy: Policy) -> tuple[Question, ...]:
    """What conditions test of obligations: whether they apply, are done, and are in a state, each given as a tag."""
    tested = tested_duties(policy)
    asked: list[Question] = []
    for obligation in policy.obligations if tested else ():
        if obligation.id in tested:
            asked += own_questions(obligation, told=True)
            for state in tested[obligation.id]:
                tag = duty_tag(obligation.id, state)
                asked.append(Question(tag, _in_state(obligation, state, policy.calendar), (tag,)))
    return tuple(asked)


def _in_state(obligation: Obligation, state: str, calendar: WorkCalendar) -> Condition:
    applies = yes(Tag(applies_id(obligation)))
    if state == NO_DUTY:
        return Not(applies)
    by = _told_by(obligation, calendar)
    rows = [_on_order(outcome.when, obligation, by) for outcome in obligation.states]
    held = (
        All((when, Not(Any(tuple(rows[:row])))))
        for row, (when, outcome) in enumerate(zip(rows, obligation.states, strict=True))
        if outcome.is_ == state
    )
    return All((applies, Any(tuple(held))))


def _told_by(obligation: Obligation, calendar: WorkCalendar) -> str:
    """A name for what an obligation's progress depends on."""
    deadline = obligation.deadline
    days = isinstance(deadline, ClockDeadline) and deadline.clock.counts_workdays
    parts = (calendar.years, calendar.weekend, calendar.days_off, calendar.makeup_workdays) if days else ()
    hours = calendar.hours if days else ()
    told = repr((obligation.done, deadline, [sorted(part) for part in parts], hours))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _on_order(condition: Condition, obligation: Obligation, by: str) -> Condition:
    """A condition on an obligation's progress as one on the order."""
    match condition:
        case Test(State(name, _), allowed):
            if name == "done" and isinstance(obligation.done, DoneWhen):
                done = Tag(done_id(obligation))
                held = [yes(done)] if "in_time" in allowed else []
                return Any((*held, *([no(done)] if "missing" in allowed else [])))
            return Test(Progress(obligation.id, "done" if name == "done" else "deadline", by), allowed)
        case Test():
            raise TypeError(f"{condition} is not about an obligation")
        case Not(part):
            return Not(_on_order(part, obligation, by))
        case All(parts):
            return All(tuple(_on_order(part, obligation, by) for part in parts))
        case Any(parts):
            return Any(tuple(_on_order(part, obligation, by) for part in parts))


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


def mark_question(mark: StandingMark) -> Question:
    """Whether a unit's place in a period gives it the mark."""
    return Question(mark.id, mark.when)


def gate_state(gate: str) -> State:
    return State(f"gate:{gate}")


def fired_before(consequence: str) -> State:
    return State(f"fired_before:{consequence}")


def higher_fires(consequence: str) -> State:
    """Whether a higher step of its ladder fires."""
    return State(f"higher_fires:{consequence}")


def consequence_question(consequence: Consequence) -> Question:
    """Whether the consequence fires: its condition, every gate open, not fired before where it fires once, and no
    higher step of its ladder."""
    parts: list[Condition] = [consequence.when, *(yes(gate_state(gate)) for gate in consequence.gates)]
    if consequence.repeat in ("once_per_streak", "once_per_cycle"):
        parts.append(Not(yes(fired_before(consequence.id))))
    if consequence.below:
        parts.append(Not(yes(higher_fires(consequence.id))))
    return Question(consequence.id, All(tuple(parts)))
