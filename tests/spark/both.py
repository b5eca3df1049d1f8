"""The same folder by DuckDB and by Spark, and orders as Parquet that says where every row came from.

Knows the engine's steps only; must not know what any test expects.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars

from engine.compiled import CompiledPolicy
from engine.counting import score
from engine.evaluate import conclude, gates_of, order_detail
from engine.intake import connect
from engine.intake.take_in import Elsewhere, take_in
from engine.order_results import results
from engine.report import result_json
from engine.standings import monthly
from tests.running import TIME_LIMIT
from tests.strategies import InputSet, write_folder

if TYPE_CHECKING:
    import datetime as dt

FILE, RECORD = "_file", "_record"


def put_parquet(rows: Sequence[Mapping[str, str]], folder: Path, origin: str = "工单 导出.csv") -> Path:
    """Two files of text columns, with the file and record that each row came from; returns their folder."""
    folder.mkdir()
    texts = {name: [row[name] or None for row in rows] for name in rows[0]}
    origins = {FILE: [origin] * len(rows), RECORD: list(range(1, len(rows) + 1))}
    types = {**dict.fromkeys(texts, polars.String), FILE: polars.String, RECORD: polars.Int64}
    frame = polars.DataFrame({**texts, **origins}, schema=types)
    half = len(rows) // 2
    frame[:half].write_parquet(folder / "part 1.parquet")
    frame[half:].write_parquet(folder / "part-2甲+%.parquet")
    return folder


def write_set(drawn: InputSet, folder: Path, plan: CompiledPolicy) -> Path:
    """The drawn set with its orders as Parquet."""
    write_folder(drawn, folder, plan.policy)
    file = plan.policy.orders.file
    (folder / f"{file}.csv").unlink()
    put_parquet(drawn.tables["orders"], folder / file)
    return folder


def found(
    plan: CompiledPolicy, folder: Path, as_of: dt.datetime, elsewhere: Elsewhere | None = None
) -> tuple[str, list[str]]:
    """The result and every order's decisions, as they are written."""
    policy = plan.policy
    with connect(threads=1) as connection:
        intake = take_in(policy.tables, folder, connection, None, elsewhere)
        scorer = score(plan, intake, elsewhere or connection, as_of, TIME_LIMIT)
        months = monthly(policy, scorer, as_of)
        concluded = conclude(plan, intake, connection, as_of, scorer, months, gates_of(plan, intake))
        evaluation = replace(concluded, database=elsewhere)
        decisions = [result.to_json() for result in results(order_detail(evaluation))]
        return json.dumps(result_json(evaluation), ensure_ascii=False), decisions
