"""Ranks: who stands where in a month, quarter or year, and who is last.

Knows totals and the policy's rules of ranking; must not know orders, indicators or consequences.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Literal

from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Aggregate, LastRule, Period
from engine.scores import Score, Scorer


@dataclass(frozen=True)
class Placed:
    """``tied``: other units share the total. Equal totals share a rank, and the next rank is skipped."""

    unit: str
    rank: int
    total: Fraction
    last: bool
    tied: bool


@dataclass(frozen=True)
class Standing:
    """The ranking of one period, by rank and then unit. ``scores`` are those behind the totals: a month's or those of
    pooled counts; a mean of months has none of its own."""

    kind: Literal["month", "quarter", "year"]
    period: Period
    provisional: bool
    ranking: tuple[Placed, ...]
    unranked: tuple[str, ...]
    scores: Mapping[str, Score]

    @cached_property
    def totals(self) -> Mapping[str, Fraction]:
        """Exact totals of the ranked units."""
        return {placed.unit: placed.total for placed in self.ranking}

    def is_last(self, unit: str) -> bool:
        return any(placed.unit == unit and placed.last for placed in self.ranking)


def rank(totals: Mapping[str, Fraction], rule: LastRule) -> tuple[Placed, ...]:
    """Rank ``totals`` (unit to exact total), highest first."""
    ordered = sorted(totals.items(), key=lambda item: (-item[1], item[0]))
    last = _last_units(totals, rule)
    placed: list[Placed] = []
    for total, sharing in groupby(ordered, key=lambda item: item[1]):
        units = [unit for unit, _ in sharing]
        place = len(placed) + 1
        placed += [Placed(unit, place, total, unit in last, len(units) > 1) for unit in units]
    return tuple(placed)


def _last_units(totals: Mapping[str, Fraction], rule: LastRule) -> frozenset[str]:
    if not totals or len(totals) < rule.minimum_ranked:
        return frozenset()
    lowest = min(totals.values())
    units = frozenset(unit for unit, total in totals.items() if total == lowest)
    if len(units) == len(totals) and len(totals) > 1 and rule.when_all_equal == "none":
        return frozenset()
    if len(units) > 1 and rule.when_tied == "none":
        return frozenset()
    return units


def monthly(policy: Policy, scorer: Scorer, as_of: dt.datetime) -> tuple[Standing, ...]:
    """The standing of every month of the cycle, in order."""
    return tuple(_month(policy, scorer, month, as_of) for month in policy.months)


def _month(policy: Policy, scorer: Scorer, month: Month, as_of: dt.datetime) -> Standing:
    ranked = policy.unfinished.ranked or as_of >= month.end
    candidates = (unit for unit in scorer.units if ranked and scorer.eligible(unit, month))
    scored = {unit: score for unit in candidates if (score := scorer.month(unit, month)) is not None}
    totals = {unit: score.total for unit, score in scored.items()}
    return month_standing(policy, month, totals, scorer.units, as_of, scored)


def month_standing(
    policy: Policy,
    month: Month,
    totals: Mapping[str, Fraction],
    units: Sequence[str],
    as_of: dt.datetime,
    scores: Mapping[str, Score],
) -> Standing:
    """The standing of ``month`` from its ``totals``; those of ``units`` that have none are unranked."""
    return Standing(
        kind="month",
        period=Period(str(month), str(month), month, month),
        provisional=as_of < month.end,
        ranking=rank(totals, policy.last_rule),
        unranked=tuple(sorted(unit for unit in units if unit not in totals)),
        scores=scores,
    )


Pooled = Callable[[str, Sequence[Month], Fraction], Score | None]
"""A unit's score from the counts of several months together, with the bonus given."""


def aggregated(
    policy: Policy,
    months: Iterable[Standing],
    units: Sequence[str],
    pooled: Pooled,
    as_of: dt.datetime,
) -> tuple[Standing, ...]:
    """The standing of every quarter and year, in the order of the policy."""
    by_month = {standing.period.first: standing for standing in months}
    return tuple(
        _aggregate(policy, aggregate, period, by_month, units, pooled, as_of)
        for aggregate in policy.aggregates
        for period in aggregate.periods
    )


def _aggregate(
    policy: Policy,
    aggregate: Aggregate,
    period: Period,
    by_month: Mapping[Month, Standing],
    units: Sequence[str],
    pooled: Pooled,
    as_of: dt.datetime,
) -> Standing:
    provisional = as_of < period.last.end
    totals: dict[str, Fraction] = {}
    scores: dict[str, Score] = {}
    for unit in units if policy.unfinished.ranked or not provisional else ():
        ranked = [by_month[month] for month in period.months() if unit in by_month[month].totals]
        if not ranked:
            continue
        if aggregate.total == "mean":
            totals[unit] = _mean([standing.totals[unit] for standing in ranked])
        else:
            score = pooled(
                unit,
                period.months(),
                _mean([standing.scores[unit].bonus for standing in ranked]),
            )
            if score is not None:
                totals[unit], scores[unit] = score.total, score
    return Standing(
        kind=aggregate.id,
        period=period,
        provisional=provisional,
        ranking=rank(totals, policy.last_rule),
        unranked=tuple(sorted(unit for unit in units if unit not in totals)),
        scores=scores,
    )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
