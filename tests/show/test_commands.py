"""``policy show`` by clause and ``policy readings`` as they are typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from .conftest import POLICY, Ran


def test_show_by_clause_reads_in_the_order_of_the_document(hotline: Callable[..., Ran]) -> None:
    """Promise: every clause of the document appears, in its order, with its title."""
    ran = hotline("policy", "show", "2026", "--by", "clause")
    assert (ran.code, ran.err) == (0, "")
    at = 0
    for clause in yaml.safe_load((POLICY / "clauses.yaml").read_text("utf-8"))["clauses"]:
        at = ran.out.index(f"{clause['id']} {clause['title']}", at)


def test_show_one_clause_shows_its_parts_only(hotline: Callable[..., Ran]) -> None:
    """Promise: one clause is read with what is inside it and nothing else."""
    ran = hotline("policy", "show", "2026", "--clause", "附件1-5")
    assert "满意每件 100 分" in ran.out and "附件1-4" not in ran.out


def test_show_by_part_is_the_overview(hotline: Callable[..., Ran]) -> None:
    """Promise: without asking for clauses, the overview comes as before."""
    assert hotline("policy", "show", "2026").out == hotline("policy", "show", "2026", "--by", "part").out
    assert "【指标】" in hotline("policy", "show", "2026").out


def test_show_into_a_file(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: a file gets the same text without colours or trailing blanks, and stdout stays empty."""
    target = tmp_path / "plan.txt"
    ran = hotline("policy", "show", "2026", "--clause", "附件1", "--output", target)
    assert (ran.code, ran.out) == (0, "") and str(target) in ran.err
    lines = target.read_text("utf-8").split("\n")
    assert "\x1b" not in "".join(lines) and all(line == line.rstrip() for line in lines)
    assert any("市民满意情况" in line for line in lines)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--clause", "附件9"), "没有条款 附件9"),
        (("--by", "page"), "--by 不能是 page"),
        (("--by", "part", "--format", "html"), "只用于按条文"),
        (("--format", "pdf"), "可以写：text、html"),
        (("--by", "clause", "--output", "/nowhere/plan.txt"), "文件夹不存在"),
    ],
)
def test_show_refuses_what_it_cannot_do(hotline: Callable[..., Ran], words: tuple[str, ...], said: str) -> None:
    """Promise: a wrong word is told in Chinese with what may be written, before anything is read."""
    ran = hotline("policy", "show", "2026", *words)
    assert (ran.code, ran.out) == (2, "") and said in ran.err


def test_readings_for_people_and_programs(hotline: Callable[..., Ran]) -> None:
    """Promise: every reading is listed with its options and the chosen one, the same in the table and in JSON."""
    ran = hotline("policy", "readings", "2026", "--format", "json")
    found = {reading["id"]: reading for reading in json.loads(ran.out)["readings"]}
    table = hotline("policy", "readings", "2026").out
    listed = yaml.safe_load((POLICY / "readings.yaml").read_text("utf-8"))["readings"]
    assert set(found) == {reading["id"] for reading in listed}
    for reading in listed:
        shown = found[reading["id"]]
        for key in ("title", "clause", "question", "chosen", "why", "status"):
            assert shown[key] == reading[key]
        assert [option["id"] for option in shown["options"]] == [option["id"] for option in reading["options"]]
        assert f"* {reading['chosen']}：" in table


def test_readings_show_a_ruling(hotline: Callable[..., Ran], folder: Path) -> None:
    """Promise: who confirmed a reading, when and in what words is seen where readings are listed."""
    hotline(
        "policy",
        "confirm",
        "tie-for-last",
        "--by",
        "许可科",
        "--on",
        "2026-05-01",
        "--note",
        "函复",
        "--version",
        folder,
    )
    out = hotline("policy", "readings", folder).out
    assert "许可科于 2026-05-01 确认：函复" in out and "22 处待确认" in out
