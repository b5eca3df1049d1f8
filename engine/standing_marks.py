"""Which marks a unit's place in a period gives it: among the first or last, below a total, above a number of orders.

Compares exactly; whether a mark is given is looked up in the rule engine's table over yes/no facts. Must not know what
follows from a mark.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.compiled import CompiledPolicy, holding
from engine.conditions import NO, YES, Fact, Figure, Seat
from engine.conditions import Standing as StandingFact
from engine.policy.build_scoring import ELIGIBLE as ELIGIBLE_NAME
from engine.questions import ELIGIBLE, counted_id
from engine.scores import Scorer
from engine.standings import LAST, Placed, Standing

_COMPARE: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "at_least": operator.ge,
    "above": operator.gt,
    "at_most": operator.le,
    "below": operator.lt,
}


@dataclass(frozen=True)
class Told:
    """A mark looked at for a unit: the facts it was decided on, and whether the unit has it."""

    facts: Mapping[Fact, str]
    given: bool


def marked(compiled: CompiledPolicy, standing: Standing, scorer: Scorer) -> Standing:
    """The standing with the marks of every ranked unit, and whether its place is announced."""
    if not compiled.policy.standings or not standing.ranking:
        return standing
    told, needed = marks_of(compiled, standing, scorer), compiled.policy.rank_rule.announced
    ranking = []
    for placed in standing.ranking:
        given = tuple(id for id, by_unit in told.items() if by_unit[placed.unit].given)
        ranking.append(replace(placed, standings=given, announced=needed is None or needed in given))
    return replace(standing, ranking=tuple(ranking))


def marks_of(compiled: CompiledPolicy, standing: Standing, scorer: Scorer) -> Mapping[str, Mapping[str, Told]]:
    """By mark and ranked unit. A mark may be told by those before it."""
    given: dict[str, frozenset[str]] = {LAST: frozenset(item.unit for item in standing.ranking if item.last)}
    told: dict[str, Mapping[str, Told]] = {}
    for mark in compiled.policy.standings:
        decided = compiled.standings[mark.id]
        tested = tuple(fact for item in decided for fact in item.group.facts)
        by_unit: dict[str, Told] = {}
        for placed in standing.ranking:
            place = _Place(standing, placed, scorer, given)
            facts = {fact: YES if place.has(fact) else NO for fact in tested}
            by_unit[placed.unit] = Told(facts, mark.id in holding(decided, facts))
        told[mark.id] = by_unit
        given[mark.id] = frozenset(unit for unit, found in by_unit.items() if found.given)
    return told


@dataclass(frozen=True)
class _Place:
    """A ranked unit in a period. ``given``: the units that have each mark, as far as marks were looked at."""

    standing: Standing
    placed: Placed
    scorer: Scorer
    given: Mapping[str, frozenset[str]]

    def has(self, fact: Fact) -> bool:
        match fact:
            case StandingFact(mark):
                return self.placed.unit in self.given[mark]
            case Seat():
                return self._seated(fact)
            case Figure("grade", _, _, grade):
                return self._grade() == grade
            case Figure(kind, name, _, _):
                value = self._value(kind, name)
                return value is not None and compares(fact, value)
        raise TypeError(f"{fact} is not about a place")

    def _seated(self, seat: Seat) -> bool:
        among = self.given[seat.among] if seat.among else None
        sharing = [item for item in self._group() if among is None or item.unit in among]
        if among is not None and self.placed.unit not in among:
            return False
        # Higher is the smaller rank, so the lowest are counted from the other end.
        sign = 1 if seat.side == "top" else -1
        before = sum(1 for item in sharing if sign * item.rank < sign * self.placed.rank)
        equal = sum(1 for item in sharing if item.rank == self.placed.rank)
        last_of_equals = before + (equal if seat.when_tied == "none" else 1)
        return last_of_equals <= seats(seat, len(sharing))

    def _group(self) -> list[Placed]:
        return [item for item in self.standing.ranking if item.group == self.placed.group]

    def _value(self, kind: str, name: str) -> Fraction | None:
        months, unit = self.standing.period.months(), self.placed.unit
        if kind == "orders":
            asked = ELIGIBLE if name == ELIGIBLE_NAME else self._counted[name]
            return Fraction(self.scorer.measures.tallies.of(asked, unit, months))
        score = self.standing.scores.get(unit)
        if kind == "indicator":
            if score is not None:
                return score.indicators[name].measured.value
            return self._measured(name)
        values = {
            "total": self.placed.total,
            "score": None if score is None else score.score,
            "ranked": Fraction(len(self._group())),
        }
        return values[name]

    @property
    def _counted(self) -> Mapping[str, str]:
        policy = self.scorer.policy
        return {item.id: counted_id(item) for item in (*policy.indicators, *policy.shown)}

    def _measured(self, name: str) -> Fraction | None:
        """The indicator over all months of a period whose total is the mean of theirs."""
        indicator = next(item for item in self.scorer.policy.indicators if item.id == name)
        columns = [indicator.peers] if indicator.peers is not None else []
        groups = self.scorer.measures.groups
        if any(self.placed.unit not in groups.get(column, {}) for column in columns):
            return None
        return self.scorer.measures.measure(indicator, self.placed.unit, self.standing.period.months()).value

    def _grade(self) -> str:
        score = self.standing.scores.get(self.placed.unit)
        if score is not None:
            return score.grade
        bands = self.scorer.policy.scale.grades
        return next((band.title for band in bands if band.holds(self.placed.total)), "")


def compares(figure: Figure, value: Fraction) -> bool:
    """Whether ``value`` compares as the fact says."""
    return _COMPARE[figure.operator](value, Fraction(figure.operand))


def seats(seat: Seat, units: int) -> int:
    """How many seats there are among ``units``."""
    number = Fraction(seat.number)
    if not seat.rounding:
        return int(number)
    share = number * units / 100
    return {"down": math.floor(share), "up": math.ceil(share), "half_up": math.floor(share + Fraction(1, 2))}[
        seat.rounding
    ]
