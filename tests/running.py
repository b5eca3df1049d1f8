"""Runs the engine as the program does, from a folder of files on, with every policy compiled once a session.

Knows the engine's steps only; must not know what any test expects.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.compiled import CompiledPolicy, compile_policy
from engine.counting import score
from engine.evaluate import conclude, gates_of, order_detail
from engine.intake import connect
from engine.intake.take_in import take_in
from engine.order_results import results
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.report import result_json
from engine.standings import monthly
from tests.strategies import InputSet, write_folder

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"
GOLDEN = ROOT / "examples" / "golden"
GOLDEN_AS_OF = dt.datetime(2026, 11, 23)
TIME_LIMIT = 60.0

Json = dict[str, Any]
Decision = tuple[str, list[str], dict[str, str]]
"""An order's id, rules and duties."""


@dataclass(frozen=True)
class Found:
    """``decisions``: one an order, by order id; empty when they were not asked for."""

    result: Json
    decisions: list[Decision]


@cache
def compiled(folder: Path = POLICY, chosen: tuple[tuple[str, str], ...] = ()) -> CompiledPolicy:
    """The policy in ``folder`` with the readings ``chosen``, asked of the rule engine anew, once a session."""
    return compile_policy(load_policy(folder, SCHEMAS, dict(chosen)), cache=None, time_limit=TIME_LIMIT)


def defaults(policy: Policy) -> Mapping[str, str]:
    """The option that stands first, by reading."""
    return {reading.id: reading.options[0].id for reading in policy.readings}


def run(plan: CompiledPolicy, data: Path, as_of: dt.datetime, *, decisions: bool = True) -> Found:
    """Evaluate a folder. One thread: the folders of tests are small, and several tests run at once."""
    policy = plan.policy
    with connect() as connection:
        connection.execute("SET threads = 1")
        intake = take_in(policy.tables, data, connection)
        scorer = score(plan, intake, connection, as_of, TIME_LIMIT)
        months = monthly(policy, scorer, as_of)
        found = conclude(plan, intake, connection, as_of, scorer, months, gates_of(plan, intake))
        orders = results(order_detail(found)) if decisions else ()
        return Found(result_json(found), [(item.order, list(item.rules), dict(item.duties)) for item in orders])


def run_set(plan: CompiledPolicy, drawn: InputSet, *, decisions: bool = True) -> Found:
    """Write a drawn set to files and evaluate them."""
    with tempfile.TemporaryDirectory() as folder:
        return run(plan, write_folder(drawn, Path(folder), plan.policy), drawn.as_of, decisions=decisions)
