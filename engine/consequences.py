"""Ladders: what follows for whom from a history of standings.

Counts streaks and totals exactly; whether a consequence fires is looked up in the rule engine's table over yes/no
facts. Must not know how a standing came about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.calendars import WorkCalendar
from engine.compiled import CompiledPolicy, holding
from engine.conditions import NO, YES, Fact
from engine.conditions import Standing as StandingFact
from engine.gates import GateState
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Consequence, DueDay, Period
from engine.questions import fired_before, gate_state
from engine.standings import Standing

OPEN = "open"
Governing = Callable[[Month], CompiledPolicy]
"""The version that governs a month."""


@dataclass(frozen=True)
class History:
    """A unit's ladder after a period: whether it has the mark, for how many counted periods in a row and in all."""

    last: bool = False
    running: int = 0
    times: int = 0

    def after(self, last: bool) -> History:
        """The ladder one counted period later."""
        return History(last, self.running + 1 if last else 0, self.times + last)


@dataclass(frozen=True)
class Considered:
    """A consequence looked at for a unit in a period, the facts it was decided on, and whether it fired.

    ``unit`` is None when it concerns no single unit. ``counted`` is false in a period that counts for no ladder and
    fires nothing, whatever the facts. ``due`` and ``warn`` are None where the policy gives no date.
    """

    consequence: Consequence
    unit: str | None
    period: Period
    counted: bool
    tested: tuple[Fact, ...]
    values: tuple[str, ...]
    history: History
    fired: bool
    due: dt.date | None = None
    warn: dt.date | None = None

    @property
    def facts(self) -> Mapping[Fact, str]:
        """The value of every fact that the consequence's question tests."""
        return dict(zip(self.tested, self.values, strict=True))


Known = Mapping[Month, frozenset[tuple[str, str | None]]]
"""Months of which it is settled what fired: by month, every consequence's id with its unit."""
GateStates = Mapping[Fact, Mapping[Month, GateState]]
"""The state of every gate by month, under the fact that says that it is open."""
_Reader = Callable[[History, bool, Month], bool]
"""Reads one fact from the history, whether the step fired before, and the period's last month (a gate over several
months is open when it is open in the last of them)."""


def consider(
    governing: Governing,
    standings: Sequence[Standing],
    gates: Mapping[str, Mapping[Month, GateState]],
    known: Known | None = None,
) -> tuple[Considered, ...]:
    """Every consequence of every period and unit, in order of time within each kind of period.

    Ladders go on over a change of version: a consequence is known by its id. In months that are ``known``, what fired
    stays what it was.
    """
    considered: list[Considered] = []
    ladder = _Ladder(gates)
    for kind in ("month", "quarter", "year"):
        run = [standing for standing in standings if standing.kind == kind]
        units = sorted({unit for standing in run for unit in (*_ranked(standing), *standing.unranked)})
        for unit in (None, *units):
            considered += _climb(governing, unit, run, ladder, known or {})
    return tuple(considered)


class _Ladder:
    """The rule engine's answers, each looked up once, since histories repeat themselves; and how each fact is read."""

    def __init__(self, gates: Mapping[str, Mapping[Month, GateState]]) -> None:
        self._gates: GateStates = {gate_state(gate): found for gate, found in gates.items()}
        self._steps: dict[tuple[int, str], tuple[tuple[Fact, ...], tuple[_Reader, ...]]] = {}
        self._known: dict[tuple[int, str, tuple[str, ...]], bool] = {}

    def step(self, compiled: CompiledPolicy, consequence: Consequence) -> tuple[tuple[Fact, ...], tuple[_Reader, ...]]:
        """The facts that decide on the consequence, and for each what reads it."""
        key = (id(compiled), consequence.id)
        if key not in self._steps:
            tested = tuple(fact for item in compiled.ladder[consequence.id] for fact in item.group.facts)
            self._steps[key] = tested, tuple(self._reader(fact, consequence) for fact in tested)
        return self._steps[key]

    def holds(
        self, compiled: CompiledPolicy, consequence: Consequence, tested: tuple[Fact, ...], values: tuple[str, ...]
    ) -> bool:
        key = (id(compiled), consequence.id, values)
        if key not in self._known:
            held = holding(compiled.ladder[consequence.id], dict(zip(tested, values, strict=True)))
            self._known[key] = consequence.id in held
        return self._known[key]

    def _reader(self, fact: Fact, consequence: Consequence) -> _Reader:
        if isinstance(fact, StandingFact):
            at_least, how = fact.at_least, fact.how
            if how == "now":
                return lambda history, _, __: history.last
            if how == "running":
                return lambda history, _, __: history.running >= at_least
            return lambda history, _, __: history.times >= at_least
        if fact == fired_before(consequence.id):
            return lambda _, fired, __: fired
        states = self._gates.get(fact, {})
        return lambda _, __, month: month in states and states[month].outcome == OPEN


def _ranked(standing: Standing) -> tuple[str, ...]:
    return tuple(placed.unit for placed in standing.ranking)


def _about(policy: Policy, standing: Standing, unit: str | None) -> Iterable[Consequence]:
    subject = "none" if unit is None else "unit"
    return (item for item in policy.consequences if item.at == standing.kind and item.subject == subject)


def _climb(
    governing: Governing, unit: str | None, run: Sequence[Standing], ladder: _Ladder, known: Known
) -> Iterable[Considered]:
    """One subject's ladder through the periods of one kind."""
    history = History()
    fired: dict[str, bool] = {}
    for standing in run:
        compiled = governing(standing.period.last)
        policy = compiled.policy
        started = standing.period.last >= policy.counted_from
        last = unit is not None and standing.is_last(unit)
        counted = started and (policy.unfinished.counts or not standing.provisional)
        history = history.after(last) if counted else replace(history, last=last)
        settled = known.get(standing.period.first) if standing.kind == "month" else None
        for consequence in _about(policy, standing, unit):
            if consequence.repeat == "once_per_streak" and not last:
                fired[consequence.id] = False
            tested, readers = ladder.step(compiled, consequence)
            before = fired.get(consequence.id, False)
            values = tuple(YES if read(history, before, standing.period.last) else NO for read in readers)
            may_fire = started and (policy.unfinished.fires or not standing.provisional)
            if settled is None:
                fires = may_fire and ladder.holds(compiled, consequence, tested, values)
            else:
                fires = (consequence.id, unit) in settled
            due, warn = _due(consequence.due, standing.period, policy.calendar) if fires else (None, None)
            yield Considered(
                consequence,
                unit,
                standing.period,
                may_fire,
                tested,
                values,
                history,
                fires,
                due,
                warn,
            )
            fired[consequence.id] = fired.get(consequence.id, False) or fires


def _due(due: DueDay | None, period: Period, calendar: WorkCalendar) -> tuple[dt.date | None, dt.date | None]:
    """The due date and the day of its warning. Raises UndeclaredYearError when a working day is needed there."""
    if due is None:
        return None, None
    day = period.last.plus(due.months_after).day(due.day)
    if due.roll == "next_workday":
        day = calendar.workday_from(day)
    return day, calendar.workday_before(day) if due.warn == "last_workday_before" else None
