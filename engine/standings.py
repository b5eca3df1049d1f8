"""Ranks: who stands where in a month, quarter or year, and who is last.

Knows totals and the policy's rules of ranking; must not know orders, indicators or consequences.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Literal, Protocol

from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Aggregate, LastRule, Period, Precision, RankRule
from engine.scores import Score, Scorer

LAST = "last"
"""The mark of those who are last."""


@dataclass(frozen=True)
class Placed:
    """``tied``: others of the ``group`` share the rank. Equals share a rank, and the next rank is skipped.

    ``standings``: the marks that the place gives beside being last, by id. ``announced``: whether the place is made
    known with the others.
    """

    unit: str
    rank: int
    total: Fraction
    last: bool
    tied: bool
    group: str = ""
    standings: tuple[str, ...] = ()
    announced: bool = True


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

    def has(self, unit: str, mark: str) -> bool:
        """Whether the unit has the mark; an unranked one has none."""
        return unit in self._marked.get(mark, ())

    @cached_property
    def _marked(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for placed in self.ranking:
            for mark in (LAST, *placed.standings) if placed.last else placed.standings:
                found.setdefault(mark, set()).add(placed.unit)
        return {mark: frozenset(units) for mark, units in found.items()}


@dataclass(frozen=True)
class Entrant:
    """A unit with what it is ranked by: the exact total, and the ``tie_breaks`` that tell equals apart, least first."""

    unit: str
    total: Fraction
    group: str = ""
    tie_breaks: tuple[int, ...] = ()


def rank(entrants: Iterable[Entrant], rule: RankRule) -> tuple[Placed, ...]:
    """Rank each group by itself, highest total first: by group, rank and unit."""
    groups: dict[str, list[Entrant]] = {}
    for entrant in entrants:
        precise = entrant if rule.precision is None else replace(entrant, total=_precise(entrant.total, rule.precision))
        groups.setdefault(entrant.group, []).append(precise)
    return tuple(placed for group in sorted(groups) for placed in _rank_group(groups[group], rule.last))


def _precise(total: Fraction, precision: Precision) -> Fraction:
    scale = 10**precision.digits
    scaled = total * scale
    whole = round(scaled) if precision.rounding == "half_even" else math.floor(scaled + Fraction(1, 2))
    return Fraction(whole, scale)


def _rank_group(entrants: Sequence[Entrant], rule: LastRule) -> list[Placed]:
    ordered = sorted(entrants, key=lambda entrant: (entrant.tie_breaks, entrant.unit))
    ordered.sort(key=lambda entrant: entrant.total, reverse=True)  # stable: equals stay in the order above
    # Equals stand together: comparing neighbours spares hashing fractions, which is slow.
    shared = [list(equals) for _, equals in groupby(ordered, key=lambda entrant: (entrant.total, entrant.tie_breaks))]
    anybody = _anybody_last(len(ordered), len(shared[-1]), rule)
    placed: list[Placed] = []
    for equals in shared:
        first, last = len(placed) + 1, anybody and equals is shared[-1]
        placed += [Placed(item.unit, first, item.total, last, len(equals) > 1, item.group) for item in equals]
    return placed


def _anybody_last(ranked: int, lowest: int, rule: LastRule) -> bool:
    """Whether the ``lowest`` number of units that share the last rank among those ``ranked`` count as last."""
    if ranked < rule.minimum_ranked:
        return False
    if lowest == ranked > 1 and rule.when_all_equal == "none":
        return False
    return lowest == 1 or rule.when_tied == "all"


def monthly(policy: Policy, scorer: Scorer, as_of: dt.datetime) -> tuple[Standing, ...]:
    """The standing of every month of the cycle, in order."""
    return tuple(_month(policy, scorer, month, as_of) for month in policy.months)


def _month(policy: Policy, scorer: Scorer, month: Month, as_of: dt.datetime) -> Standing:
    ranked = policy.unfinished.ranked or as_of >= policy.window.end(month)
    candidates = (unit for unit in scorer.units if ranked and scorer.eligible(unit, month))
    scored = {unit: score for unit in candidates if (score := scorer.month(unit, month)) is not None}
    entrants = [
        Entrant(unit, score.total, scorer.group(unit, (month,)), scorer.tie_breaks(unit, (month,)))
        for unit, score in scored.items()
    ]
    return month_standing(policy, month, entrants, scorer.units, as_of, scored)


def month_standing(
    policy: Policy,
    month: Month,
    entrants: Sequence[Entrant],
    units: Sequence[str],
    as_of: dt.datetime,
    scores: Mapping[str, Score],
) -> Standing:
    """The standing of ``month``; those of ``units`` that do not enter are unranked."""
    entered = {entrant.unit for entrant in entrants}
    return Standing(
        kind="month",
        period=Period(str(month), str(month), month, month),
        provisional=as_of < policy.window.end(month),
        ranking=rank(entrants, policy.rank_rule),
        unranked=tuple(sorted(unit for unit in units if unit not in entered)),
        scores=scores,
    )


class Members(Protocol):
    """Who can be ranked over several months, and what is needed beside their monthly totals."""

    @property
    def units(self) -> tuple[str, ...]: ...
    def group(self, unit: str, months: Sequence[Month]) -> str: ...
    def tie_breaks(self, unit: str, months: Sequence[Month]) -> tuple[int, ...]: ...
    def pooled(self, unit: str, months: Sequence[Month], bonus: Fraction) -> Score | None: ...


def aggregated(
    policy: Policy, months: Iterable[Standing], members: Members, as_of: dt.datetime
) -> tuple[Standing, ...]:
    """The standing of every quarter and year, in the order of the policy."""
    by_month = {standing.period.first: standing for standing in months}
    return tuple(
        _aggregate(policy, aggregate, period, by_month, members, as_of)
        for aggregate in policy.aggregates
        for period in aggregate.periods
    )


def _aggregate(
    policy: Policy,
    aggregate: Aggregate,
    period: Period,
    by_month: Mapping[Month, Standing],
    members: Members,
    as_of: dt.datetime,
) -> Standing:
    provisional = as_of < policy.window.end(period.last)
    totals: dict[str, Fraction] = {}
    scores: dict[str, Score] = {}
    for unit in members.units if policy.unfinished.ranked or not provisional else ():
        ranked = [by_month[month] for month in period.months() if unit in by_month[month].totals]
        if not ranked:
            continue
        if aggregate.total == "mean":
            totals[unit] = _mean([standing.totals[unit] for standing in ranked])
        else:
            bonus = _mean([standing.scores[unit].bonus for standing in ranked])
            score = members.pooled(unit, period.months(), bonus)
            if score is not None:
                totals[unit], scores[unit] = score.total, score
    entrants = [
        Entrant(unit, total, members.group(unit, period.months()), members.tie_breaks(unit, period.months()))
        for unit, total in totals.items()
    ]
    return Standing(
        kind=aggregate.id,
        period=period,
        provisional=provisional,
        ranking=rank(entrants, policy.rank_rule),
        unranked=tuple(sorted(unit for unit in members.units if unit not in totals)),
        scores=scores,
    )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)
