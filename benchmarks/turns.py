"""Runs the sides of a comparison in turn, each in a process of its own.

A B C A B C …: whatever else the machine does meets every side alike. Knows nothing of what the sides do.
"""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

Run = Callable[[], Any]


@dataclass(frozen=True)
class Side:
    """``prepare`` is called once in the side's process, with the folder of data; what it returns is timed.

    ``per``: how many orders one run works on. A side that is not ``judged`` is shown for comparison, without a target.
    ``most``: how many times this side's time the first side may take, where that is not what the comparison says.
    """

    name: str
    prepare: Callable[[Path], Run]
    per: int = 1
    judged: bool = True
    most: float | None = None


@dataclass(frozen=True)
class Later:
    """A side's function by its name: its module, with all that it imports, is loaded in that side's process only."""

    module: str
    name: str

    def __call__(self, folder: Path) -> Run:
        run: Run = getattr(import_module(self.module), self.name)(folder)
        return run


@dataclass(frozen=True)
class Measured:
    """Seconds of every timed run, and the most memory the process ever held, in bytes."""

    side: Side
    seconds: tuple[float, ...]
    memory: int

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def each(self) -> float:
        """Median seconds per order."""
        return self.median / self.side.per


class DifferentAnswersError(Exception):
    """Two sides do not compute the same, so their times say nothing."""


def in_turn(sides: tuple[Side, ...], folder: Path, rounds: int, same: Callable[[Any, Any], bool]) -> list[Measured]:
    """Every side once unmeasured, its answer compared with the first one's by ``same``; then ``rounds`` in turn.

    Raises DifferentAnswersError.
    """
    context = multiprocessing.get_context("spawn")
    lines: list[Connection] = []
    processes = []
    for side in sides:
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(side.prepare, folder, theirs), daemon=False)
        process.start()
        theirs.close()
        lines.append(ours)
        processes.append(process)
    try:
        answers = [_ask(line, "answer") for line in lines]
        for side, answer in zip(sides, answers, strict=True):
            if not same(answers[0], answer):
                raise DifferentAnswersError(f"{sides[0].name} ≠ {side.name}: {answers[0]!r:.300} … {answer!r:.300}")
        seconds: list[list[float]] = [[] for _ in sides]
        for _ in range(rounds):
            for line, taken in zip(lines, seconds, strict=True):
                taken.append(_ask(line, "time"))
        memory = [_ask(line, "memory") for line in lines]
    finally:
        for line in lines:
            line.close()  # a side ends when nobody is left to ask it
        for process in processes:
            process.join()
    return [Measured(side, tuple(s), m) for side, s, m in zip(sides, seconds, memory, strict=True)]


def _ask(line: Connection, what: str) -> Any:
    line.send(what)
    return line.recv()


def _serve(prepare: Callable[[Path], Run], folder: Path, line: Connection) -> None:
    run = prepare(folder)
    while True:
        try:
            asked = line.recv()
        except EOFError:
            return
        if asked == "answer":
            line.send(run())
        elif asked == "memory":
            line.send(_most_held())
        else:
            start = time.perf_counter()
            run()
            line.send(time.perf_counter() - start)


def _most_held() -> int:
    """Bytes. Linux counts a child's ``ru_maxrss`` from its parent's size on, which would blame it for the parent."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
