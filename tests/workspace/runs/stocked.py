"""Workspaces that hold the golden year, without a detour over the command line.

Knows how snapshots and import entries look; must not know what any test expects.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from engine.choosing import Request
from engine.intake.sources import literal
from engine.intake.take_in import connect
from tests.running import GOLDEN, GOLDEN_AS_OF, SCHEMAS
from tests.workspace.making import AT, BY
from workspace.imported import PARQUET, Part
from workspace.models import Snapshot
from workspace.opening import Workspace
from workspace.receipts import programs
from workspace.runs import Run, current, record

TABLES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "orders": (("工单编号",), ""),
    "units": (("承办单位",), ""),
    "averages": (("月份", "指标"), ""),
    "bonuses": ((), "月份"),
}
"""Key and month column by table."""
EXPORTED = dt.datetime(2026, 11, 20)


def stock(workspace: Workspace, folder: Path = GOLDEN, exported: dt.datetime = EXPORTED, at: dt.datetime = AT) -> None:
    """Import every table of a folder, each as one snapshot, in one entry."""
    parts = [
        snapshot(workspace, folder / f"{table}.csv", table, exported)
        for table in TABLES
        if (folder / f"{table}.csv").exists()
    ]
    with workspace.store.writing() as writing:
        entry = writing.append("import", {"files": [part.record() for part in parts], "summary": {}}, BY, at)
        writing.session.add_all(
            Snapshot(
                seq=entry.seq,
                part=place,
                digest=part.snapshot,
                table=part.table,
                file=part.name,
                file_digest=part.digest,
                sheet=part.sheet,
                exported=part.exported,
                records=part.orders,
                set_aside=part.set_aside,
                policy=part.policy,
            )
            for place, part in enumerate(parts)
        )


def snapshot(workspace: Workspace, file: Path, table: str, exported: dt.datetime) -> Part:
    key, month = TABLES[table]
    personal = ["来电人", "联系方式", "诉求地址"] if table == "orders" else []
    exclude = f"EXCLUDE ({', '.join(personal)})" if personal else ""
    with workspace.objects.scratch_folder() as scratch, connect() as connection:
        path = scratch / "snapshot.parquet"
        source, target = (str(one).replace("'", "''") for one in (file, path))
        connection.execute(
            f"COPY (SELECT * {exclude}, '{file.name}' AS _file, '' AS _sheet, row_number() OVER () AS _record, "
            f"TIMESTAMP '{exported}' AS _exported, NULL::TIMESTAMP AS _event "
            f"FROM read_csv('{source}', all_varchar = true, nullstr = '', delim = ',', quote = '\"', header = true)) "
            f"TO '{target}' (FORMAT parquet)"
        )
        counted = connection.execute("SELECT count(*) FROM read_parquet(?)", [literal(path)]).fetchone()
        assert counted is not None
        digest = workspace.objects.put_file(path, PARQUET)
    return Part(
        name=file.name,
        digest=digest,
        sheet="",
        table=table,
        exported=str(exported),
        exported_from="option",
        snapshot=digest,
        aside="",
        orders=counted[0],
        set_aside=0,
        policy="2026",
        key=key,
        month=month,
        reading="",
    )


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
        return record(ready, programs(), by, at)
