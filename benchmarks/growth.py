"""``python -m benchmarks growth``: how time and memory grow, into ``growth.md``, ``growth.svg`` and the docs.

Knows the order of the work; cases, line, picture and words are modules of their own.
"""

from __future__ import annotations

import multiprocessing
import operator
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import growth_cases, growth_chart, growth_report, machine
from benchmarks.growth_cases import Case
from benchmarks.turns import Measured, Side, in_turn

HOME = Path(__file__).parent
DOCS = HOME.parent / "docs" / "scaling.md"


def run(most: int, rounds: int, seed: int, to: Path | None) -> None:
    """Measure every case with at most ``most`` orders. ``to``: another folder for the files, which leaves the docs."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        found = _axes(list(growth_cases.cases(most)), growth_cases.side, folder, rounds, seed)
        on_spark = _on_spark(list(growth_cases.spark_cases(most)), folder, rounds, seed)
    home = to or HOME
    growth = growth_report.Growth(found, on_spark, machine.described(), rounds)
    (home / "growth.md").write_text(growth_report.markdown(growth), encoding="utf-8")
    chart = {axis: [(case.size, item.median) for case, item in measured] for axis, measured in found.items()}
    (home / "growth.svg").write_text(growth_chart.svg(chart), encoding="utf-8")
    if to is None and growth.line is not None:
        DOCS.write_text(growth_report.put_in(DOCS.read_text("utf-8"), growth), encoding="utf-8")
    _say("written: growth.md, growth.svg")


def _axes(
    cases: list[Case], side: Callable[[Case], Side], folder: Path, rounds: int, seed: int
) -> dict[str, list[tuple[Case, Measured]]]:
    """The cases of each axis, measured in turn."""
    found: dict[str, list[tuple[Case, Measured]]] = {}
    for axis in dict.fromkeys(case.axis for case in cases):
        own = [case for case in cases if case.axis == axis]
        _say(f"making {axis}: {', '.join(f'{case.size:,}' for case in own)}")
        _make(own, folder, seed)
        measured = in_turn(tuple(map(side, own)), folder, rounds, operator.eq)
        found[axis] = list(zip(own, measured, strict=True))
        for case, item in found[axis]:
            _say(f"  {case.size:,}: {item.median:.3f} s, {item.memory / 2**20:.0f} MiB")
    return found


def _make(cases: Iterable[Case], folder: Path, seed: int) -> None:
    """In a process of its own, so that its memory counts for no side."""
    for case in cases:
        if (folder / case.id).is_dir():
            continue
        process = multiprocessing.get_context("spawn").Process(target=growth_cases.write, args=(case, seed, folder))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(1)


def _on_spark(cases: list[Case], folder: Path, rounds: int, seed: int) -> list[tuple[Case, Measured]]:
    """Nothing where Spark cannot be had."""
    if shutil.which("java") is None or not _has_pyspark():
        _say("no Spark here: left out")
        return []
    measured: list[Any] = []
    for case in cases:  # one application at a time: each takes both cores
        _say(f"on Spark: {case.size:,}")
        _make([case], folder, seed)
        measured += in_turn((growth_cases.spark_side(case),), folder, rounds, operator.eq)
        _say(f"  {measured[-1].median:.3f} s")
    return list(zip(cases, measured, strict=True))


def _has_pyspark() -> bool:
    from importlib.util import find_spec

    return find_spec("pyspark") is not None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
