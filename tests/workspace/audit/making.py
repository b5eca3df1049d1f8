"""A small office for audits: a released policy, two imports, a run after each, a month made known and corrected.

Knows how such a workspace comes about; must not know what any test expects.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.choosing import Request
from engine.months import Month
from engine.revise.release import manifest_text
from tests.running import GOLDEN, POLICY, SCHEMAS
from tests.workspace.making import AT, BY, make
from tests.workspace.runs.stocked import stock
from workspace.digests import Algorithm
from workspace.opening import Workspace
from workspace.publishing import Asked, publish
from workspace.receipts import programs
from workspace.runs import Run, current, record

AS_OF = dt.datetime(2026, 11, 23)
LATER = AT + dt.timedelta(days=1)
MONTH = Month.parse("2026-08")
REASON = "补记剔除"
Row = dict[str, str]


@dataclass(frozen=True)
class Office:
    """``first`` was made of some orders, and a month of it made known.

    ``second``, after one of the orders, ``changed``, had come again, corrected the month.
    """

    workspace: Workspace
    first: Run
    second: Run
    changed: str


def policies(folder: Path) -> Path:
    """A folder with the plan, released."""
    version = shutil.copytree(POLICY, folder / POLICY.name)
    text = manifest_text(version, SCHEMAS, BY, dt.date(2026, 2, 28))
    (version / "manifest.yaml").write_text(text, encoding="utf-8")
    return folder


def small(folder: Path, orders: int, change: Callable[[Row], Row] = lambda row: row) -> Path:
    """The golden year with its first few orders only, each as ``change`` leaves it."""
    folder.mkdir(parents=True)
    for name in ("units", "averages", "bonuses"):
        shutil.copy(GOLDEN / f"{name}.csv", folder)
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = [row for _, row in zip(range(orders), reader, strict=False)]
        names = list(reader.fieldnames or ())
    with (folder / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(change(row) for row in rows)
    return folder


def evaluate(
    workspace: Workspace,
    cache: Path,
    *,
    at: dt.datetime = AT,
    as_of: dt.datetime = AS_OF,
    chosen: Mapping[str, str] | None = None,
    publishing: Asked | None = None,
) -> Run:
    """Evaluate what the workspace holds by its own policies, keep that, and make a month of it known if asked to."""
    request = Request(
        data=workspace.layout.root,
        schemas=SCHEMAS,
        released=workspace.layout.policies,
        examples=None,
        policy=None,
        chosen=chosen or {},
        as_of=as_of,
        now=at,
        cache=cache,
    )
    with current(workspace, request) as ready:
        run = record(ready, programs(), BY, at)
        if publishing is not None:
            publish(ready.evaluated, run, publishing, BY, at)
        return run


def office(root: Path, cache: Path, *, digest: Algorithm = "sha256", orders: int = 60) -> Office:
    """The office in ``root``."""
    workspace = make(root / "office", digest=digest, policies=policies(root / "policies"))
    stock(workspace, small(root / "first", orders), dt.datetime(2026, 11, 20), AT)
    first = evaluate(workspace, cache, publishing=Asked(MONTH))
    changed = ""

    def later(row: Row) -> Row:
        nonlocal changed
        if not changed and row["满意度"] == "不满意":
            changed = row["工单编号"]
            return {**row, "剔除情形": "6", "满意度": "满意"}
        return row

    stock(workspace, small(root / "second", orders, later), dt.datetime(2026, 11, 21), LATER)
    second = evaluate(workspace, cache, at=LATER, publishing=Asked(MONTH, REASON))
    return Office(workspace, first, second, changed)
