"""What an import does to a workspace: which table a file is, what becomes of its rows, what is told."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path

import polars
import pytest
from sqlmodel import col, select

from engine.policy.build import load_policy
from engine.problems import InputError
from tests.running import GOLDEN, POLICY, SCHEMAS
from tests.workspace.importing.office import (
    APPLICATIONS,
    BONUSES,
    HEADER,
    UNITS,
    book,
    bring,
    cells,
    current,
    order,
    put,
    rows_of,
    text,
)
from tests.workspace.making import AT, make
from workspace import state
from workspace.database import entries
from workspace.imported import imported
from workspace.importing.counting import Counts
from workspace.models import Snapshot
from workspace.opening import Workspace

DAY = "工单20260305.csv"


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return make(tmp_path / "office")


def test_a_folder_is_imported_in_one_entry_with_its_catalogue(office: Workspace) -> None:
    """Promise: all files of one command are one entry, which names who did it, and the catalogue says the same."""
    summary = bring(office, GOLDEN, by="王主任")
    with office.store.reading() as session:
        (entry,) = entries(session, "import")
        rows = session.exec(select(Snapshot).order_by(col(Snapshot.part))).all()
    assert (entry.seq, entry.by, summary.entry) == (2, "王主任", 2)
    assert [row.table for row in rows] == ["averages", "bonuses", "orders", "units"]
    assert [(row.digest, row.records) for row in rows] == [
        (item.part.snapshot, item.part.orders) for item in imported(office)
    ]
    assert {said.table: said.counts.new for said in summary.tables} == {
        "averages": 36,
        "bonuses": 31,
        "orders": 727,
        "units": 6,
    }
    assert summary.unread == ("README.md", "expected.json")


def test_the_same_file_again_changes_nothing(office: Workspace, tmp_path: Path) -> None:
    """Promise: importing twice appends nothing and says since when it is known, from wherever the file is read."""
    first = put(tmp_path / DAY, [order("A1")])
    units = put(tmp_path / "名册.csv", [{"承办单位": "甲中心", "同类部门": "建设"}], UNITS)
    bring(office, first, units)
    before = state.head(office)
    (tmp_path / "copy").mkdir()
    copy = Path(shutil.copy(first, tmp_path / "copy"))
    again = bring(office, copy, units, at=AT + dt.timedelta(days=9))
    assert (again.entry, again.tables) == (None, ())
    assert [file.known for file in again.files] == [2, 2]
    assert state.head(office) == before


def test_every_sheet_and_format_is_the_same_table(office: Workspace, tmp_path: Path) -> None:
    """Promise: several sheets, GB18030 and Parquet come to the same rows as plain text does."""
    rows = [order(f"A{n}", 满意度="满意", 办理时限="2026-03-09 09:00") for n in range(1, 5)]
    header = [name if name != "接单时间" else "派单时间" for name in HEADER]
    typed = [order(f"A{n}", 满意度="满意", 接单时间=dt.datetime(2026, 3, 2, 9), 办理时限=46090.375) for n in (1, 2)]
    book(tmp_path / "甲20260305.xlsx", {"一": rows_of(typed[:1]), "封面": [["某区热线"]], "二": rows_of(typed[1:])})
    put(tmp_path / "乙20260305.csv", [{**rows[2], "派单时间": rows[2]["接单时间"]}], header, "gb18030")
    frame = polars.DataFrame({name: [str(rows[3].get(name, "")) or None] for name in HEADER})
    frame.write_parquet(tmp_path / "丙20260305.parquet")
    summary = bring(office, *(tmp_path / name for name in ("甲20260305.xlsx", "乙20260305.csv", "丙20260305.parquet")))
    found = current(office, tmp_path / "state")
    assert cells(found, "工单编号", "满意度", "办理时限", "接单时间") == [
        (f"A{n}", "满意", dt.datetime(2026, 3, 9, 9), dt.datetime(2026, 3, 2, 9)) for n in range(1, 5)
    ]
    places = ["甲20260305.xlsx/一", "甲20260305.xlsx/二", "乙20260305.csv", "丙20260305.parquet"]
    assert cells(found, "_file", "_record") == [(place, 1) for place in places]
    assert summary.files[0].remarks == ("工作表“封面”未使用：认不出是哪一张表",)


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ([name for name in HEADER if name != "满意度"], "最像“工单”.*缺少列“满意度”"),
        ([*HEADER, "受理时间"], "几列都是“接单时间”"),
        (["甲", "乙"], "表头没有一列是考核方案里写的"),
        ([*HEADER, "同类部门", "对口科室"], "同时符合几张表：“工单”、“承办单位名册”"),
    ],
)
def test_a_file_that_is_no_table_or_two_is_refused(
    office: Workspace, tmp_path: Path, header: list[str], said: str
) -> None:
    """Promise: what cannot be told apart is an error that names the nearest table, and nothing at all is imported."""
    good = put(tmp_path / "工单.csv", [order("A1")])
    bad = put(tmp_path / "x.csv", [order("A2")], header)
    with pytest.raises(InputError) as caught:
        bring(office, good, bad)
    assert re.search(said, str(caught.value).replace("\n", " "))
    assert imported(office) == ()


def test_a_name_decides_between_two_tables(office: Workspace, tmp_path: Path) -> None:
    """Promise: the advice that the error gives works."""
    path = put(tmp_path / "工单.csv", [order("A1")], [*HEADER, "同类部门", "对口科室"])
    assert [file.table for file in bring(office, path).files] == ["orders"]


def test_all_mistakes_of_all_files_come_at_once(office: Workspace, tmp_path: Path) -> None:
    """Promise: one run tells every file that cannot be imported, and a broken reference table is refused as a whole."""
    (tmp_path / "a.csv").write_bytes(b"")
    (tmp_path / "b.xlsx").write_bytes(b"PK\x03\x04")
    put(tmp_path / "c.csv", [{"月份": "三月", "承办单位": "甲", "加分": "-1"}], BONUSES)
    with pytest.raises(InputError) as caught:
        bring(office, tmp_path / "a.csv", tmp_path / "b.xlsx", tmp_path / "c.csv")
    said = str(caught.value)
    for words in ("a.csv: 文件是空的", "b.xlsx: 不是 xlsx 工作簿", "应为 YYYY-MM 这样的月份", "不能小于 0"):
        assert words in said
    for path, words in ((tmp_path / "no.csv", "没有这个文件"), (tmp_path / "x.xls", "旧的 xls")):
        if path.suffix == ".xls":
            path.write_bytes(b"x")
        with pytest.raises(InputError, match=words):
            bring(office, path)


def test_the_newest_record_wins_and_history_stays(office: Workspace, tmp_path: Path) -> None:
    """Promise: whichever file comes first, the order is as last exported; older records are kept and told."""
    newer = put(tmp_path / "20260306.csv", [order("A1", 满意度="满意"), order("A2")])
    older = put(tmp_path / "20260305.csv", [order("A1", 满意度="一般"), order("A2"), order("A3")])
    assert bring(office, newer).tables[0].counts == Counts(new=2)
    assert bring(office, older).tables[0].counts == Counts(new=1, unchanged=1, older=1)
    newest = put(tmp_path / "20260307.csv", [order("A1", 满意度="不满意"), order("A2")])
    assert bring(office, newest).tables[0].counts == Counts(changed=1, unchanged=1)
    assert cells(current(office, tmp_path / "s"), "工单编号", "满意度", "_file") == [
        ("A1", "不满意", "20260307.csv"),
        ("A2", "", "20260307.csv"),
        ("A3", "", "20260305.csv"),
    ]
    assert [(past.file, past.seq, past.row["满意度"]) for past in state.history(office, "A1")] == [
        ("20260305.csv", 3, "一般"),
        ("20260306.csv", 2, "满意"),
        ("20260307.csv", 4, "不满意"),
    ]
    found = state.origin(office, state.at(office, 3), "A1")
    assert found is not None
    assert (found.file, found.record, found.seq) == ("20260306.csv", 1, 2)


def test_an_import_is_held_against_the_snapshots_that_have_its_orders(office: Workspace, tmp_path: Path) -> None:
    """Promise: of many snapshots those count that have one of the file's orders, be they none, few or nearly all."""
    bring(office, *(put(tmp_path / f"2026030{day}.csv", [order(f"A{day}"), order("A0")]) for day in range(1, 8)))
    for day, touched, said in (
        (6, ("A0", "A1", "A7"), Counts(changed=1, unchanged=1, older=1)),
        (8, ("A1", "A2", "A3", "A4", "A5", "A6", "B1"), Counts(new=1, changed=5, unchanged=1)),
        (9, ("B2", "B3"), Counts(new=2)),
        (9, ("B1", "B2", "B4"), Counts(new=1, unchanged=2)),
    ):
        rows = [order(id, 满意度="" if id == "A0" else "满意") for id in touched]
        path = put(tmp_path / f"{'、'.join(touched)}于2026030{day}.csv", rows)
        assert bring(office, path).tables[0].counts == said


def test_within_one_export_the_later_event_wins(office: Workspace, tmp_path: Path) -> None:
    """Promise: of two records exported together, the one that knows more is the newer; a deadline is no event."""
    ids = [f"A{number}" for number in range(8)]  # what decides without events would be right for some of them
    early = put(tmp_path / "甲20260306.csv", [order(id, 办理时限="2026-12-31 09:00") for id in ids])
    closed = {"办理时限": "2026-03-09 09:00", "办结时间": "2026-03-04 10:00"}
    bring(office, put(tmp_path / "乙20260306.csv", [order(id, **closed) for id in ids]))
    assert bring(office, early).tables[0].counts == Counts(older=8)
    assert cells(current(office, tmp_path / "s"), "_file") == [("乙20260306.csv",)] * 8


def test_a_table_without_a_key_is_replaced_month_by_month(office: Workspace, tmp_path: Path) -> None:
    """Promise: identical awards stay several; a newer file replaces the months that it has, and says what went."""
    march = {"月份": "2026-03", "承办单位": "甲", "加分": "1"}
    april = {**march, "月份": "2026-04"}
    bring(office, put(tmp_path / "加分20260401.csv", [march, march, april], BONUSES))
    newer = put(tmp_path / "加分20260402.csv", [march, {**march, "加分": "2"}, {**march, "加分": "3"}], BONUSES)
    assert bring(office, newer).tables[0].counts == Counts(new=1, changed=1, unchanged=1)
    older = put(tmp_path / "加分20260331.csv", [{**march, "加分": "9"}, {**march, "月份": "2026-02"}], BONUSES)
    assert bring(office, older).tables[0].counts == Counts(new=1, older=1)
    fewer = put(tmp_path / "加分20260403.csv", [{**march, "加分": "3"}], BONUSES)
    assert bring(office, fewer).tables[0].counts == Counts(unchanged=1, gone=2)
    found = sorted((str(row["月份"]), float(str(row["加分"]))) for row in current(office, tmp_path / "s", "bonuses"))
    assert found == [("2026-02", 1.0), ("2026-03", 3.0), ("2026-04", 1.0)]


def test_an_edited_roster_counts_from_its_import(office: Workspace, tmp_path: Path) -> None:
    """Promise: a file that nothing dates is as new as its import, so that an edited one replaces what it corrects."""
    roster = put(tmp_path / "名册.csv", [{"承办单位": "甲", "同类部门": "东"}], UNITS)
    assert bring(office, roster).files[0].exported_from == "import"
    put(roster, [{"承办单位": "甲", "同类部门": "西"}, {"承办单位": "乙", "同类部门": "西"}], UNITS)
    summary = bring(office, roster, at=AT + dt.timedelta(hours=1))
    assert summary.tables[0].counts == Counts(new=1, changed=1)
    assert cells(current(office, tmp_path / "s", "units"), "承办单位", "同类部门") == [("乙", "西"), ("甲", "西")]


def test_the_option_says_when_files_were_exported(office: Workspace, tmp_path: Path) -> None:
    """Promise: what the user says of the moment of the export goes before names and content."""
    bring(office, put(tmp_path / "20260306.csv", [order("A1", 满意度="满意")]))
    late = put(tmp_path / "20260301.csv", [order("A1", 满意度="一般")])
    asked = dt.datetime(2026, 3, 6, 9, 30)
    summary = bring(office, late, exported=asked)
    assert (summary.files[0].exported, summary.files[0].exported_from) == ("2026-03-06 09:30:00", "option")
    assert cells(current(office, tmp_path / "s"), "满意度") == [("一般",)]
    assert bring(office, late, exported=asked).entry is None


def test_another_moment_of_the_same_file_is_told(office: Workspace, tmp_path: Path) -> None:
    """Promise: a file that is imported again as of another moment is kept as of both, and is said to be known."""
    path = put(tmp_path / "20260301.csv", [order("A1", 满意度="一般")])
    bring(office, path)
    again = bring(office, path, exported=dt.datetime(2026, 3, 6))
    assert again.entry == 3 and again.tables[0].counts == Counts(unchanged=1)
    (remark,) = again.files[0].remarks
    assert "第 2 条" in remark and "2026-03-01 00:00:00" in remark and "2026-03-06 00:00:00" in remark
    assert bring(office, path, exported=dt.datetime(2026, 3, 1)).entry is None


def test_approved_applications_reach_the_orders(office: Workspace, tmp_path: Path) -> None:
    """Promise: an application's newest state counts, and its evidence, applicant and approver stay to be seen."""
    asked = {
        "工单编号": "A1",
        "剔除情形": "6",
        "证据": "录音",
        "申请人": "甲科",
        "状态": "申请",
        "申请时间": "2026-03-05 09:00",
    }
    bring(office, put(tmp_path / "申请.csv", [asked], APPLICATIONS))
    approved = {**asked, "状态": "批准", "审批人": "王主任", "审批时间": "2026-03-06 09:00"}
    again = put(tmp_path / "申请二.csv", [approved], APPLICATIONS)
    assert bring(office, again).tables[0].counts == Counts(changed=1)
    (row,) = current(office, tmp_path / "s", "applications")
    assert (row["状态"], row["证据"], row["申请人"], row["审批人"]) == ("批准", "录音", "甲科", "王主任")
    assert [past.row["状态"] for past in state.history(office, "A1", "applications")] == ["申请", "批准"]


def test_what_an_empty_cell_means_is_left_to_the_policy(office: Workspace, tmp_path: Path) -> None:
    """Promise: a snapshot holds what the file holds, so that a version with another reading of blanks can read it."""
    bring(office, put(tmp_path / DAY, [order("A1")]))
    assert cells(current(office, tmp_path / "s"), "先行联系", "是否匿名") == [("", "")]


def test_undeclared_columns_are_told_and_not_kept(office: Workspace, tmp_path: Path) -> None:
    """Promise: a column that no policy declares may be personal; it is reported and stored nowhere."""
    secret = {"身份证号": "310113190001011234"}
    (file,) = bring(office, put(tmp_path / DAY, [order("A1") | secret], [*HEADER, *secret])).files
    assert file.remarks == ("不认识的列未使用：身份证号",)
    for path in (tmp_path / "office").rglob("*"):
        assert not path.is_file() or b"310113190001011234" not in path.read_bytes()


def test_snapshots_are_the_same_bytes_everywhere(tmp_path: Path) -> None:
    """Promise: the same files in any workspace give the same snapshots and the same name of the state."""
    found = []
    for number in (1, 2):
        office = make(tmp_path / f"office{number}")
        bring(office, GOLDEN)
        found.append(state.head(office))
        target = tmp_path / f"state{number}"
        target.mkdir()
        state.folder(office, found[-1], load_policy(POLICY, SCHEMAS, {}).tables, target)
    assert found[0] == found[1]
    for path in sorted((tmp_path / "state1").iterdir()):
        assert path.read_bytes() == (tmp_path / "state2" / path.name).read_bytes()


def test_the_summary_is_in_the_entry(office: Workspace, tmp_path: Path) -> None:
    """Promise: what an import changed can be read from the chain later."""
    bring(office, put(tmp_path / DAY, [order("A1"), order("A2", 满意度="好")]))
    with office.store.reading() as session:
        (entry,) = entries(session, "import")
    assert json.loads(entry.body)["summary"]["orders"] == {
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "older": 0,
        "gone": 0,
        "set_aside": 1,
    }


def test_an_export_without_a_row_is_no_error(office: Workspace, tmp_path: Path) -> None:
    """Promise: a day without orders imports."""
    (tmp_path / DAY).write_text(text([]), "utf-8")
    assert bring(office, tmp_path / DAY).files[0].rows == 0
