"""Exact scores of a unit: weights, empty indicators, bonuses, vetoes.

Knows how indicators become a total; must not know how orders were counted or how totals are ranked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from engine.measures import FULL, ZERO, Measured, Measures, clamp
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Bonus, Indicator, Minimum, VolumeBands
from engine.questions import ELIGIBLE, counted_id


@dataclass(frozen=True)
class Weighed:
    """A measured indicator with the ``weight`` it came to carry (0 when its own was spread over the others), and the
    value it enters the score with (``ratio``, as in ``Measured``), of which each point adds ``share``."""

    measured: Measured
    weight: Fraction
    share: Fraction
    ratio: tuple[int, int]

    @property
    def contribution(self) -> Fraction:
        """What the indicator adds to the score."""
        return self.share * Fraction(*self.ratio)


@dataclass(frozen=True)
class Score:
    """``score`` from the indicators, ``bonus`` after caps (negative where points are deducted), ``vetoes`` by id.

    ``total`` is within the policy's limits, and 0 after a veto. ``grade`` is empty where the policy has none.
    ``below``: the indicators that miss their minimum, which limits the score or the total.
    """

    unit: str
    indicators: Mapping[str, Weighed]
    score: Fraction
    bonus: Fraction
    total: Fraction
    vetoes: tuple[str, ...]
    grade: str
    below: tuple[str, ...] = ()

    @property
    def has_empty(self) -> bool:
        """Whether some indicator that is meant for the unit had nothing to measure."""
        return any(item.measured.ratio is None and item.measured.applies for item in self.indicators.values())


@dataclass(frozen=True)
class Scorer:
    """Scores any unit of ``measures`` in any month by ``policy``."""

    policy: Policy
    measures: Measures

    @property
    def units(self) -> tuple[str, ...]:
        return self.measures.units

    def eligible(self, unit: str, month: Month) -> bool:
        return self.measures.tallies.of(ELIGIBLE, unit, (month,)) >= self.policy.eligible.at_least

    def shown(self, unit: str, month: Month) -> Mapping[str, int]:
        """Counts that are shown beside the score and do not enter it."""
        tallies = self.measures.tallies
        return {counted.id: tallies.of(counted_id(counted), unit, (month,)) for counted in self.policy.shown}

    def group(self, unit: str, months: Sequence[Month]) -> str:
        """The group within which the unit is ranked over ``months``."""
        by = self.policy.rank_rule.groups
        if isinstance(by, VolumeBands):
            count = ELIGIBLE if by.orders == ELIGIBLE else f"counted:{by.orders}"
            monthly = Fraction(self.measures.tallies.of(count, unit, months), len(months))
            return next(band.title for band in by.bands if band.holds(monthly))
        return "" if by is None else self.measures.groups[by].get(unit, "")

    def tie_breaks(self, unit: str, months: Sequence[Month]) -> tuple[int, ...]:
        """What tells equal totals apart, smallest first."""
        return tuple(
            self.measures.tallies.of(f"counted:{item.indicator}", unit, months) * (-1 if item.first == "largest" else 1)
            for item in self.policy.rank_rule.tie_breaks
        )

    def awards(self, bonus: Bonus, unit: str, month: Month) -> tuple[Fraction, ...]:
        """The points recorded, before any cap."""
        return self.measures.points(bonus.recorded, unit, (month,))

    def month(self, unit: str, month: Month) -> Score | None:
        """The month's score, or None when no indicator can be scored."""
        return self._score(unit, (month,), None)

    def pooled(self, unit: str, months: Sequence[Month], bonus: Fraction) -> Score | None:
        """One score from the counts of all ``months`` together, with the ``bonus`` given."""
        return self._score(unit, months, bonus)

    def _score(self, unit: str, months: Sequence[Month], bonus: Fraction | None) -> Score | None:
        indicators = self.policy.indicators
        raw = [self.measures.measure(indicator, unit, months) for indicator in indicators]
        ratios = [_ratio_for_score(indicator, found) for indicator, found in zip(indicators, raw, strict=True)]
        whole = self._weights
        spread = [item.weight for item, ratio in zip(indicators, ratios, strict=True) if ratio is None]
        carried = whole - sum(spread) if spread else whole
        if not carried:
            return None
        hundred = self.policy.scale.weights == "hundred"
        weighed: dict[str, Weighed] = {}
        for indicator, measured, ratio in zip(indicators, raw, ratios, strict=True):
            if ratio is None:
                weight = share = ZERO
            elif spread:
                weight = indicator.weight * whole / carried
                share = weight / (whole if hundred else FULL)
            else:
                weight, share = indicator.weight, self._shares[indicator.id]
            weighed[indicator.id] = Weighed(measured, weight, share, ratio or (0, 1))
        score = _sum_of_products(weighed.values())
        below = {id: minimum for id, minimum in self._minimums if _misses(minimum, weighed[id])}
        if below:
            score = _at_most(score, (minimum.score_at_most for minimum in below.values()))
        return self._total(unit, months, weighed, score, bonus, below)

    def _total(
        self,
        unit: str,
        months: Sequence[Month],
        weighed: Mapping[str, Weighed],
        score: Fraction,
        bonus: Fraction | None,
        below: Mapping[str, Minimum],
    ) -> Score:
        if bonus is None:
            bonus = _added(self._bonus(item, unit, months, score) for item in self.policy.bonuses)
        vetoes = [item for item in self.policy.vetoes if self.measures.points(item.recorded, unit, months)]
        scale = self.policy.scale
        total = ZERO if vetoes else clamp(scale.limits, score + bonus if bonus else score)
        if below:
            total = _at_most(total, (minimum.total_at_most for minimum in below.values()))
        grade = vetoes[0].grade if vetoes else next((band.title for band in scale.grades if band.holds(total)), "")
        return Score(unit, weighed, score, bonus, total, tuple(item.id for item in vetoes), grade, tuple(below))

    def _bonus(self, bonus: Bonus, unit: str, months: Sequence[Month], score: Fraction) -> Fraction:
        """A month's awards after the cap; nothing where the score has not unlocked them."""
        awards = self.measures.points(bonus.recorded, unit, months)
        if not awards or (bonus.unlocked_above is not None and score <= bonus.unlocked_above):
            return ZERO
        capped = _capped(bonus, awards)
        return -capped if bonus.sign == "deduct" else capped

    @cached_property
    def _shares(self) -> Mapping[str, Fraction]:
        """What a point of each indicator adds to a score in which every indicator counts."""
        above = self._weights if self.policy.scale.weights == "hundred" else FULL
        return {indicator.id: indicator.weight / above for indicator in self.policy.indicators}

    @cached_property
    def _minimums(self) -> tuple[tuple[str, Minimum], ...]:
        return tuple((item.id, item.minimum) for item in self.policy.indicators if item.minimum is not None)

    @cached_property
    def _weights(self) -> Fraction:
        return sum((indicator.weight for indicator in self.policy.indicators), ZERO)


def _added(points: Iterable[Fraction]) -> Fraction:
    """The sum; fractions are slow to add, and most of these are 0."""
    found = [item for item in points if item]
    return sum(found[1:], found[0]) if found else ZERO


def _misses(minimum: Minimum, weighed: Weighed) -> bool:
    """Whether what enters the score is too little; what was spread over others does not enter it."""
    return bool(weighed.weight) and Fraction(*weighed.ratio) < minimum.at_least


def _at_most(value: Fraction, limits: Iterable[Fraction | None]) -> Fraction:
    return min((value, *(limit for limit in limits if limit is not None)))


def _sum_of_products(weighed: Iterable[Weighed]) -> Fraction:
    """Over one denominator, reduced once: fractions are most of the time that scores take."""
    above, below = 0, 1
    for item in weighed:
        numerator, denominator = item.ratio
        under = item.share.denominator * denominator
        above = above * under + item.share.numerator * numerator * below
        below *= under
    return Fraction(above, below)


def _ratio_for_score(indicator: Indicator, measured: Measured) -> tuple[int, int] | None:
    if measured.ratio is not None or not measured.applies:
        return measured.ratio
    return {"spread": None, "full": (100, 1), "zero": (0, 1)}[indicator.when_empty]


def _capped(bonus: Bonus, awards: tuple[Fraction, ...]) -> Fraction:
    if bonus.cap is None:
        return sum(awards, ZERO)
    if bonus.cap.per == "award":
        return sum((min(award, bonus.cap.points) for award in awards), ZERO)
    return min(sum(awards, ZERO), bonus.cap.points)
