"""Marks that no place in any period can give.

Tries places and figures at and beside every limit that a condition names; must not know orders or scores.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from engine.check.finding import Finding, found
from engine.check.places import Places
from engine.conditions import NO, YES, Condition, Fact, Figure, Seat, facts, holds
from engine.policy.model import Policy
from engine.standing_marks import compares, seats

MOST_UNITS = 300
MOST_TRIED = 200_000
_NEAR = Fraction(1, 1_000_000)
Held = frozenset[Fact]


def mark_findings(policy: Policy, places: Places) -> Iterator[Finding]:
    for mark in policy.standings:
        if not _possible(mark.when):
            place = places.item("ranking", "standings", mark.id, "when")
            what = f"名次标志“{mark.id}”的条件互相矛盾，没有一个位次合得上"
            yield found("never-holds", place, what, mark.id, "请改条件，或删去")


def _possible(condition: Condition) -> bool:
    """Also where there would be too much to try."""
    told = facts(condition)
    ways = [_seated(told), *_figured(told), _graded(told)]
    ways += [[frozenset(), frozenset([fact])] for fact in told if not isinstance(fact, Seat | Figure) or _free(fact)]
    if math.prod(map(len, ways)) > MOST_TRIED:
        return True
    return any(_holds(condition, frozenset().union(*chosen)) for chosen in product(*ways))


def _free(fact: Fact) -> bool:
    """Seats among other units are not told by the place in the whole group."""
    return isinstance(fact, Seat) and bool(fact.among)


def _is_ranked(fact: Fact) -> bool:
    return isinstance(fact, Figure) and fact.kind == "figure" and fact.name == "ranked"


def _seated(told: tuple[Fact, ...]) -> list[Held]:
    """Every place among every number of units that matters."""
    own = [fact for fact in told if isinstance(fact, Seat) and not fact.among]
    sizes = [fact for fact in told if isinstance(fact, Figure) and _is_ranked(fact)]
    limits = [Fraction(fact.operand) for fact in sizes]
    limits += [100 / Fraction(seat.number) if seat.rounding else Fraction(seat.number) for seat in own]
    most = min(MOST_UNITS, math.ceil(max(limits, default=Fraction(1))) * 2 + 1)
    ways: dict[Held, None] = {}
    for units in range(1, most + 1):
        sized = [fact for fact in sizes if compares(fact, Fraction(units))]
        for place in range(1, units + 1) if own else (1,):
            near = {"top": place, "bottom": units - place + 1}
            ways[frozenset([*sized, *(seat for seat in own if near[seat.side] <= seats(seat, units))])] = None
    return list(ways)


def _figured(told: tuple[Fact, ...]) -> Iterator[list[Held]]:
    """Each figure by itself, none of it included."""
    others = [fact for fact in told if isinstance(fact, Figure) and fact.kind != "grade" and not _is_ranked(fact)]
    for of in dict.fromkeys((fact.kind, fact.name) for fact in others):
        own = [fact for fact in others if (fact.kind, fact.name) == of]
        values = {Fraction(fact.operand) + near for fact in own for near in (-_NEAR, Fraction(0), _NEAR)}
        if of[0] == "orders":
            values = {Fraction(number) for value in values for number in (math.floor(value), math.ceil(value))}
            values = {value for value in values if value >= 0}
        ways = {frozenset[Fact](fact for fact in own if compares(fact, value)) for value in sorted(values)}
        yield [frozenset(), *(way for way in ways if way)]


def _graded(told: tuple[Fact, ...]) -> list[Held]:
    """One grade or none."""
    grades = [fact for fact in told if isinstance(fact, Figure) and fact.kind == "grade"]
    return [frozenset(), *(frozenset([grade]) for grade in grades)]


def _holds(condition: Condition, held: Held) -> bool:
    return holds(condition, lambda test: (YES if test.fact in held else NO) in test.allowed)
