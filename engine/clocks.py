"""When a clock runs out, in SQL: an amount of time after a start, extended, stopped, by day, working day or hour.

Knows clocks and the working calendar, which it joins to the orders; must not know what an obligation is or who asks.
Working time is counted in numbers: working days have numbers, working seconds are so many a day, so that adding an
amount is adding whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlglot import exp

from engine.calendars import WorkCalendar
from engine.databases import Database
from engine.facts import column, seconds_of_day
from engine.lookups import Answers
from engine.policy.model_orders import Clock, Stop

HOLE = 100_000
"""More workdays than any clock has."""
_SECONDS = {"minutes": 60, "hours": 3600, "working_hours": 3600}
"""How many seconds there are in units that the time of day matters to."""
A_DAY = 24 * 3600
_NUMBERS, _DAYS = "workday_numbers", "workdays"
_DATE, _TIMESTAMP = exp.DataType.Type.DATE, exp.DataType.Type.TIMESTAMP


@dataclass(frozen=True)
class Ending:
    """``at`` is NULL where the calendar does not reach, and while the clock stands still (``stopped``)."""

    at: exp.Expr
    stopped: exp.Expr


@dataclass
class Workdays:
    """The working ``calendar`` as tables of ``database`` that orders are joined with, stored once they are needed."""

    calendar: WorkCalendar
    database: Database
    _stored: bool = False

    def numbers(self) -> str:
        """The table that numbers every declared day."""
        self._store()
        return _NUMBERS

    def days(self) -> str:
        """The table of working days by their numbers."""
        self._store()
        return _DAYS

    def _store(self) -> None:
        if not self._stored:
            numbered, nth = _workdays(self.calendar)
            columns = (("day", "DATE"), ("before", "INTEGER"), ("through", "INTEGER"))
            self.database.store(_NUMBERS, columns, numbered)
            self.database.store(_DAYS, (("number", "INTEGER"), ("day", "DATE")), nth)
            self._stored = True


def ending(clock: Clock, start: exp.Expr, workdays: Workdays, answers: Answers) -> Ending:
    """When ``clock`` runs out that began at ``start``."""
    return _Running(clock, start, workdays, answers).ending()


@dataclass
class _Running:
    """One clock of the joined orders.

    What a stop adds depends on when the clock would run out, and that on working time: such steps are kept as columns
    of the orders, each worked out once, or expressions would grow without bounds.
    """

    clock: Clock
    start: exp.Expr
    workdays: Workdays
    answers: Answers
    pending: list[exp.Join] = field(default_factory=list)

    @property
    def by_steps(self) -> bool:
        return self.clock.unit == "working_hours" or bool(self.clock.stopped_by)

    def ending(self) -> Ending:
        """Each stop that begins before the clock has run out puts the end off by as long as it lasts."""
        amount = self._amount()
        at = self._step(self._after(amount))
        still: list[exp.Expr] = []
        for stop in self.clock.stopped_by:
            began, ended = column(stop.begin), column(stop.end)
            in_time = exp.and_(_filled(began), exp.LT(this=began.copy(), expression=at.copy()))
            still.append(exp.and_(in_time.copy(), exp.Not(this=_filled(ended))))
            lasted = exp.Case(ifs=[exp.If(this=in_time, true=self._lasted(stop))], default=_number(0))
            amount = self._step(exp.Add(this=amount, expression=exp.paren(lasted)))
            at = self._step(self._after(amount))
        if not still:
            return Ending(at, exp.false())
        stopped = self._step(exp.Coalesce(this=exp.paren(exp.or_(*still)), expressions=[exp.false()]))
        return Ending(self._step(exp.Case(ifs=[exp.If(this=exp.Not(this=stopped), true=at)])), stopped)

    def _step(self, value: exp.Expr) -> exp.Expr:
        """``value``, as a column where it would be repeated in what comes next."""
        if not self.by_steps:
            return value
        joins, self.pending = self.pending, []
        return self.answers.keep(value.copy(), joins)

    def _amount(self) -> exp.Expr:
        """The clock's amount with its extensions, in days or, where the time of day matters, in seconds."""
        amount: exp.Expr = _number(self.clock.amount)
        more = [_extension(item.field, item.at_most) for item in self.clock.extended_by]
        if more:
            extended = more[0]
            for other in more[1:]:
                extended = exp.Add(this=extended, expression=other)
            if self.clock.extended_at_most is not None:
                extended = exp.Least(this=exp.paren(extended), expressions=[_number(self.clock.extended_at_most)])
            amount = exp.paren(exp.Add(this=amount, expression=extended))
        size = _SECONDS.get(self.clock.unit)
        if size is None:
            return amount
        return exp.Mul(this=_big(amount), expression=_number(size)) if more else _number(self.clock.amount * size)

    def _after(self, amount: exp.Expr) -> exp.Expr:
        """``amount`` after the start."""
        if self.clock.unit == "working_hours":
            return self._after_working_seconds(amount)
        if self.clock.unit in _SECONDS:
            return exp.Add(this=self.start.copy(), expression=_times(amount, "SECOND"))
        if self.clock.unit == "days":
            counts = _number(int(self.clock.start_day_counts and self.clock.amount > 0))
            days = exp.paren(exp.Sub(this=amount.copy(), expression=counts))
            return self._until(exp.Add(this=_midnight(self.start), expression=_times(days, "DAY")))
        return self._until(exp.cast(self._workday(amount), _TIMESTAMP))

    def _until(self, last: exp.Expr) -> exp.Expr:
        """The end on the ``last`` day, which is given by its beginning."""
        if self.clock.until == "end_of_day":
            return exp.Add(this=last, expression=_times(_number(1), "DAY"))
        if self.clock.until == "same_time":
            return exp.Add(this=last, expression=exp.paren(_since_midnight(self.start)))
        return exp.Add(this=last, expression=_times(_number(self.clock.until_seconds), "SECOND"))

    def _workday(self, amount: exp.Expr) -> exp.Expr:
        """The date on which a clock of working days runs out: its day is numbered, the amount added, and the day of
        that number looked up."""
        begin = self._numbered(self.start)
        counted = column("before" if self.clock.start_day_counts else "through", begin)
        found = self._nth(exp.Add(this=counted, expression=amount.copy()))
        if self.clock.amount:
            return found
        none = exp.EQ(this=exp.paren(amount.copy()), expression=_number(0))
        return exp.Case(ifs=[exp.If(this=none, true=column("day", begin))], default=found)

    def _after_working_seconds(self, seconds: exp.Expr) -> exp.Expr:
        """The end belongs to the working day that it closes, not to the next morning."""
        a_day = _number(self.workdays.calendar.working_seconds or A_DAY)
        total = self._step(exp.Add(this=self._worked(self.start), expression=seconds.copy()))
        before = exp.paren(exp.Sub(this=total, expression=_number(1)))
        full = self._step(exp.IntDiv(this=before, expression=a_day))
        spent = exp.Mul(this=full.copy(), expression=a_day.copy())
        left = self._step(exp.Sub(this=total.copy(), expression=spent))
        day = self._nth(exp.Add(this=full.copy(), expression=_number(1)))
        moment = exp.Case(ifs=[], default=exp.null())
        passed = 0
        for begin, end in self.workdays.calendar.hours:
            within = exp.LTE(this=left.copy(), expression=_number(passed + end - begin))
            here = exp.Add(this=left.copy(), expression=_number(begin - passed))
            moment.append("ifs", exp.If(this=within, true=here))
            passed += end - begin
        return exp.Add(this=exp.cast(day, _TIMESTAMP), expression=_times(exp.paren(moment), "SECOND"))

    def _worked(self, moment: exp.Expr) -> exp.Expr:
        """How many working seconds the calendar has before ``moment``."""
        begin = self._numbered(moment)
        whole = exp.Mul(this=_big(column("before", begin)), expression=_number(self.workdays.calendar.working_seconds))
        today: exp.Expr = _number(0)
        for opened, closed in self.workdays.calendar.hours:
            so_far = exp.Sub(this=seconds_of_day(moment), expression=_number(opened))
            some = exp.Greatest(this=_number(0), expressions=[exp.paren(so_far)])
            today = exp.Add(this=today, expression=exp.Least(this=some, expressions=[_number(closed - opened)]))
        working = exp.GT(this=column("through", begin), expression=column("before", begin))
        worked = exp.Case(ifs=[exp.If(this=working, true=today)], default=_number(0))
        return self._step(exp.Add(this=whole, expression=exp.paren(worked)))

    def _lasted(self, stop: Stop) -> exp.Expr:
        """How long a stop lasts from the start on, in the unit in which amounts are added."""
        earlier = exp.LT(this=column(stop.begin), expression=self.start.copy())
        whence = exp.Case(ifs=[exp.If(this=earlier, true=self.start.copy())], default=column(stop.begin))
        began, ended = self._step(whence), column(stop.end)
        lasted: exp.Expr
        if self.clock.unit == "working_hours":
            lasted = exp.Sub(this=self._worked(ended), expression=self._worked(began))
        elif self.clock.unit in _SECONDS:
            of_days = exp.Mul(this=_big(_days_between(began, ended)), expression=_number(A_DAY))
            of_day = exp.Sub(this=exp.paren(seconds_of_day(ended)), expression=exp.paren(seconds_of_day(began)))
            lasted = exp.Add(this=of_days, expression=of_day)
        elif self.clock.unit == "days":
            lasted = _days_between(began, ended)
        else:
            days = column("through", self._numbered(ended)), column("through", self._numbered(began))
            lasted = exp.Sub(this=days[0], expression=days[1])
        return self._step(exp.Greatest(this=lasted, expressions=[_number(0)]))

    def _numbered(self, moment: exp.Expr) -> str:
        """The table that numbers the day of ``moment``."""
        return self._join(self.workdays.numbers(), "day", _date(moment))

    def _nth(self, number: exp.Expr) -> exp.Expr:
        """The date of the working day with this number."""
        return column("day", self._join(self.workdays.days(), "number", number))

    def _join(self, table: str, key: str, to: exp.Expr) -> str:
        joined = self.pending if self.by_steps else self.answers.source.args.get("joins", ())
        alias = f"clock_{len(joined)}"
        on = exp.EQ(this=column(key, alias), expression=to)
        named = exp.Table(
            this=exp.to_identifier(table), alias=exp.TableAlias(this=exp.to_identifier(alias, quoted=True))
        )
        if self.by_steps:
            self.pending.append(exp.Join(this=named, on=on, side="LEFT"))
        else:
            self.answers.source.join(named, on=on, join_type="left", copy=False)
        return alias


def _workdays(calendar: WorkCalendar) -> tuple[list[tuple[str, int, int]], list[tuple[int, str]]]:
    """Each declared day with the number of workdays before it and through it, and each workday by its number.

    Numbers leap where a year is not declared, so that no clock runs over the hole.
    """
    numbered: list[tuple[str, int, int]] = []
    nth: list[tuple[int, str]] = []
    number, previous = 0, None
    for day in calendar.declared_days():
        if previous is not None and (day - previous).days > 1:
            number += HOLE
        before = number
        if calendar.is_workday(day):
            number += 1
            nth.append((number, day.isoformat()))
        numbered.append((day.isoformat(), before, number))
        previous = day
    return numbered, nth


def _extension(field: str, at_most: int | None) -> exp.Expr:
    more: exp.Expr = exp.Coalesce(this=column(field), expressions=[_number(0)])
    return more if at_most is None else exp.Least(this=more, expressions=[_number(at_most)])


def _number(value: int) -> exp.Expr:
    return exp.Literal.number(value)


def _big(value: exp.Expr) -> exp.Expr:
    return exp.cast(value, exp.DataType.Type.BIGINT)


def _date(moment: exp.Expr) -> exp.Expr:
    return exp.cast(moment.copy(), _DATE)


def _midnight(moment: exp.Expr) -> exp.Expr:
    return exp.cast(_date(moment), _TIMESTAMP)


def _since_midnight(moment: exp.Expr) -> exp.Expr:
    return exp.Sub(this=moment.copy(), expression=_midnight(moment))


def _days_between(began: exp.Expr, ended: exp.Expr) -> exp.Expr:
    return exp.DateDiff(this=_date(ended), expression=_date(began), unit=exp.var("DAY"))


def _filled(of: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=of.copy(), expression=exp.null()))


def _times(amount: exp.Expr, unit: str) -> exp.Expr:
    """``amount`` units of time; a bare number becomes a plain interval."""
    if isinstance(amount, exp.Literal):
        return exp.Interval(this=exp.Literal.string(amount.this), unit=exp.var(unit))
    one = exp.Interval(this=exp.Literal.string("1"), unit=exp.var(unit))
    return exp.Mul(this=exp.paren(amount.copy()), expression=one)
