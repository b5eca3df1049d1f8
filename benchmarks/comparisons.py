"""What is compared with what, and how much slower or how many times faster the engine may or must be.

The first side of a comparison is the engine. To add one, add a value to ``COMPARISONS``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import (
    engine_sides,
    explaining,
    hand_ranking,
    hand_reading,
    impact,
    office,
    rules_api,
    startup,
    zen,
)
from benchmarks.turns import Later, Measured, Side

GOOD, RAW, TYPED = "good", "raw", engine_sides.TYPED
"""Orders as text of which none is broken, the same with some broken, and checked orders."""


@dataclass(frozen=True)
class Sizes:
    """How many orders: of a large city's year, and where the time of one order counts."""

    large: int
    usual: int

    @property
    def district(self) -> int:
        """Of a large district's year, which an office imports."""
        return min(self.usual, office.ORDERS)


@dataclass(frozen=True)
class Comparison:
    """The engine may take ``most`` times the other side plus ``slack`` seconds, per order; 0.05 means 20 times faster.
    Without ``most`` the figures are only shown. ``data`` writes what the sides need beside the common folders.

    ``needs``: the folders of orders that the sides read, with ``orders`` orders (0: as they are made for others).
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
    needs: tuple[str, ...] = ()
    orders: int = 0

    def ratios(self, measured: list[Measured]) -> list[float]:
        """The engine's time over that of each other side, per order."""
        return [measured[0].each / other.each for other in measured[1:]]

    def limit(self, other: Side) -> float:
        """How many times the time of ``other`` the engine may take."""
        most = self.most if other.most is None else other.most
        return math.inf if most is None or not other.judged else most

    def missed(self, measured: list[Measured]) -> list[str]:
        """The sides against which the target is missed, and memory."""
        ours, *others = measured
        slow = [
            item.side.name
            for item in others
            if ours.each > self.limit(item.side) * item.each + self.slack / ours.side.per
        ]
        return slow + (["memory"] if self.memory is not None and ours.memory > self.memory else [])


def comparisons(sizes: Sizes) -> tuple[Comparison, ...]:
    """All of them, for folders with this many orders."""
    large, usual, district = sizes.large, sizes.usual, sizes.district
    workbook = partial(office.write_workbook, size=district)
    return (
        Comparison(
            "ranking",
            "Typed orders to the year's ranking, with months, quarters and consequences, in a running process",
            (
                Side("engine", engine_sides.ranking, large),
                Side("DuckDB query by hand", hand_ranking.ranking, large),
                Side("the same, reading the months kept beside", hand_ranking.prepared, large, judged=False),
                Side("Polars by hand", Later("benchmarks.hand_polars", "ranking"), large, most=1.0),
                Side("pandas by hand", Later("benchmarks.hand_pandas", "ranking"), large, most=1.0),
            ),
            most=1.15,
            memory=10**9,
            needs=(TYPED,),
            orders=large,
        ),
        Comparison(
            "million",
            "The same ranking of a district's orders, where what does not grow with orders weighs",
            (
                Side("engine", engine_sides.ranking, usual),
                Side("DuckDB query by hand", hand_ranking.ranking, usual),
            ),
            most=1.2,
            slack=0.05,
            memory=10**9,
            needs=(TYPED,),
            orders=usual,
        ),
        Comparison(
            "decisions",
            "The same ranking with every order's decisions written to Parquet, against the ranking by hand alone",
            (
                Side("engine with decisions", engine_sides.writing_decisions, large),
                Side("DuckDB query by hand, ranking only", hand_ranking.ranking, large),
            ),
            most=3.0,
            needs=(TYPED,),
            orders=large,
        ),
        Comparison(
            "reading",
            "Raw CSV to typed orders, with every check, every set-aside rule and the digest",
            (
                Side("engine", engine_sides.reading, large),
                Side("DuckDB query by hand and sha256sum", hand_reading.reading, large),
            ),
            most=1.5,
            needs=(RAW,),
            orders=large,
        ),
        Comparison(
            "rules",
            "Rules decided per order: the whole ranking against each order given to a rule engine by its own interface",
            (
                Side("engine", engine_sides.deciding, usual),
                Side("durable-rules", rules_api.asserting, rules_api.ORDERS),
                Side("zen-engine, in a batch", zen.deciding, zen.ORDERS, most=1 / 50),
            ),
            most=1 / 100,
            same=_same_decisions,
            needs=(GOOD, TYPED),
            orders=usual,
        ),
        Comparison(
            "impact",
            "Impact of a revision of seven changes, with what each difference is due to, against both versions apart",
            (
                Side("impact", impact.together, usual),
                Side("both evaluated apart", impact.apart, usual),
            ),
            most=1.0,
            needs=(GOOD, TYPED),
            orders=usual,
        ),
        Comparison(
            "import",
            "A year of a large district from one workbook into a workspace, against reading the workbook alone",
            (
                Side("import", office.importing_year, district),
                Side("calamine alone", office.reading_alone, district),
            ),
            most=None,
            data=workbook,
        ),
        Comparison(
            "workspace",
            "The same year evaluated in the workspace and recorded, against evaluating the folder",
            (
                Side("workspace", office.evaluating_there, district),
                Side("folder", office.evaluating_folder, district),
            ),
            most=None,
            data=workbook,
        ),
        Comparison(
            "startup",
            "`hotline --help` against an empty typer program, whole processes",
            (Side("engine", startup.ours), Side("empty typer program", startup.empty)),
            most=2.0,
        ),
        Comparison(
            "first",
            "The first answer of the command line on 1,000 orders, against importing duckdb and durable-rules",
            (
                Side("hotline evaluate", startup.first_answer),
                Side("the imports", startup.imports, most=4.0),
            ),
            most=4.0,
            same=_whatever,
        ),
        Comparison(
            "explain",
            "One order explained in a running process, of 1,000",
            (Side("engine", explaining.explaining, 1), Side("20 ms", explaining.twenty_milliseconds, 1)),
            most=1.0,
            same=_whatever,
        ),
    )


def _whatever(ours: Any, theirs: Any) -> bool:
    """The other side is a yardstick and answers nothing."""
    return True


def _same_decisions(ours: Any, theirs: Any) -> bool:
    """durable-rules is asked about the first orders only."""
    return all(ours.get(order) == fired for order, fired in theirs.items())
