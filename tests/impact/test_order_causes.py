"""Single orders that are judged otherwise are put down to the items without which they would not be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.diff.vocabulary import Vocabulary
from engine.impact.items import Mixtures
from engine.impact.order_causes import order_causes
from engine.impact.orders import Compared, Judged, order_changes
from engine.impact.replay import Replay
from engine.policy.model import Policy
from engine.policy.parts import Parts, load_parts
from engine.problems import PolicyError
from tests.diff.editing import BASE, SCHEMAS, copy_with, edited

ALL = 10_000


def causes(
    base: Parts, other: Path, words: Vocabulary, replay: Replay
) -> tuple[Mixtures, Mapping[Judged, dict[int, int]]]:
    mixtures = Mixtures(base, load_parts(other, SCHEMAS, {}), words)
    compared = Compared(replay, replay.aligned(mixtures.policy(())), replay.aligned(mixtures.policy(mixtures.all)))
    after = replay.aligned(mixtures.policy(mixtures.all))
    found = order_causes(compared, compared.changes(0), left_out(mixtures, replay), after)
    return mixtures, {one: dict(items) for one, items in found.items()}


def left_out(mixtures: Mixtures, replay: Replay) -> dict[int, Policy]:
    found = {}
    for item in mixtures.all:
        try:
            found[item] = replay.aligned(mixtures.policy(mixtures.all - {item}))
        except PolicyError:
            continue
    return found


def differing(replay: Replay, one: Policy, other: Policy) -> dict[Judged, set[str]]:
    changes = order_changes(replay, one, other, ALL)
    return {change.judged: {order for order, *_ in change.examples} for change in changes}


@pytest.mark.parametrize("seed", range(4))
def test_an_item_is_named_for_the_orders_that_need_it(
    seed: int, tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay
) -> None:
    """Promise: whom a change is blamed on is found by leaving it out, order by order, never by looking alike."""
    mixtures, found = causes(base, edited(seed, tmp_path / "b", 14), words, replay)
    before, after = (replay.aligned(mixtures.policy(some)) for some in ((), mixtures.all))
    changed = differing(replay, before, after)
    assert found.keys() == changed.keys()
    without = {item: differing(replay, other, after) for item, other in left_out(mixtures, replay).items()}
    for one, orders in changed.items():
        needed = {item: len(orders & other.get(one, set())) for item, other in without.items()}
        needed = {item: count for item, count in needed.items() if count}
        if needed:
            assert found[one] == needed
        else:
            assert set(found[one].values()) == {len(orders)}


def test_what_only_goes_along_is_not_blamed(tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: a year added to the calendar is no cause of what a longer limit does."""
    limit_of = "      clock: {amount: %d, unit: working_days, start_day_counts: {reading: workday-clock"
    title = "    title: 权属争议2个工作日内提交征询单\n"
    text = (BASE / "obligations.yaml").read_text("utf-8")
    own = title + text.partition(title)[2].partition(limit_of % 2)[0]
    year = "years:\n", "years:\n  - {year: 2027, notice: 示例, days_off: [], makeup_workdays: []}\n"
    edits = [("obligations", own + limit_of % 2, own + limit_of % 3), ("calendar", *year)]
    other = copy_with(tmp_path / "b", edits)
    mixtures, found = causes(base, other, words, replay)
    (limit,) = [i for i, item in enumerate(mixtures.items) if "2→3 个工作日" in item.sentence]
    assert len(mixtures.items) == 2
    assert found == {Judged("obligation", "dispute-2wd"): {limit: 2}}


def test_two_items_share_the_orders_of_one_exclusion(
    tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay
) -> None:
    """Promise: of orders that two changes take out of or into the same indicator, each is put down to its own."""
    text = (BASE / "readings.yaml").read_text("utf-8")
    scopes = [
        text.partition(f"  - id: {id}\n")[2].partition("    chosen:")[0] for id in ("table3-scope", "table4-scope")
    ]
    chosen = [("satisfaction", "both"), ("both", "satisfaction")]
    edits = [
        ("readings", f"{at}    chosen: {a}", f"{at}    chosen: {b}") for at, (a, b) in zip(scopes, chosen, strict=True)
    ]
    other = copy_with(tmp_path / "b", edits)
    mixtures, found = causes(base, other, words, replay)
    orders = found[Judged("exclusion", "resolution")]
    assert len(mixtures.items) == 2 and len(orders) == 2
    (change,) = order_changes(
        replay, replay.aligned(mixtures.policy(())), replay.aligned(mixtures.policy(mixtures.all)), 0
    )
    assert sum(orders.values()) == change.orders
