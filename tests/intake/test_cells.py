"""What a cell may hold: every rule with a cell that keeps it and one that breaks it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from tests.intake.sample import order, put, read

T = dt.datetime


@pytest.mark.parametrize(
    ("column", "written", "meant"),
    [
        ("编号", " \u3000A 1\t", "A 1"),
        ("单位", "二队 ", "二队"),
        ("类型", "甲", "甲类"),
        ("类型", "\u3000乙类", "乙类"),
        ("回应", "", "无"),
        ("匿名", "", ""),
        ("匿名", " 是", "是"),
        ("标签", "", ""),
        ("标签", "3； 1;二；1", "1;2;3"),
        ("标签", "二", "2"),
        ("标签", "2;", "2"),
        ("次数", "12", 12),
        ("次数", "007", 7),
        ("次数", "", None),
        ("金额", "0.5", Decimal("0.5")),
        ("金额", "99.680000000001", Decimal("99.680000000001")),
        ("次数", "10000", 10000),
        ("金额", "1000.500", Decimal("1000.5")),
        ("时限", "2026-03-07 09:01", T(2026, 3, 7, 9, 1)),
        ("时限", "2026/3/7 9:01", T(2026, 3, 7, 9, 1)),
        ("时限", "2026/03/07 09:01:05", T(2026, 3, 7, 9, 1, 5)),
        ("时限", " 2026-03-07 09:01:05 ", T(2026, 3, 7, 9, 1, 5)),
        ("备注", "=1+1", "=1+1"),
        ("备注", "", None),
        ("备注", "一\n二", "一\n二"),
    ],
)
def test_a_cell_is_read_as_it_is_meant(tmp_path: Path, column: str, written: str, meant: object) -> None:
    """Promise: aliases, blanks around a value, both forms of time and declared defaults are understood."""
    intake, rows = read(put(tmp_path, [order(1, **{column: written})]))
    assert intake.set_aside == ()
    assert rows[0][column] == meant


@pytest.mark.parametrize(
    ("column", "written", "said"),
    [
        ("编号", " \u3000 ", "不能为空"),
        ("单位", "", "不能为空"),
        ("单位", "一对", "是否应为“一队”"),
        ("类型", "丙类", "可写：甲类、乙类"),
        ("类型", "", "不能为空"),
        ("回应", "无所谓", "不是认可的取值"),
        ("匿名", "TRUE", "不是认可的取值"),
        ("标签", "1;4;9", "4、9 不是认可的取值"),
        ("次数", "-1", "不小于 0 的整数"),
        ("次数", "1.5", "不小于 0 的整数"),
        ("次数", "２", "不小于 0 的整数"),
        ("次数", "1e3", "不小于 0 的整数"),
        ("金额", "多", "应为数字"),
        ("金额", "0.499999999999", "应在 0.5 到 1000.5 之间"),
        ("金额", "1000.500000000001", "应在 0.5 到 1000.5 之间"),
        ("次数", "10001", "不能大于 10000.5"),
        ("金额", "99999999999999999999", "应在 0.5 到 1000.5 之间"),
        ("收到", "", "不能为空"),
        ("收到", "2026-02-30 09:00:00", "没有这个时间"),
        ("收到", "2026/2/30 9:00", "没有这个时间"),
        ("收到", "2026-03-05T09:00", "不是可以识别的时间"),
        ("收到", "2026-03-05", "不是可以识别的时间"),
        ("收到", "2026-03-05 24:00:00", "没有这个时间"),
        ("收到", "2026-03-05 09:00:00.5", "不是可以识别的时间"),
        ("收到", "2026-03-05  9:00:00", "不是可以识别的时间"),
        ("收到", "infinity", "不是可以识别的时间"),
        ("收到", "46000.5", "不是可以识别的时间"),
        ("收到", "=NOW()", "不是可以识别的时间"),
        ("时限", "", "填了“办结”就必须填“时限”"),
        ("时限", "无", "填了“办结”就必须填“时限”"),
        ("办结", "2026-03-05 08:59:59", "“办结”早于“收到”"),
    ],
)
def test_a_broken_cell_sets_its_order_aside(tmp_path: Path, column: str, written: str, said: str) -> None:
    """Promise: a row that breaks a rule is set aside with file, record, column, value and reason; others stay."""
    intake, rows = read(put(tmp_path, [order(1), order(2, **{column: written}), order(3)]))
    assert [row["编号"] for row in rows] == ["A1", "A3"]
    assert (intake.orders, intake.set_aside_rows) == (2, 1)
    [aside] = intake.set_aside
    assert (aside.file, aside.record, aside.column) == ("orders.csv", 2, column)
    assert said in aside.reason
    assert aside.value == " ".join(written.split())


def test_every_breach_of_a_row_is_listed(tmp_path: Path) -> None:
    """Promise: whoever corrects a row learns of all that is wrong with it at once."""
    intake, _ = read(put(tmp_path, [order(1, 类型="?", 次数="-", 收到="x"), order(2)]))
    assert [aside.column for aside in intake.set_aside] == ["收到", "次数", "类型"]
    assert intake.set_aside_rows == 1


def test_all_rows_of_a_doubled_key_are_set_aside(tmp_path: Path) -> None:
    """Promise: no row of a doubled key is taken for the right one, not even when another of them is broken anyway."""
    rows = [order(1), order(2), order(1, 编号=" A1"), order(3), order(1, 类型="?")]
    intake, valid = read(put(tmp_path, rows))
    assert [row["编号"] for row in valid] == ["A2", "A3"]
    doubled = [aside for aside in intake.set_aside if "重复" in aside.reason]
    assert [(aside.record, aside.order) for aside in doubled] == [(1, "A1"), (3, "A1"), (5, "A1")]
    assert "第 1 条、orders.csv 第 3 条" in doubled[0].reason
    assert intake.set_aside_rows == 3


def test_an_odd_order_of_times_is_remarked_and_evaluated(tmp_path: Path) -> None:
    """Promise: only the declared order of times sets aside; other odd orders are counted and named."""
    early = {"时限": "2026-03-05 08:00:00"}
    intake, rows = read(put(tmp_path, [order(1, **early), order(2), order(3, **early)]))
    assert (len(rows), intake.set_aside) == (3, ())
    [remark] = [remark for remark in intake.remarks if remark.count]
    assert (remark.count, remark.examples) == (2, ("A1", "A3"))
    assert "“时限”早于“收到”" in str(remark)


def test_a_number_that_looks_too_small_is_remarked_and_counts(tmp_path: Path) -> None:
    """Promise: a doubtful number changes nothing and never passes in silence."""
    intake, rows = read(put(tmp_path, [order(1, 金额="1.499"), order(2, 金额="1.5"), order(3), order(4, 金额="0.5")]))
    assert (len(rows), intake.set_aside) == (4, ())
    [remark] = [remark for remark in intake.remarks if remark.count]
    assert (remark.count, remark.examples) == (2, ("A1", "A4"))
    assert "“金额”小于 1.5，照常计算" in str(remark)


def test_personal_columns_are_neither_loaded_nor_quoted(tmp_path: Path) -> None:
    """Promise: what a person's name cell holds cannot reach the relation or a message."""
    intake, rows = read(put(tmp_path, [order(1, 姓名="张三三", 类型="?"), order(2, 姓名="李四四")]))
    assert "姓名" not in rows[0]
    assert "张三三" not in str(intake) and "李四四" not in str(rows)


def test_a_huge_cell_is_clipped_in_messages(tmp_path: Path) -> None:
    """Promise: a cell of a million characters is read, and never floods a message."""
    intake, rows = read(put(tmp_path, [order(1, 类型="长" * 1_000_000), order(2, 备注="话" * 1_000_000)]))
    assert [row["编号"] for row in rows] == ["A2"]
    assert len(str(intake.set_aside)) < 500
    assert rows[0]["备注"] == "话" * 1_000_000
