"""What a policy says of units, as frozen values: indicators, bonuses, ranking, gates, consequences.

Knows the vocabulary; must not know how anything is counted or any number, name or rule of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.conditions import Condition
from engine.months import Month
from engine.policy.model_orders import Outcome
from engine.policy.model_tables import TableId


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
