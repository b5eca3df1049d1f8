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
from engine.gates import GateState
from engine.intake.found import Intake
from engine.months import Month
from engine.policy.model import Policy
from engine.scores import Scorer
from engine.standings import Standing


@dataclass(frozen=True)
class Evaluation:
    """Everything an evaluation found, and the connection that still holds the orders."""

    policy: Policy
    compiled: CompiledPolicy
    intake: Intake
    as_of: dt.datetime
    scorer: Scorer
    standings: tuple[Standing, ...]
    gates: Mapping[str, Mapping[Month, GateState]]
    considered: tuple[Considered, ...]
    connection: duckdb.DuckDBPyConnection = field(repr=False, compare=False)

    @property
    def fired(self) -> tuple[Considered, ...]:
        """The consequences that fire: by period, rule and unit, months before quarters before the year."""
        kinds = ("month", "quarter", "year")
        return tuple(
            sorted(
                (item for item in self.considered if item.fired),
                key=lambda item: (
                    kinds.index(item.consequence.at),
                    item.period.id,
                    item.consequence.id,
                    item.unit or "",
                ),
            )
        )
