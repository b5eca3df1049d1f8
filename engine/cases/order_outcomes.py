"""What a policy says of each order of a case, included rows of decision tables and numbers of marks too.

Knows the joined orders; must not know expectations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from engine.facts import column
from engine.order_results import Detail
from engine.problems import InputError, Place, Problem
from engine.questions import mark_id
from engine.tallies import MissedLookUpError


@dataclass(frozen=True)
class OrderOutcome:
    """``rules`` that fired and are listed, ``included`` ones that fired and are not; ``duties`` that apply, with their
    state; ``marks`` that were given, with their number."""

    rules: frozenset[str]
    included: frozenset[str]
    duties: Mapping[str, str]
    marks: Mapping[str, str]


def order_outcomes(found: Detail) -> Mapping[str, OrderOutcome]:
    """The outcome of every valid order that ``found`` is about, by id. Raises InputError where a clock leaves the
    calendar."""
    policy, answer = found.compiled.policy, found.answers.answer
    rules, marks, duties = policy.rules, policy.marks, found.obligations
    fields = [item.id for item in policy.orders.columns if any("{" + item.id + "}" in mark.number for mark in marks)]
    selected: list[exp.Expr] = [found.order_id, found.answers.missed]
    selected += [answer[rule.id].copy() for rule in rules]
    selected += [exp.Case(ifs=[exp.If(this=item.applies.copy(), true=item.state.copy())]) for item in duties]
    selected += [item.undeclared.copy() for item in duties]
    selected += [answer[mark_id(mark.id)].copy() for mark in marks]
    selected += [exp.cast(column(field), "VARCHAR") for field in fields]
    named = (exp.Alias(this=item, alias=exp.to_identifier(f"c{i}")) for i, item in enumerate(selected))
    query = found.source.copy().select(*named, copy=False)  # what is selected was copied above
    outcomes: dict[str, OrderOutcome] = {}
    for order, missed, *row in found.connection.execute(query.sql(dialect="duckdb", copy=False)).fetchall():
        if missed:
            raise MissedLookUpError(str(order))
        rest = iter(row)
        fired = [rule for rule in rules if next(rest)]
        states = {item.obligation.id: state for item in duties if (state := next(rest)) is not None}
        for item in duties:
            if next(rest):
                what = f"工单“{order}”的“{item.obligation.title}”，期限要用到日历未声明的年份"
                raise InputError([Problem(Place("calendar.yaml"), what, "", "请在日历里补上该年的放假调休安排")])
        given = [mark for mark in marks if next(rest)]
        values = {field: str(next(rest)) for field in fields}
        outcomes[str(order)] = OrderOutcome(
            rules=frozenset(rule.id for rule in fired if rule.listed),
            included=frozenset(rule.id for rule in fired if not rule.listed),
            duties=states,
            marks={mark.id: _number(mark.number, values) for mark in given},
        )
    return outcomes


def _number(pattern: str, values: Mapping[str, str]) -> str:
    for field, value in values.items():
        pattern = pattern.replace("{" + field + "}", value)
    return pattern
