"""Counting many answers by one sum gives what counting each by itself gives."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from engine.digits import WHOLE, Digits

ORDERS = st.integers(1, 40).flatmap(
    lambda answers: st.lists(st.lists(st.booleans(), min_size=answers, max_size=answers), min_size=1, max_size=70)
)


@given(ORDERS)
@example([[True] * 62])
@example([[True] * 15] * 15)
@example([[True] * 15] * 16)
def test_every_digit_is_its_count(orders: list[list[bool]]) -> None:
    """Promise: no count carries into the next or leaves the 64 bits of a database, even where every answer holds for
    every order."""
    digits = Digits(len(orders))
    for first in range(0, len(orders[0]), digits.together):
        chosen = [answers[first : first + digits.together] for answers in orders]
        total = sum(digits.packed(answers) for answers in chosen)
        assert total < 2**WHOLE
        assert [digits.count(total, place) for place in range(len(chosen[0]))] == [
            sum(one) for one in zip(*chosen, strict=True)
        ]


@given(st.integers(1, 10**18))
def test_some_digit_has_room(orders: int) -> None:
    """Promise: any number of orders can be counted."""
    digits = Digits(orders)
    assert digits.together >= 1
    assert digits.count(orders * digits.packed([True]), 0) == orders
