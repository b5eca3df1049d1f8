"""Probes a policy with several processes, each with its own bench.

Knows how changes are dealt out; must not know what probing is.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from engine.cases.reading import Case, read_cases
from engine.coverage.changes import Change
from engine.coverage.exceptions import Excepted
from engine.coverage.probing import Probed, Prober, plan_probes

CHUNK = 4
Progress = Callable[[int, int], None]
"""Hears how many changes are done, of how many."""

_own: list[tuple[Prober, Sequence[Change]]] = []
"""The worker process's own: a bench cannot be sent from one process to another."""


@dataclass(frozen=True)
class Probing:
    """``probed``: every change, in the order of the files. ``excepted``: how many changes an exception holds for;
    ``idle``: exceptions that hold for none."""

    probed: tuple[Probed, ...]
    excepted: int
    idle: tuple[Excepted, ...]

    @property
    def unnoticed(self) -> tuple[Probed, ...]:
        return tuple(item for item in self.probed if item.noticed is None)


def probe(
    folder: Path,
    schemas: Path,
    *,
    processes: int,
    wanted: Callable[[str], bool] = lambda _: True,
    progress: Progress | None = None,
) -> Probing:
    """Every change of the parameters whose name is ``wanted``.

    Raises PolicyError and InputError when the policy or a case is broken or does not hold.
    """
    plan = plan_probes(folder, schemas)
    cases = read_cases(folder, schemas)  # here, since what a process raises when it starts is lost
    numbers = [i for i, change in enumerate(plan.changes) if wanted(change.name)]
    if processes > 1 and len(numbers) > processes * CHUNK:
        changes = [plan.changes[i] for i in numbers]
        found = _in_processes(partial(_start, folder, schemas, cases, changes), len(changes), processes)
    else:
        prober = Prober(folder, schemas, cases)
        found = (prober.probe(plan.changes[i]) for i in numbers)
    probed = []
    for item in found:
        probed.append(item)
        if progress is not None:
            progress(len(probed), len(numbers))
    return Probing(tuple(probed), plan.excepted, plan.idle)


def _in_processes(start: Callable[[], None], changes: int, processes: int) -> Iterator[Probed]:
    context = multiprocessing.get_context("spawn")  # a database must not be forked
    with ProcessPoolExecutor(processes, context, start) as pool:
        yield from pool.map(_probe, range(changes), chunksize=CHUNK)


def _start(folder: Path, schemas: Path, cases: Sequence[Case], changes: Sequence[Change]) -> None:
    _own.append((Prober(folder, schemas, cases), changes))
    gc.freeze()  # what is there stays: walking it again at every collection took a tenth of the time
    atexit.register(gc.unfreeze)  # or extensions complain at the end of what was never collected


def _probe(number: int) -> Probed:
    prober, changes = _own[0]
    return prober.probe(changes[number])
