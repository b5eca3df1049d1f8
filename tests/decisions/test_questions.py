"""How questions are grouped and ordered, and their wire forms."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conditions import All, Choice, Comparison, Element, Fact, Not, State, Tag, Test, facts
from engine.decisions.questions import (
    DoubledQuestionError,
    Group,
    Question,
    TagCycleError,
    TwoListsError,
    UnknownTagError,
    first_of,
    plan,
)
from engine.decisions.wire import (
    condition_from_json,
    fact_from_json,
    group_from_json,
    group_to_json,
    question_from_json,
)
from tests.decisions.plain import Policy, conditions, policies

A, B, C = (Choice(name, ("x", "y", "z")) for name in "ABC")
LISTED = Element("列表", ("1", "2"))


def about(id: str, *some: Fact, gives: tuple[str, ...] = ()) -> Question:
    return Question(id, All(tuple(Test(fact, fact.values[:1]) for fact in some)), gives)


def ids(groups: tuple[Group, ...]) -> list[list[str]]:
    return [[question.id for question in group.questions] for group in groups]


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(policies(), st.sampled_from((1, 20, 4096)), st.sampled_from((1, 64)))
def test_every_question_is_asked_once_after_the_tags_it_tests(policy: Policy, limit: int, merge_limit: int) -> None:
    """Promise: groups hold every question once, test only tags given before, stay in their limits and kinds."""
    questions = tuple(question for _, some in policy.decisions for question in some)
    groups = plan(questions, limit=limit, merge_limit=merge_limit)
    assert sorted(id for some in ids(groups) for id in some) == sorted(question.id for question in questions)
    given_tags: set[str] = set()
    later = {tag for question in questions for tag in question.gives}
    for group in groups:
        later -= {tag for question in group.questions for tag in question.gives}
        tested = {fact.name for fact in group.facts if isinstance(fact, Tag)}
        assert tested <= given_tags and not tested & later
        given_tags |= {tag for question in group.questions for tag in question.gives}
        assert set(group.facts) == {fact for question in group.questions for fact in facts(question.when)}
        assert group.enumerable == (group.size <= limit)
        alone = [Group(facts(question.when), ()).size <= limit for question in group.questions]
        assert all(alone) if group.enumerable else not any(alone)
        listed = {any(isinstance(fact, Element) for fact in facts(question.when)) for question in group.questions}
        assert len(listed) == 1


def test_grouping_does_not_depend_on_the_order_of_facts_in_a_condition() -> None:
    """Promise: the same questions give the same facts in the same order, so that a cache is found again."""
    found = {plan([about("q", *some)])[0].facts for some in permutations((A, B, C))}
    assert len(found) == 1


def test_questions_that_share_facts_go_together() -> None:
    """Promise: connected questions share a table; unconnected ones share one only while it stays small."""
    questions = [about("1", A), about("2", B), about("3", A, C)]
    assert ids(plan(questions, merge_limit=1)) == [["1", "3"], ["2"]]
    assert ids(plan(questions, merge_limit=27)) == [["1", "2", "3"]]


def test_a_domain_past_the_limit_is_kept_apart() -> None:
    """Promise: questions too large together are decided apart, and one too large alone by what the data holds."""
    chain = [about("1", A, B), about("2", B, C), about("3", B)]
    assert [(group.size, group.enumerable) for group in plan(chain, limit=9, merge_limit=1)] == [(9, True), (9, True)]
    assert [group.enumerable for group in plan([about("1", A, B, C)], limit=26)] == [False]


def test_tag_chains_are_ordered_whatever_the_order_of_rules() -> None:
    """Promise: a tag is decided before it is tested, also by rules that stand earlier in the file."""
    chain = [about("3", Tag("t2")), about("2", Tag("t1"), gives=("t2",)), about("1", A, gives=("t1",))]
    assert ids(plan(chain)) == [["1"], ["2"], ["3"]]


def test_what_cannot_be_ordered_is_refused_with_its_names() -> None:
    """Promise: unknown tags, cycles, doubled ids and two lists in one rule are errors that name them."""
    with pytest.raises(UnknownTagError) as unknown:
        plan([about("1", Tag("nowhere")), about("2", Tag("nowhere"), Tag("elsewhere"))])
    assert unknown.value.tags == {"nowhere": ("1", "2"), "elsewhere": ("2",)}
    with pytest.raises(TagCycleError) as cycle:
        plan(
            [
                about("1", Tag("c"), gives=("a",)),
                about("2", Tag("a"), gives=("b",)),
                about("3", Tag("b"), gives=("c",)),
                about("4", Tag("c"), gives=("d",)),
            ]
        )
    assert cycle.value.cycle == ("a", "b", "c")
    with pytest.raises(TagCycleError, match="a → a"):
        plan([about("1", Tag("a"), gives=("a",))])
    with pytest.raises(DoubledQuestionError, match="1"):
        plan([about("1", A), about("1", B)])
    with pytest.raises(TwoListsError) as two:
        plan([about("1", LISTED, Element("另一列表", ("1",)))])
    assert (two.value.question, two.value.fields) == ("1", ("列表", "另一列表"))


def test_first_of_keeps_ids_and_tags() -> None:
    """Promise: a first-hit decision asks the same questions, the first as it stands."""
    questions = (about("1", A, gives=("t",)), about("2", B))
    first = first_of(questions)
    assert first[0] == questions[0] and (first[1].id, first[1].gives) == ("2", ())


FACTS = (
    A,
    LISTED,
    Tag("标"),
    State("状态", ("是", "否", "")),
    Comparison("时间", "before", "", "as_of"),
    Comparison("时间", "not_after", "时限", "field"),
    Comparison("次数", "at_least", "2"),
)


@given(conditions(FACTS, 3), conditions(FACTS, 2), st.booleans())
def test_groups_survive_the_wire(one: All, other: All, enumerable: bool) -> None:
    """Promise: the child process decides exactly what the parent asked."""
    group = Group(FACTS, (Question("一", one, ("标",)), Question("二", Not(other))), enumerable)
    assert group_from_json(json.loads(json.dumps(group_to_json(group)))) == group


@pytest.mark.parametrize(
    "value",
    [None, [], ["all"], ["all", "x"], ["nor", []], ["test", ["tag", "t"], "yes"], ["test", ["tag", 1], []], ["not"]],
)
def test_other_json_is_no_condition(value: object) -> None:
    """Promise: the wire forms are read strictly."""
    with pytest.raises(ValueError, match="not a"):
        condition_from_json(value)
    with pytest.raises(ValueError, match="not a"):
        question_from_json(["q", value, []])


@pytest.mark.parametrize(
    "value",
    [["comparison", "f", "around", "", "literal"], ["comparison", "f", "above", "", True], ["choice", "f", [1]], ["x"]],
)
def test_other_json_is_no_fact(value: object) -> None:
    """Promise: operators and operands outside the vocabulary are not let through."""
    with pytest.raises(ValueError, match="not"):
        fact_from_json(value)
