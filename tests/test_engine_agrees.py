"""The engine and the reference evaluator, which starts from the raw rows in plain Python, find the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.policy.build import load_policy
from engine.policy.model import Policy
from tests.agreeing import agreed
from tests.running import POLICY, SCHEMAS, compiled, defaults
from tests.strategies import input_sets

EXAMPLES = 20
Chosen = tuple[tuple[str, str], ...]


def combinations(policy: Policy) -> Iterator[Chosen]:
    """The default readings; then as many others as it takes to choose every option; then a mixture."""
    most = max(len(reading.options) for reading in policy.readings)
    for turn in range(most):
        yield tuple((one.id, one.options[turn % len(one.options)].id) for one in policy.readings)
    yield tuple((one.id, one.options[(place // 2) % len(one.options)].id) for place, one in enumerate(policy.readings))


WRITTEN = load_policy(POLICY, SCHEMAS, {})
COMBINATIONS = tuple(combinations(WRITTEN))


def test_the_combinations_use_every_option() -> None:
    """No reading's alternative goes without being compared, and the first combination is the policy as written."""
    used = {choice for chosen in COMBINATIONS for choice in chosen}
    assert used == {(one.id, option.id) for one in WRITTEN.readings for option in one.options}
    assert dict(COMBINATIONS[0]) == defaults(WRITTEN) == {one.id: one.chosen for one in WRITTEN.readings}


@pytest.mark.parametrize("chosen", COMBINATIONS, ids=("written", "second", "third", "mixed"))
@settings(max_examples=EXAMPLES)
@given(st.data())
def test_the_engine_agrees_with_the_reference(chosen: Chosen, data: st.DataObject) -> None:
    """Promise: whole sets of files, broken rows among them, give the contract's result, every decision and every row
    set aside exactly as a second evaluator finds them."""
    plan = compiled(POLICY, chosen)
    agreed(plan, data.draw(input_sets(plan.policy)))
