"""Recorded points: what is loose for points that are added is strict for points that are deducted."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diff.change import REVERSED
from engine.diff.compare import changes
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import SCHEMAS, copy_with

CAP = "    cap: {reading: bonus-cap}\n"
TEN = "    cap: {per: month, points: 10}\n"
ABOVE = "    unlocked_above: 80\n"

EDITS = (
    (TEN, TEN.replace("10", "20"), "loosened", "上限分值 10→20"),
    (TEN, TEN.replace("month", "award"), "loosened", "按什么计 每月合计→每次"),
    (CAP, "", "loosened", "取消上限"),
    ("", ABOVE, "tightened", "新设何时起算：80"),
    (ABOVE, ABOVE.replace("80", "85"), "tightened", "何时起算 80→85"),
)


def version(folder: Path, text: str, sign: str) -> Parts:
    """2026 with ``text`` and ``sign`` where it caps its recorded points."""
    written = "" if sign == "add" else f"    sign: {sign}\n"
    return load_parts(copy_with(folder, [("indicators", CAP, text + written)]), SCHEMAS, {})


@pytest.mark.parametrize("sign", ["add", "deduct"])
@pytest.mark.parametrize(("old", "new", "added", "words_of"), EDITS, ids=[words for *_, words in EDITS])
def test_a_deduction_is_judged_as_one(
    old: str, new: str, added: str, words_of: str, sign: str, tmp_path: Path, words: Vocabulary
) -> None:
    """Promise: a higher cap, one less, or an earlier start is loose for a bonus and strict for a deduction."""
    a, b = (version(tmp_path / name, text, sign) for name, text in (("a", old), ("b", new)))
    (change,) = changes(a, b, words)
    assert words_of in change.sentence
    assert change.direction == (added if sign == "add" else REVERSED[added]), change.sentence  # type: ignore[index]
    (back,) = changes(b, a, words)
    assert back.direction == REVERSED[change.direction]


def test_what_was_added_is_deducted(tmp_path: Path, words: Vocabulary) -> None:
    """Promise: a bonus that becomes a deduction is stricter, whatever else of it changes is left to people; the sign
    that holds anyway may be written or not."""
    a, b = version(tmp_path / "a", TEN, "add"), version(tmp_path / "b", TEN.replace("10", "20"), "deduct")
    cap, turned = changes(a, b, words)
    assert (turned.sentence, turned.direction) == ("托底工单加分 加或扣 加分→扣分", "tightened")
    assert cap.direction == "unknown"
    cap, back = changes(b, a, words)
    assert (back.sentence, back.direction) == ("托底工单加分 加或扣 扣分→加分", "loosened")
    assert cap.direction == "unknown"
    assert changes(a, version(tmp_path / "c", f"{TEN}    sign: add\n", "add"), words) == ()


def test_a_new_deduction_is_called_one(tmp_path: Path, words: Vocabulary) -> None:
    """Promise: points that come or go are called by what they do, and a deduction that comes is stricter."""
    one = "  - {id: late, title: 迟报, clause: 三(二)1, table: bonuses, month: 月份, unit: 承办单位, points: 加分}\n"
    for name, sign, said, way in (
        ("b", "", "新增加分 late", "loosened"),
        ("c", "deduct", "新增扣分 late", "tightened"),
    ):
        item = one.replace("}", f", sign: {sign}}}") if sign else one
        folder = copy_with(tmp_path / name, [("indicators", "bonuses:\n", f"bonuses:\n{item}")])
        base, other = version(tmp_path / f"{name}-base", CAP, "add"), load_parts(folder, SCHEMAS, {})
        (change,) = changes(base, other, words)
        assert said in change.sentence and change.direction == way
        (back,) = changes(other, base, words)
        assert said.replace("新增", "取消") in back.sentence and back.direction == REVERSED[change.direction]
