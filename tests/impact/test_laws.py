"""Laws of impact: nothing from itself, parts that add up, the reverse, and reasons that are true."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from engine.diff.vocabulary import Vocabulary
from engine.evaluate import stitch
from engine.impact.counts import counts
from engine.impact.document import impact_document
from engine.impact.impact import Impact, Sides, impact
from engine.impact.items import Mixtures
from engine.impact.outcomes import at, outcomes
from engine.impact.replay import Replay
from engine.policy.build import build_policy
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import A_DOZEN, SCHEMAS, copy_with, edited, next_year
from tests.test_amendments import amended

SEEDS = range(3)


def other(seed: int, folder: Path) -> Parts:
    return load_parts(edited(seed, folder, 6), SCHEMAS, {})


def adds_up(found: Impact) -> bool:
    """Whether the parts of every total are its difference; and there is one to add up."""
    amounts = [spot for spot in found.spots if spot.what == "total" and spot in found.parts]
    for spot in amounts:
        a, b = at(found.a, spot), at(found.b, spot)
        assert isinstance(a, Fraction) and isinstance(b, Fraction)
        if sum((part.amount for part in found.parts[spot]), Fraction(0)) != b - a:
            return False
    return True


@pytest.fixture(scope="module")
def dozen(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    return load_parts(copy_with(tmp_path_factory.mktemp("impact") / "b", A_DOZEN), SCHEMAS, {})


@pytest.fixture(scope="module")
def found(dozen: Parts, base: Parts, words: Vocabulary, replay: Replay) -> Impact:
    return impact(Sides(base, dozen), words, replay)


def test_nothing_from_itself(base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: a version against itself changes nothing and for nobody."""
    same = impact(Sides(base, base), words, replay)
    assert same.empty
    document = impact_document(same)
    assert not any(document["counts"].values())
    assert [document[key] for key in ("items", "periods", "ranks", "orders")] == [[], [], [], []]


def test_a_year_later_is_nothing(tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: the same rules in a later cycle change nothing for the orders of this one."""
    later = load_parts(next_year(tmp_path / "b"), SCHEMAS, {})
    moved = impact(Sides(base, later), words, replay)
    assert moved.items
    assert moved.empty


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_add_up_and_reverse(seed: int, tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: the parts of every difference add up to it exactly; reversed, every difference, part and count has the
    opposite sign or direction."""
    changed = other(seed, tmp_path / "b")
    there = impact(Sides(base, changed), words, replay)
    back = impact(Sides(changed, base), words, replay)
    assert adds_up(there) and adds_up(back)
    assert there.spots == back.spots
    assert (there.a, there.b) == (back.b, back.a)
    forward, reverse = counts(there), counts(back)
    swapped = {"consequences_added": "consequences_removed", "ranked": "unranked"}
    swapped |= {new: old for old, new in swapped.items()}
    assert forward == {key: reverse[swapped.get(key, key)] for key in forward}
    moved = {(c.judged, m.unit, m.old, m.new, m.orders) for c in there.orders for m in c.moved}
    assert moved == {(c.judged, m.unit, m.new, m.old, m.orders) for c in back.orders for m in c.moved}


def test_parts_have_the_opposite_sign_reversed(
    found: Impact, dozen: Parts, base: Parts, words: Vocabulary, replay: Replay
) -> None:
    """Promise: with exact parts, what an item gives one way it takes the other way."""

    def parts(found: Impact) -> dict[tuple[object, frozenset[str]], Fraction]:
        ids = [frozenset(change.id for change in item.changes) for item in found.items]
        return {(spot, ids[part.item]): part.amount for spot, ps in found.parts.items() for part in ps}

    back = impact(Sides(dozen, base), words, replay)
    assert len(parts(found)) > 100
    assert parts(found) == {key: -amount for key, amount in parts(back).items()}


def test_sampled_parts_add_up(dozen: Parts, base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: with more items than can be tried exactly, parts still add up, and say how sure they are."""
    drawn = impact(Sides(base, dozen), words, replay, most_exact=2, pairs=4)
    assert drawn.sharing.orders == 8
    assert drawn.parts and adds_up(drawn)
    document = impact_document(drawn)
    assert document["attribution"]["exact"] is False
    assert document["attribution"]["largest_error"] >= 0


def test_reasons_are_true(found: Impact, dozen: Parts, base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: without a necessary item the new rank, last place or consequence is indeed not there, but what is
    stated; without any other single item it is there; a sufficient item alone brings it about."""
    mixtures = Mixtures(base, dozen, words)
    every = mixtures.all
    without = {i: outcomes(replay.evaluation(replay.aligned(mixtures.policy(every - {i})))) for i in every}
    alone = {i: outcomes(replay.evaluation(replay.aligned(mixtures.policy({i})))) for i in every}
    assert len(found.causes) > 20
    assert any(not why.necessary and why.sufficient for why in found.causes.values())
    for spot, why in found.causes.items():
        needed = {one.item: one.outcome for one in why.necessary}
        for item in every:
            if item in needed:
                assert at(without[item], spot) == needed[item] != at(found.b, spot)
            else:
                assert at(without[item], spot) == at(found.b, spot)
        if not needed:
            assert set(why.sufficient) == {item for item in every if at(alone[item], spot) == at(found.b, spot)}


def test_sentences_say_what_and_why(found: Impact) -> None:
    """Promise: a change of rank is one sentence with the unit, both ranks and the items it is due to."""
    document = impact_document(found)
    period = next(one for one in document["periods"] if one["period"] == "2026-04")
    unit = next(one for one in period["units"] if one["unit"] == "路政养护中心")
    assert unit["sentence"].startswith("路政养护中心 第6名（最后）→第5名，因为 〔4〕诉求解决情况 权重 25→20")
    assert unit["sentence"].endswith("（缺一项都不会如此）")
    obligation = next(one for one in document["orders"] if one["id"] == "immediate-3wd")
    assert obligation["items"] == [8] and obligation["orders"] == 50


def test_an_amendment_leaves_what_was_before_it(tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay) -> None:
    """Promise: where the new version amends the old one, months and orders before its date are not touched, later ones
    are as the amended cycle is evaluated, and parts add up all the same."""
    later = load_parts(amended(tmp_path) / "2026-b", SCHEMAS, {})
    changed = impact(Sides(base, later), words, replay)
    assert changed.amends_from is not None and changed.amends_from.isoformat() == "2026-06-15"
    months = {spot.period for spot in changed.spots if spot.kind == "month" and spot.what == "total"}
    assert months == {"2026-07", "2026-08", "2026-09", "2026-10"}
    assert changed.parts and adds_up(changed)
    parts = [build_policy(one) for one in (base, later)]
    together = stitch([replay.evaluation(policy) for policy in parts])
    assert changed.b == outcomes(together)
    assert changed.orders and min(order for c in changed.orders for order, *_ in c.examples) >= "BS202606"
