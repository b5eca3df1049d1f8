"""``policy confirm`` records a ruling and changes nothing else."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.plan_view.build import load_plan

from .conftest import SCHEMAS, Ran


def changed(old: str, new: str) -> list[str]:
    lines = difflib.ndiff(old.splitlines(), new.splitlines())
    return [line for line in lines if line[0] in "+-"]


def confirm(hotline: Callable[..., Ran], folder: Path, *words: object, reading: str = "bulletin-due") -> Ran:
    given = {"--by": "行政许可科", "--on": "2026-05-06", "--note": "口头答复：照旧 #1"}
    given |= {str(k): str(v) for k, v in zip(words[::2], words[1::2], strict=True)}
    return hotline("policy", "confirm", reading, *[w for pair in given.items() for w in pair], "--version", folder)


def test_only_the_ruling_changes(hotline: Callable[..., Ran], folder: Path) -> None:
    """Promise: four lines of one file change: the status, and by whom, when and in what words."""
    before = {path: path.read_bytes() for path in folder.rglob("*.yaml")}
    ran = confirm(hotline, folder)
    assert ran.code == 0 and "采用 no-roll" in ran.out
    file = folder / "readings.yaml"
    assert {path for path, raw in before.items() if path.read_bytes() != raw} == {file}
    assert changed(before[file].decode(), file.read_text("utf-8")) == [
        "-     status: provisional",
        "+     status: confirmed",
        "+     confirmed_by: 行政许可科",
        "+     confirmed_on: 2026-05-06",
        '+     note: "口头答复：照旧 #1"',
    ]
    reading = next(r for r in load_plan(folder, SCHEMAS, {}).readings if r.id == "bulletin-due")
    assert (reading.confirmed_by, reading.confirmed_on, reading.note) == (
        "行政许可科",
        "2026-05-06",
        "口头答复：照旧 #1",
    )


def test_another_option_and_a_second_ruling(hotline: Callable[..., Ran], folder: Path) -> None:
    """Promise: a ruling may choose another option; a later ruling replaces the earlier one, line by line."""
    file = folder / "readings.yaml"
    first = file.read_text("utf-8")
    ran = confirm(hotline, folder, "--option", "next-workday")
    assert "no-roll 改为 next-workday" in ran.out
    again = confirm(hotline, folder, "--option", "no-roll", "--on", "2026-06-01", "--note", "改回")
    assert again.code == 0
    assert "取代了此前的确认：行政许可科 于 2026-05-06，采用 next-workday，说明" in again.out
    difference = changed(first, file.read_text("utf-8"))
    assert not any("chosen" in line for line in difference)
    assert [line for line in difference if line[0] == "+"] == [
        "+     status: confirmed",
        "+     confirmed_by: 行政许可科",
        "+     confirmed_on: 2026-06-01",
        '+     note: "改回"',
    ]


def test_comments_and_bracketed_readings(hotline: Callable[..., Ran], folder: Path) -> None:
    """Promise: comments stay where they are, and a reading written in brackets is confirmed in its brackets."""
    file = folder / "readings.yaml"
    text = file.read_text("utf-8")
    text = text.replace("    status: provisional\n", "    status: provisional  # 已去函\n")
    text += "  - {id: x, title: 甲, clause: 三, question: 乙, options: [{id: a, title: 丙, value: 1}], "
    text += "chosen: a, why: 丁, status: provisional}  # 末行\n"
    file.write_text(text, "utf-8")
    assert confirm(hotline, folder).code == 0
    assert "status: confirmed  # 已去函\n    confirmed_by: 行政许可科\n" in file.read_text("utf-8")
    assert confirm(hotline, folder, "--note", "可", reading="x").code == 0
    end = "status: confirmed, confirmed_by: 行政许可科, confirmed_on: 2026-05-06, note: 可}  # 末行\n"
    assert file.read_text("utf-8").endswith(end)


@pytest.mark.parametrize(
    ("words", "reading", "said"),
    [
        ((), "bulletin-du", "是不是“bulletin-due”？"),
        (("--option", "no-rol"), "bulletin-due", "是不是“no-roll”？"),
        (("--on", "2026-02-30"), "bulletin-due", "不是真实的日期（值：2026-02-30）"),
        (("--on", "5月6日"), "bulletin-due", "YYYY-MM-DD"),
        (("--by", "  "), "bulletin-due", "--by: 须是一行文字"),
        (("--note", "甲\n乙"), "bulletin-due", "--note: 须是一行文字"),
    ],
)
def test_what_cannot_be_recorded(
    hotline: Callable[..., Ran], folder: Path, words: tuple[str, ...], reading: str, said: str
) -> None:
    """Promise: a slip is told with what to write instead, and the file stays as it was."""
    before = (folder / "readings.yaml").read_bytes()
    ran = confirm(hotline, folder, *words, reading=reading)
    assert ran.code == 2 and said in ran.err and ran.out == ""
    assert (folder / "readings.yaml").read_bytes() == before


def test_a_released_version_is_not_touched(hotline: Callable[..., Ran], folder: Path) -> None:
    """Promise: a released version says to make an amendment."""
    (folder / "manifest.yaml").write_text("released_on: 2026-03-24\nby: x\nfiles: []\n", "utf-8")
    before = (folder / "readings.yaml").read_bytes()
    ran = confirm(hotline, folder)
    assert ran.code == 2 and "修订版本" in ran.err
    assert (folder / "readings.yaml").read_bytes() == before
