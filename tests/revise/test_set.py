"""``policy set``: every value can be reached, what is written fits, nothing else changes."""

from __future__ import annotations

import difflib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.policy.parts import PARTS, load_parts
from engine.policy.schema import Schemas
from engine.problems import InputError
from engine.revise.edit import set_value, texts_of
from engine.revise.paths import find
from engine.revise.text import Piece

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"
SCHEMA = Schemas(SCHEMAS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "p"
    shutil.copytree(POLICY, target, ignore=shutil.ignore_patterns("cases", "manifest*"))
    return target


def scalars(piece: Piece, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Piece, bool]]:
    """Every scalar with its path in full, and whether it is part of a reference to a reading."""
    keys = {key.value for key, _ in piece.entries}
    reference = "reading" in keys and keys <= {"reading", "part"}
    for key, inner in piece.entries:
        if inner.value is not None:
            yield (*path, str(key.value)), inner, reference
        yield from scalars(inner, (*path, str(key.value)))
    for number, item in enumerate(piece.items, 1):
        name = item.text("id") or str(number)
        if item.value is not None:
            yield (*path, name), item, False
        yield from scalars(item, (*path, name))


@pytest.mark.parametrize("part", sorted(part for part in PARTS if (POLICY / f"{part}.yaml").exists()))
def test_every_value_can_be_reached(part: str) -> None:
    """Promise: each scalar of the 2026 policy has a path; those in a reference are where the reading is."""
    files = texts_of(POLICY)
    number = 0
    for path, piece, reference in scalars(files[part].root, (part,)):
        if reference:
            with pytest.raises(InputError, match=r"由 reading“.*提供"):
                find(".".join(path), files)
        else:
            assert find(".".join(path), files).piece is piece, path
        number += 1
    assert number > 5


@pytest.mark.parametrize(
    ("path", "value", "old", "new"),
    [
        ("indicators.satisfaction.weight", "35", "    weight: 30", "    weight: 35"),
        ("obligations.dispute-2wd.deadline.clock.amount", "3", "{amount: 2, unit", "{amount: 3, unit"),
        ("consequences.last-3-cumulative.when.all.2.times", "4", "times: 3}", "times: 4}"),
        ("readings.quarters.chosen", "calendar", "chosen: cycle", "chosen: calendar"),
        ("readings.bonus-cap.options.month.value.points", "2.5", "per: month, points: 3}", "per: month, points: 2.5}"),
        ("rules.a3-06.when.contains", "7", 'contains: "6"}', 'contains: "7"}'),
        ("rules.risk.rules.risk-repeat.when.at_least", "3", "at_least: 2}", "at_least: 3}"),
        (
            "readings.same-day-contact.options.strict.value.applies.all.2.time_before",
            "15:00:00",
            "14:00:00",
            "15:00:00",
        ),
        ("policy.document.issuers.1", "甲委: 乙", "上海市宝山区建设和管理委员会", '"甲委: 乙"'),
        ("consequences.last-quarter.gates", "[three-rates]", "gates: []", "gates: [three-rates]"),
        ("indicators.volume.over", "own", "{peers: 同类部门}", "own"),
        ("calendar.2026.makeup_workdays.1", "2026-01-10", "2026-01-04", "2026-01-10"),
        ("clauses.一(三).covered_by.2026", "2027", '"2026"', '"2027"'),
    ],
)
def test_one_value_is_one_line(folder: Path, path: str, value: str, old: str, new: str) -> None:
    """Promise: setting a value changes its text in its line, and comments, order and quotes stay."""
    before = {file: file.read_bytes() for file in folder.glob("*.yaml")}
    done = set_value(folder, SCHEMA, path, value)
    assert done.written
    changed = [file for file, raw in before.items() if file.read_bytes() != raw]
    assert [file.stem for file in changed] == [path.split(".", maxsplit=1)[0]]
    lines = difflib.ndiff(before[changed[0]].decode().split("\n"), changed[0].read_text("utf-8").split("\n"))
    kept = [line for line in lines if line[0] in "+-"]
    assert [line[0] for line in kept] == ["-", "+"]
    assert old in kept[0] and kept[0][2:].replace(old, new, 1) == kept[1][2:]
    load_parts(folder, SCHEMAS, {})


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("indicators.satisfacton.weight", "1", ["没有“satisfacton”", "是不是“satisfaction”", "indicators.yaml:"]),
        ("indicator.volume.weight", "1", ["没有“indicator”这一部分", "是不是“indicators”"]),
        ("indicators.volume", "1", ["一组值", "weight"]),
        ("indicators.volume.weight.x", "1", ["是一个值，里面没有别的"]),
        ("indicators.volume.weight", "多", ["应是数", "indicators.yaml:9:13"]),
        ("indicators.volume.weight", "-3", ["必须大于 0", "-3"]),
        (
            "obligations.dispute-2wd.deadline.clock.unit",
            "years",
            ["可以写：minutes、hours、days、working_days、working_hours"],
        ),
        ("readings.quarters.chosen", "lunar", ["没有这个选项", "是不是“calendar”"]),
        ("policy.in_force.from", "2026-02-30", ["日期不存在", "policy.yaml:12:"]),
        ("consequences.last-quarter.gates", "[a", ["括号没有配齐"]),
        (
            "indicators.volume.when_empty",
            "full",
            ["readings.empty-indicator.options.spread.value", "spread、full、zero"],
        ),
        ("ranking.last.when_tied", "none", ["readings.tie-for-last.options.all-last.value.when_tied"]),
        ("ranking.eligible.event", "接单时间", ["readings.event-month.options.own-event.value.closing"]),
        ("indicators.on_time.event", "[接单时间]", ["readings.event-month.options.own-event.value.closing"]),
    ],
)
def test_what_cannot_be_set_says_why(folder: Path, path: str, value: str, words: list[str]) -> None:
    """Promise: a refusal names what is there, what is allowed or where the value is, and changes no file."""
    before = {file: file.read_bytes() for file in folder.glob("*.yaml")}
    with pytest.raises(InputError) as caught:
        set_value(folder, SCHEMA, path, value)
    for word in words:
        assert word in str(caught.value)
    assert {file: file.read_bytes() for file in folder.glob("*.yaml")} == before


def test_a_path_that_means_two_things_is_refused(folder: Path) -> None:
    """Promise: an id that stands in two places is not guessed at."""
    path = folder / "rules.yaml"
    path.write_text(path.read_text("utf-8").replace("id: risk-order,", "id: table-3,"), "utf-8")
    with pytest.raises(InputError, match=r"不止一处.*rules\.tags\.table-3、rules\.decisions\.table-3"):
        find("rules.table-3.title", texts_of(folder))
    assert find("rules.tags.table-3.title", texts_of(folder)).piece.value == "潜在风险工单"


def test_a_broken_version_can_be_mended(folder: Path) -> None:
    """Promise: what was wrong before does not stop a value from being set right, or another from being set."""
    path = folder / "indicators.yaml"
    path.write_text(path.read_text("utf-8").replace("weight: 5\n", "weight: five\n"), "utf-8")
    set_value(folder, SCHEMA, "indicators.on_time.weight", "25")
    set_value(folder, SCHEMA, "indicators.volume.weight", "5")
    load_parts(folder, SCHEMAS, {})


def test_the_mark_goes_with_the_value(folder: Path) -> None:
    """Promise: setting a value, even to what it was, takes away the mark at it and no other comment."""
    path = folder / "indicators.yaml"
    text = path.read_text("utf-8")
    marked = text.replace("    weight: 5\n", "    weight: 5  # 待复核：权重\n", 1)
    marked = marked.replace("    weight: 30\n", "    # 待复核：权重\n    weight: 30 # 三十\n", 1)
    path.write_text(marked, "utf-8")
    done = set_value(folder, SCHEMA, "indicators.volume.weight", "5")
    assert done.reviewed and done.old == done.new == "5"
    set_value(folder, SCHEMA, "indicators.satisfaction.weight", "30")
    assert path.read_text("utf-8") == text.replace("    weight: 30\n", "    weight: 30 # 三十\n", 1)
