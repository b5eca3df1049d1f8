"""What a policy says of units, as frozen values: indicators, bonuses, ranking, gates, consequences.

Knows the vocabulary; must not know how anything is counted or any number, name or rule of a plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from engine.conditions import Condition
from engine.months import Month, Window
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
    """Orders counted per unit and month: those for which ``among`` holds, by the first filled time of ``event``
    in the reporting months of ``window``."""

    id: str
    title: str
    clause: str
    event: tuple[str, ...]
    among: Condition
    window: Window


@dataclass(frozen=True)
class Target:
    at_least: Fraction
    clause: str


@dataclass(frozen=True)
class Minimum:
    """Where what enters the score is below ``at_least``, the score before bonuses and the total are at most so much."""

    at_least: Fraction
    score_at_most: Fraction | None = None
    total_at_most: Fraction | None = None


@dataclass(frozen=True)
class Recorded:
    """Points recorded for a unit and month in ``table``; only rows whose column ``item`` holds ``is_``, where given."""

    table: TableId
    month: str
    unit: str
    points: str
    item: str | None = None
    is_: str | None = None


@dataclass(frozen=True)
class Slope:
    """100 less (or plus, above it) ``per_point`` for every point away from ``target``."""

    target: Fraction
    per_point: Fraction


@dataclass(frozen=True)
class Clamp:
    """Not below ``floor`` and not above ``cap``."""

    floor: Fraction | None
    cap: Fraction | None


@dataclass(frozen=True)
class Band:
    """The values within the limits given; a ``grade``'s title, or the ``value`` that takes their place."""

    title: str
    at_least: Fraction | None = None
    above: Fraction | None = None
    at_most: Fraction | None = None
    below: Fraction | None = None
    value: Fraction | None = None

    def holds(self, value: Fraction) -> bool:
        return (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )


@dataclass(frozen=True)
class Bands:
    """The value of the band that holds; bands leave no gap and do not overlap."""

    bands: tuple[Band, ...]


@dataclass(frozen=True)
class Change:
    """How much the value is above (or below) what it was in the stretch just before, or in the same months a year
    before: as a difference, or in percent of what it was.

    What it was is ``earlier`` recorded, or else measured alike; where it is neither, the value is ``when_none``.
    """

    how: Literal["difference", "percent"]
    since: Literal["previous", "year_before"]
    earlier: Recorded | None
    when_none: Fraction | None


Transform = Slope | Clamp | Bands | Change


@dataclass(frozen=True)
class UnitTest:
    """Units whose ``column`` of the units table holds one of ``values``."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Indicator(Counted):
    """A value of a unit, from the orders counted or from points recorded, and the weight it carries.

    Counted: the sum of the points of the unit's orders ÷ number of orders, those of this unit or of all units with
    the same value in column ``peers`` (``combine`` mean); the highest points of any order (``any``); or the sum.
    Recorded: 100 less what the points ``deducted`` take of the weight. ``transforms`` are applied in turn.
    """

    weight: Fraction
    points: tuple[PointsBand, ...]
    peers: str | None
    combine: Literal["mean", "any", "sum"]
    when_empty: Literal["spread", "full", "zero"]
    deducted: Recorded | None = None
    transforms: tuple[Transform, ...] = ()
    applies_to: UnitTest | None = None
    target: Target | None = None
    minimum: Minimum | None = None


@dataclass(frozen=True)
class Cap:
    per: Literal["month", "award"]
    points: Fraction


@dataclass(frozen=True)
class Bonus:
    """Recorded points added to a score (or deducted from it), up to ``cap``; ``unlocked_above`` that score only."""

    id: str
    title: str
    clause: str
    recorded: Recorded
    sign: Literal["add", "deduct"]
    cap: Cap | None
    unlocked_above: Fraction | None = None


@dataclass(frozen=True)
class Veto:
    """A record that stops scoring: the unit's total is 0 and its grade is ``grade``."""

    id: str
    title: str
    clause: str
    recorded: Recorded
    grade: str


@dataclass(frozen=True)
class Scale:
    """How indicators become a score: shares of ``hundred``, or weights as ``points`` that add up as they are.

    ``limits`` hold for the total. ``grades`` name stretches of it.
    """

    weights: Literal["hundred", "points"]
    limits: Clamp
    grades: tuple[Band, ...]


@dataclass(frozen=True)
class Base:
    """A second result beside the main one: what it would be ``without`` the exclusions of these decisions."""

    id: str
    title: str
    without: tuple[str, ...]


@dataclass(frozen=True)
class Precision:
    """Totals are rounded to ``digits`` decimals before they are ranked."""

    digits: int
    rounding: Literal["half_up", "half_even"]


@dataclass(frozen=True)
class TieBreak:
    """Equal totals are told apart by the number of orders that ``indicator`` counts."""

    indicator: str
    first: Literal["largest", "smallest"]


@dataclass(frozen=True)
class LastRule:
    when_tied: Literal["all", "none"]
    when_all_equal: Literal["all", "none"]
    minimum_ranked: int


@dataclass(frozen=True)
class VolumeBands:
    """Units in the same band by how many orders ``orders`` counts, on average a month. Bands leave no gap."""

    orders: str
    bands: tuple[Band, ...]


@dataclass(frozen=True)
class RankRule:
    """``groups``: units are ranked apart by this column of the units table, or by their number of orders.
    ``announced``: the mark without which a unit is ranked and not announced."""

    last: LastRule
    groups: str | VolumeBands | None = None
    precision: Precision | None = None
    tie_breaks: tuple[TieBreak, ...] = ()
    announced: str | None = None


@dataclass(frozen=True)
class StandingMark:
    """What units for whose place in a period ``when`` holds are marked with, beside being last."""

    id: str
    title: str
    clause: str
    when: Condition


@dataclass(frozen=True)
class Eligibility:
    """A unit is ranked in a month in which at least ``at_least`` of its orders are counted."""

    counted: Counted
    at_least: int


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
    """A step of a ladder: fires for a period of kind ``at`` when ``when`` holds and every gate is open.

    ``counted_anew``: streaks and counts begin again after it fired. It does not fire where one of ``below`` does, the
    higher steps of its ladder.
    """

    id: str
    title: str
    clause: str
    at: Literal["month", "quarter", "year"]
    subject: Literal["unit", "none"]
    when: Condition
    gates: tuple[str, ...]
    repeat: Literal["every_time", "once_per_streak", "once_per_cycle", "counted_anew"]
    actor: str
    audience: str
    action: str
    mandatory: bool
    due: DueDay | None = None
    affects: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ladder:
    """Consequences, the lowest first, of which only the highest that may fire does."""

    id: str
    title: str
    clause: str
    steps: tuple[str, ...]
