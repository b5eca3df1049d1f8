"""Obligations of an order in SQL: start, deadline, what was done, and the state looked up for it.

Knows what is made of a deadline and a record; whether an obligation applies comes from the rule engine's answers, and
so does the state for each combination of what was done and whether the deadline is past.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product

from sqlglot import exp

from engine.clocks import Workdays, ending
from engine.compiled import CompiledPolicy, outcome
from engine.conditions import DEADLINE, DONE, Progress
from engine.databases import Database
from engine.facts import Row, column, first_filled, timestamp
from engine.lookups import Answers, Undeclared
from engine.policy.model import Policy
from engine.policy.model_orders import ClockDeadline, DoneByEvent, Obligation
from engine.problems import InputError, Place, Problem
from engine.questions import applies_id, done_id


@dataclass(frozen=True)
class ObligationSql:
    """Expressions over the joined orders. ``start``, ``deadline`` and ``event`` may be NULL; ``state`` never is.

    ``number`` says from which of ``combinations`` the state follows. ``undeclared``: the obligation applies and its
    clock leaves the declared calendar.
    """

    obligation: Obligation
    applies: exp.Expr
    start: exp.Expr
    deadline: exp.Expr
    event: exp.Expr
    state: exp.Expr
    number: exp.Expr
    undeclared: exp.Expr


class Clocks:
    """How far orders are with the obligations of ``policy``; what a clock needs is joined to the answers once."""

    def __init__(self, policy: Policy, database: Database, row: Row) -> None:
        self._policy, self._workdays, self._row = policy, Workdays(policy.calendar, database), row
        self._told: dict[str, _Told] = {}

    def __call__(self, fact: Progress, answers: Answers) -> exp.Expr:
        """The fact as text, for a look-up that asks."""
        obligation = next(item for item in self._policy.obligations if item.id == fact.of)
        first = obligation.id not in self._told
        told = self.told(obligation, answers)
        if first and isinstance(obligation.deadline, ClockDeadline):
            where = told.undeclared(answers.answer[applies_id(obligation)])
            answers.undeclared.append(Undeclared(obligation.title, told.start, where))
        place = told.done if fact.what == "done" else _stands(told.past)
        ifs = [exp.If(this=exp.Literal.number(number), true=_text(name)) for number, name in enumerate(fact.values)]
        return exp.Case(this=place.copy(), ifs=ifs)

    def told(self, obligation: Obligation, answers: Answers) -> _Told:
        if obligation.id not in self._told:
            self._told[obligation.id] = _tell(obligation, self._workdays, answers, self._row)
        return self._told[obligation.id]


def obligations_sql(compiled: CompiledPolicy, answers: Answers, clocks: Clocks) -> tuple[ObligationSql, ...]:
    """Every obligation whose states are known; calendars that clocks need are joined to ``answers.source``."""
    asked = (item for item in compiled.policy.obligations if item.id in compiled.states)
    return tuple(_sql(compiled, obligation, answers, clocks.told(obligation, answers)) for obligation in asked)


def _sql(compiled: CompiledPolicy, obligation: Obligation, answers: Answers, told: _Told) -> ObligationSql:
    number = _number(told.done.copy(), told.past)
    states = [one.state for one in combinations(compiled, obligation)]
    # Not a CASE over the number, of which databases make one comparison, with the whole number in it, for each state.
    listed = exp.Array(expressions=[_text(state) for state in states])
    from_one = exp.Add(this=exp.paren(number.copy()), expression=exp.Literal.number(1))
    state = exp.Anonymous(this="list_extract", expressions=[listed, from_one])
    applies = answers.answer[applies_id(obligation)]
    return ObligationSql(
        obligation, applies, told.start, told.deadline, told.event, state, number, told.undeclared(applies)
    )


def refuse_undeclared(
    database: Database, source: exp.Select, order_id: exp.Expr, undeclared: Iterable[Undeclared]
) -> None:
    """Raises InputError where a deadline needs a year that the calendar does not declare."""
    problems: list[Problem] = []
    for item in undeclared:
        start = exp.cast(item.start.copy(), "VARCHAR")
        query = source.select(order_id.copy(), start).where(item.where).order_by(order_id.copy()).limit(1)
        for order, begin in database.rows(query):
            what = f"“{item.obligation}”的期限要用到日历未声明的年份（如工单 {order}，自 {begin} 起）"
            problems.append(Problem(Place("calendar.yaml"), what, "", "在日历里补上该年的放假调休安排"))
    if problems:
        raise InputError(problems)


@dataclass(frozen=True)
class _Told:
    """What the clock and the record of an obligation tell: ``done`` is a place in DONE, ``past`` whether the deadline
    is over. ``stopped``: its clock stands still, so that it has no deadline yet."""

    start: exp.Expr
    deadline: exp.Expr
    stopped: exp.Expr
    event: exp.Expr
    done: exp.Expr
    past: exp.Expr

    def undeclared(self, applies: exp.Expr) -> exp.Expr:
        """Whether the obligation applies and its clock leaves the declared calendar."""
        if self.start == exp.null():
            return exp.false()
        unknown = exp.and_(applies.copy(), _filled(self.start), exp.Not(this=_filled(self.deadline)))
        if self.stopped == exp.false():
            return unknown
        still = exp.Coalesce(this=self.stopped.copy(), expressions=[exp.false()])
        return exp.and_(unknown, exp.Not(this=still))


def _tell(obligation: Obligation, workdays: Workdays, answers: Answers, row: Row) -> _Told:
    start: exp.Expr = exp.null()
    stopped: exp.Expr = exp.false()
    deadline: exp.Expr
    included = True
    if isinstance(obligation.deadline, ClockDeadline):
        start = first_filled(obligation.deadline.start)
        clock = obligation.deadline.clock
        ends = ending(clock, start, workdays, answers)
        deadline, stopped = ends.at, ends.stopped
        included = clock.includes_end
        past = _past(deadline, included, row.as_of)
    else:
        deadline = column(obligation.deadline.event)
        past = _filled(deadline)  # a deadline by an event has come once the event has
    if isinstance(obligation.done, DoneByEvent):
        event: exp.Expr = column(obligation.done.event)
        return _Told(start, deadline, stopped, event, _done_by(event, deadline, included), past)
    done = exp.Case(ifs=[_when(answers.answer[done_id(obligation)], "in_time")], default=_place("missing"))
    return _Told(start, deadline, stopped, exp.null(), done, past)


@dataclass(frozen=True)
class StateOf:
    """The rule engine's answer to what was ``done`` of an obligation and where its ``deadline`` stands."""

    done: str
    deadline: str
    state: str


def combinations(compiled: CompiledPolicy, obligation: Obligation) -> tuple[StateOf, ...]:
    """All of them, by number."""
    found = []
    for done, deadline in product(DONE, DEADLINE):
        named = {"done": done, "deadline": deadline}
        state = outcome(obligation.id, obligation.states, compiled.states[obligation.id], named)
        found.append(StateOf(done, deadline, state))
    return tuple(found)


def _done_by(event: exp.Expr, deadline: exp.Expr, included: bool) -> exp.Expr:
    """An event without a deadline yet is in time."""
    compare = exp.GT if included else exp.GTE
    late = compare(this=event.copy(), expression=deadline.copy())
    ifs = [_when(exp.Not(this=_filled(event)), "missing"), _when(late, "late")]
    return exp.Case(ifs=ifs, default=_place("in_time"))


def _past(deadline: exp.Expr, included: bool, as_of: dt.datetime) -> exp.Expr:
    compare = exp.GT if included else exp.GTE
    reached = compare(this=timestamp(as_of), expression=deadline.copy())
    return exp.Coalesce(this=reached, expressions=[exp.false()])


def _number(done: exp.Expr, past: exp.Expr) -> exp.Expr:
    """The place of what was done and where the deadline stands among ``combinations``."""
    sized = exp.Mul(this=exp.paren(done), expression=exp.Literal.number(len(DEADLINE)))
    return exp.Add(this=sized, expression=exp.paren(_stands(past)))


def _stands(past: exp.Expr) -> exp.Expr:
    """Where a deadline stands, as a place in DEADLINE."""
    return exp.Case(ifs=[_when(past, "past")], default=_place("running"))


def _filled(of: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=of.copy(), expression=exp.null()))


def _when(condition: exp.Expr, value: str) -> exp.If:
    return exp.If(this=condition.copy(), true=_place(value))


def _place(value: str) -> exp.Expr:
    """Of what was done or where a deadline stands, as the number that it has in its list."""
    return exp.Literal.number((DONE if value in DONE else DEADLINE).index(value))


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)
