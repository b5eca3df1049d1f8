"""Workspaces that hold the golden year, imported and evaluated as the commands do it.

Knows the steps only; must not know what any test expects.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from engine.choosing import Request
from tests.running import GOLDEN, GOLDEN_AS_OF, SCHEMAS
from tests.workspace.making import AT, BY
from workspace.importing.importing import Request as Import
from workspace.importing.importing import import_files
from workspace.opening import Workspace
from workspace.receipts import programs
from workspace.runs import Run, current, record

TABLES = ("orders", "units", "averages", "bonuses")
EXPORTED = dt.datetime(2026, 11, 20)


def stock(workspace: Workspace, folder: Path = GOLDEN, exported: dt.datetime = EXPORTED, at: dt.datetime = AT) -> None:
    """Import every table of a folder, in one entry."""
    files = tuple(folder / f"{table}.csv" for table in TABLES if (folder / f"{table}.csv").exists())
    import_files(workspace, Import(files, SCHEMAS, BY, at, exported=exported))


def request(workspace: Workspace, cache: Path, policy: str | None = None, **chosen: str) -> Request:
    """The workspace's own versions, at the end of the golden year."""
    return Request(
        data=workspace.layout.root,
        schemas=SCHEMAS,
        released=workspace.layout.policies,
        examples=None,
        policy=policy,
        chosen=chosen,
        as_of=GOLDEN_AS_OF,
        now=AT,
        cache=cache,
    )


def run_once(workspace: Workspace, asked: Request, by: str = BY, at: dt.datetime = AT) -> Run:
    """Evaluate what the workspace holds, and keep that."""
    with current(workspace, asked) as ready:
        return record(ready, programs(), by, at).run
