"""What reading a folder yields: the values handed to the rest of the engine.

Knows no file format, no SQL and no policy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

from engine.policy.model_tables import TableId
from engine.problems import clip

Cell = str | Fraction | None
Row = Mapping[str, Cell]

BLANKS = " \t\r\n\v\f\u3000\u00a0\ufeff"
"""Characters that count as nothing at either end of a cell."""


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a record as the file holds it, before any cell is read (``column`` None: the whole record)."""

    record: int
    column: str | None
    value: str
    reason: str


LANDMARK_EVERY = 10_000
"""Of how many records one is a landmark. DuckDB moves whole blocks of 2,048 rows and more."""


@dataclass(frozen=True)
class Landmarks:
    """How many records a text has, the header included, and the cells of some by their number (0: the header)."""

    records: int
    cells: Mapping[int, list[str]]


@dataclass(frozen=True, order=True)
class SetAside:
    """One breach of one record. ``record`` counts data records of ``file`` from 1; ``order`` is the row's key."""

    file: str
    record: int
    order: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something a reader should know that changes nothing: ``count`` rows (0: not about rows) and a few of them."""

    file: str
    text: str
    count: int = 0
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        said = f"{self.file}：{self.text}"
        if self.count:
            said += f"，共 {self.count} 条"
        if self.examples:
            said += f"（如 {'、'.join(clip(example) for example in self.examples)}）"
        return said


class Hashing(Protocol):
    """A digest that may still have to be computed."""

    def result(self) -> str: ...


@dataclass(frozen=True)
class Intake:
    """A folder that was read.

    ``relation`` is a view in the connection that holds the valid orders: the declared non-personal columns plus
    ``_file`` and ``_record``. ``orders`` counts its rows, ``set_aside_rows`` those left out, ``set_aside`` says why,
    one entry for each breach. ``rows`` holds the small tables, numbers as fractions, an empty choice as '';
    ``names`` their keys where a key is one column.
    ``first`` and ``last`` are the earliest and latest time of the column that dates an order (None without one).
    ``lists`` gives, for list columns where that is known, all the different lists that its orders have; ``granted``, by
    list column and order, what other tables added to them.
    """

    orders: int
    relation: str
    rows: Mapping[TableId, tuple[Row, ...]]
    names: Mapping[str, tuple[str, ...]]
    set_aside: tuple[SetAside, ...]
    set_aside_rows: int
    remarks: tuple[Remark, ...]
    first: dt.datetime | None
    last: dt.datetime | None
    trusted: bool
    hashing: Hashing = field(repr=False, compare=False)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)
    granted: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict, compare=False)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) over name and content hash of every file used, in order of name; waits for the hashing."""
        return self.hashing.result()
