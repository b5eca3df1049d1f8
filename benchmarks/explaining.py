"""One order explained in a running process that has evaluated a thousand.

Knows the engine's interface only.
"""

from __future__ import annotations

import time
from itertools import cycle
from pathlib import Path
from typing import Any

from benchmarks import engine_sides, orders
from benchmarks.turns import Run
from engine.choosing import Taken
from engine.evaluate import evaluate_taken
from engine.explain_order import explain_order
from engine.intake import connect, take_in
from engine.one_order import Orders

ORDERS = 1_000
LIMIT = 0.02


def explaining(folder: Path) -> Run:
    """Another order each time."""
    data = folder / "explained"
    orders.write_folder(data, orders.Size(ORDERS))
    plan, connection = engine_sides.policy(), connect()
    taken = Taken(plan, take_in(plan.tables, data, connection), connection)
    found = Orders(evaluate_taken(engine_sides.request(data), taken))
    wanted = cycle(f"BS{number:010}" for number in range(ORDERS))

    def run() -> Any:
        order = next(wanted)
        told = explain_order(found, order)
        if told["order"] != order:
            raise ValueError("another order was explained")

    return run


def twenty_milliseconds(folder: Path) -> Run:
    """What a person takes for at once."""
    return lambda: time.sleep(LIMIT)
