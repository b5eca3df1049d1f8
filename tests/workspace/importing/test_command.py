"""``hotline import`` and ``aside`` as they are typed, and several of them at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from cli.main import main
from tests.running import ROOT
from tests.shapes import fits
from tests.workspace.importing import small
from tests.workspace.making import make
from workspace import state
from workspace.imported import imported
from workspace.opening import Workspace

OPENED = "2026-03-01 09:00:00"


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return small.office(tmp_path)


@pytest.fixture
def hotline(office: Workspace, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs a command in the workspace."""

    def run(*words: object) -> tuple[int, str, str]:
        code = main([*map(str, words), "--workspace", str(office.layout.root)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def orders(folder: Path, name: str, *ids: str, **cells: str) -> Path:
    return small.write(folder, name, [{"编号": id, "department": "东", "open_dt": OPENED, **cells} for id in ids])


def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    fits("import", found)
    return found


def test_the_summary_says_what_each_file_was_and_what_changed(hotline: Any, tmp_path: Path) -> None:
    """Promise: people read which table a file was taken for, its moment and why; what is new, changed, set aside."""
    hotline("import", orders(tmp_path, "20260305", "甲1", "甲2"))
    code, out, err = hotline("import", orders(tmp_path, "20260306", "甲1", "甲3", ""), "--by", "王主任")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines() if line.strip()]
    assert ["表", "新增", "更改", "不变", "未采用"] in lines
    assert ["工单", "1", "0", "1", "1"] in lines
    assert ["20260306.csv", "工单", "2026-03-06", "00:00:00", "文件名", "2", "1"] in lines
    assert "已导入，记为第 3 条记录" in out and "共有 1 行等着改" in out


def test_a_second_import_says_that_nothing_changed(hotline: Any, tmp_path: Path) -> None:
    """Promise: the same file again is said to be known, since which entry."""
    path = orders(tmp_path, "20260305", "甲1")
    hotline("import", path)
    code, out, _ = hotline("import", path)
    assert code == 0
    assert "没有改变：这些文件的内容都已经导入过" in out and "已在第 2 条" in out


def test_the_document_for_programs_keeps_its_schema(hotline: Any, tmp_path: Path) -> None:
    """Promise: ``--format json`` prints one object that the schema describes, with rows set aside and without."""
    target = tmp_path / "待改.xlsx"
    path = orders(tmp_path, "20260305", "甲1", "")
    found = document(hotline("import", path, "--format", "json", "--aside", target)[1])
    assert found["aside"] == {"file": str(target), "rows": 1}
    assert (found["entry"], found["waiting"], found["tables"][0]["new"]) == (2, 1, 1)
    again = document(hotline("import", path, "--format", "json", "--aside", tmp_path / "b.xlsx")[1])
    assert (again["entry"], again["aside"]) == (None, {"file": None, "rows": 0})
    assert not (tmp_path / "b.xlsx").exists()


def test_waiting_rows_are_written_to_a_new_workbook_only(hotline: Any, tmp_path: Path) -> None:
    """Promise: ``hotline aside`` never writes over a file, in which somebody may have mended rows."""
    hotline("import", orders(tmp_path, "20260305", "甲1", ""))
    code, out, _ = hotline("aside", tmp_path / "a.xlsx")
    assert (code, "共 1 行" in out) == (0, True)
    assert len(CalamineWorkbook.from_path(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()) == 2
    for target, said in (("a.xlsx", "已经存在"), ("a.csv", "xlsx"), ("no/a.xlsx", "文件夹不存在")):
        code, _, err = hotline("aside", tmp_path / target)
        assert code == 2 and said in err
        assert hotline("import", tmp_path / "20260305.csv", "--aside", tmp_path / target)[0] == 2


def test_nothing_waits_in_a_clean_workspace(hotline: Any, tmp_path: Path) -> None:
    """Promise: no empty workbook is written."""
    assert hotline("aside", tmp_path / "a.xlsx")[1] == "没有等着改的行\n"
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--exported", "昨天"], "--exported 的时间看不懂"),
        (["--policy", "2099"], "没有这个政策版本"),
        (["--format", "csv"], "--format 不能是 csv"),
    ],
)
def test_what_was_typed_wrongly_is_told(hotline: Any, tmp_path: Path, words: list[str], said: str) -> None:
    """Promise: a wrong option is an error in words, and nothing is imported."""
    code, out, err = hotline("import", orders(tmp_path, "20260305", "甲1"), *words)
    assert (code, out) == (2, "")
    assert said in err


def test_a_folder_without_files_is_told(hotline: Any, tmp_path: Path) -> None:
    """Promise: a wrong folder is an error, not an import of nothing."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "说明.txt").write_text("")
    code, _, err = hotline("import", tmp_path / "empty")
    assert code == 2 and "没有可以导入的文件" in err


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_several_imports_at_once_are_as_one_after_the_other(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    """Promise: processes that import the same and other files at once all end well; nothing is doubled or lost, and
    what each says that it changed adds up as if they had come one by one."""
    address = "sqlite:///hotline.db" if kind == "sqlite" else request.getfixturevalue("postgres").new_database()
    office = make(tmp_path / "office", address, policies=small.policies(tmp_path / "policies"))
    files = [orders(tmp_path, f"2026030{day}", "甲1", f"甲{day}") for day in (2, 3, 4)]
    words = [[files[0]], [files[0], files[1]], [files[1], files[2]], [files[2]]]
    program = [sys.executable, "-m", "cli.main", "import", "--format", "json", "--workspace", str(office.layout.root)]
    running = [
        subprocess.Popen(
            [*program, *map(str, some)], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for some in words
    ]
    ended = [(one.communicate(timeout=300), one.returncode) for one in running]
    assert [(code, err) for (_, err), code in ended] == [(0, "")] * len(words)
    assert sorted(item.part.name for item in imported(office)) == [path.name for path in files]
    said = [document(out) for (out, _), _ in ended]
    assert sum(table["new"] for one in said for table in one["tables"]) == 4
    assert small.rows(office, state.head(office), tmp_path / "now", "orders")[0][5] == "20260304.csv"
