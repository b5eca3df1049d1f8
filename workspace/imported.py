"""What was imported: the parts of the chain's import entries, as values.

One part is one sheet of one file, read as one table. Knows the form of an import entry; must not know what a snapshot
holds.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from engine.problems import InputError, Place, Problem
from workspace.database import entries
from workspace.models import Entry
from workspace.opening import Workspace

PARQUET, ASIDE = ".parquet", ".json"
"""Suffixes of the objects that hold a part's valid rows and those set aside."""


@dataclass(frozen=True)
class Part:
    """One part of an import.

    ``digest`` is that of the file, ``exported`` a local time and ``exported_from`` how it was found. ``snapshot`` names
    the object with the ``orders`` valid rows; ``aside`` the one with the ``set_aside`` rows, or is empty. No two rows
    share ``key``; a table without one is replaced as a whole, or month by month of the column ``month``. ``reading``
    is the same for what would be read in the same way, so that a file that is imported again is known.
    """

    name: str
    digest: str
    sheet: str
    table: str
    exported: str
    exported_from: str
    snapshot: str
    aside: str
    orders: int
    set_aside: int
    policy: str
    key: tuple[str, ...]
    month: str
    reading: str

    def record(self) -> dict[str, Any]:
        """As the entry's body holds it."""
        return {**dataclasses.asdict(self), "key": list(self.key)}

    @property
    def moment(self) -> dt.datetime:
        return dt.datetime.fromisoformat(self.exported)


@dataclass(frozen=True)
class Imported:
    """A part and where it stands: the entry and the place in it."""

    seq: int
    place: int
    part: Part


def part_of(record: Mapping[str, Any]) -> Part:
    """What ``Part.record`` gave. Raises LookupError and TypeError for anything else."""
    return Part(**{**record, "key": tuple(record["key"])})


def imported(workspace: Workspace, upto: int | None = None) -> tuple[Imported, ...]:
    """Every part in the order of the chain; with ``upto``, as it was when that entry was the newest.

    Raises InputError for an entry of another form.
    """
    with workspace.store.reading() as session:
        return parts_in(session, upto)


def parts_in(session: Session, upto: int | None = None) -> tuple[Imported, ...]:
    """The same, inside a block of the database."""
    return tuple(part for entry in entries(session, "import", upto) for part in _parts(entry))


def _parts(entry: Entry) -> tuple[Imported, ...]:
    try:
        return tuple(Imported(entry.seq, place, part_of(one)) for place, one in enumerate(entry.content["files"]))
    except (LookupError, TypeError, ValueError) as error:
        what, instead = "记下的导入看不懂，可能被改动过", "用 hotline audit verify 检查工作区"
        raise InputError([Problem(Place(f"链上第 {entry.seq} 条记录"), what, str(error), instead)]) from None
