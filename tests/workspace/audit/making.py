"""A small office for audits: a released policy, two imports, a run after each, a month made known and corrected.

Knows how such a workspace comes about; must not know what any test expects.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.choosing import Request
from engine.months import Month
from engine.revise.release import manifest_text
from tests.running import GOLDEN, POLICY, SCHEMAS
from tests.workspace.making import AT, BY, make
from workspace.digests import Algorithm
from workspace.importing.importing import Request as Importing
from workspace.importing.importing import import_files
from workspace.opening import Workspace
from workspace.publishing import Asked, publish
from workspace.receipts import programs
from workspace.runs import Run, current, record

AS_OF = dt.datetime(2026, 11, 23)
LATER = AT + dt.timedelta(days=1)
MONTH = Month.parse("2026-08")
REASON = "补记剔除"
CALLER, NUMBER, ADDRESS, WORDS = "欧阳小测", "13900007788", "某路某弄", "要求尽快处理某事"
"""What is planted as personal data; the last order has a number of its own."""
ORDERS = 60
OTHER_NUMBER = "021-55667788"
APPLICATION = {
    "剔除情形": "9",
    "证据": "录音第7号",
    "申请人": "甲科长",
    "审批人": "乙主任",
    "状态": "批准",
    "申请时间": "2026-08-20 09:00",
    "审批时间": "2026-08-21 16:30",
}

Row = dict[str, str]


@dataclass(frozen=True)
class Office:
    """``first`` was made of some orders, and a month of it made known.

    ``second``, after one of the orders, ``changed``, had come again, corrected the month. ``granted`` is the order of
    an approved application that came with it. ``alone`` has another caller than all the others.
    """

    workspace: Workspace
    first: Run
    second: Run
    changed: str
    granted: str
    alone: str


def policies(folder: Path) -> Path:
    """A folder with the plan, released."""
    version = shutil.copytree(POLICY, folder / POLICY.name)
    text = manifest_text(version, SCHEMAS, BY, dt.date(2026, 2, 28))
    (version / "manifest.yaml").write_text(text, encoding="utf-8")
    return folder


def rows_of(orders: int) -> list[Row]:
    """The first few orders of the golden year, with personal data planted."""
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [dict(row) for _, row in zip(range(orders), csv.DictReader(file), strict=False)]
    planted = {"来电人": CALLER, "联系方式": NUMBER, "诉求地址": ADDRESS, "诉求内容": WORDS}
    return [{**row, **planted, **({"联系方式": OTHER_NUMBER} if row is rows[-1] else {})} for row in rows]


def write(path: Path, rows: list[Row]) -> None:
    """As the platform exports it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def bring(workspace: Workspace, folder: Path, exported: dt.datetime, at: dt.datetime) -> None:
    """Import every file of a folder."""
    import_files(workspace, Importing(tuple(sorted(folder.iterdir())), SCHEMAS, BY, at, exported=exported))


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
        run = record(ready, programs(), BY, at).run
        if publishing is not None:
            publish(ready.evaluated, run, publishing, BY, at)
        return run


def office(root: Path, cache: Path, *, digest: Algorithm = "sha256", orders: int = ORDERS) -> Office:
    """The office in ``root``."""
    workspace = make(root / "office", digest=digest, policies=policies(root / "policies"))
    rows = rows_of(orders)
    write(root / "first" / "工单.csv", rows)
    for name in ("units", "averages", "bonuses"):
        shutil.copy(GOLDEN / f"{name}.csv", root / "first")
    bring(workspace, root / "first", dt.datetime(2026, 11, 20), AT)
    first = evaluate(workspace, cache, publishing=Asked(MONTH))
    unhappy = [row for row in rows if row["满意度"] == "不满意"]
    changed = {**unhappy[0], "剔除情形": "6", "满意度": "满意"}
    write(root / "second" / "工单补.csv", [changed])
    granted = next(row["工单编号"] for row in rows if row["回访时间"] and row not in unhappy)
    write(root / "second" / "申请剔除.csv", [{"工单编号": granted, **APPLICATION}])
    bring(workspace, root / "second", dt.datetime(2026, 11, 21), LATER)
    second = evaluate(workspace, cache, at=LATER, publishing=Asked(MONTH, REASON))
    return Office(workspace, first, second, changed["工单编号"], granted, rows[-1]["工单编号"])
