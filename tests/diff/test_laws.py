"""Laws of comparing versions, over seeded random edits of 2026 and over every version there is."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from engine.diff.applying import Applying, coupled
from engine.diff.change import OPPOSITE, REVERSED, Change
from engine.diff.compare import changes
from engine.diff.vocabulary import Vocabulary
from engine.policy.build import build_policy
from engine.policy.model import Policy
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import BASE, ROOT, SCHEMAS, edited, shuffled

VERSIONS = sorted(head.parent for head in ROOT.glob("**/policies/*/policy.yaml"))
SEEDS = range(5)


def bare(policy: Policy) -> Policy:
    """What a policy means, without where it stands."""
    return replace(policy, digest="", folder="", places={})


def facts(change: Change) -> tuple[object, ...]:
    return change.id, change.kind, repr(change.old), repr(change.new), change.direction


def turned(change: Change) -> tuple[object, ...]:
    return change.id, OPPOSITE[change.kind], repr(change.new), repr(change.old), REVERSED[change.direction]


@pytest.mark.parametrize("folder", VERSIONS, ids=lambda folder: folder.name)
def test_nothing_differs_from_itself(folder: Path, words: Vocabulary) -> None:
    """Promise: a version compared with itself has no differences."""
    parts = load_parts(folder, SCHEMAS, {})
    assert changes(parts, load_parts(folder, SCHEMAS, {}), words) == ()


@pytest.mark.parametrize("seed", range(6))
def test_order_comments_and_nesting_are_no_difference(
    seed: int, tmp_path: Path, base: Parts, words: Vocabulary
) -> None:
    """Promise: reordering keys and lists without an order, comments and other ways to write a condition change
    nothing."""
    other = load_parts(shuffled(seed, tmp_path / "2026"), SCHEMAS, {})
    assert other.data != base.data or repr(other.data) != repr(base.data)
    assert [change.sentence for change in changes(base, other, words)] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_the_other_way_round_is_the_reverse(seed: int, tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: ``diff B A`` says what ``diff A B`` says, with old and new, added and removed, tightened and loosened
    swapped."""
    other = load_parts(edited(seed, tmp_path / "b"), SCHEMAS, {})
    there, back = changes(base, other, words), changes(other, base, words)
    assert there
    assert sorted(map(facts, back), key=repr) == sorted(map(turned, there), key=repr)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_changes_make_the_other_version(seed: int, tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: the list of changes is complete: A with all of them means B, A with none means A."""
    other = load_parts(edited(seed, tmp_path / "b"), SCHEMAS, {})
    found = changes(base, other, words)
    applying = Applying(base, other, words)
    assert bare(build_policy(applying.apply(found))) == bare(build_policy(other))
    assert bare(build_policy(applying.apply(()))) == bare(build_policy(base))


@pytest.mark.parametrize("seed", SEEDS)
def test_some_changes_leave_the_rest(seed: int, tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: after some groups of changes are applied, exactly the other changes are left to make."""
    other = load_parts(edited(seed, tmp_path / "b"), SCHEMAS, {})
    groups = coupled(base, other, changes(base, other, words), words)
    taken = [change for group in groups[::2] for change in group]
    between = Applying(base, other, words).apply(taken)
    assert {change.id for change in changes(base, between, words)} == {change.id for change in taken}
    left = {change.id for group in groups[1::2] for change in group}
    assert {change.id for change in changes(between, other, words)} == left


@pytest.mark.parametrize("seed", SEEDS)
def test_groups_hold_alone_and_by_twos(seed: int, tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: groups share out all changes, and any one or two of them make a policy that can be built."""
    other = load_parts(edited(seed, tmp_path / "b"), SCHEMAS, {})
    found = changes(base, other, words)
    groups = coupled(base, other, found, words)
    assert sorted(change.id for group in groups for change in group) == sorted(change.id for change in found)
    applying = Applying(base, other, words)
    assert all(applying.holds(group) for group in groups)
    assert all(applying.holds([*one, *two]) for one, two in combinations(groups[:5], 2))


def test_ids_are_unique_and_stable(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: a change can be named by its id, which does not depend on what else changed."""
    other = load_parts(edited(3, tmp_path / "b", count=20), SCHEMAS, {})
    ids = [change.id for change in changes(base, other, words)]
    assert len(ids) == len(set(ids))
    again = [change.id for change in changes(base, load_parts(edited(3, tmp_path / "c", 20), SCHEMAS, {}), words)]
    assert ids == again


def test_base_is_where_the_laws_start() -> None:
    """Promise: the versions over which the laws run include the one in force."""
    assert BASE in VERSIONS
