"""The decisions that the tables give equal those of a plain evaluator of the conditions as written."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conditions import MISSING, Choice, Condition, Element, Fact, Not, Tag
from engine.conditions import tests as leaves_of
from engine.decisions.fence import Ruleset
from engine.decisions.questions import Group, Question, first_of, plan
from engine.decisions.tables import DecisionTable, decide, tags_of
from tests.decisions.plain import Policy, Row, conditions, fired, holds, policies

TABLE_LIMIT = 256
"""Small, so that groups whose combinations come from the data occur as well."""

LIVE_FACTS = (Choice("a", ("x", "y", "")), Choice("b", ("yes", "no")), Tag("t"))


def questions_of(policy: Policy) -> tuple[Question, ...]:
    return tuple(
        question
        for hit, questions in policy.decisions
        for question in (first_of(questions) if hit == "first" else questions)
    )


def looked_up(policy: Policy, rows: Sequence[tuple[Row, list[str]]]) -> list[frozenset[str]]:
    """What the tables say about each row, group after group, tags carried along."""
    yes: list[set[str]] = [set() for _ in rows]
    tags: list[set[str]] = [set() for _ in rows]
    for group in plan(questions_of(policy), limit=TABLE_LIMIT):
        found: list[list[tuple[str, ...]]] = []
        for (row, elements), given_so_far in zip(rows, tags, strict=True):
            views: list[str | None] = list(elements or (MISSING,)) if group.element else [None]
            found.append([combination(group.facts, row, view, given_so_far) for view in views])
        wanted = group.domain() if group.enumerable else dict.fromkeys(one for each in found for one in each)
        table: DecisionTable = decide(group, wanted)
        for index, combinations in enumerate(found):
            for one in combinations:
                yes[index] |= set(table.fired(one))
                tags[index] |= tags_of(table, one)
    return [frozenset(each) for each in yes]


def combination(facts: Sequence[Fact], row: Row, view: str | None, tags: set[str]) -> tuple[str, ...]:
    values = []
    for fact in facts:
        match fact:
            case Tag(name):
                values.append("yes" if name in tags else "no")
            case Element():
                assert view is not None
                values.append(view)
            case Choice(field, _):
                values.append(row[field])
    return tuple(values)


def rows_of(policy: Policy, draw: st.DataObject) -> list[tuple[Row, list[str]]]:
    row = st.fixed_dictionaries({fact.field: st.sampled_from(fact.values) for fact in policy.fields})
    elements: st.SearchStrategy[list[str]] = st.just([])
    if policy.listed:
        elements = st.lists(st.sampled_from(policy.listed.values[1:]), max_size=3, unique=True)
    rows: list[tuple[Row, list[str]]] = draw.draw(st.lists(st.tuples(row, elements), min_size=1, max_size=8))
    return rows


@settings(max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
@given(policies(), st.data())
def test_tables_agree_with_the_plain_evaluator(policy: Policy, data: st.DataObject) -> None:
    """Promise: durable-rules and a plain evaluator give the same decisions for any policy within the vocabulary."""
    rows = rows_of(policy, data)
    assert looked_up(policy, rows) == [fired(policy, row, elements) for row, elements in rows]


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(conditions(LIVE_FACTS, 3), st.tuples(*(st.sampled_from(fact.values) for fact in LIVE_FACTS)))
def test_live_answers_agree_with_the_plain_evaluator_to_the_leaf(when: Condition, values: tuple[str, ...]) -> None:
    """Promise: what ``explain`` shows of a rule and of each leaf test is what a plain evaluator says of it."""
    group = Group(LIVE_FACTS, (Question("q", when), Question("not", Not(when))))
    row = dict(zip(("a", "b"), values, strict=False))
    tags = frozenset(("t",)) if values[2] == "yes" else frozenset[str]()
    answer = Ruleset(group.facts, group.questions).ask(values)
    assert answer.fired == (("q",) if holds(when, row, None, tags) else ("not",))
    assert answer.truths == {leaf: holds(leaf, row, None, tags) for leaf in leaves_of(when)}
