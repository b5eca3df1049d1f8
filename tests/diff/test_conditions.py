"""Conditions compared as a whole: what is called the same is the same, what is called wider is wider."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.diff.conditions import normal, widened

VALUES = ("甲", "乙", "丙")
ROWS = [{"类": kind, "数": count, "标": tag} for kind, count, tag in product(VALUES, range(5), (False, True))]

_leaves = st.one_of(
    st.just("always"),
    st.sampled_from(VALUES).map(lambda value: {"field": "类", "is": value}),
    st.lists(st.sampled_from(VALUES), min_size=1, unique=True).map(lambda values: {"field": "类", "in": values}),
    st.tuples(st.sampled_from(["at_least", "at_most", "above", "below", "equals"]), st.integers(0, 4)).map(
        lambda pair: {"field": "数", pair[0]: pair[1]}
    ),
    st.just({"tagged": "标"}),
)
_conditions = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)


def holds(condition: Any, row: dict[str, Any]) -> bool:
    """The condition on a row whose fields are all filled, by the book."""
    if condition == "always":
        return True
    if "all" in condition:
        return all(holds(part, row) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, row) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], row)
    if "tagged" in condition:
        return bool(row["标"])
    value = row[condition["field"]]
    operator, operand = next((key, given) for key, given in condition.items() if key != "field")
    tests: dict[str, Callable[[], bool]] = {
        "is": lambda: value == operand,
        "in": lambda: value in operand,
        "at_least": lambda: value >= operand,
        "at_most": lambda: value <= operand,
        "above": lambda: value > operand,
        "below": lambda: value < operand,
        "equals": lambda: value == operand,
    }
    return tests[operator]()


@given(_conditions, _conditions)
def test_wider_is_wider(old: Any, new: Any) -> None:
    """Promise: a condition called wider holds wherever the other does; called the same, exactly there."""
    where = [{i for i, row in enumerate(ROWS) if holds(condition, row)} for condition in (old, new)]
    match widened(old, new):
        case 1:
            assert where[0] <= where[1]
        case -1:
            assert where[0] >= where[1]
        case 0:
            assert where[0] == where[1]


@given(_conditions, st.randoms(use_true_random=False))
def test_another_way_to_write_is_the_same(condition: Any, random: Any) -> None:
    """Promise: order, repetition and nesting of all/any, and ``in`` with one value, make no difference."""

    def rewritten(value: Any) -> Any:
        if isinstance(value, dict) and ("all" in value or "any" in value):
            word = "all" if "all" in value else "any"
            parts = [rewritten(part) for part in value[word]] + [rewritten(random.choice(value[word]))]
            random.shuffle(parts)
            return {word: [{word: parts}]}
        if isinstance(value, dict) and "not" in value:
            return {"not": {"not": {"not": rewritten(value["not"])}}}
        if isinstance(value, dict) and "is" in value:
            return {"field": value["field"], "in": [value["is"]]}
        return value

    assert normal(rewritten(condition)) == normal(condition)
    assert widened(condition, rewritten(condition)) == 0


@given(st.integers(1, 9), st.integers(1, 9), st.sampled_from(["running", "times"]))
def test_a_shorter_ladder_is_wider(old: int, new: int, how: str) -> None:
    """Promise: fewer periods needed is wider, more is narrower."""
    expected = (old > new) - (old < new)
    conditions: list[Any] = [{"all": [{"standing": "last"}, {"standing": "last", how: count}]} for count in (old, new)]
    assert widened(*conditions) == expected
