"""What a policy says of single orders, as frozen values: rules, tags, marks, clocks, obligations.

Knows the vocabulary; must not know how anything is decided or any number, name or rule of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.conditions import Condition


@dataclass(frozen=True)
class Rule:
    """``effect``: an ``excluded`` row leaves the decision's indicators; ``included`` and ``mark`` rows do not.

    An ``included`` rule states that a row of a decision table stays in; it is explained but not part of a result.
    """

    id: str
    title: str
    clause: str
    when: Condition
    effect: Literal["excluded", "included", "mark"]
    gives: tuple[str, ...] = ()
    detail: str = ""

    @property
    def listed(self) -> bool:
        """Whether the rule's id is part of an order's result."""
        return self.effect != "included"


@dataclass(frozen=True)
class Decision:
    """``hit``: ``collect`` every rule that holds, ``first`` in order, or ``unique`` (two at once is an error)."""

    id: str
    title: str
    clause: str
    hit: Literal["collect", "unique", "first"]
    rules: tuple[Rule, ...]
    excludes_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class TagName:
    """A tag that rules may give, and what people call it."""

    id: str
    title: str


@dataclass(frozen=True)
class Mark:
    """A number that an order gets: ``number`` with ``{field}`` replaced by the order's value."""

    id: str
    title: str
    clause: str
    given_to: Condition
    number: str


@dataclass(frozen=True)
class Extension:
    """The number in ``field`` is added to a clock's amount, up to ``at_most``; an empty field adds nothing."""

    field: str
    at_most: int | None = None


@dataclass(frozen=True)
class Stop:
    """A clock stands still from the time in ``begin`` to that in ``end``, for as long as ``end`` is empty."""

    begin: str
    end: str


@dataclass(frozen=True)
class Clock:
    """``amount`` of ``unit`` after a start, in which the time of each of ``stopped_by`` does not count.

    ``until`` ``end_of_day`` is 24:00 of the last day, never included; ``same_time`` keeps the time of day; any other is
    a time of day (``HH:MM:SS``) of the last day; these are included when ``end_included``. All extensions together are
    at most ``extended_at_most``.
    """

    amount: int
    unit: Literal["minutes", "hours", "days", "working_days", "working_hours"]
    until: str
    start_day_counts: bool = False
    end_included: bool = False
    extended_by: tuple[Extension, ...] = ()
    extended_at_most: int | None = None
    stopped_by: tuple[Stop, ...] = ()

    @property
    def counts_workdays(self) -> bool:
        """Whether it needs to know which days are working days."""
        return self.unit in ("working_days", "working_hours")

    @property
    def includes_end(self) -> bool:
        """Whether the very moment at which it runs out is still in time."""
        return self.until != "end_of_day" and self.end_included

    @property
    def until_seconds(self) -> int:
        """The time of day of ``until``, in seconds."""
        hours, minutes, seconds = (int(part) for part in self.until.split(":"))
        return hours * 3600 + minutes * 60 + seconds


@dataclass(frozen=True)
class ClockDeadline:
    """The clock runs from the first of ``start`` that is filled."""

    start: tuple[str, ...]
    clock: Clock


@dataclass(frozen=True)
class EventDeadline:
    """The deadline is the time in ``event``, included; without one, it has not come."""

    event: str


Deadline = ClockDeadline | EventDeadline


@dataclass(frozen=True)
class DoneByEvent:
    """Done at the time in ``event``."""

    event: str


@dataclass(frozen=True)
class DoneWhen:
    """Done, at no known time, when the condition holds."""

    when: Condition


@dataclass(frozen=True)
class Outcome:
    """One row of a first-match table: the result is ``is_`` when ``when`` holds."""

    is_: str
    when: Condition


@dataclass(frozen=True)
class Obligation:
    """``states`` is a first-match table over ``done`` (in_time/late/missing) and ``deadline`` (past/running)."""

    id: str
    title: str
    clause: str
    applies: Condition
    done: DoneByEvent | DoneWhen
    deadline: Deadline
    states: tuple[Outcome, ...]
    forms: tuple[str, ...] = ()
