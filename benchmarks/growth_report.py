"""What was measured of growth in words: tables, the fitted line and its error, and what it says of a billion orders.

Knows figures; measures nothing. Whatever was not measured is called an extrapolation.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.growth_cases import Case
from benchmarks.growth_chart import TITLES
from benchmarks.growth_model import Line, cores, error, fitted, steepness
from benchmarks.turns import Measured

Found = Sequence[tuple[Case, Measured]]
FITTED_TO = 1_000_000
"""The line goes through the sizes up to here; what is beyond is predicted."""
FAR = 1_000_000_000
WITHIN = 3600
SPARK_CORES = 2
BEGIN, END = "<!-- growth: written by `python -m benchmarks growth` -->", "<!-- growth: end -->"


@dataclass(frozen=True)
class Growth:
    """By axis, the cases with what was measured; the same for orders on Spark (empty: no Spark there)."""

    axes: Mapping[str, Found]
    on_spark: Found
    machine: Mapping[str, str]
    rounds: int

    @property
    def line(self) -> Line | None:
        """Through the sizes up to a million; None where there are fewer than two."""
        return _line(self.axes.get("orders", ()))

    @property
    def spark_line(self) -> Line | None:
        return _line(self.on_spark)


def _line(found: Found) -> Line | None:
    points = [(float(case.size), item.median) for case, item in found if case.size <= FITTED_TO]
    return fitted(points) if len(points) > 1 else None


def markdown(growth: Growth) -> str:
    """All of it."""
    lines = [
        "# Growth",
        "",
        "Written by `python -m benchmarks growth`: checked orders to the year's ranking with consequences in a running",
        "process, one thing growing at a time.",
        "",
        f"{growth.rounds} rounds, all sizes of a table in turn; medians. "
        + "; ".join(f"{name} {value}" for name, value in growth.machine.items())
        + ".",
        "",
        "![Seconds by size](growth.svg)",
        "",
        "Both axes are logarithmic. The dashed line is time in proportion to size.",
    ]
    for axis, found in growth.axes.items():
        lines += ["", f"## By {TITLES[axis]}", "", *_table(found)]
    if growth.on_spark:
        lines += ["", f"## By orders, on {SPARK_CORES} cores of Spark", "", *_table(growth.on_spark)]
    return "\n".join([*lines, "", "## The line", "", *_told(growth)]) + "\n"


def _table(found: Found) -> Iterable[str]:
    yield "| size | orders | median | fastest | slowest | peak memory |"
    yield "|--:|--:|--:|--:|--:|--:|"
    for case, item in found:
        yield (
            f"| {case.size:,} | {case.orders:,} | {item.median:.3f} s | {min(item.seconds):.3f} s "
            f"| {max(item.seconds):.3f} s | {item.memory / 2**20:.0f} MiB |"
        )
    if len(found) > 1:
        power = steepness([(float(case.size), item.median) for case, item in found])
        yield ""
        yield f"Between the first and the last row time grows as size to the power of {power:.2f}."


def _told(growth: Growth) -> Iterable[str]:
    line = growth.line
    if line is None:
        yield "Too few sizes for a line."
        return
    yield f"Fitted to the sizes up to {FITTED_TO:,}: {_formula(line)}."
    for case, item in growth.axes.get("orders", ()):
        if case.size > FITTED_TO:
            predicted = line.at(case.size)
            yield ""
            yield (
                f"For {case.size:,} orders, which it was not fitted to, it predicts {predicted:.2f} s; measured were "
                f"{item.median:.2f} s: an error of {error(predicted, item.median):+.0%}."
            )
    spark = growth.spark_line
    if spark is not None:
        yield ""
        yield f"On {SPARK_CORES} cores of Spark: {_formula(spark)}."
        yield ""
        yield from _far(growth, spark)


def _formula(line: Line) -> str:
    return f"{line.base:.2f} s + {line.each * 1e6:.3g} µs an order"


def _far(growth: Growth, spark: Line) -> Iterable[str]:
    needed = cores(spark, FAR, SPARK_CORES, WITHIN)
    hours = spark.each * FAR * SPARK_CORES / 3600
    yield (
        f"**Extrapolation, not measured:** {FAR:,} orders are {hours:.1f} core-hours at that rate, or "
        f"{math.ceil(needed)} Spark cores for an answer within an hour and {math.ceil(needed * 6)} within ten minutes, "
        "if the cores are as fast as here, storage keeps up, and they lose nothing to one another. " + _apart(growth)
    )


def _apart(growth: Growth) -> str:
    line = growth.line
    assert line is not None
    minutes = line.at(FAR) / 60
    return (
        f"DuckDB on one machine like this one would take {minutes:.0f} minutes at its own rate, also an extrapolation."
    )


def put_in(text: str, growth: Growth) -> str:
    """``text`` with what was found between its two marks."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([f"{before}{BEGIN}", *_told(growth), END]) + after
