"""A plan as people read it: clause by clause, each beside what covers it, its cases and its readings.

Values only; knows neither files nor how anything is shown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One thing that an item says. ``readings``: ids of those that decide it."""

    label: str
    text: str
    readings: tuple[str, ...] = ()


@dataclass(frozen=True)
class CaseName:
    """A case, and where it is written."""

    title: str
    file: str
    line: int


@dataclass(frozen=True)
class Item:
    """One thing that covers a clause. ``kind``: what such things are called; ``home``: the clause where it is shown in
    full."""

    id: str
    kind: str
    title: str
    clause: str
    home: str
    lines: tuple[Line, ...]
    cases: tuple[CaseName, ...]
    place: str


@dataclass(frozen=True)
class OptionView:
    """``lines``: the option's value in words."""

    id: str
    title: str
    lines: tuple[Line, ...]
    chosen: bool


@dataclass(frozen=True)
class ReadingView:
    """``used_by``: titles of the items that it decides; ``confirmed`` is "", or by whom, when, and what was said."""

    id: str
    title: str
    clause: str
    home: str
    question: str
    options: tuple[OptionView, ...]
    chosen: str
    why: str
    status: str
    confirmed_by: str
    confirmed_on: str
    note: str
    used_by: tuple[str, ...]
    cases: tuple[CaseName, ...]
    place: str


@dataclass(frozen=True)
class Clause:
    """``items`` and ``readings`` are shown here in full; ``elsewhere`` is what covers it too and is shown under the
    clause that it names as its home, unless that is a part of this one.

    ``level`` counts the clauses that enclose this one.
    """

    id: str
    title: str
    summary: str
    level: int
    items: tuple[Item, ...]
    readings: tuple[ReadingView, ...]
    elsewhere: tuple[Item | ReadingView, ...]
    judgement: str = ""
    missing_datum: str = ""


@dataclass(frozen=True)
class Head:
    id: str
    title: str
    number: str
    issuers: tuple[str, ...]
    issued_on: str
    first: str
    last: str
    in_force_from: str
    in_force_until: str
    supersedes: str
    digest: str


@dataclass(frozen=True)
class Plan:
    """``clauses`` in the order of the document; what no clause names stands in one at the end whose id is empty."""

    head: Head
    clauses: tuple[Clause, ...]

    @property
    def readings(self) -> tuple[ReadingView, ...]:
        return tuple(reading for clause in self.clauses for reading in clause.readings)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(item for clause in self.clauses for item in clause.items)
