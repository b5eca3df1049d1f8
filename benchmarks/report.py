"""Measurements as Markdown. Knows comparisons and what was measured; measures nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from benchmarks.comparisons import Comparison
from benchmarks.turns import Measured

Results = Iterable[tuple[Comparison, list[Measured]]]


def markdown(results: Results, machine: Mapping[str, str], orders: int, rounds: int) -> str:
    """One table a comparison, after the machine that the times are of."""
    lines = [
        "# Results",
        "",
        "Written by `make bench`. What is measured and what the numbers mean: `docs/performance.md`.",
        "",
        f"{orders:,} orders; {rounds} rounds, all sides in turn; medians, with the fastest and the slowest round.",
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
    if comparison.most is not None:
        yield f"{target(comparison)}: {'reached' if comparison.reached(measured) else '**missed**'}."


def target(comparison: Comparison) -> str:
    """The target in words."""
    if comparison.most is None:
        return "No target"
    if comparison.most < 1:
        return f"Target: at least {1 / comparison.most:.0f} times faster per order"
    slack = f" plus {comparison.slack * 1000:.0f} ms" if comparison.slack else ""
    memory = f", in at most {comparison.memory / 1e9:.0f} GB" if comparison.memory else ""
    return f"Target: at most {comparison.most:g} times the other side{slack}{memory}"
