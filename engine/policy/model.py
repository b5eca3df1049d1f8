"""The policy as frozen values, after schema, readings and cross-references have been checked.

Knows the vocabulary; must not know YAML, files, SQL, durable-rules or any number, name or rule of a plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from engine.calendars import WorkCalendar
from engine.conditions import Condition
from engine.months import Month
from engine.problems import Place

ColumnType = Literal["text", "choice", "choices", "yes_no", "count", "number", "time", "month", "reference"]
TableId = Literal["orders", "units", "averages", "bonuses"]


@dataclass(frozen=True)
class Value:
    """One value of an enumeration, and other spellings of it that a file may hold."""

    id: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column of an input table. ``id`` is the header; ``aliases`` are other headers.

    An empty cell is an error of the row when ``required``, is read as ``default`` when there is one, and otherwise
    stays missing. Cells equal to one of ``blanks`` are empty. ``values`` are those of a choice, a list or a yes/no.
    """

    id: str
    type: ColumnType
    aliases: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    required: bool = False
    default: str | None = None
    blanks: tuple[str, ...] = ()
    personal: bool = False
    separators: tuple[str, ...] = ()
    table: str | None = None
    minimum: Fraction | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        """The ids of ``values``, in declared order."""
        return tuple(value.id for value in self.values)


@dataclass(frozen=True)
class TimeOrder:
    """``earlier`` must not lie after ``later``; otherwise the row is set aside, or only remarked."""

    earlier: str
    later: str
    otherwise: Literal["set_aside", "remark"]


@dataclass(frozen=True)
class RequiredWhen:
    """``column`` must be filled once ``present`` is."""

    column: str
    present: str


@dataclass(frozen=True)
class Table:
    """One input table. ``file`` is the file's stem; no two rows may share ``key`` (all sharing rows are wrong).

    ``unit`` and ``dated_by`` (orders only): the column whose unit answers for the row, and the time that places it
    in a cycle.
    """

    id: TableId
    title: str
    file: str
    formats: tuple[str, ...]
    required: bool
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    unit: str | None = None
    dated_by: str | None = None
    time_order: tuple[TimeOrder, ...] = ()
    required_when: tuple[RequiredWhen, ...] = ()

    def column(self, id: str) -> Column:
        """The column, which must exist."""
        return next(column for column in self.columns if column.id == id)

    def has(self, id: str) -> bool:
        return any(column.id == id for column in self.columns)


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
class Clock:
    """``amount`` of ``unit`` after a start. ``until`` ``end_of_day`` is 24:00 of the last day, never included;
    ``same_time`` keeps the time of day, included when ``end_included``."""

    amount: int
    unit: Literal["hours", "days", "working_days"]
    until: Literal["end_of_day", "same_time"]
    start_day_counts: bool = False
    end_included: bool = False


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


@dataclass(frozen=True)
class PointsBand:
    """An order for which ``when`` is the first band to hold brings ``points``."""

    title: str
    when: Condition
    points: Fraction


@dataclass(frozen=True)
class Counted:
    """Orders counted per unit and month: those for which ``among`` holds, by the first filled time of ``event``."""

    id: str
    title: str
    clause: str
    event: tuple[str, ...]
    among: Condition


@dataclass(frozen=True)
class Target:
    at_least: Fraction
    clause: str


@dataclass(frozen=True)
class Indicator(Counted):
    """Value = sum of the points of the orders counted ÷ number counted, for this unit (``peers`` None) or for all
    units with the same value in the units table's column ``peers``."""

    weight: Fraction
    points: tuple[PointsBand, ...]
    peers: str | None
    when_empty: Literal["spread", "full", "zero"]
    target: Target | None = None


@dataclass(frozen=True)
class Cap:
    per: Literal["month", "award"]
    points: Fraction


@dataclass(frozen=True)
class Bonus:
    """Points recorded in ``table``, per unit and month, up to ``cap``."""

    id: str
    title: str
    clause: str
    table: TableId
    month: str
    unit: str
    points: str
    cap: Cap | None


@dataclass(frozen=True)
class Eligibility:
    """A unit is ranked in a month in which at least ``at_least`` of its orders are counted."""

    counted: Counted
    at_least: int


@dataclass(frozen=True)
class LastRule:
    when_tied: Literal["all", "none"]
    when_all_equal: Literal["all", "none"]
    minimum_ranked: int


@dataclass(frozen=True)
class Unfinished:
    """What happens in a period that is not over: whether it is ranked, counts for ladders and fires."""

    ranked: bool
    counts: bool
    fires: bool


@dataclass(frozen=True)
class Period:
    """A run of months, both ends included."""

    id: str
    title: str
    first: Month
    last: Month

    def months(self) -> tuple[Month, ...]:
        return self.first.through(self.last)


@dataclass(frozen=True)
class Aggregate:
    """Periods of several months. ``total``: ``mean`` of the monthly totals, or ``pooled`` counts scored anew."""

    id: Literal["quarter", "year"]
    title: str
    clause: str
    total: Literal["mean", "pooled"]
    periods: tuple[Period, ...]


@dataclass(frozen=True)
class Rate:
    """``name`` is how the external table calls it."""

    id: str
    name: str


@dataclass(frozen=True)
class Gate:
    """Monthly comparison of external figures: each rate is below, reached or missing; the first outcome holds."""

    id: str
    title: str
    clause: str
    table: TableId
    month: str
    name: str
    figure: str
    benchmark: str
    rates: tuple[Rate, ...]
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class DueDay:
    """A day of the month ``months_after`` the period's last one; ``warn`` may fall on the last workday before."""

    months_after: int
    day: int
    roll: Literal["none", "next_workday"]
    warn: Literal["none", "last_workday_before"]


@dataclass(frozen=True)
class Consequence:
    """A step of a ladder: fires for a period of kind ``at`` when ``when`` holds and every gate is open."""

    id: str
    title: str
    clause: str
    at: Literal["month", "quarter", "year"]
    subject: Literal["unit", "none"]
    when: Condition
    gates: tuple[str, ...]
    repeat: Literal["every_time", "once_per_streak", "once_per_cycle"]
    actor: str
    audience: str
    action: str
    mandatory: bool
    due: DueDay | None = None
    affects: tuple[str, ...] = ()


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


@dataclass(frozen=True)
class Policy:
    """One version in force, with one option chosen for each reading.

    ``digest`` is the SHA-256 of the policy's resolved content (hex), the same for the same meaning of every file.
    ``folder`` is where it was read from; ``places`` gives, for ids of items, where they stand in the files.
    """

    id: str
    version: str
    title: str
    digest: str
    folder: str
    document: Document
    first: Month
    last: Month
    in_force_from: dt.date
    in_force_until: dt.date | None
    time_zone: ZoneInfo
    calendar: WorkCalendar
    sides: tuple[Side, ...]
    tables: tuple[Table, ...]
    tags: tuple[TagName, ...]
    decisions: tuple[Decision, ...]
    marks: tuple[Mark, ...]
    obligations: tuple[Obligation, ...]
    indicators: tuple[Indicator, ...]
    shown: tuple[Counted, ...]
    bonuses: tuple[Bonus, ...]
    eligible: Eligibility
    last_rule: LastRule
    unfinished: Unfinished
    aggregates: tuple[Aggregate, ...]
    gates: tuple[Gate, ...]
    counted_from: Month
    consequences: tuple[Consequence, ...]
    readings: tuple[Reading, ...]
    clauses: tuple[Coverage, ...]
    duties: tuple[Duty, ...]
    forms: tuple[Mapping[str, object], ...]
    places: Mapping[str, Place]

    def table(self, id: str) -> Table:
        """The table, which must exist."""
        return next(table for table in self.tables if table.id == id)

    def has_table(self, id: str) -> bool:
        return any(table.id == id for table in self.tables)

    @property
    def orders(self) -> Table:
        return self.table("orders")

    @property
    def months(self) -> tuple[Month, ...]:
        """The months of the cycle."""
        return self.first.through(self.last)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of every decision, in order."""
        return tuple(rule for decision in self.decisions for rule in decision.rules)
