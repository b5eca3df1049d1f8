"""``hotline publish`` and ``published`` as people type them, and what ``hotline evaluate`` then shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.main import main
from tests.shapes import fits
from tests.workspace.publishing.office import better_march, imported
from workspace.opening import Workspace

AS_OF = ("--as-of", "2026-11-23")


@pytest.fixture(autouse=True)
def program(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    """The tests' cache and a screen that is wide enough."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.setenv("COLUMNS", "140")


def test_publish_list_and_correct(
    announced: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Promise: the month is published from the run that was named or a new one, the table says what would have to be
    corrected and how, and the list shows both entries with who and why."""
    monkeypatch.chdir(announced.layout.root)
    assert main(["publish", "2026-02", "--run", "r3", "--by", "张三"]) == 0
    assert capsys.readouterr().out.splitlines()[:2] == [
        "已公布 2026-02：据 R3，由 张三，链上第 5 条记录",
        "参加排名 6 个单位，末位：路政养护中心（14.07）；前提成立",
    ]
    imported(announced, tmp_path / "later", {"orders": better_march()})
    assert main(["evaluate", "--period", "2026-03", *AS_OF, "--by", "张三"]) == 0
    shown = capsys.readouterr().out
    for text in (
        "【2026-03（已公布，据 R3）】",
        "【已公布月份的更正】",
        "非末位 → 末位",
        "后果不再有：路政养护中心",
        "更正用：hotline publish 2026-03 --correct --reason 事由",
    ):
        assert text in shown
    assert better_march()[0]["工单编号"] in shown
    assert main(["publish", "2026-03", "--correct", "--reason", "补录了回访结果", *AS_OF, "--by", "李四"]) == 0
    assert "取代第 4 条记录" in capsys.readouterr().out
    assert main(["published", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    fits("publications", listed)
    assert [(one["period"], one["kind"], one["in_force"], one["replaces"]) for one in listed] == [
        ("2026-03", "publication", False, None),
        ("2026-02", "publication", True, None),
        ("2026-03", "correction", True, 4),
    ]
    assert (listed[2]["by"], listed[2]["reason"], listed[0]["run"]) == ("李四", "补录了回访结果", "R3")
    assert main(["published"]) == 0
    table = capsys.readouterr().out
    assert "公布（已被更正）" in table and "补录了回访结果" in table
    assert main(["evaluate", "--period", "2026-03", *AS_OF, "--by", "张三"]) == 0
    shown = capsys.readouterr().out
    assert "（已公布并更正，据 R7）" in shown and "【已公布月份的更正】" not in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["2026-3"], "写成 2026-03"),
        (["2026-03", "--correct"], "更正要写明事由"),
        (["2026-03", "--correct", "--reason", " "], "更正要写明事由"),
        (["2026-03", "--reason", "事由"], "加上 --correct"),
        (["2026-03", "--run", "R3", *AS_OF], "--as-of 不能与 --run 同用"),
        (["2026-03", "--run", "R9"], "没有这次计算"),
        (["2026-03", "--run", "R3"], "已经公布"),
        (["2027-03", "--run", "R3"], "不在这次计算的考核周期里"),
        (["2026-04", "--correct", "--reason", "事由", "--run", "R3"], "还没有公布，无从更正"),
        (["2026-04", "--by", " "], "--by 不能是空的"),
    ],
)
def test_what_is_refused(announced: Workspace, capsys: pytest.CaptureFixture[str], words: list[str], said: str) -> None:
    """Promise: whatever cannot be done ends with exit code 2, nothing on stdout, and what to do instead."""
    assert main(["publish", *words, "--workspace", str(announced.layout.root)]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and shown.out == ""


def test_a_new_run_is_not_kept_for_what_is_refused(announced: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: where no run is named, none is recorded before it is known that the month can be published."""
    assert main(["publish", "2026-03", *AS_OF, "--workspace", str(announced.layout.root)]) == 2
    assert main(["runs", "--format", "json", "--workspace", str(announced.layout.root)]) == 0
    assert [run["run"] for run in json.loads(capsys.readouterr().out)] == ["R3"]


def test_nothing_published(golden: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Promise: an empty list says what to type."""
    assert main(["published", "--workspace", str(golden.layout.root)]) == 0
    assert "hotline publish" in capsys.readouterr().out
    assert main(["published", "--format", "json", "--workspace", str(golden.layout.root)]) == 0
    assert json.loads(capsys.readouterr().out) == []
