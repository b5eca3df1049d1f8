"""Which units have which marks in a period.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from engine.conditions import Figure, Seat, Standing
from engine.policy.model_scoring import Counted
from tests.reference.scores import Field, Ranked, Standings, counts
from tests.reference.truth import View, holds


def with_marks(field: Field, standings: Standings) -> Standings:
    """The same ranking, each line with its marks; a mark may ask for those declared before it."""
    lines = list(standings.ranking)
    for mark in field.policy.standings:
        before = list(lines)
        for i, line in enumerate(before):

            def answers(fact: Standing | Seat | Figure, own: Ranked = line, all_: list[Ranked] = before) -> bool:
                return _answer(field, standings, all_, own, fact)

            if holds(mark.when, View(standing=answers)):
                lines[i] = replace(line, marks=line.marks | {mark.id})
    return replace(standings, ranking=tuple(lines))


def has(line: Ranked, mark: str) -> bool:
    return line.last if mark == "last" else mark in line.marks


def _answer(
    field: Field, standings: Standings, lines: list[Ranked], own: Ranked, fact: Standing | Seat | Figure
) -> bool:
    if isinstance(fact, Standing):
        return has(own, fact.mark)
    if isinstance(fact, Seat):
        return own.unit in _seated(lines, fact)
    value: Fraction | None
    if fact.kind == "grade":
        return any(band.title == fact.operand and band.holds(own.total) for band in field.policy.scale.grades)
    if fact.kind == "orders":
        months = standings.period.months()
        items: list[Counted] = [*field.policy.indicators, *field.policy.shown]
        asked = next((item for item in items if item.id == fact.name), field.policy.eligible.counted)
        value = Fraction(len(field.counted(asked, [own.unit], months)))
    elif fact.kind == "indicator":
        indicator = next(item for item in field.policy.indicators if item.id == fact.name)
        points, orders = counts(field, indicator, own.unit, standings.period.months())
        value = points / orders if orders else None
    elif fact.name == "total":
        value = own.total
    elif fact.name == "score":
        value = own.score if own.indicators else None
    else:
        value = Fraction(len(lines))
    if value is None:
        return False
    limit = Fraction(fact.operand)
    return {
        "at_least": value >= limit,
        "above": value > limit,
        "at_most": value <= limit,
        "below": value < limit,
    }[fact.operator]


def _seated(lines: list[Ranked], seat: Seat) -> set[str]:
    """Hand out the seats from the better or the worse end, all equals at once."""
    sharing = [line for line in lines if not seat.among or has(line, seat.among)]
    number = Fraction(seat.number)
    if seat.rounding:
        exactly = number * len(sharing) / 100
        number = Fraction(int(exactly))
        left = exactly - number
        if (seat.rounding == "up" and left > 0) or (seat.rounding == "half_up" and left >= Fraction(1, 2)):
            number += 1
    seated: set[str] = set()
    for rank in sorted({line.rank for line in sharing}, reverse=seat.side == "bottom"):
        equals = {line.unit for line in sharing if line.rank == rank}
        if len(seated) >= number or (seat.when_tied == "none" and len(seated) + len(equals) > number):
            break
        seated |= equals
    return seated
