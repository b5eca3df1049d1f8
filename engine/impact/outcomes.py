"""What an evaluation means for people, as flat facts that can be compared one by one.

Knows what may matter to somebody; must not know how facts came about or what is said of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from engine.evaluation import Evaluation
from engine.standings import Placed, Standing

Kind = Literal["month", "quarter", "year"]
What = Literal["total", "score", "bonus", "rank", "last", "gate", "consequence"]
KINDS: tuple[Kind, ...] = ("month", "quarter", "year")


@dataclass(frozen=True, order=True)
class Spot:
    """What is known of ``subject`` (a unit, "" for none) in a period; ``rule`` names the gate or consequence. ``base``:
    the second result in which it is so, "" for the main one."""

    what: What
    kind: Kind
    period: str
    subject: str
    rule: str = ""
    base: str = ""


@dataclass(frozen=True)
class Fired:
    """A consequence as it is announced; versions may announce the same one otherwise."""

    mandatory: bool
    actor: str
    audience: str
    action: str
    due: str


Outcome = Fraction | int | bool | str | Fired | None
Outcomes = Mapping[Spot, Outcome]


def totals(standings: tuple[Standing, ...], base: str = "") -> dict[Spot, Fraction]:
    """The total of every ranked unit in every period."""
    return {
        Spot("total", standing.kind, standing.period.id, unit, base=base): total
        for standing in standings
        for unit, total in standing.totals.items()
    }


def outcomes(evaluation: Evaluation) -> Outcomes:
    """Everything that is known of the main result; what is not there is None, False for being last."""
    found = seats(evaluation.standings)
    for standing in evaluation.standings:
        if standing.kind == "month":
            for gate, states in evaluation.gates.items():
                month = standing.period.first
                if month in states:
                    found[Spot("gate", "month", standing.period.id, "", gate)] = states[month].outcome
    for item in evaluation.fired:
        step = item.consequence
        due = "" if item.due is None else item.due.isoformat()
        found[Spot("consequence", step.at, item.period.id, item.unit or "", step.id)] = Fired(
            step.mandatory, step.actor, step.audience, step.action, due
        )
    return found


def seats(standings: tuple[Standing, ...], base: str = "") -> dict[Spot, Outcome]:
    """Totals, ranks and last places of the result that is called ``base``."""
    found: dict[Spot, Outcome] = dict(totals(standings, base))
    for standing in standings:
        for placed in standing.ranking:
            found |= _seat(standing, placed, base)
    return found


def _seat(standing: Standing, placed: Placed, base: str) -> dict[Spot, Outcome]:
    rank = Spot("rank", standing.kind, standing.period.id, placed.unit, base=base)
    found: dict[Spot, Outcome] = {rank: placed.rank}
    if placed.last:
        found[replace(rank, what="last")] = True
    score = standing.scores.get(placed.unit)
    if score is not None:
        found[replace(rank, what="score")] = score.score
        found[replace(rank, what="bonus")] = score.bonus
    return found


def at(found: Outcomes, spot: Spot) -> Outcome:
    """What ``found`` says at ``spot``."""
    return found.get(spot, False if spot.what == "last" else None)


def differing(a: Outcomes, b: Outcomes) -> tuple[Spot, ...]:
    """Where the two say different things, in order."""
    return tuple(sorted(spot for spot in {*a, *b} if at(a, spot) != at(b, spot)))
