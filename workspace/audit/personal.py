"""The personal columns of an order's current record, masked: nothing else of them leaves this module.

Knows where personal columns are kept; must not write them anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from engine.intake import sql
from engine.intake.sources import literal
from workspace import state
from workspace.imported import PARQUET, imported
from workspace.masking import masked
from workspace.opening import Workspace
from workspace.records import RECORD


def personal_of(workspace: Workspace, order: str) -> Mapping[str, str] | None:
    """By column, masked, those that are filled; None where nothing is kept of the record. Raises InputError."""
    origin = state.origin(workspace, state.head(workspace), order)
    if origin is None:
        return None
    path = workspace.layout.personal / f"{origin.snapshot}{PARQUET}"
    if not path.is_file():
        return None
    key = next(item.part.key for item in imported(workspace) if item.part.snapshot == origin.snapshot)
    with state.opened(workspace.layout.private) as connection:
        file = exp.Table(this=sql.call("read_parquet", sql.text(literal(path))))
        record = exp.EQ(this=sql.column(RECORD), expression=exp.Literal.number(origin.record))
        cursor = connection.execute(sql.render(exp.select("*").from_(file).where(record)))
        names = [item[0] for item in cursor.description or ()]
        row = cursor.fetchone()
    if row is None:
        return None
    cells = {name: str(value) for name, value in zip(names, row, strict=True) if value is not None}
    return {name: masked(value) for name, value in cells.items() if name not in (*key, RECORD)}
