"""Rows set aside: kept with their reasons, written as a workbook, mended there, and imported again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.workspace.importing.office import HEADER, NAME, PHONE, book, bring, cells, current, order, put, rows_of
from tests.workspace.making import AT, make
from workspace import records
from workspace.imported import imported
from workspace.importing.aside import Sheet, waiting
from workspace.importing.mending import workbook
from workspace.opening import Workspace
from workspace.state import kept_of, opened

PERSONAL = ("来电人", "联系方式", "诉求地址", "诉求内容")


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return make(tmp_path / "office")


def places(sheets: tuple[Sheet, ...]) -> list[str]:
    return [row.place for sheet in sheets for row in sheet.rows]


def mended(workspace: Workspace, path: Path, *edits: tuple[int, str, str]) -> Path:
    """The workbook for mending with some cells changed: (row from 1, header, value), as a person would save it."""
    path.write_bytes(workbook(waiting(workspace)))
    found = CalamineWorkbook.from_path(str(path))
    sheets = {name: found.get_sheet_by_name(name).to_python() for name in found.sheet_names}
    for rows in sheets.values():
        for row, header, value in edits:
            rows[row][rows[0].index(header)] = value
    return book(path, sheets)


def test_rows_wait_with_their_reasons_and_own_headers(office: Workspace, tmp_path: Path) -> None:
    """Promise: a broken row is kept with every reason, written under the file's own headers, wrong cells marked."""
    header = ["派单时间" if name == "接单时间" else name for name in HEADER]
    broken = [
        {**order("A2", 满意度="好"), "派单时间": "2026-02-30 09:00"},
        {**order("A3"), "派单时间": "2026-03-02 09:00", "办结时间": "2026-03-03 09:00"},
    ]
    good = {**order("A1"), "派单时间": "2026-03-02 09:00"}
    summary = bring(office, put(tmp_path / "20260305_0930.csv", [good, *broken], header))
    assert (summary.waiting, summary.files[0].set_aside, summary.files[0].rows) == (2, 2, 1)
    path = tmp_path / "aside.xlsx"
    path.write_bytes(workbook(waiting(office)))
    found = CalamineWorkbook.from_path(str(path))
    assert found.sheet_names == ["1 工单 20260305_093000"]
    head, first, second = found.get_sheet_by_index(0).to_python()
    assert head == [
        *(name for name in header if name not in ("来电人", "联系方式", "诉求地址", "诉求内容")),
        "原因",
        "出处",
    ]
    told = dict(zip(head, first, strict=True))
    assert (told["派单时间"], told["满意度"], told["出处"]) == ("2026-02-30 09:00", "好", "20260305_0930.csv 第 2 条")
    assert "接单时间：没有这个时间" in str(told["原因"]) and "满意度：不是认可的取值" in str(told["原因"])
    assert dict(zip(head, second, strict=True))["原因"] == "办理时限：填了“办结时间”就必须填“办理时限”"
    assert workbook(waiting(office)) == path.read_bytes()


def test_mended_rows_are_imported_and_wait_no_more(office: Workspace, tmp_path: Path) -> None:
    """Promise: a mended row counts as of its file's export, and what is still wrong waits in its place."""
    rows = [order("A1", 满意度="好"), order("A2", 诉求类型="闲聊"), order("A3", 次数="x")]
    bring(office, put(tmp_path / "20260305.csv", rows))
    path = mended(office, tmp_path / "改好20260401.xlsx", (1, "满意度", "满意"))
    summary = bring(office, path)
    assert (summary.files[0].exported, summary.files[0].exported_from) == ("2026-03-05 00:00:00", "sheet")
    assert summary.files[0].remarks == ()
    assert places(waiting(office)) == ["改好20260401.xlsx/1 工单 20260305_000000 第 2 条"]
    assert cells(current(office, tmp_path / "s"), "工单编号", "满意度") == [("A1", "满意"), ("A3", "")]
    again = mended(office, tmp_path / "再改.xlsx", (1, "诉求类型", "咨询"))
    assert bring(office, again).waiting == 0


def test_a_mended_row_is_still_its_caller_s(office: Workspace, tmp_path: Path) -> None:
    """Promise: the workbook for mending holds no number, yet the mended order counts as its caller's, even where it
    needed mending twice or other files of the same name had rows at the same place."""
    for day, phone in (("20260304", "13800000000"), ("20260305", PHONE)):
        rows = [order("A0", 联系方式=PHONE), order(f"A{day}", 满意度="好", 诉求类型="闲聊", 联系方式=phone)]
        bring(office, put(tmp_path / day / "工单.csv", rows), exported=dt.datetime.strptime(day, "%Y%m%d"))
    once = mended(office, tmp_path / "改.xlsx", (1, "满意度", "满意"))
    assert bring(office, once).waiting == 2
    assert bring(office, mended(office, tmp_path / "再改.xlsx", (1, "诉求类型", "咨询"))).waiting == 0
    with opened(tmp_path) as connection:
        records.newest(connection, kept_of(office, imported(office), "orders"), "state")
        found = dict(connection.execute("SELECT 工单编号, _caller FROM state").fetchall())
    assert found["A20260305"] == found["A0"] is not None
    assert found["A20260304"] not in (None, found["A0"])


def test_a_later_export_of_the_order_closes_a_row(office: Workspace, tmp_path: Path) -> None:
    """Promise: a row waits until its order has a valid record exported at the same time or later, in any order."""
    broken = put(tmp_path / "20260305.csv", [order("A1", 满意度="好"), order("A2", 满意度="好")])
    earlier = put(tmp_path / "20260304.csv", [order("A1")])
    later = put(tmp_path / "20260306.csv", [order("A1"), order("A2", 满意度="坏")])
    bring(office, later)
    assert places(waiting(office)) == ["20260306.csv 第 2 条"]
    bring(office, broken)
    assert places(waiting(office)) == ["20260306.csv 第 2 条"]
    assert bring(office, earlier).waiting == 1
    same = put(tmp_path / "同日20260306.csv", [order("A2")])
    assert bring(office, same).waiting == 0


def test_rows_without_a_number_of_their_own_are_tied_to_their_place(office: Workspace, tmp_path: Path) -> None:
    """Promise: a row whose number is missing or another's is closed by the row that says it mends it."""
    rows = [order(""), order("A1"), order("A1"), order("A2")]
    bring(office, put(tmp_path / "20260305.csv", rows))
    assert places(waiting(office)) == [f"20260305.csv 第 {number} 条" for number in (1, 2, 3)]
    path = mended(office, tmp_path / "改.xlsx", (1, "工单编号", "B1"), (2, "工单编号", "B2"), (3, "工单编号", "B3"))
    assert bring(office, path).waiting == 0
    assert [row["工单编号"] for row in current(office, tmp_path / "s")] == ["A2", "B1", "B2", "B3"]


def test_only_what_one_import_set_aside_is_asked_for(office: Workspace, tmp_path: Path) -> None:
    """Promise: ``--aside`` at an import writes that import's rows alone."""
    bring(office, put(tmp_path / "20260305.csv", [order("A1", 满意度="好")]))
    entry = bring(office, put(tmp_path / "20260306.csv", [order("A2", 满意度="好")])).entry
    assert places(waiting(office, entry)) == ["20260306.csv 第 1 条"]
    assert len(places(waiting(office))) == 2


def test_cells_of_a_row_that_slipped_are_not_kept(office: Workspace, tmp_path: Path) -> None:
    """Promise: a record with too few cells may hold a name where a type belongs, so nothing of it is kept."""
    path = put(tmp_path / "20260305.csv", [order("A1"), order("A2")])
    lines = path.read_text("utf-8").splitlines()
    slipped = lines[2].replace("A2,", "", 1)
    path.write_text("\n".join([lines[0], lines[1], slipped]) + "\n", "utf-8")
    assert bring(office, path).waiting == 1
    ((row,),) = [sheet.rows for sheet in waiting(office)]
    assert (dict(row.cells), row.order) == ({}, "")
    assert "列" in str(row.breaches[0])
    for kept in (tmp_path / "office" / "objects").rglob("*"):
        if kept.is_file():
            content = kept.read_bytes()
            assert NAME.encode() not in content and PHONE.encode() not in content


def test_names_that_slipped_into_the_key_are_not_kept(office: Workspace, tmp_path: Path) -> None:
    """Promise: where the cells of two records of one caller slipped, they look like one order twice; its number, which
    is a name, is not kept either."""
    header = ("工单编号", "来电人", *(name for name in HEADER if name not in ("工单编号", "来电人")))
    path = put(tmp_path / "20260305.csv", [order(id) for id in ("A1", "A2", "A3")], header)
    text = path.read_text("utf-8").replace("A2,", "", 1).replace("A3,", "", 1)
    path.write_text(text, "utf-8")
    assert bring(office, path).waiting == 2
    rows = [row for sheet in waiting(office) for row in sheet.rows]
    assert [(dict(row.cells), row.order) for row in rows] == [({}, "")] * 2
    for kept in (tmp_path / "office" / "objects").rglob("*"):
        assert not kept.is_file() or NAME.encode() not in kept.read_bytes()


def test_numbers_that_excel_spoilt_are_shown_as_it_has_them(office: Workspace, tmp_path: Path) -> None:
    """Promise: a long number that Excel rounded is set aside, never guessed."""
    rows = rows_of([order("A1")])
    rows[1][0] = 1234567890123456789
    rows[1][HEADER.index("接单时间")] = dt.datetime(2026, 3, 2, 9)
    bring(office, book(tmp_path / "20260305.xlsx", {"工单": rows}), at=AT)
    ((row,),) = [sheet.rows for sheet in waiting(office)]
    assert "超过 15 位" in str(row.breaches[0])
