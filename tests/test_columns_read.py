"""Counting reads the columns that the policy asks about and no others, as DuckDB's own profile tells."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from engine.counting import score
from engine.databases import DuckDB
from engine.intake import connect, take_in, write_typed
from tests.running import GOLDEN, GOLDEN_AS_OF, TIME_LIMIT, compiled

PLAN = compiled()
ASKED = {
    *("承办单位", "接单时间", "先行联系", "办理时限", "办结时间", "回访时间"),
    *("满意度", "是否解决", "诉求类型", "事实认定", "结果认定", "剔除情形", "是否匿名"),
}
"""What the ranking of the 2026 plan rests on: units, event months, indicators and exclusions."""


def scans(node: dict[str, Any]) -> Iterator[set[str]]:
    """The columns of each Parquet scan at and below an operator of a profile."""
    if "READ_PARQUET" in f"{node.get('type')} {node.get('extra_info', {}).get('Function', '')}":
        read = node["extra_info"].get("Projections", [])
        yield {read} if isinstance(read, str) else set(read)
    for child in node.get("children", ()):
        yield from scans(child)


def read_by(connection: duckdb.DuckDBPyConnection, profile: Path, monkeypatch: pytest.MonkeyPatch) -> list[set[str]]:
    """The list that every query of a database will add its scans to."""
    found: list[set[str]] = []
    connection.execute("PRAGMA enable_profiling = 'json'")
    connection.execute(f"PRAGMA profiling_output = '{profile}'")
    plain = DuckDB.rows

    def rows(self: DuckDB, *arguments: Any) -> Any:
        answer = plain(self, *arguments)
        for operator in json.loads(profile.read_text("utf-8"))["operator"]:
            found.extend(scans(operator))
        return answer

    monkeypatch.setattr(DuckDB, "rows", rows)
    return found


def test_only_the_columns_that_are_asked_about_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: the year's ranking leaves texts, other times and everything else of the orders where it lies."""
    typed = tmp_path / "typed"
    shutil.copytree(GOLDEN, typed, ignore=shutil.ignore_patterns("orders.csv", "*.json", "*.md"))
    with connect() as connection:
        intake = take_in(PLAN.policy.tables, GOLDEN, connection)
        write_typed(connection, intake, PLAN.policy.orders, typed / "orders.parquet")
    with connect(threads=1) as connection:
        intake = take_in(PLAN.policy.tables, typed, connection)
        found = read_by(connection, tmp_path / "profile.json", monkeypatch)
        score(PLAN, intake, connection, GOLDEN_AS_OF, TIME_LIMIT)
    assert found
    columns = {name.removeprefix("_month_").removeprefix("_place_") for read in found for name in read}
    assert columns == ASKED
