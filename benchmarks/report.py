"""Measurements as Markdown. Knows comparisons and what was measured; measures nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from benchmarks.comparisons import Comparison
from benchmarks.turns import Measured

Results = Iterable[tuple[Comparison, list[Measured]]]


def markdown(results: Results, machine: Mapping[str, str], rounds: int) -> str:
    """One table a comparison, after the machine that the times are of."""
    lines = [
        "# Results",
        "",
        "Written by `python -m benchmarks`; the column of orders says how many. What is measured and what the numbers "
        "mean: `docs/performance.md`.",
        "",
        f"{rounds} rounds, all sides in turn; medians, with the fastest and the slowest round.",
        "",
        "; ".join(f"{name} {value}" for name, value in machine.items()) + ".",
    ]
    for comparison, measured in results:
        lines += ["", f"## {comparison.title}", "", *_table(comparison, measured)]
    return "\n".join(lines) + "\n"


def _table(comparison: Comparison, measured: list[Measured]) -> Iterable[str]:
    yield "| side | orders | median | fastest | slowest | per order | peak memory | engine ÷ side |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|"
    ratios = ["", *(f"{ratio:.3g}" for ratio in comparison.ratios(measured))]
    for item, ratio in zip(measured, ratios, strict=True):
        yield (
            f"| {item.side.name} | {item.side.per:,} | {item.median:.3f} s | {min(item.seconds):.3f} s "
            f"| {max(item.seconds):.3f} s | {item.each * 1e6:.3g} µs | {item.memory / 2**20:.0f} MiB | {ratio} |"
        )
    yield ""
    yield verdict(comparison, measured)


def verdict(comparison: Comparison, measured: list[Measured]) -> str:
    """The target in words, and whether it was reached."""
    if comparison.most is None:
        return "No target."
    parts: dict[str, list[str]] = {}
    for item in measured[1:]:
        limit = comparison.limit(item.side)
        if limit < math.inf:
            parts.setdefault(_limit(limit), []).append(item.side.name)
    slack = f", plus {comparison.slack * 1000:.0f} ms" if comparison.slack else ""
    memory = f"; at most {comparison.memory / 1e9:.0f} GB" if comparison.memory else ""
    missed = comparison.missed(measured)
    told = "; ".join(f"{words} ({', '.join(names)})" for words, names in parts.items())
    return f"Target: {told}{slack}{memory}: {'**missed** (' + ', '.join(missed) + ')' if missed else 'reached'}."


def _limit(most: float) -> str:
    if most == 1:
        return "faster"
    if most < 1:
        return f"at least {1 / most:.0f} times faster per order"
    return f"at most {most:g} times the time"
