"""``python -m benchmarks``: makes the orders, runs every comparison, prints and writes ``benchmarks/results.md``.

``python -m benchmarks NAME…`` runs some of them and prints the table; ``growth`` measures how the time grows.
"""

from __future__ import annotations

import argparse
import multiprocessing
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import engine_sides, growth, machine, orders, report
from benchmarks.comparisons import GOOD, RAW, TYPED, Comparison, Sizes, comparisons
from benchmarks.turns import in_turn

GROWTH = "growth"
RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("names", nargs="*", help="comparisons to run, or growth; all where none is named")
    asked.add_argument("--orders", type=int, default=10_000_000, help="of the large comparisons")
    asked.add_argument("--usual", type=int, help="orders of the others; at most a million")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--to", type=Path, help="where the table goes; a run of parts is only printed unless this says")
    asked.add_argument("--growth-to", type=Path, help="another folder for what growth writes")
    options = asked.parse_args()
    sizes = Sizes(options.orders, min(options.usual or 1_000_000, options.orders))
    offered = comparisons(sizes)
    unknown = set(options.names) - {item.id for item in offered} - {GROWTH}
    if unknown:
        asked.error(f"no such comparison: {', '.join(sorted(unknown))}; there are {', '.join(i.id for i in offered)}")
    wanted = [item for item in offered if not options.names or item.id in options.names]
    measured = []
    with tempfile.TemporaryDirectory() as scratch:
        made: set[object] = set()
        for comparison in wanted:
            folder = Path(scratch) / str(comparison.orders or "small")
            _make(folder, comparison, options.seed, made)
            _say(comparison.title)
            found = in_turn(comparison.sides, folder, options.rounds, comparison.same)
            measured.append((comparison, found))
            for item in found:
                _say(f"  {item.side.name}: {item.median:.3f} s, {item.memory / 2**20:.0f} MiB")
            _say(f"  engine / side: {', '.join(f'{ratio:.3g}' for ratio in comparison.ratios(found))}")
            _say(f"  {report.verdict(comparison, found)}")
    target = options.to or (None if options.names else RESULTS)
    if wanted:
        text = report.markdown(measured, machine.described(), options.rounds)
        if target is None:
            print(text)
        else:
            target.write_text(text, encoding="utf-8")
            _say(f"written: {target.name}")
    if not options.names or GROWTH in options.names:
        growth.run(options.orders, options.rounds, options.seed, options.growth_to)


def _make(folder: Path, comparison: Comparison, seed: int, made: set[object]) -> None:
    """The folders that the comparison needs, each made once; text is deleted once it has become typed orders."""
    folder.mkdir(exist_ok=True)
    for name in comparison.needs:
        if (folder, name) in made:
            continue
        made.add((folder, name))
        _say(f"making orders: {comparison.orders:,} ({name})")
        broken = 200 if name == RAW else 0
        if name != TYPED:
            _apart(orders.write_folder, folder / name, orders.Size(comparison.orders, seed, broken=broken))
            continue
        text = folder / (GOOD if GOOD in comparison.needs else "text")
        if GOOD not in comparison.needs:
            _apart(orders.write_folder, text, orders.Size(comparison.orders, seed))
        _apart(engine_sides.write_typed_folder, folder / TYPED, text)
        if GOOD not in comparison.needs:
            shutil.rmtree(text)
    if comparison.data is not None and comparison.data not in made:
        _apart(comparison.data, folder)
        made.add(comparison.data)


def _apart(work: Callable[..., Any], *arguments: Any) -> None:
    """In a process of its own, so that its memory counts for no side."""
    process = multiprocessing.get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise SystemExit(1)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
