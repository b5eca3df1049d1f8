"""A plain evaluator of conditions on a raw row, and Hypothesis strategies for questions: the oracle of these tests.

Walks the condition as written; shares no code with the product (no negation pushed down, no tables, no tags planned).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from hypothesis import strategies as st

from engine.conditions import MISSING, All, Any, Choice, Condition, Element, Fact, Not, Tag, Test
from engine.decisions.questions import Question

Row = Mapping[str, str]
"""Raw values by field."""


@dataclass(frozen=True)
class Policy:
    """``decisions`` in order, each of ``collect`` or ``first``; ``lists`` is the one list field, if any."""

    fields: tuple[Choice, ...]
    listed: Element | None
    decisions: tuple[tuple[Literal["collect", "first"], tuple[Question, ...]], ...]


def holds(condition: Condition, row: Row, element: str | None, tags: frozenset[str]) -> bool:
    """Whether the condition holds for the row, seen from one element of its list (None: it has none)."""
    if isinstance(condition, All):
        return all(holds(part, row, element, tags) for part in condition.parts)
    if isinstance(condition, Any):
        return any(holds(part, row, element, tags) for part in condition.parts)
    if isinstance(condition, Not):
        return not holds(condition.part, row, element, tags)
    fact = condition.fact
    if isinstance(fact, Tag):
        value = "yes" if fact.name in tags else "no"
    elif isinstance(fact, Element):
        assert element is not None
        value = element
    else:
        assert isinstance(fact, Choice)
        value = row[fact.field]
    return value in condition.allowed


def _about_list(condition: Condition) -> bool:
    if isinstance(condition, Test):
        return isinstance(condition.fact, Element)
    parts = (condition.part,) if isinstance(condition, Not) else condition.parts
    return any(_about_list(part) for part in parts)


def fired(policy: Policy, row: Row, elements: Sequence[str]) -> frozenset[str]:
    """Ids of the questions that hold for the row: decision by decision, and what holds for any element holds.

    An empty list is looked at once, with an element that is missing.
    """
    tags: frozenset[str] = frozenset()
    yes: set[str] = set()
    for hit, questions in policy.decisions:
        given: set[str] = set()
        for index, question in enumerate(questions):
            earlier = questions[:index] if hit == "first" else ()
            about_list = any(_about_list(one.when) for one in (*earlier, question))
            for element in (elements or (MISSING,)) if about_list else (None,):
                if any(holds(one.when, row, element, tags) for one in earlier):
                    continue
                if holds(question.when, row, element, tags):
                    yes.add(question.id)
                    given |= set(question.gives)
        tags |= given
    return frozenset(yes)


def conditions(facts: Sequence[Fact], depth: int) -> st.SearchStrategy[Condition]:
    """Conditions over ``facts``, at most ``depth`` deep, empty conjunctions and impossible tests included."""
    leaf: st.SearchStrategy[Condition] = st.sampled_from(facts).flatmap(
        lambda fact: st.lists(st.sampled_from(fact.values), max_size=3, unique=True).map(
            lambda allowed: Test(fact, tuple(allowed))
        )
    )
    if not depth:
        return leaf
    inner = conditions(facts, depth - 1)
    parts = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(leaf, inner.map(Not), parts.map(All), parts.map(Any))


VALUES = ("甲", "", "10", "true", "丙丁")


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Up to 6 enumerated fields, 12 questions in up to 3 chained decisions, depth 3, negation, one list field."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=6))
    fields = tuple(Choice(f"字段{index}", VALUES[:size]) for index, size in enumerate(sizes))
    listed = Element("列表", (MISSING, "1", "2", "3")) if draw(st.booleans()) else None
    decisions: list[tuple[Literal["collect", "first"], tuple[Question, ...]]] = []
    tags: list[str] = []
    count = 0
    for _ in range(draw(st.integers(1, 3))):
        hit: Literal["collect", "first"] = "first" if draw(st.booleans()) else "collect"
        facts: list[Fact] = [*fields, *map(Tag, tags), *((listed,) if listed else ())]
        wanted = draw(st.lists(st.tuples(conditions(facts, 3), st.booleans()), min_size=1, max_size=4))
        questions = []
        for when, gives in wanted:
            questions.append(Question(f"问{count}", when, (f"标{count}",) if gives else ()))
            count += 1
        decisions.append((hit, tuple(questions)))
        tags += [tag for question in questions for tag in question.gives]
    return Policy(fields, listed, tuple(decisions))
