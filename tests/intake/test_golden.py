"""The bundled order set is taken in whole."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from pathlib import Path

from engine.intake import connect, take_in
from engine.policy.build import load_policy

ROOT = Path(__file__).resolve().parents[2]


def test_every_golden_order_is_valid() -> None:
    """Promise: an order that keeps the rules is evaluated; none of the bundled set is lost or set aside."""
    policy = load_policy(ROOT / "policies" / "2026", ROOT / "schemas" / "v1", {})
    intake = take_in(policy.tables, ROOT / "examples" / "golden", connect())
    assert (intake.orders, intake.set_aside, intake.set_aside_rows) == (727, (), 0)
    assert (intake.first, intake.last) == (dt.datetime(2025, 11, 1, 12, 22, 49), dt.datetime(2026, 10, 31, 13, 59, 59))
    assert len(intake.rows["bonuses"]) == 31
    assert intake.rows["averages"][0]["本委"] == Fraction("99.68")
