"""Counts, indicators, totals, ranks and who is last, in months and in longer periods.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Aggregate, Counted, Indicator, Minimum, Period
from tests.reference.cells import Row
from tests.reference.decisions import Order
from tests.reference.truth import holds

FULL = Fraction(100)


@dataclass(frozen=True)
class Ranked:
    """A unit's line in a ranking. ``score`` and ``bonus`` add up to ``total`` (not so for a mean of totals, or where a
    minimum was ``missed``).
    ``counts``: per indicator the sum of points and the number of orders it is divided by. ``empty``: some indicator
    has no orders. ``tied``: last together with another."""

    unit: str
    total: Fraction
    score: Fraction = Fraction(0)
    bonus: Fraction = Fraction(0)
    indicators: tuple[tuple[str, Fraction | None], ...] = ()
    counts: tuple[tuple[str, Fraction, int], ...] = ()
    shown: tuple[tuple[str, int], ...] = ()
    rank: int = 0
    last: bool = False
    tied: bool = False
    marks: frozenset[str] = frozenset()
    missed: tuple[Minimum, ...] = ()
    group: str = ""

    @property
    def empty(self) -> bool:
        return any(value is None for _, value in self.indicators)


@dataclass(frozen=True)
class Standings:
    """A period's ranking, by rank and then unit, and the units that are not ranked in it."""

    period: Period
    provisional: bool
    ranking: tuple[Ranked, ...]
    unranked: tuple[str, ...]

    def of(self, unit: str) -> Ranked | None:
        return next((ranked for ranked in self.ranking if ranked.unit == unit), None)


@dataclass(frozen=True)
class Field:
    """Everything that scores are made from. ``units``: every unit, with its row of the units table if there is one."""

    policy: Policy
    as_of: dt.datetime
    units: dict[str, Row]
    orders: tuple[Order, ...]
    bonuses: dict[str, tuple[Row, ...]]

    def counted(self, item: Counted, units: list[str], months: tuple[Month, ...]) -> list[Order]:
        """The orders of the units that the item counts in the months."""
        unit_column = self.policy.orders.unit
        assert unit_column is not None
        found = []
        for order in self.orders:
            times = [order.row[name] for name in item.event]
            event = next((time for time in times if isinstance(time, dt.datetime)), None)
            if event is None or Month.of(event.date()) not in months:
                continue
            if order.row[unit_column] not in units or item.id in order.left:
                continue
            if holds(item.among, order.view):
                found.append(order)
        return found

    def peers(self, unit: str, column: str) -> list[str]:
        """The units with the same value in the column, this one included."""
        return [other for other, row in self.units.items() if row[column] == self.units[unit][column]]


def counts(field: Field, indicator: Indicator, unit: str, months: tuple[Month, ...]) -> tuple[Fraction, int]:
    """The sum of the points of the unit's orders, and the number of orders it is divided by."""
    own = field.counted(indicator, [unit], months)
    points = Fraction(0)
    for order in own:
        points += next((band.points for band in indicator.points if holds(band.when, order.view)), Fraction(0))
    if indicator.peers is None:
        return points, len(own)
    return points, len(field.counted(indicator, field.peers(unit, indicator.peers), months))


def scored(field: Field, unit: str, months: tuple[Month, ...]) -> Ranked | None:
    """The unit's indicators over the months, and their mean by weight (no bonus yet).

    An indicator without orders is null; by its own choice it enters the mean as full, as zero, or not at all. When none
    enters it, there is no score, and the unit cannot be ranked.
    """
    indicators: list[tuple[str, Fraction | None]] = []
    kept: list[tuple[str, Fraction, int]] = []
    weighted = Fraction(0)
    weights = Fraction(0)
    missed: list[Minimum] = []
    for indicator in field.policy.indicators:
        points, orders = counts(field, indicator, unit, months)
        value = points / orders if orders else None
        indicators.append((indicator.id, value))
        kept.append((indicator.id, points, orders))
        if value is None and indicator.when_empty == "spread":
            continue
        if value is None:
            value = FULL if indicator.when_empty == "full" else Fraction(0)
        weighted += indicator.weight * value
        weights += indicator.weight
        if indicator.minimum is not None and value < indicator.minimum.at_least:
            missed.append(indicator.minimum)
    if not weights:
        return None
    score = weighted / weights
    for minimum in missed:
        if minimum.score_at_most is not None and minimum.score_at_most < score:
            score = minimum.score_at_most
    shown = tuple((item.id, len(field.counted(item, [unit], months))) for item in field.policy.shown)
    line = Ranked(unit, score, score, Fraction(0), tuple(indicators), tuple(kept), shown)
    return replace(line, missed=tuple(missed))


def with_bonus(line: Ranked, extra: Fraction) -> Ranked:
    """The line with its bonus and total, which minimums that were missed may limit."""
    total = line.score + extra
    for minimum in line.missed:
        if minimum.total_at_most is not None and minimum.total_at_most < total:
            total = minimum.total_at_most
    return replace(line, bonus=extra, total=total)


def bonus(field: Field, unit: str, month: Month) -> Fraction:
    """The points awarded to the unit in the month, each kind up to its cap."""
    total = Fraction(0)
    for kind in field.policy.bonuses:
        awards = []
        for row in field.bonuses.get(kind.id, ()):
            points = row[kind.recorded.points]
            if row[kind.recorded.month] == month and row[kind.recorded.unit] == unit:
                assert isinstance(points, Fraction)
                awards.append(points)
        if kind.cap is None:
            total += sum(awards, Fraction(0))
        elif kind.cap.per == "month":
            total += min(sum(awards, Fraction(0)), kind.cap.points)
        else:
            total += sum((min(points, kind.cap.points) for points in awards), Fraction(0))
    return total


def group_of(field: Field, unit: str, months: tuple[Month, ...]) -> str:
    """The group in which the unit is ranked: a cell of its row, or the band of its orders in an average month."""
    by = field.policy.rank_rule.groups
    if by is None:
        return ""
    if isinstance(by, str):
        return str(field.units[unit][by] or "")
    items = (*field.policy.indicators, *field.policy.shown)
    item = next((item for item in items if item.id == by.orders), field.policy.eligible.counted)
    number = Fraction(len(field.counted(item, [unit], months)), len(months))
    for band in by.bands:
        over = (band.at_least is None or number >= band.at_least) and (band.above is None or number > band.above)
        under = (band.at_most is None or number <= band.at_most) and (band.below is None or number < band.below)
        if over and under:
            return band.title
    raise AssertionError("bands leave no gap")


def ranked(policy: Policy, lines: list[Ranked]) -> tuple[Ranked, ...]:
    """Each group by itself, by rank and then unit; groups by name."""
    groups = sorted({line.group for line in lines})
    return tuple(found for group in groups for found in _ranked(policy, [li for li in lines if li.group == group]))


def _ranked(policy: Policy, lines: list[Ranked]) -> tuple[Ranked, ...]:
    """The lines with ranks (one more than the number of better totals) and who is last, by rank and then unit."""
    totals = [line.total for line in lines]
    rule = policy.rank_rule.last
    result = []
    for line in lines:
        lowest = line.total == min(totals)
        alone = totals.count(line.total) == 1
        several_all_equal = len(lines) > 1 and len(set(totals)) == 1
        last = (
            lowest
            and len(lines) >= rule.minimum_ranked
            and (alone or rule.when_tied == "all")
            and (not several_all_equal or rule.when_all_equal == "all")
        )
        better = sum(1 for total in totals if total > line.total)
        result.append(replace(line, rank=better + 1, last=last, tied=last and not alone))
    return tuple(sorted(result, key=lambda line: (line.rank, line.unit)))


def is_provisional(period: Period, as_of: dt.datetime) -> bool:
    """Whether the period's last month is not over."""
    return as_of < period.last.end


def month_standings(field: Field, month: Month) -> Standings:
    """The month's ranking of the units that are eligible in it."""
    policy = field.policy
    period = Period(str(month), str(month), month, month)
    provisional = is_provisional(period, field.as_of)
    lines = []
    for unit in field.units:
        eligible = len(field.counted(policy.eligible.counted, [unit], (month,))) >= policy.eligible.at_least
        line = scored(field, unit, (month,)) if eligible else None
        if line is not None and (policy.unfinished.ranked or not provisional):
            extra = bonus(field, unit, month)
            lines.append(replace(with_bonus(line, extra), group=group_of(field, unit, (month,))))
    names = {line.unit for line in lines}
    unranked = tuple(sorted(unit for unit in field.units if unit not in names))
    return Standings(period, provisional, ranked(policy, lines), unranked)


def period_standings(field: Field, aggregate: Aggregate, period: Period, months: list[Standings]) -> Standings:
    """The ranking of a longer period, from the standings of all months: the units ranked in a month of it."""
    inside = [standing for standing in months if standing.period.first in period.months()]
    provisional = is_provisional(period, field.as_of)
    lines = []
    for unit in field.units:
        monthly = [line for standing in inside if (line := standing.of(unit)) is not None]
        if not monthly or (provisional and not field.policy.unfinished.ranked):
            continue
        if aggregate.total == "mean":
            total = sum((line.total for line in monthly), Fraction(0)) / len(monthly)
            lines.append(Ranked(unit, total, group=group_of(field, unit, period.months())))
        else:
            pooled = scored(field, unit, period.months())
            if pooled is None:
                continue
            extra = sum((line.bonus for line in monthly), Fraction(0)) / len(monthly)
            lines.append(replace(with_bonus(pooled, extra), group=group_of(field, unit, period.months())))
    names = {line.unit for line in lines}
    unranked = tuple(sorted(unit for unit in field.units if unit not in names))
    return Standings(period, provisional, ranked(field.policy, lines), unranked)
