"""Gates of the months, and the consequences that follow from the history of standings.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from engine.conditions import Figure, Seat, Standing, tests
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Consequence, DueDay, Gate, Period
from tests.reference.cells import Row
from tests.reference.marks import has
from tests.reference.scores import Standings
from tests.reference.truth import View, holds

_DAY = dt.timedelta(days=1)


def rates(gate: Gate, averages: tuple[Row, ...], month: Month) -> dict[str, str]:
    """Per rate: below its benchmark, reached (equal included), or missing (no row, or a figure is empty)."""
    states = {}
    for rate in gate.rates:
        states[rate.id] = "missing"
        for row in averages:
            if row[gate.month] == month and row[gate.name] == rate.name:
                figure, benchmark = row[gate.figure], row[gate.benchmark]
                if isinstance(figure, Fraction) and isinstance(benchmark, Fraction):
                    states[rate.id] = "below" if figure < benchmark else "reached"
    return states


def gate_outcome(gate: Gate, states: dict[str, str]) -> str:
    """The first outcome whose condition on the rates holds."""
    view = View(states={f"rate:{rate}": state for rate, state in states.items()})
    return next(outcome.is_ for outcome in gate.outcomes if holds(outcome.when, view))


@dataclass(frozen=True)
class Firing:
    """A consequence for a unit (None: for nobody in particular) in a period."""

    consequence: Consequence
    unit: str | None
    period: Period
    due: dt.date | None
    warn: dt.date | None


def counts_for_ladders(policy: Policy, standings: Standings) -> bool:
    """Whether the period counts in streaks and totals: from the first counted month on, and over."""
    return standings.period.last >= policy.counted_from and (not standings.provisional or policy.unfinished.counts)


def may_fire(policy: Policy, standings: Standings) -> bool:
    """Whether anything can follow from the period."""
    return standings.period.last >= policy.counted_from and (not standings.provisional or policy.unfinished.fires)


def marked(standings: Standings, unit: str | None, marks: set[str]) -> bool:
    """Whether the unit has any of the marks; an unranked unit has none."""
    line = standings.of(unit) if unit is not None else None
    return line is not None and any(has(line, mark) for mark in marks)


def firings(
    policy: Policy, kinds: dict[str, list[Standings]], outcomes: dict[str, dict[str, str]], units: list[str]
) -> list[Firing]:
    """Every consequence that fires for anyone; unranked units have their history too.

    ``kinds``: the standings of all months, quarters and years, each in order of time; ``outcomes``: per gate and month
    its outcome.
    """
    found: list[Firing] = []
    for consequence in sorted(policy.consequences, key=lambda item: len(higher_steps(policy, item))):
        subjects: list[str | None] = [None] if consequence.subject == "none" else list(units)
        higher = higher_steps(policy, consequence)
        for unit in subjects:
            taken = {f.period.id for f in found if f.consequence.id in higher and f.unit == unit}
            found += _firings_of(policy, consequence, unit, kinds.get(consequence.at, []), outcomes, taken)
    return found


def higher_steps(policy: Policy, consequence: Consequence) -> set[str]:
    """What fires instead of it where both would."""
    above: set[str] = set()
    for ladder in policy.ladders:
        if consequence.id in ladder.steps:
            above |= set(ladder.steps[ladder.steps.index(consequence.id) + 1 :])
    return above


def _firings_of(
    policy: Policy,
    consequence: Consequence,
    unit: str | None,
    history: list[Standings],
    outcomes: dict[str, dict[str, str]],
    taken: set[str],
) -> list[Firing]:
    """``taken``: the periods in which a higher step fires instead."""
    fired_in: list[int] = []
    found = []
    for position, standings in enumerate(history):
        if not may_fire(policy, standings):
            continue
        start = fired_in[-1] + 1 if consequence.repeat == "counted_anew" and fired_in else 0
        before = [s for s in history[start : position + 1] if counts_for_ladders(policy, s)]
        asked = {test.fact.mark for test in tests(consequence.when) if isinstance(test.fact, Standing)} or {"last"}
        streak = _streak(policy, history, position, unit, asked)

        def answers(
            fact: Standing | Seat | Figure,
            now: Standings = standings,
            counted: list[Standings] = before,
            at: int = position,
            since: int = start,
        ) -> bool:
            assert isinstance(fact, Standing)
            if fact.how == "now":
                return marked(now, unit, {fact.mark})
            if fact.how == "running":
                return _streak(policy, history[since:], at - since, unit, {fact.mark}) >= fact.at_least
            looked = counted[-fact.within :] if fact.within else counted
            return sum(1 for s in looked if marked(s, unit, {fact.mark})) >= fact.at_least

        if not holds(consequence.when, View(standing=answers)):
            continue
        if any(outcomes[gate][str(standings.period.last)] != "open" for gate in consequence.gates):
            continue
        if standings.period.id in taken:
            continue
        if consequence.repeat == "once_per_cycle" and fired_in:
            continue
        if consequence.repeat == "once_per_streak" and any(position - earlier < streak for earlier in fired_in):
            continue
        fired_in.append(position)
        due, warn = due_day(policy, consequence.due, standings.period)
        found.append(Firing(consequence, unit, standings.period, due, warn))
    return found


def _streak(policy: Policy, history: list[Standings], position: int, unit: str | None, marks: set[str]) -> int:
    """In how many counted periods in a row, up to this one, the unit has any of the marks."""
    length = 0
    while position >= length:
        standings = history[position - length]
        if not counts_for_ladders(policy, standings) or not marked(standings, unit, marks):
            break
        length += 1
    return length


def due_day(policy: Policy, due: DueDay | None, period: Period) -> tuple[dt.date | None, dt.date | None]:
    """The day by which, and the day on which to warn."""
    if due is None:
        return None, None
    day = period.last.plus(due.months_after).day(due.day)
    while due.roll == "next_workday" and not policy.calendar.is_workday(day):
        day += _DAY
    if due.warn == "none":
        return day, None
    warn = day - _DAY
    while not policy.calendar.is_workday(warn):
        warn -= _DAY
    return day, warn
