"""The state of a workspace is made of snapshots alone: whatever the order of imports, it is the same rows."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake import connect
from engine.problems import InputError
from tests.workspace.importing import small
from tests.workspace.importing.office import bring
from tests.workspace.making import AT
from workspace import state
from workspace.changed_rows import changed_rows
from workspace.opening import Workspace

DAYS = ("20260301", "20260302", "20260302_1200", "")
IDS = ("甲1", "甲2", "甲3")
OPENED = "2026-03-01 09:00:00"
CLOSED = ("", "2026-03-01 10:00:00", "2026-03-01 11:00:00")


@dataclass(frozen=True)
class File:
    """``day`` is in the name; without one, the latest event of the orders dates the file."""

    day: str
    rows: tuple[Mapping[str, str], ...]

    @property
    def exported(self) -> str:
        if not self.day:
            return max(event(row) for row in self.rows)
        moment = dt.datetime.strptime(self.day, "%Y%m%d_%H%M" if "_" in self.day else "%Y%m%d")
        return moment.isoformat(" ")


def event(row: Mapping[str, str]) -> str:
    return max(row["open_dt"], row["closed_dt"])


@st.composite
def orders(draw: st.DrawFn) -> File:
    ids = draw(st.lists(st.sampled_from(IDS), min_size=1, unique=True))
    cells = st.fixed_dictionaries(
        {
            "department": st.sampled_from(("东", "西")),
            "open_dt": st.just(OPENED),
            "target_dt": st.sampled_from(("", "2026-12-31 00:00:00")),
            "closed_dt": st.sampled_from(CLOSED),
        }
    )
    return File(draw(st.sampled_from(DAYS)), tuple({"编号": id, **draw(cells)} for id in ids))


@st.composite
def awards(draw: st.DrawFn) -> File:
    row = st.fixed_dictionaries({"月份": st.sampled_from(("2026-02", "2026-03")), "加分": st.sampled_from(("1", "2"))})
    return File(draw(st.sampled_from(DAYS[:3])), tuple(draw(st.lists(row, min_size=1, max_size=3))))


@dataclass(frozen=True)
class Found:
    """All that a state says; entries, which are numbered as they came, are left out of origins."""

    snapshots: tuple[str, ...]
    digest: str
    rows: Mapping[str, list[tuple[object, ...]]]
    origins: list[tuple[str, int, str] | None]


def found_after(files: Sequence[Sequence[tuple[str, File]]], folder: Path) -> Found:
    """What is known after one import for each group of named files."""
    office = small.office(folder)
    for group in files:
        paths = [small.write(folder, name, file.rows) for name, file in group]
        bring(office, *paths)
    source = state.head(office)
    rows = {table: small.rows(office, source, folder / table, table) for table in ("orders", "awards")}
    origins = [state.origin(office, source, id) for id in IDS]
    places = [None if one is None else (one.file, one.record, one.snapshot) for one in origins]
    return Found(source.snapshots, source.digest, rows, places)


@settings(max_examples=6)
@given(st.data())
def test_any_order_and_any_grouping_of_files_give_the_same_state(data: st.DataObject) -> None:
    """Promise: permuted and differently grouped imports come to the same name, the same rows and the same origins, and
    of each order the record is one of the newest export, and there of the latest event."""
    drawn = data.draw(st.lists(st.one_of(orders(), orders(), awards()), min_size=1, max_size=4))
    drawn.append(
        File("20260301", ({"编号": "甲9", "department": "东", "open_dt": OPENED, "target_dt": "", "closed_dt": ""},))
    )
    files = [(f"文件{number}_{file.day}", file) for number, file in enumerate(drawn)]
    permuted = data.draw(st.permutations(files))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(files)), max_size=2)) | {0, len(files)})
    groups = [permuted[first:last] for first, last in pairwise(cuts) if first != last]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        plainly = found_after([[item] for item in files], Path(one))
        otherwise = found_after(groups, Path(two))
    assert plainly == otherwise
    current = {row[0]: row for row in plainly.rows["orders"]}
    for id in IDS:
        known = [(file.exported, event(row)) for _, file in files for row in file.rows if row.get("编号") == id]
        assert (id in current) == bool(known)
        if known:
            _, _, opened, _, closed, *_ = current[id]
            assert str(closed or opened) == max(known)[1]
            assert {file.exported for name, file in files if current[id][5] == f"{name}.csv"} == {max(known)[0]}


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return small.office(tmp_path)


def order(id: str, unit: str = "东") -> dict[str, object]:
    return {"编号": id, "department": unit, "open_dt": OPENED}


def test_a_state_of_the_past_is_what_was_known_then(office: Workspace, tmp_path: Path) -> None:
    """Promise: later imports change nothing in a state that is asked for by its entry."""
    for number in (1, 2):
        bring(office, small.write(tmp_path, f"2026030{number}", [order("甲1", f"单位{number}")]))
    then = state.at(office, 2)
    assert small.rows(office, then, tmp_path / "then", "orders")[0][1] == "单位1"
    assert small.rows(office, state.head(office), tmp_path / "now", "orders")[0][1] == "单位2"
    assert (state.at(office, 1).snapshots, state.at(office, 3)) == ((), state.head(office))
    assert state.origin(office, then, "没有") is None


def test_a_state_says_what_is_missing(office: Workspace, tmp_path: Path) -> None:
    """Promise: evaluating before anything was imported is told in words, not as a missing file of a scratch folder."""
    with pytest.raises(InputError, match="工作区里还没有“工单”"):
        small.rows(office, state.head(office), tmp_path / "empty", "orders")


def test_a_renamed_column_is_one_column(office: Workspace, tmp_path: Path) -> None:
    """Promise: snapshots read by versions with other names for a column, or without it, are one table."""
    bring(office, small.write(tmp_path, "20260301", [order("甲1"), order("甲2")]))
    version = office.layout.policies / "smallest"
    text = (version / "fields.yaml").read_text("utf-8")
    text = text.replace("key: [编号]", "key: [单号]").replace(
        "- {id: 编号, type: text, missing: refuse}",
        "- {id: 单号, type: text, missing: refuse, aliases: [编号]}\n      - {id: 备注, type: text}",
    )
    (version / "fields.yaml").write_text(text, "utf-8")
    path = tmp_path / "20260302.csv"
    path.write_text("单号,department,open_dt,target_dt,closed_dt,备注\n甲1,西,2026-03-01 09:00,,,改派\n", "utf-8")
    bring(office, path, at=AT)
    found = small.rows(office, state.head(office), tmp_path / "now", "orders")
    assert [row[:3] for row in found] == [("甲1", "改派", "西"), ("甲2", None, "东")]
    assert [past.file for past in state.history(office, "甲1")] == ["20260301.csv", "20260302.csv"]


def test_a_column_that_became_personal_is_not_handed_on(tmp_path: Path) -> None:
    """Promise: what an earlier version did not call personal is read by no evaluation under a version that does."""
    workspace = small.office(tmp_path)
    row = {"编号": "甲1", "department": "东", "open_dt": OPENED, "target_dt": "", "closed_dt": ""}
    bring(workspace, small.write(tmp_path / "in", "orders20260301", [row]), at=AT)
    (orders_,) = (table for table in small.tables(workspace) if table.id == "orders")
    hidden = tuple(replace(column, personal=column.id == "department") for column in orders_.columns)
    for table, handed_on in ((orders_, True), (replace(orders_, columns=hidden), False)):
        target = tmp_path / str(handed_on)
        target.mkdir()
        state.folder(workspace, state.head(workspace), [table], target)
        with connect(threads=1) as connection:
            found = connection.execute(f"FROM '{target / 'orders.parquet'}'").description
            names = [column[0] for column in found or ()]
        assert ("department" in names) is handed_on


def test_a_changed_row_tells_nothing_personal(tmp_path: Path) -> None:
    """Promise: what a version calls personal is told of no changed row, also where an earlier version kept it."""
    workspace = small.office(tmp_path)
    for day, points in (("20260301", "1"), ("20260302", "7")):
        bring(workspace, small.write(tmp_path / day, f"awards{day}", [{"月份": "2026-03", "加分": points}]), at=AT)
    (awards,) = (table for table in small.tables(workspace) if table.id == "awards")
    hidden = tuple(replace(column, personal=column.id == "加分") for column in awards.columns)
    old, new = state.at(workspace, 2), state.head(workspace)
    told = [set(row.row.cells) for row in changed_rows(workspace, old, new, awards)]
    assert told == [{"月份", "加分"}] * 2
    assert list(changed_rows(workspace, old, new, replace(awards, columns=hidden))) == []
