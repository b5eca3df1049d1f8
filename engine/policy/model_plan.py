"""What people read in a policy, as frozen values: document, sides, readings, clauses, duties.

Knows the vocabulary; nothing here is computed with.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Side:
    """Who is assessed; ``column`` of the units table names the member that goes with a unit."""

    id: str
    title: str
    clause: str
    column: str
    description: str = ""
    takes_part_in: tuple[str, ...] = ()
    bears: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    number: str
    issuers: tuple[str, ...]
    issued_on: dt.date | None
    interpreter: str


@dataclass(frozen=True)
class Option:
    id: str
    title: str


@dataclass(frozen=True)
class Reading:
    """An unclear clause and how it is read. ``chosen`` is one of the options' ids."""

    id: str
    title: str
    clause: str
    question: str
    options: tuple[Option, ...]
    chosen: str
    why: str
    status: Literal["provisional", "confirmed"]


@dataclass(frozen=True)
class Coverage:
    """What covers a clause: ids of policy items, or ``judgement`` with the datum a machine would need."""

    id: str
    title: str
    summary: str
    covered_by: tuple[str, ...]
    judgement: str = ""
    missing_datum: str = ""


@dataclass(frozen=True)
class Duty:
    """A recurring duty of an office: not computed from orders. ``rhythm`` and ``contents`` are as the file has them."""

    id: str
    title: str
    clause: str
    owner: str
    rhythm: Mapping[str, object]
    description: str
    evidence: str
    subjects: tuple[str, ...] = ()
    contents: tuple[Mapping[str, object], ...] = ()
    forms: tuple[str, ...] = ()
    supports: tuple[str, ...] = ()
