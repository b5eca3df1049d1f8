"""A replay that reuses what it can gives what an evaluation from the start gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.choosing import Taken
from engine.evaluate import order_detail
from engine.evaluation import Evaluation
from engine.impact.orders import order_changes
from engine.impact.replay import Given, Replay
from engine.order_results import results
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.parts import Parts, load_parts
from engine.tallies import Tallies, tally
from tests.diff.editing import A_DOZEN, SCHEMAS, copy_with, edited, next_year
from tests.impact.afresh import afresh


def told(found: Evaluation) -> object:
    fired = [(item.consequence, item.unit, item.period, item.due, item.warn) for item in found.fired]
    return found.standings, fired, found.gates


@pytest.mark.parametrize("seed", range(4))
def test_replayed_is_as_evaluated(seed: int, tmp_path: Path, base: Parts, cache: Path, replay: Replay) -> None:
    """Promise: whatever was replayed before, a version's standings, gates and consequences are those of evaluating it
    from the start, exactly."""
    before, after = build_policy(base), build_policy(load_parts(edited(seed, tmp_path / "b", 10), SCHEMAS, {}))
    for policy in (before, after, before):
        assert told(replay.evaluation(replay.aligned(policy))) == told(afresh(policy, cache))


@pytest.mark.parametrize("seed", range(3))
def test_order_changes_are_those_of_the_results(
    seed: int, tmp_path: Path, base: Parts, cache: Path, replay: Replay
) -> None:
    """Promise: the orders judged differently are exactly those whose rules or duties differ between the results of
    both versions, with the right unit, old and new state."""
    before, after = build_policy(base), build_policy(load_parts(edited(seed, tmp_path / "b", 10), SCHEMAS, {}))
    a, b = (
        {item.order: {**dict.fromkeys(item.rules, "fired"), **dict(item.duties)} for item in results(order_detail(one))}
        for one in (afresh(before, cache), afresh(after, cache))
    )
    expected = {
        (name, order, a[order].get(name, ""), b[order].get(name, ""))
        for order in a.keys() & b.keys()
        for name in a[order].keys() | b[order].keys()
        if a[order].get(name) != b[order].get(name)
    }
    changes = order_changes(replay, replay.aligned(before), replay.aligned(after), 10_000)
    listed = [change for change in changes if change.judged.kind != "exclusion"]
    found = {(change.judged.id, order, old, new) for change in listed for order, _, old, new in change.examples}
    assert found == expected
    assert sum(change.orders for change in listed) == len(expected)


def test_next_year_is_laid_over_this_one(tmp_path: Path, base: Parts, replay: Replay) -> None:
    """Promise: a version whose cycle is a year later is replayed on the months of the orders, as if it were this
    year's."""
    before, after = build_policy(base), build_policy(load_parts(next_year(tmp_path / "b"), SCHEMAS, {}))
    assert after.first == before.first.plus(12)
    found = replay.evaluation(replay.aligned(after))
    assert found.standings == replay.evaluation(before).standings
    assert [(item.unit, item.period, item.due) for item in found.fired] == [
        (item.unit, item.period, item.due) for item in replay.evaluation(before).fired
    ]


def test_counts_are_taken_once(
    tmp_path: Path, base: Parts, taken: Taken, given: Given, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: weights, points, caps and ladders need no second look at the orders; a new condition does."""
    asked: list[Policy] = []

    def counted(policy: Policy, *others: Any) -> Tallies:
        asked.append(policy)
        return tally(policy, *others)

    monkeypatch.setattr("engine.impact.replay.tally", counted)
    replay = Replay(taken.policy, given, taken)
    replay.evaluation(build_policy(base))
    scoring = [edit for edit in A_DOZEN if edit[0] in ("indicators", "consequences")]
    scoring += [edit for edit in A_DOZEN if edit[0] == "readings"]
    replay.evaluation(build_policy(load_parts(copy_with(tmp_path / "b", scoring), SCHEMAS, {})))
    assert len(asked) == 1
    counting = [("rules", 'contains: "22"', 'contains: "21"')]
    replay.evaluation(build_policy(load_parts(copy_with(tmp_path / "c", counting), SCHEMAS, {})))
    assert len(asked) == 2
