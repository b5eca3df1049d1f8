"""Files and headers: what is an error, what is only remarked, and what the error says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.problems import InputError
from tests.intake.sample import HEADER, order, put, put_units, read, text

ROW = text([order()])


def refused(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read(folder)
    return str(caught.value)


def with_orders(folder: Path, content: bytes | str, name: str = "orders.csv") -> Path:
    put_units(folder)
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """Promise: a wrong --data is said to be one."""
    assert "没有这个文件夹" in refused(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    assert "不能作为文件夹" in refused(tmp_path / "file")


def test_every_missing_file_is_named_at_once(tmp_path: Path) -> None:
    """Promise: all missing required files come in one error, with a file that is probably meant."""
    (tmp_path / "order.csv").write_text(ROW)
    said = refused(tmp_path)
    assert "缺少“诉求”" in said and "缺少“名册”" in said and "是否写成了 order.csv" in said


def test_a_missing_optional_file_is_remarked(tmp_path: Path) -> None:
    """Promise: nothing is missing in silence."""
    intake, _ = read(put(tmp_path, [order()]))
    assert any("没有“加分”" in str(remark) for remark in intake.remarks)
    assert intake.rows["bonuses"] == ()


@pytest.mark.parametrize(("units", "told"), [("一队,\n二队,东\n", "组"), (",东\n二队,东\n", "单位")])
def test_only_the_cause_is_told_of_a_broken_row(tmp_path: Path, units: str, told: str) -> None:
    """Promise: what refers to a row that is broken is not blamed as well."""
    put(tmp_path, [order(单位="二队")])
    (tmp_path / "units.csv").write_text("单位,组\n" + units)
    (tmp_path / "bonuses.csv").write_text("月份,单位,分\n2026-03,一队,1\n2026-03,二队,2\n")
    said = refused(tmp_path)
    assert f"units.csv: 第 1 条记录，列“{told}”：不能为空" in said and "bonuses.csv" not in said


def test_two_files_for_one_table_are_refused(tmp_path: Path) -> None:
    """Promise: which of two files counts is never guessed."""
    put(put(tmp_path, [order()]), [order()], "xlsx")
    assert "多个文件：orders.csv、orders.xlsx" in refused(tmp_path)


def test_an_unreadable_format_is_refused(tmp_path: Path) -> None:
    """Promise: a file in a format that is not read is named, with those that are."""
    said = refused(with_orders(tmp_path, b"x", "orders.xls"))
    assert "orders.xls" in said and "orders.xlsx" in said


def test_a_folder_in_place_of_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    """Promise: whoever unpacked an archive into a folder of the file's name learns why the file is missing."""
    put_units(tmp_path)
    (tmp_path / "orders.csv").mkdir()
    assert "orders.csv 是文件夹，不是文件" in refused(tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "文件是空的"),
        (b"\n \r\n", "文件是空的"),
        (b"\xef\xbb\xbf", "文件是空的"),
        (",,,\n", "第一行没有表头"),
        (text([]), "只有表头"),
        (b"\xff\xfe" + ROW.encode("utf-16-le"), "UTF-16"),
        (ROW.encode("utf-16-le"), "不是文本文件"),
        (ROW.encode() + b"\0", "空字符"),
        (
            b"\xef\xbb\xbf" + ROW.encode() + b"ab\xff\n",
            "orders.csv:3:0: 不是 UTF-8 文本：这一行第 3 个字节不能读（值：0xFF）",
        ),
        (ROW.encode("gb18030") + b"ab\xff\n", "orders.csv:3:0: 不是 GB18030 文本：这一行第 3 个字节不能读"),
        (b"\xff\xff\n", "orders.csv:1:0: 不是 UTF-8 或 GB18030 文本：这一行第 1 个字节不能读"),
        (ROW.replace(",", ";"), "各列之间是分号，不是逗号"),
        (ROW.replace(",", "\t"), "各列之间是制表符，不是逗号"),
        (ROW + 'A2,"一队', "引号没有结束"),
        (ROW + 'A2,"一队"x,,\n', "引号之后还有文字"),
        (ROW.replace("编号", "号码"), "缺少列“编号”"),
        (ROW.replace("匿名", "标签"), "有几列都是“标签”：第 6 列“标签”、第 7 列“标签”"),
        (ROW.replace("备注", "单号"), "有几列都是“编号”"),
    ],
)
def test_an_unusable_text_file_is_refused(tmp_path: Path, content: bytes | str, said: str) -> None:
    """Promise: what cannot be read for certain is an error that says what is wrong, never a guess."""
    message = refused(with_orders(tmp_path, content))
    assert said in message and "orders.csv" in message


def test_every_missing_header_is_listed_with_what_may_be_meant(tmp_path: Path) -> None:
    """Promise: headers are corrected in one go."""
    said = refused(with_orders(tmp_path, ROW.replace("收到", "收到时").replace("次数", "")))
    assert "缺少列“收到”" in said and "是否就是“收到时”" in said and "缺少列“次数”" in said


def test_unknown_columns_are_reported_and_ignored(tmp_path: Path) -> None:
    """Promise: an unknown column changes nothing and is named; a personal one need not be there."""
    header = [name for name in HEADER if name != "姓名"] + ["流水"]
    intake, rows = read(with_orders(tmp_path, text([order(流水="7")], header)))
    assert len(rows) == 1
    assert any("流水" in str(remark) for remark in intake.remarks)


def test_headers_may_be_aliases_and_have_blanks(tmp_path: Path) -> None:
    """Promise: a declared other header is as good as the header itself."""
    _, rows = read(with_orders(tmp_path, "\ufeff" + ROW.replace("编号", " 单号\u3000")))
    assert rows[0]["编号"] == "A1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n"])
def test_line_ends_and_empty_lines_do_not_matter(tmp_path: Path, end: str) -> None:
    """Promise: no row is lost or shifted by how lines end."""
    content = end + text([order(1), order(2, 类型="?"), order(3)]).replace("\r\n", end)
    intake, rows = read(with_orders(tmp_path, content))
    assert [(row["编号"], row["_record"]) for row in rows] == [("A1", 1), ("A3", 3)]
    assert intake.set_aside[0].record == 2


def test_mixed_line_ends_are_read(tmp_path: Path) -> None:
    """Promise: a file put together from two systems loses no row."""
    lines = text([order(1), order(2)]).split("\r\n")
    _, rows = read(with_orders(tmp_path, f"{lines[0]}\r\n{lines[1]}\n{lines[2]}\r\n"))
    assert [row["编号"] for row in rows] == ["A1", "A2"]


def test_records_are_counted_across_line_breaks_in_cells(tmp_path: Path) -> None:
    """Promise: a row's place is its record number, not its line."""
    rows = [order(1, 备注="一\n二\n三"), order(2, 类型="?"), order(3, 备注="\r\n\r\n")]
    intake, valid = read(put(tmp_path, rows))
    assert intake.set_aside[0].record == 2
    assert [row["_record"] for row in valid] == [1, 3]


def test_a_header_may_span_lines(tmp_path: Path) -> None:
    """Promise: a header cell with a line break costs no row."""
    _, rows = read(with_orders(tmp_path, ROW.replace("备注", '备注,"a\nb"').replace("\r\nA1", "\r\nA1")[:-2] + ",\r\n"))
    assert len(rows) == 1


def test_uneven_rows_are_set_aside(tmp_path: Path) -> None:
    """Promise: a row with too few or too many cells never shifts its neighbours or its own cells."""
    lines = text([order(1), order(2), order(3), order(4)]).split("\r\n")
    lines[2] += ",多"
    lines[3] = lines[3].rsplit(",", 1)[0]
    lines[4] += ",,"
    intake, rows = read(with_orders(tmp_path, "\r\n".join(lines)))
    assert [row["编号"] for row in rows] == ["A1", "A4"]
    assert [(aside.record, aside.order) for aside in intake.set_aside] == [(2, ""), (3, "")]
    assert "有 14 列，表头有 13 列" in intake.set_aside[0].reason


def test_what_slipped_under_the_key_is_neither_shown_nor_a_key(tmp_path: Path) -> None:
    """Promise: in a row with too few cells anything may stand where the order's id should, a caller's name or another
    order's id: it is not told, and costs no other order its place."""
    lines = text([order(1), order(2), order(3)]).split("\r\n")
    lines[2] = "张三," + lines[2].split(",", 2)[2]
    lines[3] = "A1," + lines[3].split(",", 2)[2]
    intake, rows = read(with_orders(tmp_path, "\r\n".join(lines)))
    assert [row["编号"] for row in rows] == ["A1"]
    assert [(aside.record, aside.order) for aside in intake.set_aside] == [(2, ""), (3, "")]
    assert "张三" not in str(intake.set_aside)


def test_a_quote_inside_an_unquoted_cell_stands_for_itself(tmp_path: Path) -> None:
    """Promise: an export that does not double quotes within a plain cell is read as written."""
    _, rows = read(with_orders(tmp_path, ROW[:-2] + '说"好"\r\n'))
    assert rows[0]["备注"] == '说"好"'


def test_gb18030_is_understood(tmp_path: Path) -> None:
    """Promise: both encodings that platforms export are read alike, four-byte characters included."""
    _, rows = read(put(tmp_path, [order(备注="㐀𠀀好")], "gb18030"))
    assert rows[0]["备注"] == "㐀𠀀好"


def test_every_broken_row_of_a_reference_table_is_an_error(tmp_path: Path) -> None:
    """Promise: a wrong register or award ranks nobody; all its faults come at once."""
    put(tmp_path, [order()])
    (tmp_path / "units.csv").write_text("单位,组\n一队,东\n一队,西\n二队,\n", encoding="utf-8")
    (tmp_path / "bonuses.csv").write_text("月份,单位,分\n2026-13,一队,1\n2026-03,三队,-1\n", encoding="utf-8")
    said = refused(tmp_path)
    assert "units.csv" in said and "第 1 条记录，列“单位”：“单位”重复" in said and "列“组”：不能为空" in said
    assert "列“月份”" in said and "没有这个名称" in said and "不能小于 0" in said


def test_equal_awards_are_separate(tmp_path: Path) -> None:
    """Promise: a table without a key may hold equal rows."""
    put(tmp_path, [order()])
    (tmp_path / "bonuses.csv").write_text("月份,单位,分\n2026-03,一队,1\n2026-03,一队,1\n", encoding="utf-8")
    intake, _ = read(tmp_path)
    assert len(intake.rows["bonuses"]) == 2


def test_the_digest_follows_content_and_names(tmp_path: Path) -> None:
    """Promise: the same files have the same digest wherever they lie; another byte gives another one."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, _ = read(put(tmp_path / "a", [order()]))
    second, _ = read(put(tmp_path / "b", [order()]))
    assert first.digest == second.digest and len(first.digest) == 64
    (tmp_path / "b" / "units.csv").write_text("单位,组\n一队,东\n二队,西\n", encoding="utf-8")
    assert read(tmp_path / "b")[0].digest != first.digest


def test_odd_folder_names_are_not_patterns(tmp_path: Path) -> None:
    """Promise: a path with characters that mean something to a file pattern is just a path."""
    folder = tmp_path / "a[1]*?'x"
    folder.mkdir()
    intake, _ = read(put(folder, [order()]))
    assert intake.orders == 1
