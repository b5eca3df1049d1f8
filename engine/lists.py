"""Conditions on a list field as a whole, put so that they can be decided element by element.

The rule engine decides lists one element at a time and unites what fires. A condition with one plain "contains" means
the same either way; in any other (negated, or several at once) each "contains" becomes a question of its own whose tag
the condition tests. So a list of any length means what its reader expects, and domains stay small.
"""

from __future__ import annotations

from collections.abc import Iterable

from engine.conditions import All, Any, Condition, Element, Not, Tag, Test, tests, yes
from engine.decisions.questions import Question


def contains_tag(test: Test) -> str:
    """Given to a row whose list has an element that ``test`` allows."""
    assert isinstance(test.fact, Element)
    return f"contains:{test.fact.field}:{'|'.join(test.allowed)}"


def whole_lists(questions: Iterable[Question]) -> tuple[Question, ...]:
    """``questions``, preceded by those about single elements that their conditions came to need."""
    added: dict[str, Question] = {}
    lifted: list[Question] = []
    for question in questions:
        if _one_at_a_time(question.when):
            lifted.append(question)
            continue
        for test in tests(question.when):
            if isinstance(test.fact, Element):
                tag = contains_tag(test)
                added[tag] = Question(tag, test, (tag,))
        lifted.append(Question(question.id, _lift(question.when), question.gives))
    return (*added.values(), *lifted)


def _one_at_a_time(condition: Condition) -> bool:
    """Whether some single element makes the condition hold exactly when the whole list does."""
    elements = [test for test in tests(condition) if isinstance(test.fact, Element)]
    return len(elements) <= 1 and not _negated(condition)


def _negated(condition: Condition) -> bool:
    """Whether a list test stands under a negation, or beside an alternative that needs no element at all."""
    match condition:
        case Test():
            return False
        case Not(part):
            return any(isinstance(test.fact, Element) for test in tests(part))
        case All(parts):
            return any(_negated(part) for part in parts)
        case Any(parts):
            mixed = any(isinstance(test.fact, Element) for test in tests(condition)) and len(parts) > 1
            return mixed or any(_negated(part) for part in parts)


def _lift(condition: Condition) -> Condition:
    match condition:
        case Test(fact, _):
            return yes(Tag(contains_tag(condition))) if isinstance(fact, Element) else condition
        case Not(part):
            return Not(_lift(part))
        case All(parts):
            return All(tuple(_lift(part) for part in parts))
        case Any(parts):
            return Any(tuple(_lift(part) for part in parts))
