"""CSV and JSON: shapes that other programs rely on."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from cli.render_csv import render_csv
from cli.render_json import render_json

from .conftest import UNITS


def rows(document: dict[str, Any], period: str | None = None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(document, period).removeprefix("\ufeff"), newline="")))


def test_csv_has_one_row_per_unit_and_period(document: dict[str, Any]) -> None:
    """Promise: every unit of every month, quarter and year stands once, unranked ones without a rank."""
    text = render_csv(document)
    assert text.startswith("\ufeff期间,") and text.endswith("\r\n")
    listed = [(row["期间"], row["承办单位"]) for row in rows(document)]
    assert len(listed) == len(set(listed)) == 3 * len(UNITS) + 2 * len(UNITS)
    unranked = next(row for row in rows(document) if row["期间"] == "2027-01" and row["承办单位"] == UNITS[-1])
    assert unranked["名次"] == unranked["总分"] == unranked["末位"] == "" and unranked["暂定"] == "是"


def test_csv_figures_are_those_of_the_result(document: dict[str, Any]) -> None:
    """Promise: figures are not rounded again, and an empty indicator is an empty cell."""
    first, second = rows(document, "2026-11")[:2]
    assert (first["名次"], first["总分"], first["联系情况"]) == ("1", "95.125", "99.5")
    assert (second["质量与满意情况"], second["前提"], second["末位"]) == ("", "成立", "否")


def test_csv_of_one_period_has_that_period_only(document: dict[str, Any]) -> None:
    """Promise: ``--period`` narrows the rows."""
    assert {row["期间"] for row in rows(document, "Q1")} == {"第一季度"}


def test_a_cell_never_is_a_formula(document: dict[str, Any]) -> None:
    """Promise: a unit's name that a spreadsheet would run comes out as text."""
    document["months"][0]["ranking"][0]["unit"] = "=HYPERLINK(1)"
    assert rows(document)[0]["承办单位"] == "'=HYPERLINK(1)"


def test_json_is_one_readable_object(document: dict[str, Any]) -> None:
    """Promise: the same result gives the same bytes, Chinese readable, and reads back equal."""
    text = render_json(document)
    assert text == render_json(document) and text.endswith("}\n")
    assert json.loads(text) == document and UNITS[0] in text
