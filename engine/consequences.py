"""Ladders: what follows for whom from a history of standings.

Counts streaks and totals exactly; whether a consequence fires is looked up in the rule engine's table over yes/no
facts. Must not know how a standing came about.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.calendars import WorkCalendar
from engine.compiled import CompiledPolicy, holding
from engine.conditions import NO, YES, Fact, tests
from engine.conditions import Standing as StandingFact
from engine.gates import GateState
from engine.months import Month
from engine.policy.model_scoring import Consequence, DueDay, Period
from engine.questions import fired_before, gate_state, higher_fires
from engine.standings import LAST, Standing

OPEN = "open"
Governing = Callable[[Month], CompiledPolicy]
"""The version that governs a month."""


@dataclass(frozen=True)
class History:
    """A unit's ladder of one mark after a period: whether it has the mark now, in which of the counted periods it had
    it, the earliest first, for how many of them in a row up to now and in how many in all."""

    now: bool = False
    counted: tuple[bool, ...] = ()
    running: int = 0
    times: int = 0

    def after(self, has: bool) -> History:
        """The ladder one counted period later."""
        return History(has, (*self.counted, has), self.running + 1 if has else 0, self.times + has)

    def beside(self, has: bool) -> History:
        """The ladder in a period that does not count."""
        return History(has, self.counted, self.running, self.times)

    def since(self, start: int) -> History:
        """The ladder as it is where counting began anew after the first ``start`` counted periods."""
        counted = self.counted[start:]
        running = next((length for length, has in enumerate(reversed(counted)) if not has), len(counted))
        return History(self.now, counted, running, sum(counted))

    def within(self, periods: int) -> int:
        """In how many of the latest ``periods`` counted the unit had the mark."""
        return sum(self.counted[-periods:])


Histories = Mapping[str, History]
"""A unit's ladders, by mark."""


@dataclass(frozen=True)
class Considered:
    """A consequence looked at for a unit in a period, the facts it was decided on, and whether it fired.

    ``unit`` is None when it concerns no single unit. ``counted`` is false in a period that counts for no ladder and
    fires nothing, whatever the facts. ``due`` and ``warn`` are None where the policy gives no date. ``histories`` are
    the ladders of being last and of every mark that the consequence tests, over all counted periods; ``since`` is the
    period in which it fired last, where its own counting began anew after that.
    """

    consequence: Consequence
    unit: str | None
    period: Period
    counted: bool
    tested: tuple[Fact, ...]
    values: tuple[str, ...]
    histories: Histories
    fired: bool
    due: dt.date | None = None
    warn: dt.date | None = None
    since: Period | None = None

    @property
    def facts(self) -> Mapping[Fact, str]:
        """The value of every fact that the consequence's question tests."""
        return dict(zip(self.tested, self.values, strict=True))

    @property
    def history(self) -> History:
        """The ladder of being last."""
        return self.histories[LAST]


Known = Mapping[Month, frozenset[tuple[str, str | None]]]
"""Months of which it is settled what fired: by month, every consequence's id with its unit."""
GateStates = Mapping[Fact, Mapping[Month, GateState]]
"""The state of every gate by month, under the fact that says that it is open."""
_Reader = Callable[[Histories, bool, bool, Month], bool]
"""Reads one fact from the histories, whether the step fired before, whether a higher step of its ladder fires, and the
period's last month (a gate over several months is open when it is open in the last of them)."""


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


@dataclass(frozen=True)
class _Step:
    """A consequence with its place among those of its kind, the facts that decide on it, what reads each of them, and
    the marks that its condition tests."""

    consequence: Consequence
    position: int
    tested: tuple[Fact, ...]
    readers: tuple[_Reader, ...]
    marks: tuple[str, ...]

    def goes_on(self, histories: Histories) -> bool:
        """Whether a streak of any mark that the condition tests goes on; of being last where it tests none."""
        return any(histories[mark].now for mark in self.marks or (LAST,))


class _Ladder:
    """The rule engine's answers, each looked up once, since histories repeat themselves; and how each fact is read."""

    def __init__(self, gates: Mapping[str, Mapping[Month, GateState]]) -> None:
        self._gates: GateStates = {gate_state(gate): found for gate, found in gates.items()}
        self._steps: dict[tuple[int, str, bool], tuple[_Step, ...]] = {}
        self._known: dict[tuple[int, str, tuple[str, ...]], bool] = {}

    def steps(self, compiled: CompiledPolicy, kind: str, of_unit: bool) -> tuple[_Step, ...]:
        """The consequences after a period of ``kind``, for a unit or for nobody; higher steps before lower ones."""
        key = id(compiled), kind, of_unit
        if key not in self._steps:
            subject = "unit" if of_unit else "none"
            about = (item for item in compiled.policy.consequences if item.at == kind and item.subject == subject)
            steps = (self._step(compiled, item, position) for position, item in enumerate(about))
            self._steps[key] = tuple(sorted(steps, key=lambda step: len(step.consequence.below)))
        return self._steps[key]

    def _step(self, compiled: CompiledPolicy, consequence: Consequence, position: int) -> _Step:
        tested = tuple(fact for item in compiled.ladder[consequence.id] for fact in item.group.facts)
        marks = (test.fact.mark for test in tests(consequence.when) if isinstance(test.fact, StandingFact))
        readers = tuple(self._reader(fact, consequence) for fact in tested)
        return _Step(consequence, position, tested, readers, tuple(dict.fromkeys(marks)))

    def holds(self, compiled: CompiledPolicy, step: _Step, values: tuple[str, ...]) -> bool:
        id_ = step.consequence.id
        key = id(compiled), id_, values
        if key not in self._known:
            self._known[key] = id_ in holding(compiled.ladder[id_], dict(zip(step.tested, values, strict=True)))
        return self._known[key]

    def _reader(self, fact: Fact, consequence: Consequence) -> _Reader:
        if isinstance(fact, StandingFact):
            mark, at_least, how, within = fact.mark, fact.at_least, fact.how, fact.within
            if how == "now":
                return lambda ladders, *_: ladders[mark].now
            if how == "running":
                return lambda ladders, *_: ladders[mark].running >= at_least
            if within:
                return lambda ladders, *_: ladders[mark].within(within) >= at_least
            return lambda ladders, *_: ladders[mark].times >= at_least
        if fact == fired_before(consequence.id):
            return lambda _, fired, __, ___: fired
        if fact == higher_fires(consequence.id):
            return lambda _, __, higher, ___: higher
        opened = {month for month, state in self._gates.get(fact, {}).items() if state.outcome == OPEN}
        return lambda _, __, ___, month: month in opened


def _ranked(standing: Standing) -> tuple[str, ...]:
    return tuple(placed.unit for placed in standing.ranking)


def _climb(
    governing: Governing, unit: str | None, run: Sequence[Standing], ladder: _Ladder, known: Known
) -> Iterable[Considered]:
    """One subject's ladder through the periods of one kind."""
    histories: dict[str, History] = {}
    fired: dict[str, bool] = {}
    latest: dict[str, tuple[int, Period]] = {}
    """How many periods had counted when each fired last, and in which it did."""
    marks = {mark.id for standing in run for mark in governing(standing.period.last).policy.standings} | {LAST}
    for standing in run:
        compiled = governing(standing.period.last)
        policy = compiled.policy
        started = standing.period.last >= policy.counted_from
        counted = started and (policy.unfinished.counts or not standing.provisional)
        for mark in marks:
            has = unit is not None and standing.has(unit, mark)
            history = histories.get(mark, History())
            histories[mark] = history.after(has) if counted else history.beside(has)
        settled = known.get(standing.period.first) if standing.kind == "month" else None
        may_fire = started and (policy.unfinished.fires or not standing.provisional)
        found: dict[int, Considered] = {}
        firing: set[str] = set()
        for step in ladder.steps(compiled, standing.kind, unit is not None):
            consequence = step.consequence
            whole = {LAST: histories[LAST]} | {mark: histories[mark] for mark in step.marks}
            anew = latest.get(consequence.id) if consequence.repeat == "counted_anew" else None
            own = whole if anew is None else {mark: history.since(anew[0]) for mark, history in whole.items()}
            higher = not firing.isdisjoint(consequence.below)
            over = consequence.repeat == "once_per_streak" and not step.goes_on(own)
            before = fired.get(consequence.id, False) and not over
            read = (own, before, higher, standing.period.last)
            values = tuple([YES if reader(*read) else NO for reader in step.readers])
            if settled is None:
                fires = may_fire and ladder.holds(compiled, step, values)
            else:
                fires = (consequence.id, unit) in settled
            due, warn = _due(consequence.due, standing.period, policy.calendar) if fires else (None, None)
            found[step.position] = Considered(
                consequence=consequence,
                unit=unit,
                period=standing.period,
                counted=may_fire,
                tested=step.tested,
                values=values,
                histories=whole,
                fired=fires,
                due=due,
                warn=warn,
                since=None if anew is None else anew[1],
            )
            fired[consequence.id] = (before or fires) and not over
            if fires:
                firing.add(consequence.id)
                latest[consequence.id] = len(whole[LAST].counted), standing.period
        yield from (found[position] for position in range(len(found)))


def _due(due: DueDay | None, period: Period, calendar: WorkCalendar) -> tuple[dt.date | None, dt.date | None]:
    """The due date and the day of its warning. Raises UndeclaredYearError when a working day is needed there."""
    if due is None:
        return None, None
    day = period.last.plus(due.months_after).day(due.day)
    if due.roll == "next_workday":
        day = calendar.workday_from(day)
    return day, calendar.workday_before(day) if due.warn == "last_workday_before" else None
