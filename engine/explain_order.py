"""Why an order got what it got: facts, rules that fired or did not, obligations, counts, and a second opinion, live.

The rule engine is asked again about this very order and must agree with the tables. Knows evaluations and wording;
decides nothing itself. Personal columns were never read, so they can only be named.

``explain_order`` returns::

    {"order", "unit", "policy": {"id", "version", "title", "digest"}, "as_of",
     "source": {"file", "record"},
     "facts": [{"field", "value"|null, "personal": bool}],
     "decisions": [{"id", "title", "clause", "rules": [RULE]}],
     "marks": [{"id", "title", "clause", "given": bool, "number"|null, "conditions": TREE}],
     "obligations": [{"id", "title", "clause", "applies": bool, "conditions": TREE, "start"|null, "deadline"|null,
                      "event_field"|null, "event"|null, "state"|null}],
     "counts": [{"id", "title", "clause", "month"|null, "counted": bool, "points"|null, "band"|null,
                 "conditions": TREE}],
     "rule_engine": {"name", "version", "groups": n, "agrees": true}}
    RULE = {"id", "title", "clause", "effect", "fired": bool, "listed": bool, "conditions": TREE}
    TREE: see ``engine.truth``
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from sqlglot import exp

from engine.conditions import NO, YES, Test
from engine.decisions.questions import Group
from engine.decisions.tables import ask_live
from engine.evaluate import order_counting, order_detail
from engine.evaluation import Evaluation
from engine.facts import column, first_filled
from engine.lookups import LIST_SEPARATOR, Answers
from engine.obligations import ObligationSql
from engine.policy.model_scoring import Indicator
from engine.problems import InputError, Place, Problem
from engine.questions import (
    applies_id,
    count_questions,
    counted_id,
    duty_questions,
    mark_id,
    obligation_questions,
    points_id,
)
from engine.report import rounded
from engine.truth import Names, names_of, tree

Json = dict[str, Any]


class DisagreementError(Exception):
    """The rule engine, asked again, does not say what the table says: the table must not be trusted."""


@dataclass(frozen=True)
class _Asked:
    """What the rule engine says live: ids of questions that hold, and the truth of each leaf test."""

    held: frozenset[str]
    truths: Mapping[Test, bool]


def explain_order(evaluation: Evaluation, order: str) -> Json:
    """By the version in force when the order is dated.

    Raises InputError when no such order was evaluated, and DisagreementError.
    """
    evaluation = _in_force(evaluation, order)
    detail = order_detail(evaluation)
    row = _one(evaluation, detail.answers, order, _columns(evaluation, detail.obligations))
    live = _ask(evaluation, detail.answers, order)
    counting = _ask(evaluation, order_counting(evaluation), order)
    policy = evaluation.policy
    names = names_of(policy)
    return {
        "order": order,
        "unit": row[policy.orders.unit or ""],
        "policy": {"id": policy.id, "version": policy.version, "title": policy.title, "digest": policy.digest},
        "as_of": str(evaluation.as_of),
        "source": {"file": row["_file"], "record": row["_record"]},
        "facts": [
            {"field": item.id, "value": None if item.personal else _shown(row[item.id]), "personal": item.personal}
            for item in policy.orders.columns
        ],
        "decisions": _decisions(evaluation, live, names),
        "marks": _marks(evaluation, live, row, names),
        "obligations": _obligations(evaluation, live, row, names),
        "counts": _counts(evaluation, counting, row, names),
        "rule_engine": {
            "name": "durable-rules",
            "version": version("durable-rules"),
            "groups": len(detail.answers.asked),
            "agrees": True,
        },
    }


def _in_force(evaluation: Evaluation, order: str) -> Evaluation:
    dated = column(evaluation.policy.orders.dated_by or "")
    first = evaluation.parts[0] if evaluation.parts else evaluation
    (moment,) = _one(first, order_counting(first), order, [dated]).values()
    return evaluation.on(moment)


def _columns(evaluation: Evaluation, obligations: tuple[ObligationSql, ...]) -> list[exp.Expr]:
    """The order's own columns and what SQL says of its obligations."""
    own = [column(item.id) for item in evaluation.policy.orders.columns if not item.personal]
    selected: list[exp.Expr] = [*own, column("_file"), column("_record")]
    for item in obligations:
        id = item.obligation.id
        for name in ("start", "deadline", "event", "state"):
            selected.append(exp.alias_(getattr(item, name).copy(), f"{name}:{id}", quoted=True))
    selected += [
        exp.alias_(first_filled(counted.event), f"when:{counted.id}", quoted=True)
        for counted in evaluation.policy.indicators
    ]
    return selected


def _one(evaluation: Evaluation, answers: Answers, order: str, columns: list[exp.Expr]) -> Json:
    """The one row of ``order``. Raises InputError with what became of it otherwise."""
    key = column(evaluation.policy.orders.key[0])
    query = answers.source.select(*columns).where(exp.EQ(this=key, expression=exp.Literal.string(order)))
    cursor = evaluation.connection.execute(query.sql(dialect="duckdb"))
    names = [item[0] for item in cursor.description or ()]
    found = cursor.fetchone()
    if found is not None:
        return dict(zip(names, found, strict=True))
    breaches = [item for item in evaluation.intake.set_aside if item.order == order]
    if breaches:
        problems = [
            Problem(
                Place(f"{item.file} 第 {item.record} 条"),
                f"工单 {order} 未被采用：{item.column} {item.reason}",
                item.value,
            )
            for item in breaches
        ]
        raise InputError(problems)
    raise InputError([Problem(Place(evaluation.policy.orders.file), "没有这张工单", order, "核对编号")])


def _ask(evaluation: Evaluation, answers: Answers, order: str) -> _Asked:
    """Ask the rule engine live about every group of questions, and hold its answers against the tables'."""
    held: set[str] = set()
    truths: dict[Test, bool] = {}
    keys = [key.copy() for asked in answers.asked for key in asked.keys]
    ids = [question.id for asked in answers.asked for question in asked.group.questions]
    columns = [*keys, *(answers.answer[id].copy() for id in ids)]
    named = [exp.alias_(item, f"c{i}") for i, item in enumerate(columns)]
    row = list(_one(evaluation, answers, order, named).values())
    tabled = {id for id, yes in zip(ids, row[len(keys) :], strict=True) if yes}
    for asked in answers.asked:
        values = tuple(_token(value) for value in row[: len(asked.keys)])
        row = row[len(asked.keys) :]
        for combination in _single(asked.group, values):
            answer = ask_live(asked.group, combination)
            held.update(answer.fired)
            for test, holds in answer.truths.items():
                truths[test] = truths.get(test, False) or holds
    if held != tabled:
        raise DisagreementError(f"{sorted(held ^ tabled)}")
    return _Asked(frozenset(held), truths)


def _token(value: str | bool) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return value


def _single(group: Group, values: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A list is asked element by element."""
    if group.element is None:
        return [values]
    at = group.facts.index(group.element)
    return [(*values[:at], part, *values[at + 1 :]) for part in values[at].split(LIST_SEPARATOR) if part]


def _decisions(evaluation: Evaluation, live: _Asked, names: Names) -> list[Json]:
    return [
        {
            "id": decision.id,
            "title": decision.title,
            "clause": decision.clause,
            "rules": [
                {
                    "id": rule.id,
                    "title": rule.title,
                    "clause": rule.clause,
                    "effect": rule.effect,
                    "fired": rule.id in live.held,
                    "listed": rule.listed,
                    "conditions": tree(rule.when, live.truths, names),
                }
                for rule in decision.rules
            ],
        }
        for decision in evaluation.policy.decisions
    ]


def _marks(evaluation: Evaluation, live: _Asked, row: Json, names: Names) -> list[Json]:
    return [
        {
            "id": mark.id,
            "title": mark.title,
            "clause": mark.clause,
            "given": mark_id(mark.id) in live.held,
            "number": _number(mark.number, row) if mark_id(mark.id) in live.held else None,
            "conditions": tree(mark.given_to, live.truths, names),
        }
        for mark in evaluation.policy.marks
    ]


def _number(pattern: str, row: Json) -> str:
    for name, value in row.items():
        pattern = pattern.replace("{" + name + "}", str(value))
    return pattern


def _obligations(evaluation: Evaluation, live: _Asked, row: Json, names: Names) -> list[Json]:
    policy = evaluation.policy
    whens = {one.id: one.when for one in (*duty_questions(policy), *obligation_questions(policy))}
    shown = []
    for item in evaluation.policy.obligations:
        applies = applies_id(item) in live.held
        shown.append(
            {
                "id": item.id,
                "title": item.title,
                "clause": item.clause,
                "applies": applies,
                "conditions": tree(whens[applies_id(item)], live.truths, names),
                **{
                    name: _shown(row[f"{name}:{item.id}"]) if applies else None
                    for name in ("start", "deadline", "event")
                },
                "event_field": getattr(item.done, "event", None),
                "state": row[f"state:{item.id}"] if applies else None,
            }
        )
    return shown


def _counts(evaluation: Evaluation, live: _Asked, row: Json, names: Names) -> list[Json]:
    whens = {question.id: question.when for question in count_questions(evaluation.policy)}
    shown = []
    for item in evaluation.policy.indicators:
        when: dt.datetime | None = row[f"when:{item.id}"]
        month = None if when is None else item.window.month_of(when)
        in_cycle = month is not None and evaluation.policy.first <= month <= evaluation.policy.last
        counted = in_cycle and counted_id(item) in live.held
        band = next((i for i in range(len(item.points)) if points_id(item, i) in live.held), None) if counted else None
        shown.append(
            {
                "id": item.id,
                "title": item.title,
                "clause": item.clause,
                "month": str(month) if in_cycle else None,
                "counted": counted,
                "points": _points(item, band) if counted else None,
                "band": None if band is None else item.points[band].title,
                "conditions": tree(whens[counted_id(item)], live.truths, names),
            }
        )
    return shown


def _points(indicator: Indicator, band: int | None) -> float | None:
    return 0.0 if band is None else rounded(indicator.points[band].points)


def _shown(value: object) -> str | int | None:
    if value is None or value == "":
        return None
    return value if isinstance(value, int) else str(value)
