"""The policy as one frozen value, after schema, readings and cross-references have been checked.

Knows the vocabulary; must not know YAML, files, SQL, durable-rules or any number, name or rule of a plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from engine.calendars import WorkCalendar
from engine.months import Month, Window
from engine.policy.model_orders import Decision, Mark, Obligation, Rule, TagName
from engine.policy.model_plan import Coverage, Document, Duty, Reading, Side
from engine.policy.model_scoring import (
    Aggregate,
    Base,
    Bonus,
    Consequence,
    Counted,
    Eligibility,
    Gate,
    Indicator,
    Ladder,
    RankRule,
    Scale,
    StandingMark,
    Unfinished,
    Veto,
)
from engine.policy.model_tables import Table
from engine.problems import Place


@dataclass(frozen=True)
class Policy:
    """One version in force, with one option chosen for each reading.

    ``digest`` is the SHA-256 of the policy's resolved content (hex), the same for the same meaning of every file.
    ``supersedes`` is the version that this one amends from ``in_force_from`` on, within the same cycle.
    ``folder`` is where it was read from; ``places`` gives, for ids of items, where they stand in the files.
    """

    id: str
    version: str
    title: str
    digest: str
    folder: str
    supersedes: str | None
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
    rank_rule: RankRule
    standings: tuple[StandingMark, ...]
    scale: Scale
    vetoes: tuple[Veto, ...]
    bases: tuple[Base, ...]
    window: Window
    unfinished: Unfinished
    aggregates: tuple[Aggregate, ...]
    gates: tuple[Gate, ...]
    counted_from: Month
    consequences: tuple[Consequence, ...]
    ladders: tuple[Ladder, ...]
    readings: tuple[Reading, ...]
    clauses: tuple[Coverage, ...]
    duties: tuple[Duty, ...]
    forms: tuple[Mapping[str, object], ...]
    places: Mapping[str, Place]

    @property
    def governs_from(self) -> Month:
        """The first month that this version scores: an amendment's is the first to begin after it came into force."""
        if self.supersedes is None:
            return self.first
        month = Month.of(self.in_force_from)
        return month if self.in_force_from.day == 1 else month.plus(1)

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
