"""Mixtures that do not hold: parts still add up, and it is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diff.vocabulary import Vocabulary
from engine.impact.impact import Sides, impact
from engine.impact.items import Mixtures
from engine.impact.replay import Replay
from engine.policy.model import Policy
from engine.policy.parts import Parts, load_parts
from engine.problems import Place, PolicyError, Problem
from tests.diff.editing import A_DOZEN, SCHEMAS, copy_with
from tests.impact.test_laws import adds_up


def test_refused_mixtures_count_as_smaller_ones(
    tmp_path: Path, base: Parts, words: Vocabulary, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: where some of the items do not hold together, the parts add up all the same, the number of such
    mixtures is told, and no reason is given that was not tried."""
    edits = [edit for edit in A_DOZEN if edit[0] in ("indicators", "readings", "obligations")]
    other = load_parts(copy_with(tmp_path / "b", edits), SCHEMAS, {})
    original = Mixtures.policy

    def refusing(self: Mixtures, subset: frozenset[int]) -> Policy:
        if len(frozenset(subset)) == len(self.all) - 1:
            raise PolicyError([Problem(Place("policy.yaml"), "不能这样")])
        return original(self, subset)

    monkeypatch.setattr(Mixtures, "policy", refusing)
    found = impact(Sides(base, other), words, replay)
    assert found.sharing.refused > 0
    assert found.parts and adds_up(found)
    assert not any(why.necessary for why in found.causes.values())
