"""From files to a result: a year that was imported is the year that the files hold."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.running import GOLDEN, GOLDEN_AS_OF, ROOT, compiled, run
from tests.workspace.importing import small
from tests.workspace.importing.office import book, bring, order, rows_of
from tests.workspace.making import make
from workspace import state


def test_an_imported_year_comes_to_what_its_folder_comes_to(tmp_path: Path) -> None:
    """Promise: importing loses and adds nothing: every rank, consequence and order is as from the files themselves."""
    office, target, plan = make(tmp_path / "office"), tmp_path / "state", compiled()
    bring(office, GOLDEN)
    target.mkdir()
    state.folder(office, state.head(office), plan.policy.tables, target)
    direct, imported = run(plan, GOLDEN, GOLDEN_AS_OF), run(plan, target, GOLDEN_AS_OF)
    assert imported.decisions == direct.decisions
    assert {**imported.result, "input": None} == {**direct.result, "input": None}
    assert imported.result["input"]["orders"] == direct.result["input"]["orders"]


def test_a_unit_that_no_roster_has_is_told_with_the_file_it_came_from(tmp_path: Path) -> None:
    """Promise: references are checked when a state is evaluated, and then the row's own file and record are named."""
    office, target, plan = make(tmp_path / "office"), tmp_path / "state", compiled()
    rows = rows_of([order("A1", 承办单位="丁中心")])
    bring(office, book(tmp_path / "20260305.xlsx", {"工单": rows}), GOLDEN / "units.csv")
    target.mkdir()
    state.folder(office, state.head(office), plan.policy.tables, target)
    (row,) = run(plan, target, GOLDEN_AS_OF, decisions=False).result["set_aside_rows"]
    assert (row["file"], row["record"], row["column"]) == ("20260305.xlsx/工单", 1, "承办单位")


def test_a_bar_is_drawn_on_a_terminal_and_nowhere_else(tmp_path: Path) -> None:
    """Promise: somebody who waits sees how far it is, on stderr; a program sees nothing there."""
    office = small.office(tmp_path)
    path = small.write(tmp_path, "20260305", [{"编号": "甲1", "department": "东", "open_dt": "2026-03-01 09:00:00"}])
    words = [sys.executable, "-m", "cli.main", "import", str(path), "--workspace", str(office.layout.root)]
    reading, writing = pty.openpty()
    shown = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=writing, check=True)
    os.close(writing)
    assert "正在导入".encode() in os.read(reading, 1 << 16)
    os.close(reading)
    assert "正在导入".encode() not in shown.stdout
    assert subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stderr == b""
