"""``policy new``: what moves, what is marked, what stays; and amendments."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from engine.months import Month
from engine.policy.build import load_policy
from engine.policy.parts import load_parts
from engine.policy.versions import governing, list_versions, read_version
from engine.problems import InputError, PolicyError
from engine.revise.marks import marks_in
from engine.revise.new import amendment, new_year
from engine.revise.todo import todo

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
EXAMPLES = sorted(head.parent for head in (ROOT / "examples" / "policies").rglob("policy.yaml"))


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    target = tmp_path / "policies"
    shutil.copytree(ROOT / "policies" / "2026", target / "2026", ignore=shutil.ignore_patterns("manifest*"))
    return target


def test_the_cycle_moves_and_the_rest_stays(policies: Path) -> None:
    """Promise: every month of the cycle moves by a year, under every option, and no rule or weight changes."""
    folder = new_year(policies / "2026", policies, "2027", SCHEMAS)
    for chosen in ({}, {"quarters": "calendar", "first-counted-month": "cycle-start"}):
        old, new = (load_policy(policies / name, SCHEMAS, chosen) for name in ("2026", "2027"))
        assert (new.first, new.last) == (old.first.plus(12), old.last.plus(12))
        assert new.counted_from == old.counted_from.plus(12)
        assert new.in_force_from == dt.date(2027, 3, 1)
        for before, after in zip(old.aggregates, new.aggregates, strict=True):
            moved = [(period.first.plus(12), period.last.plus(12)) for period in before.periods]
            assert [(period.first, period.last) for period in after.periods] == moved
            assert not {"2025-Q4", "2025年第四季度"} & {text for p in after.periods for text in (p.id, p.title)}
        assert (new.indicators, new.decisions, new.obligations) == (old.indicators, old.decisions, old.obligations)
        assert new.tables == old.tables
    assert sorted(load_parts(folder, SCHEMAS, {}).data["calendar"]["years"], key=str)[0]["year"] == 2026
    assert todo(folder).undeclared == (2027,)
    assert {mark.place.file for mark in todo(folder).marks} >= {
        str(folder / name) for name in ("policy.yaml", "indicators.yaml", "calendar.yaml", "cases/gates.yaml")
    }
    assert "2025" not in (folder / "cases" / "consequences.yaml").read_text("utf-8")


def test_text_that_no_mark_or_date_touches_is_the_same(policies: Path) -> None:
    """Promise: comments, order and quotes of the old files are kept; what differs is a date, a name or a mark."""
    folder = new_year(policies / "2026", policies, "2027", SCHEMAS)
    for path in folder.glob("*.yaml"):
        if path.stem == "calendar":
            continue
        old = (policies / "2026" / path.name).read_text("utf-8").split("\n")
        for before, after in zip(old, path.read_text("utf-8").split("\n"), strict=True):
            assert before == after or "202" in before or after.startswith(before + "  # 待复核：")


def test_a_confirmed_reading_has_to_be_confirmed_again(policies: Path) -> None:
    """Promise: a ruling on last year's document does not stand for this year's, and is not lost from sight."""
    path = policies / "2026" / "readings.yaml"
    told = "status: confirmed\n    confirmed_by: 行政许可科\n    confirmed_on: 2026-05-01\n    note: 书面答复\n"
    path.write_text(path.read_text("utf-8").replace("status: provisional\n", told, 1), "utf-8")
    folder = new_year(policies / "2026", policies, "2027", SCHEMAS)
    reading = load_parts(folder, SCHEMAS, {}).data["readings"]["readings"][0]
    assert reading["status"] == "provisional" and not {"confirmed_by", "confirmed_on", "note"} & set(reading)
    assert any("由 行政许可科 于 2026-05-01 确认" in mark.what for mark in todo(folder).marks)


def test_a_calendar_that_declares_nothing_of_the_new_cycle_is_empty(policies: Path) -> None:
    """Promise: no year is carried over that the new cycle does not need; none is made up."""
    path = policies / "2026" / "policy.yaml"
    text = path.read_text("utf-8").replace("first: 2025-11, last: 2026-10", "first: 2026-01, last: 2026-12")
    path.write_text(text, "utf-8")
    for name in ("ranking", "readings"):
        file = policies / "2026" / f"{name}.yaml"
        file.write_text(file.read_text("utf-8").replace("2025-1", "2026-0"), "utf-8")
    folder = new_year(policies / "2026", policies, "2027", SCHEMAS)
    calendar = (folder / "calendar.yaml").read_text("utf-8")
    assert "years: []  # 待复核：缺 2027 年" in calendar
    assert load_parts(folder, SCHEMAS, {}).data["calendar"] == {"weekend": ["saturday", "sunday"], "years": []}


@pytest.mark.parametrize("source", EXAMPLES, ids=lambda path: path.name)
def test_every_example_can_be_taken_a_year_on(source: Path, tmp_path: Path) -> None:
    """Promise: new works for any scheme of the vocabulary, not for one plan."""
    folder = new_year(source, tmp_path / "policies", "next", SCHEMAS)
    old, new = read_version(source), read_version(folder)
    assert (new.id, new.first, new.last, new.supersedes) == ("next", old.first.plus(12), old.last.plus(12), None)
    load_parts(folder, SCHEMAS, {})


@pytest.mark.parametrize(
    ("name", "words"),
    [("2026", "已有"), ("a/b", "文件夹的名称"), ("..", "文件夹的名称"), ("a b", "名称"), ("", "名称")],
)
def test_a_name_that_cannot_be_taken(policies: Path, name: str, words: str) -> None:
    """Promise: nothing is overwritten and no folder is made that could not be a version."""
    before = sorted(policies.rglob("*"))
    with pytest.raises(InputError, match=words):
        new_year(policies / "2026", policies, name, SCHEMAS)
    assert sorted(policies.rglob("*")) == before


def test_a_broken_version_is_no_start(policies: Path) -> None:
    """Promise: what is wrong is told where it is; no half-made folder is left."""
    path = policies / "2026" / "rules.yaml"
    path.write_text(path.read_text("utf-8") + "oops\n", "utf-8")
    with pytest.raises(PolicyError, match=r"rules\.yaml"):
        new_year(policies / "2026", policies, "2027", SCHEMAS)
    assert [item.name for item in policies.iterdir()] == ["2026"]


def test_an_amendment_from_the_middle_of_a_month_says_what_that_means(policies: Path) -> None:
    """Promise: whoever lets an amendment begin within a month learns which version the month goes by."""
    folder = amendment(policies / "2026", policies, "2026-b", dt.date(2026, 7, 15), SCHEMAS)
    (mark,) = [mark for mark in marks_in(folder) if "月中" in mark.what]
    assert "2026-07 的名次与后果仍按 2026 版，2026-08 起按本版" in mark.what


def test_an_amendment_says_what_it_supersedes_and_from_when(policies: Path) -> None:
    """Promise: an amendment governs its cycle from its date after the version it amends; a second follows the first."""
    amendment(policies / "2026", policies, "2026-b", dt.date(2026, 7, 1), SCHEMAS)
    folder = amendment(policies / "2026-b", policies, "2026-c", dt.date(2026, 9, 1), SCHEMAS)
    load_policy(folder, SCHEMAS, {})
    chain = governing([Month.parse("2026-08")], list_versions(policies)).versions
    assert [(item.id, item.supersedes) for item in chain] == [("2026", None), ("2026-b", "2026"), ("2026-c", "2026-b")]
    assert [item.in_force_from for item in chain[1:]] == [dt.date(2026, 7, 1), dt.date(2026, 9, 1)]
    assert 'supersedes: "2026-b"' in (folder / "policy.yaml").read_text("utf-8")
    assert todo(folder).undeclared == ()
    assert not any("月中" in mark.what for mark in marks_in(folder))
    following = read_version(new_year(folder, policies, "2027", SCHEMAS))
    assert following.supersedes is None


@pytest.mark.parametrize(
    ("amends", "date", "words"),
    [
        ("2026", dt.date(2026, 11, 1), "不在.*考核周期内"),
        ("2026", dt.date(2026, 8, 1), "已由“2026-b”修订"),
        ("2026-b", dt.date(2026, 7, 1), "须晚于前一修订"),
    ],
)
def test_an_amendment_that_does_not_follow_is_refused(policies: Path, amends: str, date: dt.date, words: str) -> None:
    """Promise: versions of one cycle follow one another in time; a branch or a step back is refused."""
    amendment(policies / "2026", policies, "2026-b", dt.date(2026, 7, 1), SCHEMAS)
    with pytest.raises(InputError, match=words):
        amendment(policies / amends, policies, "2026-c", date, SCHEMAS)
