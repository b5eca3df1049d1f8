"""Obligations of an order in SQL: start, deadline, what was done, and the state looked up for it.

Knows clocks and the calendar; whether an obligation applies comes from the rule engine's answers, and so does the state
for each combination of what was done and whether the deadline is past.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import product

from sqlglot import exp

from engine.calendars import UndeclaredYearError, WorkCalendar
from engine.compiled import CompiledPolicy, outcome
from engine.facts import Row, column, first_filled, timestamp
from engine.lookups import Answers, Database
from engine.policy.model_orders import Clock, ClockDeadline, DoneByEvent, Obligation
from engine.questions import applies_id, done_id

DONE = ("in_time", "late", "missing")
DEADLINE = ("past", "running")


@dataclass(frozen=True)
class ObligationSql:
    """Expressions over the joined orders. ``start``, ``deadline`` and ``event`` may be NULL; ``state`` never is.

    ``undeclared``: the obligation applies and its clock leaves the declared calendar.
    """

    obligation: Obligation
    applies: exp.Expr
    start: exp.Expr
    deadline: exp.Expr
    event: exp.Expr
    state: exp.Expr
    undeclared: exp.Expr


def obligations_sql(
    compiled: CompiledPolicy, answers: Answers, database: Database, row: Row
) -> tuple[ObligationSql, ...]:
    """Every obligation of the policy; calendars that clocks need are joined to ``answers.source``."""
    return tuple(_sql(compiled, obligation, answers, database, row) for obligation in compiled.policy.obligations)


def _sql(
    compiled: CompiledPolicy, obligation: Obligation, answers: Answers, database: Database, row: Row
) -> ObligationSql:
    applies = answers.answer[applies_id(obligation)]
    start: exp.Expr = exp.null()
    undeclared: exp.Expr = exp.false()
    deadline: exp.Expr
    included = True
    if isinstance(obligation.deadline, ClockDeadline):
        start = first_filled(obligation.deadline.start)
        clock = obligation.deadline.clock
        deadline = _clock(clock, start, compiled.policy.calendar, answers, database, obligation)
        included = clock.until == "same_time" and clock.end_included
        undeclared = exp.and_(applies.copy(), _filled(start), exp.Not(this=_filled(deadline)))
        past = _past(deadline, included, row.as_of)
    else:
        deadline = column(obligation.deadline.event)
        past = _filled(deadline)  # a deadline by an event has come once the event has
    if isinstance(obligation.done, DoneByEvent):
        event: exp.Expr = column(obligation.done.event)
        done = _done_by(event, deadline, included)
    else:
        event = exp.null()
        done = exp.Case(ifs=[_when(answers.answer[done_id(obligation)], "in_time")], default=_text("missing"))
    state = _state(compiled, obligation, done, past)
    return ObligationSql(obligation, applies, start, deadline, event, state, undeclared)


def _clock(
    clock: Clock,
    start: exp.Expr,
    calendar: WorkCalendar,
    answers: Answers,
    database: Database,
    obligation: Obligation,
) -> exp.Expr:
    """The deadline of a clock; NULL where its calendar does not reach."""
    if clock.unit == "hours":
        return exp.Add(this=start.copy(), expression=_interval(clock.amount, "HOUR"))
    midnight = exp.cast(exp.cast(start.copy(), "DATE"), "TIMESTAMP")
    if clock.unit == "days":
        days = clock.amount - (clock.start_day_counts and clock.amount > 0)
        if clock.until == "same_time":
            return exp.Add(this=start.copy(), expression=_interval(days, "DAY"))
        return exp.Add(this=midnight, expression=_interval(days + 1, "DAY"))
    table = f"workdays_{clock.amount}_{'with' if clock.start_day_counts else 'after'}_start"
    name = f"{table}_{obligation.id}".replace("-", "_")
    _store_workdays(database, table, clock, calendar)
    on = exp.EQ(this=column("day", name), expression=exp.cast(start.copy(), "DATE"))
    answers.source = answers.source.join(
        exp.alias_(exp.to_table(table), name, table=True, quoted=True), on=on, join_type="left"
    )
    last = exp.cast(column("last", name), "TIMESTAMP")
    if clock.until == "end_of_day":
        return exp.Add(this=last, expression=_interval(1, "DAY"))
    time_of_day = exp.Paren(this=exp.Sub(this=start.copy(), expression=midnight))
    return exp.Add(this=last, expression=time_of_day)


def _store_workdays(database: Database, table: str, clock: Clock, calendar: WorkCalendar) -> None:
    """For each declared day, the day on which ``clock`` started then runs out, where that is declared too."""
    rows: list[tuple[str, str]] = []
    for day in calendar.declared_days():
        try:
            last = calendar.last_day(day, clock.amount, start_day_counts=clock.start_day_counts)
        except UndeclaredYearError:
            continue
        rows.append((day.isoformat(), last.isoformat()))
    database.store(table, (("day", "DATE"), ("last", "DATE")), rows)


def _done_by(event: exp.Expr, deadline: exp.Expr, included: bool) -> exp.Expr:
    """An event without a deadline yet is in time."""
    compare = exp.GT if included else exp.GTE
    late = compare(this=event.copy(), expression=deadline.copy())
    return exp.Case(ifs=[_when(exp.Not(this=_filled(event)), "missing"), _when(late, "late")], default=_text("in_time"))


def _past(deadline: exp.Expr, included: bool, as_of: dt.datetime) -> exp.Expr:
    compare = exp.GT if included else exp.GTE
    reached = compare(this=timestamp(as_of), expression=deadline.copy())
    return exp.Coalesce(this=reached, expressions=[exp.false()])


def _state(compiled: CompiledPolicy, obligation: Obligation, done: exp.Expr, past: exp.Expr) -> exp.Expr:
    """The rule engine's answer for each combination of ``done`` and ``deadline``, looked up as a CASE over the pair."""
    pair = exp.Concat(
        expressions=[done, exp.Case(ifs=[_when(past, "/past")], default=_text("/running"))], safe=True, coalesce=False
    )
    ifs = []
    for values in product(DONE, DEADLINE):
        named = dict(zip(("done", "deadline"), values, strict=True))
        found = outcome(obligation.id, obligation.states, compiled.states[obligation.id], named)
        ifs.append(exp.If(this=_text("/".join(values)), true=_text(found)))
    return exp.Case(this=pair, ifs=ifs)


def _filled(of: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=of.copy(), expression=exp.null()))


def _when(condition: exp.Expr, text: str) -> exp.If:
    return exp.If(this=condition.copy(), true=_text(text))


def _text(value: str) -> exp.Expr:
    return exp.Literal.string(value)


def _interval(amount: int, unit: str) -> exp.Expr:
    return exp.Interval(this=exp.Literal.string(str(amount)), unit=exp.var(unit))
