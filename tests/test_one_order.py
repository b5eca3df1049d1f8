"""Orders explained one after another: each as if it were the only one, and never against the rule engine."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine import one_order
from engine.counting import score
from engine.evaluate import conclude, gates_of, order_detail
from engine.evaluation import Evaluation
from engine.explain_order import explain_order
from engine.intake import connect
from engine.intake.take_in import take_in
from engine.one_order import DisagreementError, Orders
from engine.order_results import results
from engine.standings import monthly
from tests.running import GOLDEN, GOLDEN_AS_OF, TIME_LIMIT, compiled

PLAN = compiled()


@pytest.fixture(scope="module")
def evaluation() -> Iterator[Evaluation]:
    with connect(threads=1) as connection:
        intake = take_in(PLAN.policy.tables, GOLDEN, connection)
        scorer = score(PLAN, intake, connection, GOLDEN_AS_OF, TIME_LIMIT)
        months = monthly(PLAN.policy, scorer, GOLDEN_AS_OF)
        yield conclude(PLAN, intake, connection, GOLDEN_AS_OF, scorer, months, gates_of(PLAN, intake))


@pytest.fixture(scope="module")
def some() -> list[str]:
    """Every fortieth order of the file."""
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row["工单编号"] for row in csv.DictReader(file)][::40]


def test_explained_as_decided(evaluation: Evaluation, some: list[str]) -> None:
    """Promise: the rules said to have fired, and the states of obligations, are those of the order's result."""
    decided = {one.order: one for one in results(order_detail(evaluation))}
    orders = Orders(evaluation)
    for id in some:
        told = explain_order(orders, id)
        rules = [rule for decision in told["decisions"] for rule in decision["rules"]]
        assert sorted(rule["id"] for rule in rules if rule["fired"] and rule["listed"]) == list(decided[id].rules)
        duties = {duty["id"]: duty["state"] for duty in told["obligations"] if duty["applies"]}
        assert duties == dict(decided[id].duties)


def test_many_at_once_as_one_alone(evaluation: Evaluation, some: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: looking all orders up when the first is asked for changes nothing of what is told, and nor does the
    order of asking."""
    together = Orders(evaluation)
    told = {id: json.dumps(explain_order(together, id), ensure_ascii=False) for id in some}
    monkeypatch.setattr(one_order, "ALL_AT_ONCE", 0)
    apart = Orders(evaluation)
    assert {id: json.dumps(explain_order(apart, id), ensure_ascii=False) for id in reversed(some)} == told


def test_a_table_that_is_wrong_is_disowned(evaluation: Evaluation, some: list[str]) -> None:
    """Promise: an answer that the rule engine does not give when asked again is never explained away."""
    first, *others = evaluation.compiled.detail
    assert first.table is not None
    wrong = replace(first.table, rows={values: bits ^ 1 for values, bits in first.table.rows.items()})
    compiled_wrong = replace(evaluation.compiled, detail=(replace(first, table=wrong), *others))
    with pytest.raises(DisagreementError):
        explain_order(Orders(replace(evaluation, compiled=compiled_wrong)), some[0])
