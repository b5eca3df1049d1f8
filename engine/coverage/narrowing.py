"""The part of a policy that a change of it can reach in single orders, as a smaller policy with its own tables.

What the other rules, obligations and marks come to is known from before the change. Knows groups of questions and the
tags between them; must not know orders or how anything is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.cases.order_outcomes import OrderOutcome
from engine.compiled import CompiledPolicy, Decided
from engine.conditions import Progress, Tag, facts
from engine.decisions.questions import Question
from engine.policy.model import Policy
from engine.policy.model_orders import Mark, Obligation, Rule
from engine.questions import applies_id, done_id, mark_id

Item = Rule | Obligation | Mark


@dataclass(frozen=True)
class Narrowed:
    """``compiled`` says anew what the rules, obligations and marks in ``ids`` come to, some of which may be no more."""

    compiled: CompiledPolicy
    ids: frozenset[str]

    def merged(self, before: Mapping[str, OrderOutcome], anew: Mapping[str, OrderOutcome]) -> dict[str, OrderOutcome]:
        """``before`` with what was found ``anew``, order by order."""
        return {order: self._merged(outcome, anew[order]) for order, outcome in before.items()}

    def _merged(self, before: OrderOutcome, anew: OrderOutcome) -> OrderOutcome:
        return OrderOutcome(
            rules=before.rules - self.ids | anew.rules,
            included=before.included - self.ids | anew.included,
            duties={**{id: state for id, state in before.duties.items() if id not in self.ids}, **anew.duties},
            marks={**{id: number for id, number in before.marks.items() if id not in self.ids}, **anew.marks},
        )


def narrowed(before: CompiledPolicy, after: CompiledPolicy) -> Narrowed | None:
    """None where everything may be reached, as when conditions ask how far an obligation is."""
    if any(isinstance(fact, Progress) for item in after.detail for fact in item.group.facts):
        return None
    was, now = _items(before.policy), _items(after.policy)
    if before.policy.calendar != after.policy.calendar:
        other = {id for id, item in (was | now).items() if isinstance(item, Obligation)}
    else:
        other = set()
    other |= {id for id in was.keys() | now.keys() if was.get(id) != now.get(id)}
    reached = _reached(before, after, _asking(was | now, other))
    ids = other | {id for id, item in now.items() if not reached.isdisjoint(_questions(item))}
    needed = _needed(after, _asking(now, ids & now.keys()))
    return Narrowed(replace(after, policy=_only(after.policy, ids), detail=needed), frozenset(ids))


def _items(policy: Policy) -> dict[str, Item]:
    items: tuple[Item, ...] = (*policy.rules, *policy.obligations, *policy.marks)
    return {item.id: item for item in items}


def _questions(item: Item) -> tuple[str, ...]:
    match item:
        case Rule():
            return (item.id,)
        case Obligation():
            return applies_id(item), done_id(item)
        case Mark():
            return (mark_id(item.id),)


def _asking(items: Mapping[str, Item], ids: Iterable[str]) -> set[str]:
    return {question for id in ids for question in _questions(items[id])}


def _reached(before: CompiledPolicy, after: CompiledPolicy, asked: set[str]) -> set[str]:
    """The questions ``asked``, those that are not what they were, and those that test a tag which one of these gives
    or gave."""
    was, now = ({q.id: q for item in one.detail for q in item.group.questions} for one in (before, after))
    found = asked | {id for id in was.keys() | now.keys() if was.get(id) != now.get(id)}
    tags = {tag for id in found for one in (was, now) if id in one for tag in one[id].gives}
    for question in now.values():  # in an order in which tags are given before they are tested
        if question.id in found or not tags.isdisjoint(_tags(question)):
            found.add(question.id)
            tags.update(question.gives)
    return found


def _needed(after: CompiledPolicy, asked: set[str]) -> tuple[Decided, ...]:
    """The groups that ask one of ``asked``, and those that give the tags tested there, in order."""
    found: list[Decided] = []
    tags: set[str] = set()
    for item in reversed(after.detail):
        if any(question.id in asked for question in item.group.questions) or not tags.isdisjoint(_given(item)):
            found.append(item)
            tags |= _tested(item)
    return tuple(reversed(found))


def _tested(item: Decided) -> set[str]:
    return {tag for question in item.group.questions for tag in _tags(question)}


def _tags(question: Question) -> set[str]:
    return {fact.name for fact in facts(question.when) if isinstance(fact, Tag)}


def _given(item: Decided) -> set[str]:
    return {tag for question in item.group.questions for tag in question.gives}


def _only(policy: Policy, ids: set[str]) -> Policy:
    return replace(
        policy,
        decisions=tuple(
            replace(decision, rules=tuple(rule for rule in decision.rules if rule.id in ids))
            for decision in policy.decisions
        ),
        obligations=tuple(item for item in policy.obligations if item.id in ids),
        marks=tuple(item for item in policy.marks if item.id in ids),
    )
