"""What is measured for growth: one thing grows at a time, everything else stays as it is for a district.

Knows how orders and policies of any size are made; must not know what is done with the figures.
"""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks import check_rules, engine_sides, orders
from benchmarks.turns import Run, Side
from engine.choosing import Taken
from engine.compiled import compile_policy
from engine.evaluate import evaluate, evaluate_taken
from engine.intake import connect, take_in, write_typed
from engine.policy.build import load_policy
from engine.policy.model import Policy

VALUES = 10
"""Values of each field that is made up for rules and domains."""

_SOME, _FEW = 100_000, 50_000
_DECISIONS = "decisions:\n"


@dataclass(frozen=True)
class Case:
    """``size`` of what grows along ``axis``, with ``orders`` orders."""

    axis: str
    size: int
    orders: int

    @property
    def id(self) -> str:
        return f"{self.axis}-{self.size}"


def cases(most: int) -> Iterator[Case]:
    """Every case with at most ``most`` orders."""
    for power in range(4, 8):
        if 10**power <= most:
            yield Case("orders", 10**power, 10**power)
    for rules in (10, 100, 500, 1_000, 2_000):
        yield Case("rules", rules, min(_SOME, most))
    for units in (10, 40, 200, 1_000, 5_000):
        yield Case("units", units, min(_SOME, most))
    for fields in range(2, 7):
        yield Case("combinations", VALUES**fields, min(_FEW, most))


def spark_cases(most: int) -> Iterator[Case]:
    for orders_ in (100_000, 300_000, 1_000_000):
        if orders_ <= most:
            yield Case("orders", orders_, orders_)


def side(case: Case) -> Side:
    return Side(case.id, partial(_ranking, case), case.orders)


def spark_side(case: Case) -> Side:
    return Side(case.id, partial(_on_spark, case), case.orders)


def write(case: Case, seed: int, folder: Path) -> None:
    """The policy, and the orders as the engine keeps them once they are checked."""
    home = folder / case.id
    text, policy = home / "text", home / "policy"
    added = _write_policy(case, policy)
    units = case.size if case.axis == "units" else orders.UNITS
    orders.write_folder(text, orders.Size(case.orders, seed, units=units))
    if added:
        _add_columns(text / "orders.csv", added, seed)
    plan, connection = _policy(policy), connect()
    typed = home / engine_sides.TYPED
    shutil.copytree(text, typed, ignore=shutil.ignore_patterns("orders.*"))
    write_typed(connection, take_in(plan.tables, text, connection), plan.orders, typed / "orders.parquet")
    shutil.rmtree(text)


def _write_policy(case: Case, folder: Path) -> tuple[str, ...]:
    """The 2026 policy with what the case adds; returns the columns that the orders must have for it."""
    if case.axis == "rules":
        check_rules.write_policy(folder, case.size)
        return tuple(f"字段{table}{letter}" for table in range(check_rules.TABLES) for letter in "甲乙丙")
    shutil.copytree(check_rules.POLICY, folder, ignore=shutil.ignore_patterns("cases", "manifest*", "probe*"))
    if case.axis != "combinations":
        return ()
    fields = tuple(f"域{number}" for number in range(len(str(case.size)) - 1))
    check_rules.add_fields(folder, fields, VALUES)
    file = folder / "rules.yaml"
    file.write_text(
        file.read_text("utf-8").replace(_DECISIONS, _DECISIONS + "".join(_decision(fields)), 1), encoding="utf-8"
    )
    return fields


def _decision(fields: tuple[str, ...]) -> Iterator[str]:
    """Rules each of which looks at every field, so that the table has all their combinations."""
    yield "  - id: domain\n    title: 组合\n    clause: 附件4\n    hit: collect\n    excludes_from: [satisfaction]\n"
    yield "    rules:\n"
    for value in range(VALUES):
        when = ", ".join(f"{{field: {field}, is: v{value}}}" for field in fields)
        yield f"      - {{id: domain-{value}, title: 规则, clause: 附件4, when: {{all: [{when}]}}}}\n"


def _add_columns(file: Path, names: tuple[str, ...], seed: int) -> None:
    added = ", ".join(f"'v' || (hash(工单编号, '{name}', {seed}) % {VALUES}) AS {name}" for name in names)
    wider = file.with_name("wider.csv")
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")
        with file.open(encoding="utf-8") as stream:
            header = stream.readline().strip().split(",")
        columns = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in header) + "}"
        read = f"read_csv('{file}', header = true, auto_detect = false, columns = {columns})"
        connection.execute(f"COPY (SELECT *, {added} FROM {read}) TO '{wider}' (FORMAT csv, HEADER true)")
    wider.replace(file)


def _policy(folder: Path) -> Policy:
    return load_policy(folder, engine_sides.ROOT / "schemas" / "v1", {})


def _ranking(case: Case, folder: Path) -> Run:
    """Checked orders to ranking and consequences, in a process that has compiled the policy."""
    home = folder / case.id
    plan = _policy(home / "policy")
    compiled = compile_policy(plan, cache=None, time_limit=600)
    data = home / engine_sides.TYPED

    def run() -> Any:
        connection = connect()
        taken = Taken(plan, take_in(plan.tables, data, connection), connection)
        return len(evaluate_taken(engine_sides.request(data), taken, compiled=compiled).standings)

    return run


def _on_spark(case: Case, folder: Path) -> Run:
    """The same on two cores of Spark, in an application that is running already."""
    from engine.spark.database import SparkDatabase
    from engine.spark.session import spark

    home = folder / case.id
    application = spark("local[2]")
    session = application.__enter__()
    atexit.register(application.__exit__, None, None, None)
    request = replace(
        engine_sides.request(home / engine_sides.TYPED),
        policy=str(home / "policy"),
        cache=home / "cache",
        elsewhere=lambda: SparkDatabase(session.newSession()),
    )
    return lambda: len(evaluate(request).standings)
