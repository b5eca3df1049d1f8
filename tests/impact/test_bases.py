"""Second results are compared as well, apart from the main one, and their differences have reasons that add up."""

from __future__ import annotations

from fractions import Fraction

import pytest

from engine.diff.vocabulary import Vocabulary
from engine.evaluate import on_base
from engine.impact.document import impact_document
from engine.impact.impact import Impact, Sides, impact
from engine.impact.outcomes import at, differing, seats
from engine.impact.replay import Replay
from engine.policy.build import build_policy
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import SCHEMAS, Edit, copy_with

BASES: Edit = (
    "indicators",
    "weights_sum: 100\n",
    "weights_sum: 100\nbases:\n  - {id: all-orders, title: 含剔除, without: [table-3]}\n",
)
EDITS: tuple[Edit, ...] = (
    BASES,
    ("indicators", "    weight: 30\n", "    weight: 35\n"),
    ("indicators", "    weight: 25\n", "    weight: 20\n"),
    ("rules", 'when: {field: 剔除情形, contains: "6"}', 'when: {field: 剔除情形, contains: "1"}'),
)


@pytest.fixture(scope="module")
def sides(tmp_path_factory: pytest.TempPathFactory) -> Sides:
    folder = tmp_path_factory.mktemp("bases")
    return Sides(
        *(load_parts(copy_with(folder / name, edits), SCHEMAS, {}) for name, edits in (("a", (BASES,)), ("b", EDITS)))
    )


@pytest.fixture(scope="module")
def found(sides: Sides, words: Vocabulary, replay: Replay) -> Impact:
    return impact(sides, words, replay)


def test_each_result_is_compared_with_its_own(found: Impact, sides: Sides, replay: Replay) -> None:
    """Promise: on the other base differs what an evaluation without the exclusions gives differently, no more and no
    less; the parts of every total add up there too."""
    a, b = (
        seats(replay.standings(replay.aligned(on_base(build_policy(parts), "all-orders"))), "all-orders")
        for parts in (sides.a, sides.b)
    )
    there = tuple(spot for spot in found.spots if spot.base)
    assert there == differing(a, b) != ()
    amounts = [spot for spot in there if spot.what == "total"]
    for spot in amounts:
        before, after = at(found.a, spot), at(found.b, spot)
        assert isinstance(before, Fraction) and isinstance(after, Fraction)
        assert sum((part.amount for part in found.parts[spot]), Fraction(0)) == after - before


def test_what_bears_on_one_result_alone(found: Impact) -> None:
    """Promise: an exclusion that the other base does not make moves the main result and never that one; both are told
    apart in periods, items and counts."""
    document = impact_document(found)
    weights, exclusion = sorted(document["items"], key=lambda item: "权重" not in item["sentence"])
    assert exclusion["totals"] and not exclusion["bases"]
    assert weights["totals"] and weights["bases"]
    others = [base for period in document["periods"] for base in period["bases"]]
    assert {base["title"] for base in others} == {"含剔除"}
    assert {part["item"] for base in others for row in base["units"] for part in row["parts"]} == {weights["number"]}
    assert document["counts"]["bases"] == sum(
        bool(spot.base) and spot.what in ("total", "rank", "last") for spot in found.spots
    )


def test_a_base_of_one_side_alone_is_no_difference(
    base: Parts, sides: Sides, words: Vocabulary, replay: Replay
) -> None:
    """Promise: a version that adds a second result changes nothing for anybody."""
    added = impact(Sides(base, sides.a), words, replay)
    assert added.items and added.empty
