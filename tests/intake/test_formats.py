"""Excel and Parquet: the same rows mean the same, and what Excel stores in place of what was typed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars
import pytest
import xlsxwriter

from engine.intake import connect, error_cells, take_in, workbook, write_typed
from engine.intake.files import Source
from engine.intake.reading import checked
from engine.intake.sources import open_source
from engine.problems import InputError
from tests.intake.sample import GOOD, HEADER, ORDERS, TABLES, order, put, put_units, read

T = dt.datetime


def book_of(folder: Path, cells: dict[str, object], **options: bool) -> Path:
    """An order whose given cells are stored as Excel would store them."""
    put_units(folder)
    book = xlsxwriter.Workbook(str(folder / "orders.xlsx"), options)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy/m/d h:mm"})
    sheet.write_row(0, 0, HEADER)
    for place, name in enumerate(HEADER):
        value = cells.get(name, GOOD[name])
        if isinstance(value, dt.datetime):
            sheet.write_datetime(1, place, value, day)
        elif isinstance(value, str):
            sheet.write_string(1, place, value)
        elif value is not None:
            sheet.write(1, place, value)
    book.close()
    return folder


@pytest.mark.parametrize("form", ["gb18030", "xlsx", "parquet"])
def test_the_same_rows_in_another_format_mean_the_same(tmp_path: Path, form: str) -> None:
    """Promise: what is read, set aside and said does not depend on the format."""
    rows = [
        order(1, 标签="3;1"),
        order(2, 类型="?"),
        order(3, 次数="-1", 收到="x"),
        order(4),
        order(4),
        order(5, 类型="甲"),
    ]
    (tmp_path / "csv").mkdir()
    (tmp_path / "other").mkdir()
    plain, valid = read(put(tmp_path / "csv", rows))
    other, others = read(put(tmp_path / "other", rows, form))

    def said(intake: object) -> list[tuple[object, ...]]:
        aside = intake.set_aside  # type: ignore[attr-defined]
        return [(a.record, a.order, a.column, a.value, a.reason.replace("orders." + form, "orders.csv")) for a in aside]

    assert [{**row, "_file": ""} for row in others] == [{**row, "_file": ""} for row in valid]
    assert said(other) == said(plain)


@pytest.mark.parametrize(
    ("column", "stored", "meant"),
    [
        ("编号", 12345.0, "12345"),
        ("编号", 123456789012345, "123456789012345"),
        ("次数", 2.0, 2),
        ("标签", 3, "3"),
        ("匿名", True, "是"),
        ("匿名", False, "否"),
        ("收到", 46086.5, T(2026, 3, 5, 12)),
        ("收到", T(2026, 3, 5, 9, 0, 1), T(2026, 3, 5, 9, 0, 1)),
        ("时限", 46088.99998842592, T(2026, 3, 7, 23, 59, 59)),
        ("备注", None, None),
    ],
)
def test_excel_cells_are_read_as_people_meant_them(tmp_path: Path, column: str, stored: object, meant: object) -> None:
    """Promise: numbers that Excel made of ids, dates and counts are what was typed."""
    intake, rows = read(book_of(tmp_path, {column: stored}))
    assert intake.set_aside == ()
    assert rows[0][column] == meant


@pytest.mark.parametrize(
    ("column", "stored", "said"),
    [
        ("编号", 1234567890123456, "超过 15 位"),
        ("次数", 1.5, "不小于 0 的整数"),
        ("次数", -1, "不小于 0 的整数"),
        ("收到", 5.5, "不是可以识别的时间"),
        ("收到", 20260305, "不是可以识别的时间"),
        ("收到", dt.time(9, 0), "不是可以识别的时间"),
    ],
)
def test_excel_cells_that_lost_their_meaning_are_set_aside(
    tmp_path: Path, column: str, stored: object, said: str
) -> None:
    """Promise: what Excel cannot have kept is not guessed."""
    intake, _ = read(book_of(tmp_path, {column: stored}))
    assert intake.orders == 0
    assert [aside.column for aside in intake.set_aside] == [column]
    assert said in intake.set_aside[0].reason


def test_serial_numbers_of_a_1904_workbook_count_from_1904(tmp_path: Path) -> None:
    """Promise: a workbook of an old Mac is not read four years off."""
    _, rows = read(book_of(tmp_path, {"收到": 46086.5 - 1462, "办结": T(2026, 3, 6, 9)}, date_1904=True))
    assert (rows[0]["收到"], rows[0]["办结"]) == (T(2026, 3, 5, 12), T(2026, 3, 6, 9))


def test_a_month_that_excel_made_a_date_is_a_month(tmp_path: Path) -> None:
    """Promise: 2026-03 typed into Excel stays a month."""
    put(tmp_path, [order()])
    book = xlsxwriter.Workbook(str(tmp_path / "bonuses.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["月份", "单位", "分"])
    sheet.write_datetime(1, 0, T(2026, 3, 1), book.add_format({"num_format": "yyyy-mm"}))
    sheet.write_row(1, 1, ["一队", 0.1])
    book.close()
    intake, _ = read(tmp_path)
    assert [(row["月份"], str(row["分"])) for row in intake.rows["bonuses"]] == [("2026-03", "1/10")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_an_xlsx_that_is_not_one_is_refused(tmp_path: Path, content: bytes) -> None:
    """Promise: a renamed, cut or encrypted workbook is an error that says what to do."""
    put_units(tmp_path)
    (tmp_path / "orders.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=r"orders\.xlsx"):
        read(tmp_path)


def test_typed_parquet_is_checked_like_text(tmp_path: Path) -> None:
    """Promise: typed columns are taken as they are, and still checked."""
    put_units(tmp_path)
    columns = {name: [GOOD[name]] * 3 for name in HEADER}
    frame = polars.DataFrame({**columns, "编号": [1, 2, 3]}).with_columns(
        polars.Series("匿名", [True, None, False]),
        polars.Series("次数", [2, -1, None]),
        polars.Series("标签", [["3", "1"], [], ["二"]]),
        polars.Series("金额", [1.5, 2.0, float("nan")]),
        *(polars.Series(name, [T(2026, 3, 5, 9, 0, 0, 600_000)] * 3) for name in ("收到", "办结")),
        polars.Series("时限", [dt.date(2026, 3, 7)] * 3),
    )
    frame.write_parquet(tmp_path / "orders.parquet")
    intake, rows = read(tmp_path)
    assert [(row["编号"], row["匿名"], row["标签"], row["次数"], row["收到"]) for row in rows] == [
        ("1", "是", "1;3", 2, T(2026, 3, 5, 9, 0, 1)),
        ("3", "否", "2", None, T(2026, 3, 5, 9, 0, 1)),
    ]
    assert [(aside.record, aside.column, aside.value) for aside in intake.set_aside] == [(2, "次数", "-1")]


def test_a_folder_of_parquet_files_is_one_table(tmp_path: Path) -> None:
    """Promise: parts are read together, and a row's place names its part."""
    put(tmp_path, [order(1), order(2, 类型="?")], "parquet")
    (tmp_path / "orders").mkdir()
    (tmp_path / "orders.parquet").rename(tmp_path / "orders" / "b.parquet")
    put(tmp_path, [order(3)], "parquet")
    (tmp_path / "orders.parquet").rename(tmp_path / "orders" / "a.parquet")
    intake, rows = read(tmp_path)
    assert [row["编号"] for row in rows] == ["A3", "A1"]
    assert [(aside.file, aside.record) for aside in intake.set_aside] == [("orders/b.parquet", 2)]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"hello"])
def test_a_parquet_file_that_is_not_one_is_refused(tmp_path: Path, content: bytes) -> None:
    """Promise: bytes that are not Parquet are an error."""
    put_units(tmp_path)
    (tmp_path / "orders.parquet").write_bytes(content)
    with pytest.raises(InputError, match=r"orders\.parquet"):
        read(tmp_path)


def test_zoned_times_are_refused(tmp_path: Path) -> None:
    """Promise: an instant is not taken for a local time."""
    put(tmp_path, [order()], "parquet")
    frame = polars.read_parquet(tmp_path / "orders.parquet")
    zoned = polars.Series("收到", [T(2026, 3, 5, 9)]).dt.replace_time_zone("UTC")
    frame.with_columns(zoned).write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(InputError, match="带时区"):
        read(tmp_path)


def keep(source: Path, target: Path) -> Path:
    """``target`` gets the valid orders of ``source`` as typed Parquet, and the same units."""
    connection = connect()
    intake = take_in(TABLES, source, connection)
    target.mkdir()
    write_typed(connection, intake, ORDERS, target / "orders.parquet")
    put_units(target)
    return target


def test_kept_orders_are_the_same_and_not_checked_again(tmp_path: Path) -> None:
    """Promise: checked orders written and opened again are the same rows with the same origin and remarks."""
    (tmp_path / "a").mkdir()
    source = put(tmp_path / "a", [order(1, 类型="?"), order(2, 标签="3;1"), order(3, 时限="2026-03-05 08:00:00")])
    before, rows = read(source)
    after, again = read(keep(source, tmp_path / "b"))
    assert after.trusted and not before.trusted
    assert again == rows
    assert (after.orders, after.set_aside, after.first, after.last) == (2, (), before.first, before.last)
    assert [remark for remark in after.remarks if remark.count] == [remark for remark in before.remarks if remark.count]


def test_kept_orders_are_checked_again_when_a_unit_is_gone(tmp_path: Path) -> None:
    """Promise: trust ends where anything that a row's validity depends on has changed."""
    (tmp_path / "a").mkdir()
    target = keep(put(tmp_path / "a", [order(1), order(2, 单位="二队")]), tmp_path / "b")
    (target / "units.csv").write_text("单位,组\n一队,东\n", encoding="utf-8")
    intake, rows = read(target)
    assert not intake.trusted
    assert [row["编号"] for row in rows] == ["A1"]


def test_any_sheet_of_a_workbook_is_read_with_columns_carried_along(tmp_path: Path) -> None:
    """Promise: a sheet is chosen by name, and columns outside the table come along as text, row by row."""
    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))
    book.add_worksheet("空")
    sheet = book.add_worksheet("诉求")
    rows = [
        [*HEADER, "出处"],
        [*order(1, 姓名='某"人').values(), "甲处"],
        [*order(2, 类型="?").values(), 7],
        [*order(3).values()],
    ]
    for number, cells in enumerate(rows):
        sheet.write_row(number, 3, cells)  # empty columns at the left
    book.close()
    path = tmp_path / "book.xlsx"
    assert workbook.load(path, "空") is None
    assert workbook.sheets(path) == (("空", "诉求"), ())
    connection, source = connect(), Source(ORDERS, "book.xlsx", "xlsx", (path,))
    scan = open_source(source, tmp_path, connection, ("姓名", "出处", "没有"), workbook.load(path, "诉求"))
    _, found = checked(connection, scan, {}, tmp_path, lambda scan: scan.also, written=True)
    kept = connection.execute(f'SELECT 编号, 姓名, 出处, _record FROM "{found.relation}" ORDER BY _record').fetchall()
    assert kept == [("A1", '某"人', "甲处", 1), ("A3", "某人", None, 3)]
    assert [(cells["类型"], cells["出处"], cells["姓名"]) for cells in found.written.values()] == [("?", "7", "某人")]


def test_rows_that_say_where_they_came_from_are_named_by_that(tmp_path: Path) -> None:
    """Promise: Parquet rows with a file and record of their own are reported as rows of that file."""
    put_units(tmp_path)
    columns = {name: [GOOD[name]] * 2 for name in HEADER}
    frame = polars.DataFrame({**columns, "编号": ["A1", "A2"], "类型": ["甲类", "?"]})
    places: dict[str, list[object]] = {"_file": ["一.xlsx/甲", "二.csv"], "_record": [5, 7]}
    frame.with_columns(*(polars.Series(name, value) for name, value in places.items())).write_parquet(
        tmp_path / "orders.parquet"
    )
    intake, rows = read(tmp_path)
    assert [(row["_file"], row["_record"]) for row in rows] == [("一.xlsx/甲", 5)]
    assert [(aside.file, aside.record) for aside in intake.set_aside] == [("二.csv", 7)]
    assert not [remark for remark in intake.remarks if "不认识" in remark.text]


def test_what_stands_in_a_broken_file_is_not_repeated(tmp_path: Path) -> None:
    """Promise: an error about a file that cannot be read shows nothing of it, which may be somebody's number."""
    put_units(tmp_path)
    good = ",".join(order(1).values())
    (tmp_path / "orders.csv").write_text(f'{",".join(HEADER)}\n{good}\nA2,"一队"13800001234,\n', encoding="utf-8")
    with pytest.raises(InputError, match="引号之后还有文字") as error:
        read(tmp_path)
    assert "1380000" not in str(error.value)


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 5, 8, 11])
def test_a_long_sheet_is_read_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """Promise: records keep their numbers and content over the parts in which a sheet is read, empty rows too."""
    for name, value in (("_BATCH", 2), ("_PART", 4), ("LANDMARK_EVERY", 3)):
        monkeypatch.setattr(workbook, name, value)
    put_units(tmp_path)
    book = xlsxwriter.Workbook(str(tmp_path / "orders.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADER)
    empty = {5, 6, rows + 1, rows + 9}
    for number in range(1, rows + 1):
        if number not in empty:
            sheet.write_row(number, 0, order(number, 备注=f'第"{number}"条').values())
    sheet.write_blank(rows + 9, 0, None, book.add_format({"bold": True}))
    book.close()
    if not rows:
        with pytest.raises(InputError, match="没有数据"):
            read(tmp_path)
        return
    intake, found = read(tmp_path)
    given = [number for number in range(1, rows + 1) if number not in empty]
    assert [(row["_record"], row["编号"], row["备注"]) for row in found] == [
        (number, f"A{number}", f'第"{number}"条') for number in given
    ]
    assert {aside.record for aside in intake.set_aside} == {number for number in empty if number < max(given)}


@pytest.mark.parametrize(("left", "chunk"), [(0, 1 << 20), (2, 1 << 20), (0, 7), (0, 64)])
def test_an_excel_error_is_no_empty_cell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left: int, chunk: int
) -> None:
    """Promise: a lookup that failed in Excel never counts as a cell that was left empty: the row is set aside, at its
    place, with the error as its value; errors in columns that are not read say nothing."""
    monkeypatch.setattr(error_cells, "_CHUNK", chunk)
    put_units(tmp_path)
    book = xlsxwriter.Workbook(str(tmp_path / "orders.xlsx"))
    sheet = book.add_worksheet("工单")
    book.add_worksheet("别的").write_formula(1, 0, "=NA()", None, "#N/A")
    sheet.write_row(0, left, [*HEADER, "别的"])
    for number in range(1, 5):
        sheet.write_row(number, left, order(number).values())
    at = {name: left + place for place, name in enumerate(HEADER)}
    sheet.write_formula(2, at["办结"], "=NA()", None, "#N/A")
    sheet.write_formula(3, at["次数"], "=1/0", None, "#DIV/0!")
    sheet.write_formula(4, left + len(HEADER), "=NA()", None, "#N/A")
    book.close()
    intake, found = read(tmp_path)
    assert [row["编号"] for row in found] == ["A1", "A4"]
    told = [(aside.record, aside.order, aside.column, aside.value) for aside in intake.set_aside]
    assert told == [(2, "A2", "办结", "#N/A"), (3, "A3", "次数", "#DIV/0!")]
    assert all("Excel 的错误值" in aside.reason for aside in intake.set_aside)
