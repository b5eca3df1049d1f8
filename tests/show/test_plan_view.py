"""A plan by clause says all that the policy says, where the document says it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from engine.plan_view.build import encloses, load_plan
from engine.plan_view.view import Item, Plan
from engine.policy.parts import load_parts

from .conftest import ALL_POLICIES, POLICY, SCHEMAS


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(POLICY, SCHEMAS, {})


def said(plan: Plan, id: str) -> dict[str, str]:
    """What the item says, by label."""
    item = next(item for item in plan.items if item.id == id)
    return {line.label: line.text for line in item.lines}


@pytest.mark.parametrize("policy", ALL_POLICIES, ids=lambda path: path.name)
def test_everything_is_shown_once_and_where_it_belongs(policy: Path) -> None:
    """Promise: each item and reading of any policy is shown in full exactly once, and whatever a clause names as its
    cover is found at it, below it, or by a reference to where it is."""
    plan = load_plan(policy, SCHEMAS, {})
    shown = Counter([item.id for item in plan.items] + [reading.id for reading in plan.readings])
    assert set(shown.values()) == {1}
    homes = {item.id: item.home for item in plan.items} | {reading.id: reading.home for reading in plan.readings}
    for data in load_parts(policy, SCHEMAS, {}).data.get("clauses", {}).get("clauses", ()):
        clause = next(clause for clause in plan.clauses if clause.id == data["id"])
        referred = {other.id for other in clause.elsewhere}
        for id in data.get("covered_by", ()):
            assert id in referred or homes[id] == clause.id or encloses(clause.id, homes[id]), id


def test_every_value_of_an_item_is_said(plan: Plan) -> None:
    """Promise: nothing that an item's file says is left out: one line for each key that holds something."""
    parts = load_parts(POLICY, SCHEMAS, {})
    for indicator in parts.data["indicators"]["indicators"]:
        item = next(item for item in plan.items if item.id == indicator["id"])
        assert len(item.lines) == len(set(indicator) - {"id", "title", "clause"})
        assert all(line.text.strip() and line.label for line in item.lines)


def test_numbers_clocks_and_conditions_are_said_in_words(plan: Plan) -> None:
    """Promise: what decides is readable without knowing the files: weights, points, clocks, conditions, sign chains."""
    satisfaction = said(plan, "satisfaction")
    assert satisfaction["权重"] == "30 分"
    assert "基本满意每件 80 分（满意度为基本满意）" in satisfaction["每件得分"]
    assert satisfaction["归月时间"] == "回访时间（未填则用办结时间）"
    assert said(plan, "first_contact")["统计范围"] == "办结时间已填写且是否匿名为否"
    assert said(plan, "dispute-2wd")["期限"] == "自接单时间起，2 个工作日，当日不算，到最后一天 24 时前"
    assert said(plan, "risk-study-24h")["期限"].endswith("24 小时，恰在那一刻仍算按时")
    assert said(plan, "bulletin")["到期日"] == "次月 5 日前，不顺延；到期前最后一个工作日提醒"
    assert said(plan, "last-3-cumulative")["何时"] == "本期排名最后且累计 3 次排名最后"
    assert said(plan, "three-rates")["比率"] == "先行联系率、诉求解决率、市民满意率"
    chain = said(plan, "dispute-inquiry")["签名顺序"]
    assert chain.count("→") == 3 and chain.startswith("单位主要领导")


def test_a_line_names_the_reading_that_decides_it(plan: Plan) -> None:
    """Promise: whoever reads a value sees that an unclear clause stands behind it."""
    item = next(item for item in plan.items if item.id == "first_contact")
    decided = {line.label: line.readings for line in item.lines}
    assert decided["统计范围"] == ("contact-denominator",)
    assert decided["归月时间"] == ("event-month",)
    assert decided["权重"] == ()


def test_options_are_said_in_the_words_of_their_use(plan: Plan) -> None:
    """Promise: the value of each option, chosen or not, is said as the place that uses it would."""
    readings = {reading.id: reading for reading in plan.readings}
    for reading in readings.values():
        assert all(option.lines for option in reading.options), reading.id
        assert [option.id for option in reading.options if option.chosen] == [reading.chosen]
    closed, due = readings["on-time-basis"].options
    assert ("归月时间", "办结时间") in {(line.label, line.text) for line in closed.lines}
    assert ("归月时间", "办理时限") in {(line.label, line.text) for line in due.lines}
    assert "satisfaction" not in str(readings["table3-scope"].options[1].lines)


def test_switching_a_reading_changes_what_is_shown(plan: Plan) -> None:
    """Promise: ``--set`` shows the plan as it would be executed then."""
    other = load_plan(POLICY, SCHEMAS, {"bulletin-due": "next-workday"})
    assert "顺延到下一工作日" in said(other, "bulletin")["到期日"]
    assert "顺延到下一工作日" not in said(plan, "bulletin")["到期日"]
    reading = next(reading for reading in other.readings if reading.id == "bulletin-due")
    assert reading.chosen == "next-workday"


def test_cases_are_counted_by_what_they_are_about(plan: Plan) -> None:
    """Promise: the cases beside an item are those that say they are about it or that switch it."""
    counted: Counter[str] = Counter()
    for path in (POLICY / "cases").glob("*.yaml"):
        content = yaml.safe_load(path.read_text("utf-8"))
        shared = content.get("defaults", {}).get("set", {})
        for case in content["cases"]:
            switched = {**shared, **case["given"].get("set", {})}
            counted.update({*case["about"], *switched})
    shown: list[Item] = [*plan.items]
    assert {item.id: len(item.cases) for item in shown} == {item.id: counted[item.id] for item in shown}
    assert {r.id: len(r.cases) for r in plan.readings} == {r.id: counted[r.id] for r in plan.readings}
    assert sum(len(item.cases) for item in shown) > 100


def test_judgement_clauses_name_the_missing_datum(plan: Plan) -> None:
    """Promise: a clause that no rule covers says why, and what a machine would need."""
    judged = [clause for clause in plan.clauses if clause.judgement]
    assert len(judged) > 5
    assert all(clause.missing_datum and not clause.items for clause in judged)


@pytest.mark.parametrize(
    ("outer", "inner", "holds"),
    [
        ("三(二)2", "三(二)2-通报", True),
        ("三", "三(一)1", True),
        ("附件3-1", "附件3-10", False),
        ("附件3", "附件3-10", True),
        ("一", "一", False),
        ("", "一", False),
        ("二1", "二", False),
    ],
)
def test_which_clause_encloses_which(outer: str, inner: str, holds: bool) -> None:
    """Promise: a part is told from a neighbour whose number merely begins alike."""
    assert encloses(outer, inner) is holds
