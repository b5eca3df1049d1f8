"""A workspace in which March is published and its orders change afterwards, on either database.

Knows how that comes about; must not know what any test expects. The golden year is imported as it was exported on
20 November; later exports bring new records of single orders.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.choosing import Request
from engine.months import Month
from tests.running import GOLDEN, SCHEMAS
from tests.workspace.making import AT, BY
from tests.workspace.runs.stocked import request
from workspace.importing.importing import Request as Import
from workspace.importing.importing import import_files
from workspace.opening import Workspace
from workspace.published_months import known_at
from workspace.publishing import Asked, Made, publish, refuse
from workspace.receipts import JSON, programs
from workspace.runs import Run, current, find_run, record

FEBRUARY, MARCH, APRIL, MAY, JUNE = (Month.parse(f"2026-{number:02}") for number in range(2, 7))
UNIT = "路政养护中心"
"""Last in every month from March on."""
LATER = AT + dt.timedelta(days=30)

Row = dict[str, str]


def evaluated(workspace: Workspace, asked: Request, at: dt.datetime = AT) -> tuple[Run, dict[str, Any]]:
    """A run of what the workspace holds, and its result."""
    with current(workspace, asked) as ready:
        document = dict(ready.document)
        return record(ready, programs(), BY, at).run, document


def published(
    workspace: Workspace,
    asked: Request,
    month: Month,
    reason: str | None = None,
    *,
    by: str = BY,
    at: dt.datetime = AT,
) -> Made:
    """Evaluate anew, keep that as a run, and make the month known or correct it."""
    with current(workspace, asked) as ready:
        refuse(ready.evaluated.evaluation, known_at(workspace), Asked(month, reason))
        run = record(ready, programs(), by, at).run
        return publish(ready.evaluated, run, Asked(month, reason), by, at)


def golden_rows(table: str = "orders") -> list[Row]:
    with (GOLDEN / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rung_in_march(row: Mapping[str, str]) -> bool:
    rung = (row["回访时间"] or row["办结时间"]).replace("/", "-")
    return rung[:7] == "2026-03" or rung[:7] == "2026-3-"


def satisfied(row: Row) -> Row:
    """The order as it is after a second call: its caller is satisfied."""
    return {**row, "满意度": "满意", "是否解决": "是"}


def better_march() -> list[Row]:
    """New records of the unit's orders whose callers were rung back in March, by which it is no longer last."""
    return [satisfied(row) for row in golden_rows() if row["承办单位"] == UNIT and rung_in_march(row)]


def write_rows(path: Path, rows: Sequence[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def imported(
    workspace: Workspace,
    folder: Path,
    tables: Mapping[str, Iterable[Row]],
    exported: dt.datetime = dt.datetime(2026, 11, 21),
) -> None:
    """Import rows that were exported after the golden year."""
    folder.mkdir()
    for table, given in tables.items():
        write_rows(folder / f"{table}.csv", list(given))
    files = tuple(folder / f"{table}.csv" for table in tables)
    import_files(workspace, Import(files, SCHEMAS, BY, LATER, exported=exported))


@dataclass(frozen=True)
class Office:
    """What happened, step by step: a run, and March published from it; new records; a run that lists the correction;
    the correction; a run after it. Documents are results as they were kept."""

    workspace: Workspace
    cache: Path
    before: dict[str, Any]
    first: Made
    between: dict[str, Any]
    correction: Made
    after: dict[str, Any]

    @property
    def asked(self) -> Request:
        return request(self.workspace, self.cache)


def office(workspace: Workspace, cache: Path) -> Office:
    """Publishes March in the golden year, imports the records that change it, and corrects it."""
    asked = request(workspace, cache)
    first = published(workspace, asked, MARCH, by="张三")
    before = kept(workspace, first.publication.run)
    imported(
        workspace, workspace.layout.root.with_name(f"{workspace.layout.root.name}-later"), {"orders": better_march()}
    )
    between = kept(workspace, evaluated(workspace, asked, LATER)[0].seq)
    correction = published(workspace, asked, MARCH, "补录了回访结果", by="李四", at=LATER)
    after = kept(workspace, evaluated(workspace, asked, LATER)[0].seq)
    return Office(workspace, cache, before, first, between, correction, after)


def kept(workspace: Workspace, seq: int) -> dict[str, Any]:
    """The result of a run."""
    run = find_run(workspace, f"R{seq}")
    document: dict[str, Any] = json.loads(workspace.objects.read(run.result, JSON))
    return document
