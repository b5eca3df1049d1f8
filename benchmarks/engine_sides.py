"""The engine's side of every comparison: a running process that has loaded the policy.

Must not know what it is compared with; answers are plain values that another program can give as well.
"""

from __future__ import annotations

import datetime as dt
import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.turns import Run
from engine.choosing import Request, Taken
from engine.compiled import compile_policy
from engine.evaluate import evaluate_taken, order_detail, order_details
from engine.evaluation import Evaluation
from engine.intake import Intake, connect, take_in, write_typed
from engine.order_parquet import write_parquet
from engine.order_results import results
from engine.policy.build import load_policy
from engine.policy.model import Policy

ROOT = Path(__file__).resolve().parent.parent
AS_OF = dt.datetime(2026, 11, 23)
TYPED, RAW = "typed", "raw"
FIRST_ORDERS = 2_000


def policy() -> Policy:
    return load_policy(ROOT / "policies" / "2026", ROOT / "schemas" / "v1", {})


def write_typed_folder(folder: Path, source: Path) -> None:
    """What the engine keeps of the orders in ``source`` once they are checked, with the small tables beside them."""
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("orders.*"))
    plan, connection = policy(), connect()
    write_typed(connection, take_in(plan.tables, source, connection), plan.orders, folder / "orders.parquet")


def ranking(folder: Path) -> Run:
    """Checked orders to the year's ranking, with every month, quarter and consequence on the way."""
    plan = policy()
    compiled = compile_policy(plan, cache=None, time_limit=60)

    def run() -> Any:
        connection = connect()
        intake = take_in(plan.tables, folder / TYPED, connection)
        if not intake.trusted:
            raise ValueError("the orders are checked again, which is not what is to be measured")
        return answer(evaluate_taken(request(folder / TYPED), Taken(plan, intake, connection), compiled=compiled))

    return run


def writing_decisions(folder: Path) -> Run:
    """The same ranking, and every order's rules and duties into one Parquet file, as ``--decisions`` does."""
    plan = policy()
    compiled = compile_policy(plan, cache=None, time_limit=60)
    orders = _rows(folder / TYPED / "orders.parquet")
    target = folder / "decisions.parquet"

    def run() -> Any:
        connection = connect()
        intake = take_in(plan.tables, folder / TYPED, connection)
        found = evaluate_taken(request(folder / TYPED), Taken(plan, intake, connection), compiled=compiled)
        write_parquet(order_details(found), target)
        if _rows(target) != orders:
            raise ValueError("not every order's decisions were written")
        return answer(found)

    return run


def _rows(file: Path) -> int:
    (count,) = duckdb.execute("SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata(?)", [str(file)]).fetchall()[0]
    return int(count)


def reading(folder: Path) -> Run:
    """Text to typed orders: what was taken and what was set aside, and why."""
    plan = policy()

    def run() -> Any:
        intake = take_in(plan.tables, folder / RAW, connect())
        found = {"orders": intake.orders, "rows": intake.set_aside_rows, "breaches": breaches(intake)}
        return found | {"digest": intake.digest}

    return run


def breaches(intake: Intake) -> list[tuple[str, str, str]]:
    """Order, column and value of everything that was wrong, sorted."""
    return sorted((item.order, item.column, item.value) for item in intake.set_aside)


def request(data: Path) -> Request:
    """By the program's own folders, at a moment after the year."""
    now = dt.datetime.now(dt.UTC)
    return Request(
        data=data, schemas=ROOT / "schemas" / "v1", released=ROOT / "policies", examples=None, policy=None, chosen={},
        as_of=AS_OF, now=now,
    )  # fmt: skip


def answer(found: Evaluation) -> Any:
    """Per period, units with rank and total to four places; and who met which consequence when."""
    return {
        "rankings": {
            standing.period.id: [(p.unit, p.rank, round(float(p.total), 4), p.last) for p in standing.ranking]
            for standing in found.standings
        },
        "consequences": sorted((item.consequence.id, item.unit or "", item.period.id) for item in found.fired),
    }


def deciding(folder: Path) -> Run:
    """The same ranking; once, unmeasured, the rules that fire on each order as its answer."""
    rank = ranking(folder)
    plan = policy()
    asked = False

    def run() -> Any:
        nonlocal asked
        if asked:
            return rank()
        asked = True
        connection = connect()
        intake = take_in(plan.tables, folder / TYPED, connection)
        found = evaluate_taken(request(folder / TYPED), Taken(plan, intake, connection))
        first = islice(results(order_detail(found)), FIRST_ORDERS)
        answers = {result.order: list(result.rules) for result in first}
        rank()
        return answers

    return run
