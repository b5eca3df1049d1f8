"""A workspace with the golden year imported and one run: made once for all test processes, copied where it is needed.

Knows how it comes about and how it is copied, which any workspace can be; must not know what any test expects. A test
of how a workspace is made, or what it is made of, makes its own.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.workspace.making import make
from tests.workspace.runs.stocked import request, run_once, stock
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace


@dataclass(frozen=True)
class Ready:
    """``imported``: init and import; ``evaluated``: a run, R3, besides; ``cache`` has the rules compiled."""

    imported: Path
    evaluated: Path
    cache: Path

    def with_import(self, root: Path) -> Workspace:
        """A workspace of the test's own in ``root``, on SQLite."""
        return _copied(self.imported, root)

    def with_run(self, root: Path) -> Workspace:
        """The same with the run."""
        return _copied(self.evaluated, root)


def ready(folder: Path) -> Ready:
    """Made in ``folder`` by the first process that asks for it."""
    folder.mkdir(exist_ok=True)
    found = Ready(folder / "imported", folder / "evaluated", folder / "cache")

    def build() -> None:
        workspace = make(found.imported)
        stock(workspace)
        shutil.copytree(found.imported, found.evaluated)
        copy = open_workspace(Layout(found.evaluated))
        run_once(copy, request(copy, found.cache))

    once(folder / "ready", build)
    return found


def once(stamp: Path, build: Callable[[], None]) -> None:
    """``build`` is done by one of all processes, the others wait for it; ``stamp`` says that it was done."""
    with stamp.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists():
            build()
            stamp.touch()


def _copied(source: Path, root: Path) -> Workspace:
    shutil.copytree(source, root)
    return open_workspace(Layout(root))
