"""Small tables read without the database are the same as those read with it."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intake import connect, plain, take_in
from engine.intake.found import Row
from engine.intake.sources import Scan
from engine.policy.model_tables import Column, Table
from engine.problems import InputError
from tests.intake.sample import KINDS, ORDERS, UNITS, YES_NO, order, put, read

EVERYTHING = Table(
    "bonuses",
    "各种列",
    "bonuses",
    ("csv", "xlsx"),
    False,
    (
        Column("号", "text", required=True),
        Column("名", "text", blanks=("无",)),
        Column("又名", "text", default="没有"),
        Column("队", "reference", table="units", required=True),
        Column("帮手", "reference", table="units"),
        Column("种", "choice", values=KINDS, default="乙类"),
        Column("真", "yes_no", values=YES_NO),
        Column("月", "month", required=True),
        Column("分", "number", minimum=Fraction(1, 2), maximum=Fraction(2001, 2), doubtful_below=Fraction(5)),
        Column("数", "count", blanks=("无", "0")),
        Column("时", "time", blanks=("无",)),
        Column("人", "text", personal=True),
    ),
    key=("号",),
)
USUAL = {
    "号": ["甲", "乙", "丙", 'a"b', "a\nb"],
    "名": ["", "x", "a,b"],
    "又名": ["x"],
    "队": ["一队", "二队"],
    "帮手": ["", "二队"],
    "种": ["", "甲", "甲类", "乙类"],
    "真": ["", "是", "否"],
    "月": ["2026-03", "2025-12"],
    "分": ["", "1", "0.5", "12.340", "007", "1000.5"],
    "数": ["", "3", "007"],
    "时": ["", "2026-03-05 09:00:00", "2024-02-29 23:59:59"],
    "人": ["某"],
}
ODD = {
    "号": [""],
    "名": ["无", " x", " ", "\u3000"],
    "又名": [""],
    "队": ["", "三队", " 一队"],
    "帮手": ["三队", " "],
    "种": ["丙", " 甲"],
    "真": ["x"],
    "月": ["", "2026-13", "2026-3", "２026-03"],
    "分": ["0.4", "1000.51", "-1", "+1", "x", "1.", "1e3", "9" * 20, "9" * 21, "0." + "1" * 12, "0." + "1" * 13],
    "数": ["-1", "1.0", "无", "0", "9" * 18, "9" * 19],
    "时": [
        "2026-02-30 09:00:00",
        "2026-03-05 09:00",
        "0999-03-05 09:00:00",
        "2026-03-05 24:00:00",
        "无",
        "2026/3/5 9:00",
    ],
    "人": [""],
}
CELLS = st.fixed_dictionaries(
    {id: st.one_of(*[st.sampled_from(values)] * 9, st.sampled_from(ODD[id])) for id, values in USUAL.items()}
)


def said(rows: Sequence[dict[str, str]], form: str, largest: int) -> object:
    """What ``rows`` are read as, with text up to ``largest`` bytes read without the database."""
    with tempfile.TemporaryDirectory() as name, patch.object(plain, "LARGEST", largest):
        folder = put(Path(name), [order()])
        stream = io.StringIO()
        writer = csv.DictWriter(stream, list(USUAL))
        writer.writeheader()
        writer.writerows(rows)
        (folder / "bonuses.csv").write_bytes(stream.getvalue().encode(form))
        try:
            intake = take_in((ORDERS, UNITS, EVERYTHING), folder, connect(threads=1))
        except InputError as error:
            return [(problem.what, problem.value, problem.instead) for problem in error.problems]
        return intake.rows, intake.names, intake.remarks


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=3), st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_a_small_table_means_the_same_without_the_database(rows: list[dict[str, str]], form: str) -> None:
    """Promise: rows, names and everything that is said of them do not depend on the size of a file."""
    assert said(rows, form, plain.LARGEST) == said(rows, form, -1)


@pytest.mark.parametrize("place", range(3))
def test_usual_cells_need_no_database(monkeypatch: pytest.MonkeyPatch, place: int) -> None:
    """Promise: what files usually hold takes the short way; without it the comparison above would compare nothing."""
    row = {id: values[place % len(values)] for id, values in USUAL.items()}
    taken: list[tuple[Row, ...] | None] = []
    original = plain.rows

    def spy(scan: Scan, names: Mapping[str, tuple[str, ...]]) -> tuple[Row, ...] | None:
        taken.append(original(scan, names))
        return taken[-1]

    monkeypatch.setattr(plain, "rows", spy)
    assert isinstance(said([row], "utf-8", plain.LARGEST), tuple)
    assert len(taken) == 2
    assert None not in taken


def test_a_row_of_another_width_is_looked_at(tmp_path: Path) -> None:
    """Promise: a short row of a small table is an error, as it is of a large one."""
    folder = put(tmp_path, [order()])
    (folder / "units.csv").write_text("单位,组\n一队,东\n二队\n", encoding="utf-8")
    with pytest.raises(InputError, match="1 列"):
        read(folder)
