"""What is compared with what, and how much slower or how many times faster the engine may or must be.

The first side of a comparison is the engine. To add one, add a value to ``COMPARISONS``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import engine_sides, hand_ranking, hand_reading, impact, office, rules_api, startup
from benchmarks.turns import Measured, Side


@dataclass(frozen=True)
class Comparison:
    """The engine may take ``most`` times the other side plus ``slack`` seconds, per order; 0.05 means 20 times faster.
    Without ``most`` the figures are only shown. ``data`` writes what the sides need beside the common folders.

    ``same`` says whether two answers agree. ``memory``: the most bytes the engine's process may ever hold.
    """

    id: str
    title: str
    sides: tuple[Side, ...]
    most: float | None
    slack: float = 0.0
    memory: int | None = None
    same: Callable[[Any, Any], bool] = operator.eq
    data: Callable[[Path], None] | None = None

    def ratios(self, measured: list[Measured]) -> list[float]:
        """The engine's time over that of each other side, per order."""
        return [measured[0].each / other.each for other in measured[1:]]

    def reached(self, measured: list[Measured]) -> bool:
        """Whether every target is reached."""
        ours, *shown = measured
        others = [other for other in shown if other.side.judged]
        most = math.inf if self.most is None else self.most
        fast = all(ours.each <= most * other.each + self.slack / other.side.per for other in others)
        return fast and (self.memory is None or ours.memory <= self.memory)


def comparisons(orders: int) -> tuple[Comparison, ...]:
    """All of them, for folders with this many orders."""
    return (
        Comparison(
            "ranking",
            "Typed orders to the year's ranking, with months, quarters and consequences, in a running process",
            (
                Side("engine", engine_sides.ranking, orders),
                Side("DuckDB query by hand", hand_ranking.ranking, orders),
                Side("the same, reading the months kept beside", hand_ranking.prepared, orders, judged=False),
            ),
            most=1.2,
            slack=0.05,
            memory=10**9,
        ),
        Comparison(
            "reading",
            "Raw CSV to typed orders, with every check, every set-aside rule and (engine only) the digest",
            (
                Side("engine", engine_sides.reading, orders),
                Side("DuckDB query by hand", hand_reading.reading, orders),
            ),
            most=1.5,
        ),
        Comparison(
            "rules",
            "Rules decided per order: the whole ranking against asserting each order into durable-rules",
            (
                Side("engine", engine_sides.deciding, orders),
                Side("durable-rules", rules_api.asserting, rules_api.ORDERS),
            ),
            most=1 / 20,
            same=_same_decisions,
        ),
        Comparison(
            "impact",
            "Impact of a revision of seven changes, with what each difference is due to, against both versions apart",
            (
                Side("impact", impact.together, orders),
                Side("both evaluated apart", impact.apart, orders),
            ),
            most=1.0,
        ),
        Comparison(
            "import",
            "A year of a large district from one workbook into a workspace, against reading the workbook alone",
            (
                Side("import", office.importing_year, office.ORDERS),
                Side("calamine alone", office.reading_alone, office.ORDERS),
            ),
            most=None,
            data=office.write_workbook,
        ),
        Comparison(
            "workspace",
            "The same year evaluated in the workspace and recorded, against evaluating the folder",
            (
                Side("workspace", office.evaluating_there, office.ORDERS),
                Side("folder", office.evaluating_folder, office.ORDERS),
            ),
            most=None,
            data=office.write_workbook,
        ),
        Comparison(
            "startup",
            "`hotline --help` against an empty typer program, whole processes",
            (Side("engine", startup.ours), Side("empty typer program", startup.empty)),
            most=2.0,
        ),
    )


def _same_decisions(ours: Any, theirs: Any) -> bool:
    """durable-rules is asked about the first orders only."""
    return all(ours.get(order) == fired for order, fired in theirs.items())
