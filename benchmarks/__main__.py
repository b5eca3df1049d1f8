"""``python -m benchmarks``: makes the orders, runs every comparison, prints and writes ``benchmarks/results.md``."""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import engine_sides, machine, orders, report
from benchmarks.comparisons import comparisons
from benchmarks.turns import in_turn

RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asked.add_argument("--orders", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--seed", type=int, default=7)
    asked.add_argument("--only", action="append", help="id of a comparison; may be given several times")
    asked.add_argument("--to", type=Path, default=RESULTS)
    options = asked.parse_args()
    measured = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        _say("making orders")
        _apart(orders.write_folder, folder / "good", orders.Size(options.orders, options.seed))
        _apart(orders.write_folder, folder / "raw", orders.Size(options.orders, options.seed, broken=200))
        _apart(engine_sides.write_typed_folder, folder / engine_sides.TYPED, folder / "good")
        made: set[Callable[[Path], None]] = set()
        for comparison in comparisons(options.orders):
            if options.only and comparison.id not in options.only:
                continue
            _say(comparison.title)
            if comparison.data is not None and comparison.data not in made:
                _apart(comparison.data, folder)
                made.add(comparison.data)
            found = in_turn(comparison.sides, folder, options.rounds, comparison.same)
            measured.append((comparison, found))
            for item in found:
                _say(f"  {item.side.name}: {item.median:.3f} s, {item.memory / 2**20:.0f} MiB")
            _say(f"  engine / side: {', '.join(f'{ratio:.3g}' for ratio in comparison.ratios(found))}")
            if comparison.most is not None:
                _say(f"  {report.target(comparison)}: {'reached' if comparison.reached(found) else 'missed'}")
    text = report.markdown(measured, machine.described(), options.orders, options.rounds)
    options.to.write_text(text, encoding="utf-8")
    _say(f"written: {options.to.name}")


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
