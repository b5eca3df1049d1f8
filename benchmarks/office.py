"""A year of a large district as an office has it: one workbook, imported into a workspace and evaluated there.

Must not know what it is compared with.
"""

from __future__ import annotations

import csv
import datetime as dt
import secrets
import shutil
import tempfile
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import xlsxwriter
from python_calamine import CalamineWorkbook

from benchmarks import orders
from benchmarks.engine_sides import AS_OF, ROOT, answer
from benchmarks.turns import Run
from engine.choosing import Request
from engine.evaluate import evaluate
from workspace import receipts, runs
from workspace.address import SQLITE
from workspace.creating import Making, create
from workspace.importing import importing
from workspace.opening import Workspace
from workspace.private import KEY_BYTES
from workspace.settings import Settings

FOLDER = "office"
ORDERS = 300_000
_AT = dt.datetime(2026, 11, 23, tzinfo=dt.timezone(dt.timedelta(hours=8)))


def write_workbook(folder: Path, size: int = ORDERS) -> None:
    """So many orders as one workbook, the small tables as text, into ``folder/office``."""
    target = folder / FOLDER
    orders.write_folder(target, orders.Size(size))
    book = xlsxwriter.Workbook(str(target / "orders.xlsx"), {"constant_memory": True})
    sheet = book.add_worksheet("工单")
    with (target / "orders.csv").open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file)):
            sheet.write_row(number, 0, row)
    book.close()
    (target / "orders.csv").unlink()


def importing_year(folder: Path) -> Run:
    """The whole folder into a new workspace: snapshots, digests, set-aside rows, the chain."""
    numbers = count()

    def run() -> Any:
        root = folder / f"workspace-{next(numbers)}"
        workspace = _made(root)
        said = _imported(workspace, folder)
        shutil.rmtree(root)
        return said

    return run


def reading_alone(folder: Path) -> Run:
    """The workbook read by calamine and nothing done with it."""

    def run() -> Any:
        return (
            len(CalamineWorkbook.from_path(str(folder / FOLDER / "orders.xlsx")).get_sheet_by_index(0).to_python()) - 1
        )

    return run


def evaluating_there(folder: Path) -> Run:
    """The workspace's state evaluated, and the run recorded with its firings and receipt: a second later each time, for
    what is the newest run over again is not recorded."""
    workspace = _made(Path(tempfile.mkdtemp(dir=folder)) / "workspace")
    _imported(workspace, folder)
    request, later = _request(folder, workspace.layout.policies), count()

    def run() -> Any:
        moment = AS_OF + dt.timedelta(seconds=next(later))
        with runs.current(workspace, replace(request, as_of=moment)) as ready:
            assert runs.record(ready, receipts.programs(), "benchmark", _AT).new
            return answer(ready.evaluated.evaluation)

    return run


def evaluating_folder(folder: Path) -> Run:
    """The same files evaluated where they lie; nothing is kept."""

    def run() -> Any:
        return answer(evaluate(_request(folder, ROOT / "policies")))

    return run


def _made(root: Path) -> Workspace:
    settings = Settings(secrets.token_hex(16), SQLITE, "keep", "sha256")
    key = secrets.token_bytes(KEY_BYTES)
    return create(root, Making(settings, None, key, ROOT / "policies", "benchmark", "benchmark", _AT))


def _imported(workspace: Workspace, folder: Path) -> int:
    files = tuple(sorted((folder / FOLDER).iterdir()))
    said = importing.import_files(workspace, importing.Request(files, ROOT / "schemas" / "v1", "benchmark", _AT))
    return next(table.counts.new for table in said.tables if table.table == "orders")


def _request(folder: Path, policies: Path) -> Request:
    return Request(
        data=folder / FOLDER, schemas=ROOT / "schemas" / "v1", released=policies, examples=None, policy=None, chosen={},
        as_of=AS_OF, now=_AT,
    )  # fmt: skip
