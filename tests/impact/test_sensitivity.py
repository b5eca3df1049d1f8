"""Sensitivity: every other option of every reading, tried as if it were chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.evaluation import Evaluation
from engine.impact.outcomes import differing, outcomes
from engine.impact.replay import Replay
from engine.impact.sensitivity import Sensitivity, sensitivity
from engine.impact.sensitivity_document import sensitivity_document
from engine.policy.build import load_policy
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import BASE, SCHEMAS, copy_with
from tests.impact.afresh import afresh
from tests.test_amendments import amended


@pytest.fixture(scope="module")
def found(base: Parts, replay: Replay) -> Sensitivity:
    return sensitivity([base], replay)


def test_every_option_is_as_if_chosen(found: Sensitivity, cache: Path) -> None:
    """Promise: what would differ is what ``--set`` makes different; every option that is not chosen is tried."""
    known = outcomes(found.base)
    tried = {(one.reading.id, one.option): one for asked in found.asked for one in asked.tried}
    policy = found.base.policy
    assert tried.keys() == {(r.id, o.id) for r in policy.readings for o in r.options if o.id != r.chosen}
    for reading, option in (("tie-for-last", "none-last"), ("event-month", "received"), ("table4-scope", "resolution")):
        other: Evaluation = afresh(load_policy(BASE, SCHEMAS, {reading: option}), cache)
        assert tried[reading, option].spots == differing(known, outcomes(other)) != ()


def test_what_matters_comes_first(found: Sensitivity) -> None:
    """Promise: readings that change a rank, a last place or a consequence stand before all that do not, and each has
    its first such change."""
    matters = [any(one.matters for one in asked.tried) for asked in found.asked]
    assert matters == sorted(matters, reverse=True)
    assert True in matters and False in matters
    for asked in found.asked:
        for one in asked.tried:
            assert (one.first is not None) == one.matters


def test_an_option_that_does_not_hold_is_told(tmp_path: Path, replay: Replay) -> None:
    """Promise: an option with which the policy cannot be built is reported with what is wrong, and stops nothing."""
    edits = [("readings", "first: 2026-10, last: 2026-10}", "first: 2026-10, last: 2026-11}")]
    parts = load_parts(copy_with(tmp_path / "b", edits), SCHEMAS, {})
    document = sensitivity_document(sensitivity([parts], replay))
    reading = next(one for one in document["readings"] if one["id"] == "quarters")
    (option,) = reading["options"]
    assert (option["valid"], option["matters"], document["counts"]["invalid"]) == (False, False, 1)
    assert any("readings.yaml" in problem for problem in option["problems"])
    assert document["counts"]["options"] == sum(len(one["options"]) for one in document["readings"]) == 24


def test_an_amendment_is_part_of_it(tmp_path: Path, found: Sensitivity, replay: Replay) -> None:
    """Promise: with an amendment in mid-cycle, each option is tried in every version and each period and order is of
    the version in force."""
    policies = amended(tmp_path)
    versions = [load_parts(policies / name, SCHEMAS, {}) for name in ("2026", "2026-b")]
    together, alone = sensitivity(versions, replay), found
    early, known = (outcomes(one.base) for one in (together, alone))
    changed = {spot.period for spot in differing(early, known) if spot.kind == "month" and spot.what == "total"}
    assert changed == {"2026-07", "2026-08", "2026-09", "2026-10"}
    assert len(together.asked) == len(alone.asked)
    assert not any(one.problems for asked in together.asked for one in asked.tried)
    assert contacts(together) == contacts(alone) > 0  # an obligation that both versions have: none is counted twice


def contacts(found: Sensitivity) -> int:
    """How many orders would be judged otherwise in the contact that is due on the same day."""
    changes = (change for asked in found.asked for tried in asked.tried for change in tried.orders)
    return sum(change.orders for change in changes if change.judged.id == "contact-same-day")
