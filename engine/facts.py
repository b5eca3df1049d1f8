"""Facts of an order as sqlglot expressions over the typed relation of orders.

Knows how typed columns look (times are TIMESTAMPs, an empty choice is an empty string) and how each comparison is
computed; must not know rules, how answers are looked up, or which database runs the expression.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp

from engine.conditions import Choice, Comparison, Element, Fact, Progress
from engine.intake.prepared import listed, month_name, month_of, place_name
from engine.months import CALENDAR, Window
from engine.policy.model_tables import Column

ORDERS = "o"
"""Alias of the relation of orders in every query."""

_COMPARE: Mapping[str, type[exp.Binary]] = {
    "equals": exp.EQ,
    "at_least": exp.GTE,
    "at_most": exp.LTE,
    "above": exp.GT,
    "below": exp.LT,
    "before": exp.LT,
    "not_after": exp.LTE,
    "after": exp.GT,
    "not_before": exp.GTE,
    "time_before": exp.LT,
    "time_not_after": exp.LTE,
    "time_from": exp.GTE,
}


@dataclass(frozen=True)
class Row:
    """What fact expressions refer to: the ``columns`` of an order and the moment of evaluation."""

    columns: Mapping[str, Column]
    as_of: dt.datetime


def column(name: str, table: str = ORDERS) -> exp.Column:
    """A quoted column, so that any header can name it."""
    return exp.column(name, table=table, quoted=True)


def timestamp(moment: dt.datetime) -> exp.Expr:
    return exp.cast(exp.Literal.string(moment.strftime("%Y-%m-%d %H:%M:%S")), exp.DataType.Type.TIMESTAMP)


def is_boolean(fact: Fact) -> bool:
    """Whether the fact is looked up as a BOOLEAN; choices, lists and progress are looked up as text."""
    return not isinstance(fact, Choice | Element | Progress)


def place_sql(fact: Fact, row: Row, values: Sequence[str]) -> exp.Expr | None:
    """The place of a choice in ``values``, from 1, as a number that is kept beside it; None where none is kept."""
    if not isinstance(fact, Choice):
        return None
    kept = listed(row.columns[fact.field])
    if kept is None or kept[: len(values)] != tuple(values):
        return None
    return exp.cast(column(place_name(fact.field)), exp.DataType.Type.INT)


def fact_sql(fact: Fact, row: Row) -> exp.Expr:
    """Text for a choice or list (canonical, never NULL); a BOOLEAN, never NULL, for a comparison."""
    match fact:
        case Choice(field, _) | Element(field, _):
            return column(field)
        case Comparison():
            return exp.Coalesce(this=_comparison(fact, row), expressions=[exp.false()])
        case _:
            raise TypeError(f"{fact} is not a fact of an order's own fields")


def _comparison(fact: Comparison, row: Row) -> exp.Expr:
    if fact.operator == "present":
        return _present(row.columns[fact.field])
    left, right = _operands(fact, row)
    return _COMPARE[fact.operator](this=left, expression=right)


def _present(of: Column) -> exp.Expr:
    if of.type == "choices":
        return exp.NEQ(this=column(of.id), expression=exp.Literal.string(""))
    return exp.Not(this=exp.Is(this=column(of.id), expression=exp.null()))


def _operands(fact: Comparison, row: Row) -> tuple[exp.Expr, exp.Expr]:
    left: exp.Expr = column(fact.field)
    if fact.operator.startswith("time_"):
        return seconds_of_day(left), exp.Literal.number(_seconds(fact.operand))
    if fact.operand_kind == "as_of":
        return left, timestamp(row.as_of)
    if fact.operand_kind == "field":
        return left, column(fact.operand)
    if row.columns[fact.field].type == "time":
        return left, exp.cast(exp.Literal.string(fact.operand), exp.DataType.Type.TIMESTAMP)
    return left, exp.Literal.number(fact.operand)


def seconds_of_day(of: exp.Expr) -> exp.Expr:
    """Whole seconds since midnight."""

    def part(unit: str) -> exp.Expr:
        return exp.Extract(this=exp.var(unit), expression=of.copy())

    return exp.Add(
        this=exp.Add(
            this=exp.Mul(this=part("HOUR"), expression=exp.Literal.number(3600)),
            expression=exp.Mul(this=part("MINUTE"), expression=exp.Literal.number(60)),
        ),
        expression=part("SECOND"),
    )


def _seconds(clock: str) -> int:
    """``H:MM[:SS]`` in seconds."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return hours * 3600 + minutes * 60 + sum(seconds)


def first_filled(fields: Sequence[str]) -> exp.Expr:
    """The first of the time ``fields`` that is not empty, else NULL."""
    first, *others = (column(field) for field in fields)
    return exp.Coalesce(this=first, expressions=others) if others else first


def month_index(fields: Sequence[str], window: Window = CALENDAR) -> exp.Expr:
    """The ``Month.index`` of the reporting month of the first of the time ``fields`` that is not empty, else NULL."""
    if window == CALENDAR:
        return first_filled([month_name(field) for field in fields])
    moment = first_filled(fields)
    if window.shift:
        seconds = exp.Literal.string(str(int(window.shift.total_seconds())))
        moment = exp.paren(exp.Add(this=moment, expression=exp.Interval(this=seconds, unit=exp.var("SECOND"))))
    index = month_of(moment)
    if window.first_day == 1:
        return index
    day = exp.Extract(this=exp.var("DAY"), expression=moment.copy())
    late = exp.GTE(this=day, expression=exp.Literal.number(window.first_day))
    next_month = exp.Case(ifs=[exp.If(this=late, true=exp.Literal.number(1))], default=exp.Literal.number(0))
    return exp.Add(this=exp.paren(index), expression=next_month)
