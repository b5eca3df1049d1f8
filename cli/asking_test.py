"""What ``hotline policy test`` and ``probe`` ask: whether the cases hold, what they reach, what they would notice.

Knows where versions are; knows nothing of screens. Loads the engine only when asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking_policy import COMPILE_SECONDS, asked_folders
from cli.locations import cache_folder, versions_in

if TYPE_CHECKING:
    from engine.cases.running import CaseResult
    from engine.coverage.reach import Covered
    from engine.coverage.workers import Probing


@dataclass(frozen=True)
class Tested:
    """A version's folder, its cases, and what they reach (only where that was asked for)."""

    folder: Path
    results: tuple[CaseResult, ...]
    coverage: tuple[Covered, ...] = ()

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        return tuple(result for result in self.results if result.failures)


def run_tests(version: str | None, policies: Path | None, *, cached: bool, coverage: bool) -> list[Tested]:
    """The cases of the version asked for, or of every one.

    Raises PolicyError, InputError, CommandError and CompileError.
    """
    places = versions_in(policies)
    folders = asked_folders(version, places)
    return [_tested(folder, places.schemas, cached=cached, coverage=coverage) for folder in folders]


def _tested(folder: Path, schemas: Path, *, cached: bool, coverage: bool) -> Tested:
    from engine.cases.reading import read_cases
    from engine.cases.running import Bench
    from engine.policy.manifest import changes
    from engine.problems import PolicyError

    altered = changes(folder)
    if altered:
        raise PolicyError(altered)
    cases = read_cases(folder, schemas)
    bench = Bench(folder, schemas, cache=cache_folder() if cached else None, time_limit=COMPILE_SECONDS)
    bench.take_together(cases)
    results = tuple(bench.run(case) for case in cases)
    if not coverage:
        return Tested(folder, results)
    from engine.coverage.reach import coverage as reach
    from engine.policy.parts import load_parts

    parts = load_parts(folder, schemas, {})
    return Tested(folder, results, reach(parts, bench.compiled(bench.policy({})), results))


def probe_version(
    version: str | None, policies: Path | None, only: str | None, progress: Callable[[str], None]
) -> list[tuple[Path, Probing]]:
    """Every change of the version asked for, or of every one. Raises PolicyError, InputError and CommandError."""
    from engine.coverage.exceptions import matches
    from engine.coverage.workers import probe

    places = versions_in(policies)
    probed = []
    for folder in asked_folders(version, places):
        found = probe(
            folder,
            places.schemas,
            processes=os.cpu_count() or 1,
            wanted=lambda name: only is None or matches(name, only),
            progress=lambda done, all: progress(f"正在逐一改动参数…{done}/{all}"),
        )
        probed.append((folder, found))
    return probed
