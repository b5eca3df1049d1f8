"""What an import did, as values and as the document that ``schemas/v1/import.schema.json`` describes.

Knows what is told of files and tables; must not know how it is shown.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from workspace.importing.counting import Counts


@dataclass(frozen=True)
class FileSaid:
    """One sheet: what it was taken for and when it was exported. ``known``: the entry that has it already, or None."""

    name: str
    sheet: str
    table: str
    title: str
    policy: str
    exported: str
    exported_from: str
    rows: int
    set_aside: int
    known: int | None
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class TableSaid:
    """One table: what came of the new files' rows."""

    table: str
    title: str
    counts: Counts
    set_aside: int


@dataclass(frozen=True)
class Summary:
    """``entry`` is the entry that was appended, None where nothing was new; ``waiting`` counts the rows that wait to be
    mended, of whatever import; ``unread`` names what was not looked at."""

    entry: int | None
    tables: tuple[TableSaid, ...]
    files: tuple[FileSaid, ...]
    waiting: int
    unread: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "entry": self.entry,
            "tables": [_table(table) for table in self.tables],
            "files": [dataclasses.asdict(file) for file in self.files],
            "waiting": self.waiting,
            "unread": list(self.unread),
        }


def body(tables: tuple[TableSaid, ...]) -> dict[str, Any]:
    """What the entry's body keeps of the summary."""
    return {table.table: {**dataclasses.asdict(table.counts), "set_aside": table.set_aside} for table in tables}


def _table(said: TableSaid) -> dict[str, Any]:
    return {
        "table": said.table,
        "title": said.title,
        **dataclasses.asdict(said.counts),
        "set_aside": said.set_aside,
    }
