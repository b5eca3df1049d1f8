"""The tables of a workspace: the chain, and the catalogue by which its entries are looked up.

Knows columns only; must not know a database or who writes. The chain is what counts; every row of the catalogue can
be made again from an entry.
"""

from __future__ import annotations

import json
from typing import Any

from sqlmodel import Field, SQLModel


class Entry(SQLModel, table=True):
    """One change of the workspace. ``body`` is canonical JSON; ``at`` ISO 8601 with its offset."""

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str = Field(index=True)
    at: str
    by: str
    body: str
    previous: str
    digest: str = Field(unique=True)

    @property
    def content(self) -> dict[str, Any]:
        """The body as a value."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Snapshot(SQLModel, table=True):
    """One sheet of one imported file. ``part`` counts the files of the entry from 0, as its body lists them."""

    seq: int = Field(primary_key=True, foreign_key="entry.seq", sa_column_kwargs={"autoincrement": False})
    part: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: str = Field(index=True)
    table: str = Field(index=True)
    file: str
    file_digest: str = Field(index=True)
    sheet: str
    exported: str
    records: int
    set_aside: int
    policy: str


class Run(SQLModel, table=True):
    """One recorded evaluation. ``run`` is its name for people; ``state`` names the records it was made from."""

    seq: int = Field(primary_key=True, foreign_key="entry.seq", sa_column_kwargs={"autoincrement": False})
    run: str = Field(unique=True)
    receipt: str
    result: str
    policy: str
    version: str
    state: str = Field(index=True)
    as_of: str


class Publication(SQLModel, table=True):
    """One month made known, or a correction, which names the entry that it ``replaces``; no entry is replaced twice."""

    seq: int = Field(primary_key=True, foreign_key="entry.seq", sa_column_kwargs={"autoincrement": False})
    month: str = Field(index=True)
    run: int = Field(foreign_key="run.seq")
    standing: str
    reason: str
    replaces: int | None = Field(default=None, foreign_key="publication.seq", unique=True)
