"""Exact scores of a unit from integer counts: points, weights, empty indicators, bonuses.

Knows the arithmetic of indicators; must not know how orders were counted or how scores are ranked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Bonus, Indicator
from engine.questions import ELIGIBLE, counted_id, points_id
from engine.tallies import Tallies

FULL = Fraction(100)


@dataclass(frozen=True)
class Measured:
    """An indicator of one unit: ``points`` over ``orders`` is the ``value`` (0–100), None when there are no orders.

    ``bands``: how many orders each band of points has. ``weight`` is the weight it came to carry, 0 when its own was
    spread over others; ``contribution`` is what it adds to the score.
    """

    points: Fraction
    orders: int
    value: Fraction | None
    bands: tuple[int, ...]
    weight: Fraction
    contribution: Fraction


@dataclass(frozen=True)
class Score:
    """``score`` is the weighted mean of the indicators (0–100), ``bonus`` the awards after the cap."""

    unit: str
    indicators: Mapping[str, Measured]
    score: Fraction
    bonus: Fraction

    @property
    def total(self) -> Fraction:
        return self.score + self.bonus

    @property
    def has_empty(self) -> bool:
        """Whether some indicator had nothing to measure."""
        return any(measured.value is None for measured in self.indicators.values())


@dataclass(frozen=True)
class Scorer:
    """``peers``: for each peer column, unit to group. ``awards``: (bonus id, unit, month) to the points recorded."""

    policy: Policy
    tallies: Tallies
    units: tuple[str, ...]
    peers: Mapping[str, Mapping[str, str]]
    awards: Mapping[tuple[str, str, Month], tuple[Fraction, ...]]

    def eligible(self, unit: str, month: Month) -> bool:
        return self.tallies.of(ELIGIBLE, unit, (month,)) >= self.policy.eligible.at_least

    def shown(self, unit: str, month: Month) -> Mapping[str, int]:
        """Counts that are shown beside the score and do not enter it."""
        return {counted.id: self.tallies.of(counted_id(counted), unit, (month,)) for counted in self.policy.shown}

    def month(self, unit: str, month: Month) -> Score | None:
        """The month's score, or None when no indicator can be scored."""
        return self._score(unit, (month,), self.bonus(unit, month))

    def pooled(self, unit: str, months: Sequence[Month], bonus: Fraction) -> Score | None:
        """One score from the counts of all ``months`` together."""
        return self._score(unit, months, bonus)

    def bonus(self, unit: str, month: Month) -> Fraction:
        """The month's awards after each bonus's cap."""
        capped = (_capped(bonus, self.awards.get((bonus.id, unit, month), ())) for bonus in self.policy.bonuses)
        return sum(capped, Fraction(0))

    def _score(self, unit: str, months: Sequence[Month], bonus: Fraction) -> Score | None:
        raw = {indicator.id: self._measure(indicator, unit, months) for indicator in self.policy.indicators}
        values = {indicator.id: _value_for_score(indicator, raw[indicator.id]) for indicator in self.policy.indicators}
        whole = self._weights
        carried = whole - sum(i.weight for i in self.policy.indicators if values[i.id] is None)
        if not carried:
            return None
        measured: dict[str, Measured] = {}
        score = Fraction(0)
        for indicator in self.policy.indicators:
            value, found = values[indicator.id], raw[indicator.id]
            if value is None:
                weight = contribution = Fraction(0)
            else:
                weight = indicator.weight if carried == whole else indicator.weight * whole / carried
                contribution = indicator.weight * value / carried
                score += contribution
            measured[indicator.id] = Measured(
                found.points,
                found.orders,
                found.value,
                found.bands,
                weight,
                contribution,
            )
        return Score(unit, measured, score, bonus)

    @cached_property
    def _weights(self) -> Fraction:
        return sum((indicator.weight for indicator in self.policy.indicators), Fraction(0))

    def _measure(self, indicator: Indicator, unit: str, months: Sequence[Month]) -> Measured:
        bands = tuple(
            self.tallies.of(points_id(indicator, band), unit, months) for band in range(len(indicator.points))
        )
        # One fraction from whole numbers, instead of one a band: fractions are most of the time that scores take.
        scale = math.lcm(*(band.points.denominator for band in indicator.points))
        scaled = sum(
            band.points.numerator * (scale // band.points.denominator) * n
            for band, n in zip(indicator.points, bands, strict=True)
            if n
        )
        points = Fraction(scaled, scale)
        asked = counted_id(indicator)
        orders = sum(self.tallies.of(asked, peer, months) for peer in self._over(indicator, unit))
        return Measured(
            points,
            orders,
            points / orders if orders else None,
            bands,
            Fraction(0),
            Fraction(0),
        )

    def _over(self, indicator: Indicator, unit: str) -> tuple[str, ...]:
        """The units whose orders make the denominator."""
        if indicator.peers is None:
            return (unit,)
        return self._members[indicator.peers, self.peers[indicator.peers][unit]]

    @cached_property
    def _members(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """By peer column and group, the units in it."""
        found: dict[tuple[str, str], tuple[str, ...]] = {}
        for column, groups in self.peers.items():
            for unit in self.units:
                if unit in groups:
                    found[column, groups[unit]] = (
                        *found.get((column, groups[unit]), ()),
                        unit,
                    )
        return found


def _value_for_score(indicator: Indicator, measured: Measured) -> Fraction | None:
    if measured.value is not None:
        return measured.value
    return {"spread": None, "full": FULL, "zero": Fraction(0)}[indicator.when_empty]


def _capped(bonus: Bonus, awards: tuple[Fraction, ...]) -> Fraction:
    if bonus.cap is None:
        return sum(awards, Fraction(0))
    if bonus.cap.per == "award":
        return sum((min(award, bonus.cap.points) for award in awards), Fraction(0))
    return min(sum(awards, Fraction(0)), bonus.cap.points)
