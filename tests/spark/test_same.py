"""Spark on this machine and DuckDB give the same bytes, on sets drawn from the policy and on rows with every flaw."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import polars
import pytest
from hypothesis import Phase, given, settings
from sqlglot import exp

from engine.compiled import CompiledPolicy
from engine.databases import Database, DuckDB
from engine.intake import Intake, connect, take_in, write_typed
from engine.intake.take_in import Elsewhere
from engine.policy.model_tables import Table
from engine.problems import InputError
from engine.spark.database import SparkDatabase
from engine.spark.dialect import UnknownFunctionError, render
from tests.intake.sample import ORDERS, TABLES, WITH_GRANTS, order, put_units
from tests.running import compiled
from tests.spark.both import found, put_parquet, write_set
from tests.strategies import InputSet, input_sets

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PLAN = compiled()
SETS = 25
ODD = (
    order(1),
    order(2, 收到="2026/3/5 9:01", 办结="2026-03-05 09:01"),
    order(3, 收到="2026-02-30 09:00:00"),
    order(4, 收到="2026-03-05 24:00:00"),
    order(5, 收到=" 2026-03-05 09:00:00\u3000"),
    order(6, 收到="2026-03-05T09:00:00"),
    order(7, 收到="2026"),
    order(8, 收到="5400-12-31 23:59:59", 办结="", 时限=""),
    order(9, 收到="2026-03-05 09:00:00+08:00"),
    order(10, 办结="2026-03-05 08:59:59"),
    order(11, 时限="无"),
    order(12, 时限="2026-03-01 00:00:00"),
    order(13, 类型=""),
    order(14, 类型="甲 "),
    order(15, 类型="丙类"),
    order(16, 标签="2；二;1; ；3"),
    order(17, 标签="1；9"),
    order(18, 次数="-1"),
    order(19, 次数="0" * 19),
    order(20, 次数="007"),
    order(21, 次数="１２"),
    order(22, 金额="0.499999999999"),
    order(23, 金额="1e3"),
    order(24, 金额="99999999999999999999.123456789012"),
    order(25, 金额="+00.50"),
    order(26, 单位="三队"),
    order(27, 单位=""),
    order(28, 备注="行一\u2028行二\u2028"),
    order(29, 备注="\u3000\ufeff\v"),
    order(30, 备注="'引\\号\"$1 ${x} \\d"),
    order(31, 编号=""),
    order(32, 编号="A1"),
    order(33, 编号=" A1 "),
    order(34, 编号="A-😀"),
    order(35, 匿名="", 回应=""),
    order(36, 编号="A-😀", 单位="一", 收到="", 次数="x", 金额="x"),
)
TYPED = {
    "编号": ["A1", "A2", "A3"],
    "单位": ["一队", "二队", "三队"],
    "类型": ["甲类", "乙类", None],
    "匿名": [True, None, False],
    "回应": ["有", None, "无"],
    "备注": [None, "一", "二"],
    "标签": [["1", "二"], [], None],
    "次数": [1, None, -2],
    "金额": [Decimal("0.50"), Decimal("0.49"), None],
    "收到": [dt.datetime(2026, 3, 5, 9, 0, 0, 499_999), dt.datetime(2026, 3, 5, 9, 0, 0, 500_000), None],
    "时限": [dt.date(2026, 3, 6), None, None],
    "办结": [None, None, None],
}


def gathered(plan: CompiledPolicy, drawn: Sequence[InputSet]) -> InputSet:
    """One set with the orders and units of all, and the other tables of the first."""

    def plain(table: Table, row: Mapping[str, str]) -> dict[str, str]:
        return {
            one.id: next((row[name] for name in (one.id, *one.aliases) if name in row), "") for one in table.columns
        }

    tables = {}
    for table in plan.policy.tables:
        sets = drawn if table.id in ("orders", "units") else drawn[:1]
        rows = [(number, plain(table, row)) for number, one in enumerate(sets) for row in one.tables[table.id]]
        key = table.key[0] if table.key else ""
        if table.id == "orders":
            rows = [(number, {**row, key: row[key] and f"{number}-{row[key]}"}) for number, row in rows]
        elif table.id == "units":
            rows = list({row[key]: (number, row) for number, row in rows}.values())
        tables[table.id] = [row for _, row in rows]
    return replace(drawn[0], tables=tables)


def test_broken_rows_are_set_aside_alike(local: SparkSession, tmp_path: Path) -> None:
    """Promise: every cell is read or refused as DuckDB reads it, with the same place, value and reason."""
    put_units(tmp_path)
    put_parquet(ODD, tmp_path / "orders")
    aside = _alike(tmp_path, local)
    assert len(aside.set_aside) >= 20
    assert aside.orders >= 10


def test_typed_columns_are_read_alike(local: SparkSession, tmp_path: Path) -> None:
    """Promise: so are columns that have a type, and rows that do not say where they came from."""
    put_units(tmp_path)
    polars.DataFrame(TYPED, strict=False).cast({"办结": polars.String}).write_parquet(tmp_path / "orders.parquet")
    aside = _alike(tmp_path, local)
    assert {row.column for row in aside.set_aside} == {"单位", "类型", "次数", "金额", "收到"}


def test_granted_values_and_trusted_files_are_read_alike(local: SparkSession, tmp_path: Path) -> None:
    """Promise: so is what approved applications add, and a typed file of the program that is not checked again."""
    checked, trusted = tmp_path / "checked", tmp_path / "trusted"
    for folder in (checked, trusted):
        folder.mkdir()
        put_units(folder)
        asked = ["单号,标签,结果,理由", "A1,二,准,", "A1,1,准,", "A4,2,准,", "A14,1,否,", "没有,1,准,"]
        (folder / "asked.csv").write_text("\n".join(asked), encoding="utf-8")
    put_parquet(ODD, checked / "orders")
    connection = connect(threads=1)
    write_typed(connection, take_in(WITH_GRANTS, checked, connection), ORDERS, trusted / "orders.parquet")
    assert not _alike(checked, local, WITH_GRANTS).trusted
    assert _alike(trusted, local, WITH_GRANTS).trusted


def _alike(folder: Path, session: SparkSession, tables: tuple[Table, ...] = TABLES) -> Intake:
    """What DuckDB took in, after making sure that Spark took in the same."""
    ours, our_rows = _taken(folder, None, tables)
    theirs, their_rows = _taken(folder, SparkDatabase(session.newSession()), tables)
    assert theirs.set_aside == ours.set_aside
    assert their_rows == our_rows
    assert theirs == ours
    assert theirs.digest == ours.digest
    return ours


def _taken(
    folder: Path, elsewhere: Elsewhere | None, tables: tuple[Table, ...]
) -> tuple[Intake, list[tuple[object, ...]]]:
    connection = connect(threads=1)
    intake = take_in(tables, folder, connection, None, elsewhere)
    held: Database = elsewhere or DuckDB(connection)
    query = exp.select("*").from_(exp.to_table(intake.relation, quoted=True))
    return intake, held.rows(query.order_by(exp.column("_file"), exp.column("_record")))


def test_drawn_sets_are_evaluated_alike(local: SparkSession, tmp_path: Path) -> None:
    """Promise: nulls, ties, odd times, Chinese text and broken rows, many drawn sets of files at once: the same result,
    rows set aside, remarks and decisions."""
    together = gathered(PLAN, drawn_sets(SETS))
    data = write_set(together, tmp_path / "数据", PLAN)
    ours = found(PLAN, data, together.as_of)
    theirs = found(PLAN, data, together.as_of, SparkDatabase(local.newSession()))
    assert len(ours[1]) > 100
    assert theirs[0] == ours[0]
    assert theirs[1] == ours[1]


def drawn_sets(number: int) -> list[InputSet]:
    """As Hypothesis draws them. A Spark job costs seconds however few its rows, so that none is run for each."""
    drawn: list[InputSet] = []

    @settings(max_examples=number, phases=[Phase.generate])
    @given(input_sets(PLAN.policy))
    def collect(one: InputSet) -> None:
        drawn.append(one)

    collect()
    return drawn


def test_what_reaches_the_driver_is_bounded(local: SparkSession) -> None:
    """Promise: more different combinations than the driver takes are an error that says so, not a dead driver."""
    database = SparkDatabase(local.newSession(), most=3)
    for number in (3, 4):
        database.store(f"of_{number}", (("a", "INTEGER"),), [(one % number,) for one in range(10)])
    assert sorted(database.distinct(exp.select("a").from_("of_3"))) == [(0,), (1,), (2,)]
    with pytest.raises(InputError, match="超过 3 种"):
        database.distinct(exp.select("a").from_("of_4"))


def test_orders_that_spark_cannot_read_are_refused(local: SparkSession, tmp_path: Path) -> None:
    """Promise: orders in another format, and columns that Spark writes differently, are said to be so."""
    put_units(tmp_path)
    (tmp_path / "orders.csv").write_text("编号\n", encoding="utf-8")
    database = SparkDatabase(local.newSession())
    with pytest.raises(InputError):
        take_in(TABLES, tmp_path, connect(), None, database)
    (tmp_path / "orders.csv").unlink()
    text = {name: polars.Series([value]) for name, value in order().items()}
    polars.DataFrame({**text, "金额": [1.5]}).write_parquet(tmp_path / "orders.parquet")
    with pytest.raises(InputError, match="浮点数"):
        take_in(TABLES, tmp_path, connect(), None, database)


def test_a_function_without_a_translation_is_refused() -> None:
    """Promise: nothing is computed by a function of Spark that only has the same name."""
    from engine.intake import sql

    with pytest.raises(UnknownFunctionError, match="hash"):
        render(sql.select([sql.call("hash", sql.column("a"))], sql.call("unnest", sql.column("b"))))
