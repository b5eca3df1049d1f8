"""Why an order got what it got: facts, rules that fired or did not, obligations, counts, and a second opinion, live.

The rule engine is asked again about this very order and must agree with the tables. Knows what was found of one order
and wording; decides nothing itself. Personal columns were never read, so they can only be named.

``explain_order`` gives::

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
from importlib.metadata import version
from typing import Any

from engine.evaluation import Evaluation
from engine.one_order import Asked, Orders
from engine.policy.model_scoring import Indicator
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


def explain_order(orders: Orders, order: str) -> Json:
    """By the version in force when the order is dated.

    Raises InputError when no such order was evaluated, and DisagreementError.
    """
    found = orders.order(order)
    evaluation, row, live = found.evaluation, found.row, found.live
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
        "counts": _counts(evaluation, found.counting, row, names),
        "rule_engine": {
            "name": "durable-rules",
            "version": version("durable-rules"),
            "groups": found.groups,
            "agrees": True,
        },
    }


def _decisions(evaluation: Evaluation, live: Asked, names: Names) -> list[Json]:
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


def _marks(evaluation: Evaluation, live: Asked, row: Mapping[str, Any], names: Names) -> list[Json]:
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


def _number(pattern: str, row: Mapping[str, Any]) -> str:
    for name, value in row.items():
        pattern = pattern.replace("{" + name + "}", str(value))
    return pattern


def _obligations(evaluation: Evaluation, live: Asked, row: Mapping[str, Any], names: Names) -> list[Json]:
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


def _counts(evaluation: Evaluation, live: Asked, row: Mapping[str, Any], names: Names) -> list[Json]:
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
