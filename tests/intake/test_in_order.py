"""A record's number is its place in the file, whatever the database does with several pieces at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlglot import exp

from engine.intake import checks, connect, in_order, sources, sql, take_in
from engine.intake.cells import Cell
from engine.intake.files import Source
from engine.intake.sql import E
from engine.policy.model_tables import Table
from engine.problems import InputError
from tests.intake.sample import BONUSES, ORDERS, UNITS, order, put_units, text

RECORDS = 40_000
BLANKS = tuple(f"无{number}" for number in range(12))
SMALL_PIECE = 1 << 15


def many_blanks() -> tuple[Table, ...]:
    """The sample's tables with more words for an empty cell than DuckDB compares one by one."""
    columns = [
        dataclasses.replace(column, blanks=BLANKS) if column.type in ("text", "time", "number") else column
        for column in ORDERS.columns
    ]
    return (dataclasses.replace(ORDERS, columns=tuple(columns)), UNITS, BONUSES)


@pytest.fixture
def in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose orders are read in hundreds of pieces at once."""
    monkeypatch.setattr(sources, "_LONGEST_RECORD", SMALL_PIECE)
    put_units(tmp_path)
    written = text([order(1)])[len(text([])) :].replace("A1", "{}")
    lines = [written.format(f"A{number}") for number in range(1, RECORDS + 1)]
    lines[RECORDS // 2] = lines[RECORDS // 2].replace("甲类", "不认识")
    lines[RECORDS - 9] = lines[RECORDS - 9].replace(f"A{RECORDS - 8}", f'"A{RECORDS - 8}\n""二"""')
    (tmp_path / "orders.csv").write_text(text([]) + "".join(lines), encoding="utf-8", newline="")
    return tmp_path


def test_a_record_is_numbered_by_its_place_in_the_file(in_pieces: Path) -> None:
    """Promise: many threads, many pieces and long lists of words leave every record its number."""
    connection = connect(threads=4)
    intake = take_in(many_blanks(), in_pieces, connection)
    moved = f"SELECT count(*) FROM {intake.relation} WHERE split_part(编号, chr(10), 1) <> 'A' || _record"
    assert connection.execute(moved).fetchall() == [(0,)]
    assert [(aside.record, aside.order) for aside in intake.set_aside] == [(RECORDS // 2 + 1, f"A{RECORDS // 2 + 1}")]


def test_reading_a_text_joins_nothing(in_pieces: Path) -> None:
    """Promise: the database keeps the order of what it reads, which it says of no plan with a join."""
    connection = connect()
    source = Source(many_blanks()[0], "orders.csv", "csv", (in_pieces / "orders.csv",))
    scan = sources.open_source(source, in_pieces, connection)
    units = tuple(f"单位{number}" for number in range(200))
    cells = [
        Cell(column, sql.column(f"r{index}"), "text", units)
        for index, column in enumerate(checks.read_columns(source.table))
    ]
    (plan,) = connection.execute(f"EXPLAIN (FORMAT json) {sql.render(checks.passing(scan, cells))}").fetchall()
    assert "READ_CSV" in plan[1]
    assert "JOIN" not in plan[1]


def test_rows_in_another_order_are_an_error(in_pieces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: should the database not keep the order, nothing is numbered wrongly. A long IN makes it do so."""

    def joined(value: E, texts: Sequence[str]) -> E:
        return exp.In(this=value, expressions=[sql.text(given) for given in texts])

    monkeypatch.setattr(sql, "one_of", joined)
    with pytest.raises(InputError, match="与文件中的次序不符"):
        take_in(many_blanks(), in_pieces, connect(threads=4))


@pytest.mark.parametrize(
    ("written", "records"),
    [
        ("a,b\n1,2\n", [["a", "b"], ["1", "2"]]),
        ("\ufeffa,b\r\n\r\n1,2", [["a", "b"], ["1", "2"]]),
        ('a,b\n"1\n\n,"" ",2\n3,4\n', [["a", "b"], ['1\n\n," ', "2"], ["3", "4"]]),
        ('a,b\n1,"2\n"', [["a", "b"], ["1", "2\n"]]),
        ('a,b\n1,"2\n', None),
    ],
)
def test_landmarks_are_the_records_of_a_plain_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, records: list[list[str]] | None
) -> None:
    """Promise: the places that rows are compared with are counted as the careful reader counts."""
    monkeypatch.setattr(in_order, "LANDMARK_EVERY", 1)
    (tmp_path / "a.csv").write_text(written, encoding="utf-8", newline="")
    found = in_order.landmarks(tmp_path / "a.csv")
    assert (found and (found.records, found.cells)) == (records and (len(records), dict(enumerate(records))))


def test_quotes_inside_plain_cells_leave_the_numbers_right(tmp_path: Path) -> None:
    """Promise: a quote that opens nothing makes nobody take two records for one."""
    put_units(tmp_path)
    odd = text([order(1), order(2)]).replace("A1", '5"A').replace("A2", 'A"5')
    (tmp_path / "orders.csv").write_text(odd, encoding="utf-8", newline="")
    connection = connect()
    intake = take_in((ORDERS, UNITS, BONUSES), tmp_path, connection)
    found = connection.execute(f"SELECT _record, 编号 FROM {intake.relation} ORDER BY 1").fetchall()
    assert found == [(1, '5"A'), (2, 'A"5')]
