"""Ladders that come and go."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.diff.change import REVERSED, Change
from engine.diff.compare import changes
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import ROOT, SCHEMAS

HONOURS = ROOT / "examples" / "policies" / "honours-2024"


def ladder(a: Parts, b: Parts, words: Vocabulary) -> Change:
    (found,) = (change for change in changes(a, b, words) if change.id.startswith("consequences.ladders"))
    return found


def test_a_ladder_that_goes_with_its_steps_is_no_stricter(tmp_path: Path, words: Vocabulary) -> None:
    """Promise: without a ladder more fires, which is stricter; where its steps go or come with it, it is neither."""
    a = load_parts(HONOURS, SCHEMAS, {})
    none = load_parts(HONOURS.with_name("leagues-2024"), SCHEMAS, {})
    assert ladder(a, none, words).direction == ladder(none, a, words).direction == "neutral"
    folder = Path(shutil.copytree(HONOURS, tmp_path / "b"))
    text = (folder / "consequences.yaml").read_text("utf-8")
    kept = "".join(
        line for line in text.splitlines(keepends=True) if not ("low-ladder" in line or line == "ladders:\n")
    )
    (folder / "consequences.yaml").write_text(kept, "utf-8")
    clauses = folder / "clauses.yaml"
    clauses.write_text(clauses.read_text("utf-8").replace(", low-ladder", "").replace("low-ladder, ", ""), "utf-8")
    b = load_parts(folder, SCHEMAS, {})
    assert ladder(a, b, words).direction == "tightened"
    assert ladder(b, a, words).direction == REVERSED["tightened"]
