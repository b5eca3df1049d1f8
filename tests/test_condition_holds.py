"""Whether a condition holds, by what its tests come to."""

from __future__ import annotations

from itertools import product

from engine.check import ladders
from engine.conditions import YES, All, Any, Not, Tag, Test, holds, push_down, yes

ONE, OTHER = Tag("one"), Tag("other")


def test_the_contrary_of_a_condition_holds_where_it_does_not() -> None:
    """Promise: not, all and any mean what they say, and negation pushed into the tests changes nothing."""
    condition = Not(All((yes(ONE), Not(Any((yes(OTHER), Not(yes(ONE))))))))
    for one, other in product((True, False), repeat=2):
        found = {ONE: one, OTHER: other}

        def told(test: Test, found: dict[Tag, bool] = found) -> bool:
            assert isinstance(test.fact, Tag)
            return found[test.fact] == (YES in test.allowed)

        wanted = not (one and not (other or not one))
        assert holds(condition, told) is wanted
        assert holds(push_down(condition), told) is wanted


def test_a_step_on_the_contrary_of_another_fact_can_be_reached() -> None:
    """Promise: what a ladder does not know of is taken as the condition wants it, also where it wants the contrary."""
    assert ladders._holds(Not(yes(ONE)), frozenset())
    assert ladders._holds(yes(ONE), frozenset())
