"""What is one matter to a reader is one difference: a ruling, a year gone by, a version's own name."""

from __future__ import annotations

from pathlib import Path

from engine.diff.applying import Applying
from engine.diff.compare import changes
from engine.diff.vocabulary import Vocabulary
from engine.policy.build import build_policy
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import SCHEMAS, copy_with, next_year

RULING = (
    "    chosen: all-last\n    why: ",
    "    status: confirmed\n    confirmed_by: 某科\n    confirmed_on: 2026-05-01\n    note: 口头答复\n",
)


def ruled(folder: Path) -> Parts:
    """2026 with a ruling on ties."""
    path = copy_with(folder) / "readings.yaml"
    before, here, after = path.read_text("utf-8").partition(RULING[0])
    head, status, tail = after.partition("    status: provisional\n")
    assert here and status
    path.write_text(before + here + head + RULING[1] + tail, "utf-8")
    return load_parts(folder, SCHEMAS, {})


def test_a_ruling_is_one_difference(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: who ruled, when and how is one line, and is taken over or left as one."""
    other = ruled(tmp_path / "ruled")
    (change,) = changes(base, other, words)
    assert change.sentence == "并列末位 已确认（某科 2026-05-01：口头答复）"
    assert change.id == "readings.tie-for-last.status" and change.direction == "neutral"
    (back,) = changes(other, base, words)
    assert back.sentence == "并列末位 待确认" and (back.old, back.new) == (change.new, change.old)
    applying = Applying(base, other, words)
    assert changes(applying.apply([change]), other, words) == ()
    assert changes(base, applying.apply([]), words) == ()


def test_a_year_later_is_no_other_rule(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: dates that go with the cycle need nobody's judgement; a date that goes elsewhere does."""
    other = load_parts(next_year(tmp_path / "2027"), SCHEMAS, {})
    found = changes(base, other, words)
    assert {change.direction for change in found} == {"neutral"}
    moved = {change.id: change.sentence for change in found if "随考核周期后移 12 个月" in change.sentence}
    assert "ranking.aggregates.year.periods" in moved
    assert not any(change.part == "clauses" for change in found)


def test_a_version_may_be_called_otherwise(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: clauses that name the plan itself do not change when a new version has another id; and any selection
    of changes names itself by the id that it then has."""
    folder = copy_with(tmp_path / "b", [("policy", 'id: "2026"', 'id: "2026-b"')])
    path = folder / "clauses.yaml"
    path.write_text(path.read_text("utf-8").replace('covered_by: ["2026"', 'covered_by: ["2026-b"'), "utf-8")
    other = load_parts(folder, SCHEMAS, {})
    (change,) = changes(base, other, words)
    assert change.id == "policy.id"
    applying = Applying(base, other, words)
    for taken in ([], [change]):
        assert build_policy(applying.apply(taken)).id == ("2026-b" if taken else "2026")
