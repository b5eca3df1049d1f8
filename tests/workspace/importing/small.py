"""A workspace with a very small policy, which loads at once: orders, and awards without a key.

Knows that policy; must not know what any test expects.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.intake import connect
from engine.policy.build import load_policy
from engine.policy.model_tables import Table
from tests.running import ROOT, SCHEMAS
from tests.workspace.importing.office import put
from tests.workspace.making import make
from workspace import state
from workspace.opening import Workspace
from workspace.state import Source

SMALLEST = ROOT / "tests" / "examples" / "positive" / "smallest"
FIELDS = """
tables:
  - id: orders
    title: 工单
    file: orders
    formats: [csv, parquet]
    required: true
    key: [编号]
    unit: department
    dated_by: open_dt
    columns:
      - {id: 编号, type: text, missing: refuse}
      - {id: department, type: text, missing: refuse}
      - {id: open_dt, type: time, missing: refuse}
      - {id: target_dt, type: time, due: true}
      - {id: closed_dt, type: time}
  - id: awards
    title: 加分
    file: awards
    formats: [csv, parquet]
    required: false
    columns:
      - {id: 月份, type: month, missing: refuse}
      - {id: 加分, type: number, missing: refuse}
"""
ORDERS = ("编号", "department", "open_dt", "target_dt", "closed_dt")
AWARDS = ("月份", "加分")
Row = Mapping[str, object]


def policies(folder: Path) -> Path:
    """A folder with the small policy as its only version."""
    shutil.copytree(SMALLEST, folder / "smallest")
    (folder / "smallest" / "fields.yaml").write_text(FIELDS, "utf-8")
    return folder


def office(folder: Path) -> Workspace:
    return make(folder / "office", policies=policies(folder / "policies"))


def tables(workspace: Workspace) -> tuple[Table, ...]:
    return load_policy(workspace.layout.policies / "smallest", SCHEMAS, {}).tables


def write(folder: Path, name: str, rows: Sequence[Row]) -> Path:
    """Orders or awards, as their columns say."""
    header = AWARDS if rows and "加分" in rows[0] else ORDERS
    return put(folder / f"{name}.csv", rows, header)


def rows(workspace: Workspace, source: Source, target: Path, table: str) -> list[tuple[object, ...]]:
    """What evaluation would read of a table; nothing where the state has none of it."""
    target.mkdir(parents=True)
    state.folder(workspace, source, [item for item in tables(workspace) if item.id == table], target)
    with connect(threads=1) as connection:
        return [
            row for path in target.glob("*.parquet") for row in connection.execute(f"SELECT * FROM '{path}'").fetchall()
        ]
