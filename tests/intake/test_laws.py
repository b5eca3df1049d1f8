"""Laws of reading, over generated rows and bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from engine.intake import delimited
from engine.intake.files import Source
from engine.intake.sources import open_source
from engine.intake.sql import render, select
from engine.intake.take_in import connect
from engine.problems import InputError
from tests.intake.sample import HEADER, ORDERS, put, put_units, read, text

SOME = settings(max_examples=25, deadline=None)
CELLS = {
    "编号": ["A", "B", " A", "C", ""],
    "单位": ["一队", "二队", "三队", ""],
    "姓名": ["某", ""],
    "类型": ["甲", "甲类", "乙类", "丙", ""],
    "回应": ["有", "", "x"],
    "匿名": ["是", "否", "", " 是", "y"],
    "标签": ["", "1", "2;1", "二；3", "1;x", ";"],
    "次数": ["0", "", "12", "-1", "1.0"],
    "金额": ["", "1", "0.1", "0.5", "x"],
    "收到": ["2026-03-05 09:00:00", "2026/3/5 9:00", "2026-02-30 09:00", "", "2026-03-09 00:00"],
    "时限": ["2026-03-07 09:00", "", "无", "2026-03-01 09:00:00"],
    "办结": ["", "2026-03-06 09:00:00", "2026/3/5 8:59"],
    "备注": ["", " ", "x", "一\n二", 'a"b', "a,b"],
}
ROW = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in CELLS.items()})
ROWS = st.lists(ROW, min_size=1, max_size=6)


def outcome(content: bytes) -> object:
    """What reading the orders gives, without places: valid rows and breaches as sets that count."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        put_units(folder)
        (folder / "orders.csv").write_bytes(content)
        intake, rows = read(folder)
    valid = sorted(str({key: value for key, value in row.items() if key != "_record"}) for row in rows)
    said = sorted(
        (aside.order, aside.column, aside.value, aside.reason.partition("重复")[1] or aside.reason)
        for aside in intake.set_aside
    )
    return valid, said, intake.set_aside_rows


@SOME
@given(ROWS, st.randoms(), st.permutations(HEADER))
def test_order_of_rows_and_columns_changes_nothing(
    rows: list[dict[str, str]], chance: object, header: Sequence[str]
) -> None:
    """Promise: only what is written counts, not where it stands."""
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert outcome(text(rows).encode()) == outcome(text(shuffled, header).encode())


@SOME
@given(ROWS)
def test_every_row_is_valid_or_set_aside(rows: list[dict[str, str]]) -> None:
    """Promise: no row is lost; each is either in the relation or named with a reason."""
    with tempfile.TemporaryDirectory() as name:
        intake, valid = read(put(Path(name), rows))
    kept = {row["_record"] for row in valid}
    aside = {breach.record for breach in intake.set_aside}
    assert kept | aside == set(range(1, len(rows) + 1))
    assert not kept & aside
    assert (intake.orders, intake.set_aside_rows) == (len(kept), len(aside))


@SOME
@given(st.one_of(st.binary(max_size=200), st.text(alphabet='编号,"\n\r; a\0\ufeff', max_size=80).map(str.encode)))
def test_random_bytes_are_refused_or_set_aside(content: bytes) -> None:
    """Promise: no bytes, alone or after a good header, give a traceback."""
    for written in (content, text([]).encode() + content):
        try:
            outcome(written)
        except InputError as error:
            assert error.problems


@SOME
@given(st.binary(max_size=200), st.sampled_from(["orders.xlsx", "orders.parquet"]))
def test_random_bytes_in_other_formats_are_refused(content: bytes, name: str) -> None:
    """Promise: nothing but an error comes of bytes that are no workbook and no Parquet file."""
    with tempfile.TemporaryDirectory() as folder:
        put_units(Path(folder))
        (Path(folder) / name).write_bytes(content)
        try:
            read(Path(folder))
        except InputError as error:
            assert error.problems
        else:
            raise AssertionError("accepted")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([",", '"', '""', "\n", "\r\n", "\r", " ", "a", "好", "\\", "'", "#"]), max_size=16))
def test_the_fast_and_the_careful_reader_agree(pieces: list[str]) -> None:
    """Promise: where the fast reader accepts a text, it found the records that a plain reading of the rules finds."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "orders.csv"
        path.write_text(text([]) + "".join(pieces), encoding="utf-8", newline="")
        connection = connect(threads=1)
        try:
            scan = open_source(Source(ORDERS, path.name, "csv", (path,)), path.parent, connection)
            fast = connection.execute(render(select([exp.Star()], scan.relation))).fetchall()
        except Exception:  # refused: then the careful reader decides
            return
        careful = [record.cells for record in delimited.records(delimited.lines(path, delimited.UTF8), "orders.csv")]
        assert [[cell or "" for cell in row] for row in fast] == [cells[: len(HEADER)] for cells in careful]
