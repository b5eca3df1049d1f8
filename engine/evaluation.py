"""What an evaluation found, as one value that explanations and reports start from.

Knows nothing of how it was found or how it is shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from engine.compiled import CompiledPolicy
from engine.consequences import Considered
from engine.databases import Database, Holder
from engine.gates import GateState
from engine.intake.found import Intake
from engine.months import Month
from engine.policy.model import Policy
from engine.published import Published
from engine.scores import Scorer
from engine.standings import Standing


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation found, and the connection that still holds the orders.

    Where a cycle is governed by a version and its amendments, ``parts`` are the evaluations by each of them alone, in
    order of time; ``policy`` and what belongs to it are those of the latest, and standings and consequences are put
    together from the part that governs each period. ``bases`` are second results by id, such as without exclusions.

    Where months were ``published``, their standings, gates and consequences stand as they were, and all that follows
    counts from them; ``computed`` is then what the data alone give.
    """

    policy: Policy
    compiled: CompiledPolicy
    intake: Intake
    as_of: dt.datetime
    scorer: Scorer
    standings: tuple[Standing, ...]
    gates: Mapping[str, Mapping[Month, GateState]]
    considered: tuple[Considered, ...]
    connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)
    parts: tuple[Evaluation, ...] = ()
    bases: Mapping[str, Evaluation] = field(default_factory=dict, compare=False)
    published: Mapping[Month, Published] = field(default_factory=dict)
    computed: Evaluation | None = field(default=None, repr=False, compare=False)
    database: Database | None = field(default=None, repr=False, compare=False)

    @property
    def orders_in(self) -> Holder:
        """What holds the orders: ``database``, else the connection."""
        return self.database or self.connection

    def at(self, month: Month) -> Evaluation:
        """The evaluation by the version that governs ``month``."""
        return next((part for part in reversed(self.parts) if part.policy.governs_from <= month), self)

    def on(self, moment: dt.datetime) -> Evaluation:
        """The evaluation by the version in force for an order dated at ``moment``."""
        later = (part for part in reversed(self.parts[1:]) if part.policy.in_force_from <= moment.date())
        return next(later, self.parts[0] if self.parts else self)

    def shown(self, unit: str, month: Month) -> Mapping[str, int]:
        """Counts that are shown beside the unit's score of the month and do not enter it."""
        published = self.published.get(month)
        return self.scorer.shown(unit, month) if published is None else published.shown.get(unit, {})

    @property
    def fired(self) -> tuple[Considered, ...]:
        """The consequences that fire: by period (months, quarters, the year, each in order of time), rule and unit."""
        kinds = ("month", "quarter", "year")
        return tuple(
            sorted(
                (item for item in self.considered if item.fired),
                key=lambda item: (
                    kinds.index(item.consequence.at),
                    item.period.last,
                    item.consequence.id,
                    item.unit or "",
                ),
            )
        )
