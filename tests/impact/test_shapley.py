"""Laws of sharing out a difference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.impact.shapley import Valued, exact, sampled, shares

CELLS = 3


def game(items: int, seed: int) -> Valued:
    """Any value for any subset and cell."""
    random = Random(seed)
    values = {
        mask: [Fraction(random.randint(-90, 90), random.randint(1, 7)) for _ in range(CELLS)]
        for mask in range(1 << items)
    }
    return lambda subset: values[sum(1 << item for item in subset)]


def difference(items: int, valued: Valued) -> list[Fraction]:
    return [b - a for a, b in zip(valued(frozenset()), valued(frozenset(range(items))), strict=True)]


def added(parts: Sequence[Sequence[Fraction]]) -> list[Fraction]:
    return [sum(cell, Fraction(0)) for cell in zip(*parts, strict=True)]


@given(st.integers(1, 5), st.integers(0, 10**6))
def test_exact_is_the_mean_over_all_orders(items: int, seed: int) -> None:
    """Promise: the exact part of an item is the mean of what it adds, over every order of taking the items."""
    valued = game(items, seed)
    orders = list(permutations(range(items)))
    parts = [[Fraction(0)] * CELLS for _ in range(items)]
    for order in orders:
        for place, item in enumerate(order):
            before, after = valued(frozenset(order[:place])), valued(frozenset(order[: place + 1]))
            parts[item] = [p + (b - a) / len(orders) for p, a, b in zip(parts[item], before, after, strict=True)]
    assert [list(part) for part in exact(items, valued).parts] == parts


@given(st.integers(1, 8), st.integers(0, 10**6))
def test_parts_add_up_exactly(items: int, seed: int) -> None:
    """Promise: parts add up to the whole difference, exact or sampled, to the last digit."""
    valued = game(items, seed)
    assert added(exact(items, valued).parts) == difference(items, valued)
    assert added(sampled(items, valued, pairs=3, seed=seed).parts) == difference(items, valued)


@pytest.mark.parametrize("items", [2, 3, 4])
def test_sampled_comes_near_exact(items: int) -> None:
    """Promise: the sampled parts are those of the exact ones within a few of the errors stated, which are not zero by
    themselves and shrink with the number of samples."""
    valued = game(items, 11)
    right = exact(items, valued).parts
    few, many = (sampled(items, valued, pairs=pairs, seed=5) for pairs in (25, 400))
    assert few.errors is not None and many.errors is not None
    for item in range(items):
        for cell in range(CELLS):
            error = many.errors[item][cell]
            assert abs(float(many.parts[item][cell] - right[item][cell])) <= 4 * error + 1e-9
            assert error <= few.errors[item][cell] / 2 + 1e-9
    assert items == 2 or max(map(max, few.errors)) > 0  # two items forwards and backwards are all orders


def test_an_idle_item_has_no_part() -> None:
    """Promise: an item that changes nothing gets nothing, and two that do the same get the same."""

    def valued(subset: frozenset[int]) -> list[Fraction]:
        return [Fraction(len(subset & {0, 1}) ** 2), Fraction(0)]

    assert [list(map(int, part)) for part in exact(3, valued).parts] == [[2, 0], [2, 0], [0, 0]]


def test_more_items_are_sampled_with_a_seed() -> None:
    """Promise: up to ten items every subset is valued; beyond, a seeded sample, the same each time."""
    assert shares(10, lambda s: [Fraction(len(s))]).errors is None
    valued = game(11, 1)
    one, other = shares(11, valued), shares(11, valued)
    assert one == other and one.orders == 50
    assert one.errors is not None and all(math.isfinite(error) for error in one.errors[0])
