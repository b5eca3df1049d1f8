"""The reference evaluator: right on the golden set, on every reading's options, and on what the strategies draw.

The engine is held against it elsewhere, so an error here would hide an error there; hence small cases worked by hand.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.conditions import All, Element, Not, Test
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.model_orders import Clock
from tests.reference import Answer, evaluate
from tests.reference.decisions import clock_end
from tests.reference.truth import View, holds
from tests.strategies import InputSet, input_sets, write_folder

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "examples" / "golden"
LATE = dt.datetime(2026, 11, 23)
TABLES = ("orders", "units", "averages", "bonuses")
Rows = list[dict[str, str]]


@cache
def policy_2026(*options: str) -> Policy:
    """The 2026 policy with ``reading=option`` choices."""
    return load_policy(ROOT / "policies" / "2026", ROOT / "schemas" / "v1", dict(o.split("=") for o in options))


def read_folder(folder: Path) -> dict[str, Rows]:
    tables = {}
    for table in TABLES:
        with (folder / f"{table}.csv").open(encoding="utf-8-sig", newline="") as file:
            tables[table] = list(csv.DictReader(file))
    return tables


def order(id: str, unit: str, received: str, **cells: str) -> dict[str, str]:
    return {"工单编号": id, "承办单位": unit, "诉求类型": "求助", "接单时间": received, **cells}


def closed(id: str, unit: str, received: str, *, late: bool = False, **cells: str) -> dict[str, str]:
    """An order closed an hour after it came, in time unless ``late``."""
    end = dt.datetime.strptime(received, "%Y-%m-%d %H:%M") + dt.timedelta(hours=1)
    limit = end - dt.timedelta(seconds=1) if late else end
    return order(
        id, unit, received, 办结时间=f"{end:%Y-%m-%d %H:%M:%S}", 办理时限=f"{limit:%Y-%m-%d %H:%M:%S}", **cells
    )


def units(*names: str) -> Rows:
    return [{"承办单位": name, "同类部门": "同组", "对口科室": f"{name}科"} for name in names]


def answer(orders: Rows, *options: str, as_of: dt.datetime = LATE, names: str = "甲乙丙", **tables: Rows) -> Answer:
    return evaluate({"orders": orders, "units": units(*names), **tables}, policy_2026(*options), as_of)


def month(result: Answer, period: str) -> dict[str, Any]:
    months: Any = result.result["months"]
    return next(item for item in months if item["period"] == period)


def line(ranking: list[dict[str, Any]], unit: str) -> dict[str, Any]:
    return next(item for item in ranking if item["unit"] == unit)


def fired(result: Answer, rule: str) -> list[tuple[str | None, str]]:
    consequences: Any = result.result["consequences"]
    return [(item["unit"], item["period"]) for item in consequences if item["rule"] == rule]


def restricted(found: Any, expected: Any) -> Any:
    """``found`` with only the keys that ``expected`` has, all the way down."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return {key: restricted(found.get(key), value) for key, value in expected.items()}
    if isinstance(expected, list) and isinstance(found, list) and len(found) == len(expected):
        return [restricted(one, other) for one, other in zip(found, expected, strict=True)]
    return found


def test_golden() -> None:
    """Protects the oracle itself: it agrees with an independent program in every figure, rule and obligation."""
    expected = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))
    orders = expected.pop("orders")
    result = evaluate(read_folder(GOLDEN), policy_2026(), LATE)
    assert restricted(result.result, expected) == expected
    assert {item["order"]: {"rules": item["rules"], "duties": item["duties"]} for item in result.decisions} == orders
    assert not any(result.set_aside.values())


@pytest.mark.parametrize(
    ("option", "score"),
    [("spread", 100.0 * (5 * 0.5 + 20) / 45), ("full", 2.5 + 20 + 25 + 30), ("zero", 2.5 + 20)],
)
def test_empty_indicator(option: str, score: float) -> None:
    """Protects the three meanings of an indicator without orders: spread, full and zero."""
    orders = [closed("1", "甲", "2026-04-01 09:00"), closed("2", "乙", "2026-04-01 09:00", late=True)]
    found = line(month(answer(orders, f"empty-indicator={option}"), "2026-04")["ranking"], "甲")
    assert found["indicators"] == {
        "volume": 50.0,
        "first_contact": 0.0,
        "on_time": 100.0,
        "resolution": None,
        "satisfaction": None,
    }
    assert found["score"] == round(score, 6)
    assert found["flags"] == ["empty-indicator"]


@pytest.mark.parametrize(("option", "bonus"), [("month", 3.0), ("award", 4.5)])
def test_bonus_cap(option: str, bonus: float) -> None:
    """Protects the cap by month and by award; identical rows are separate awards, other months and units unused."""
    award = {"月份": "2026-04", "承办单位": "甲", "加分": "1.5"}
    rows = [award, award, award, {**award, "月份": "2026-05"}, {**award, "承办单位": "乙"}]
    orders = [closed("1", "甲", "2026-04-01 09:00")]
    found = line(month(answer(orders, f"bonus-cap={option}", bonuses=rows), "2026-04")["ranking"], "甲")
    assert found["bonus"] == bonus
    assert found["total"] == round(found["score"] + bonus, 6)
    assert month(answer(orders, bonuses=rows), "2026-04")["unranked"] == ["丙", "乙"]


@pytest.mark.parametrize(("option", "last"), [("all-last", ["丙", "乙"]), ("none-last", [])])
def test_ties(option: str, last: list[str]) -> None:
    """Protects shared ranks and both readings of a tie for the last place."""
    orders = [closed(str(i), unit, "2026-04-01 09:00", late=unit != "甲") for i, unit in enumerate("甲乙丙")]
    ranking = month(answer(orders, f"tie-for-last={option}"), "2026-04")["ranking"]
    assert [(item["unit"], item["rank"]) for item in ranking] == [("甲", 1), ("丙", 2), ("乙", 2)]
    assert [item["unit"] for item in ranking if item["last"]] == last


@pytest.mark.parametrize("names", ["甲乙", "甲"])
def test_nobody_is_last(names: str) -> None:
    """Protects the units when all totals are equal, or only one is ranked: nobody is last."""
    orders = [closed(name, name, "2026-04-01 09:00") for name in names]
    ranking = month(answer(orders), "2026-04")["ranking"]
    assert [(item["rank"], item["last"]) for item in ranking] == [(1, False)] * len(names)


def test_period_total() -> None:
    """Protects mean and pooled totals: one closing in February, three late ones in March."""
    orders = [closed("1", "甲", "2026-02-02 09:00", 先行联系="是")]
    orders += [closed(str(i), "甲", "2026-03-02 09:00", late=True, 先行联系="是") for i in range(2, 5)]
    expected = {"mean": (100.0 + 100 * 25 / 45) / 2, "pooled": 100 * (5 + 20 + 20 / 4) / 45}
    for option, total in expected.items():
        quarters: Any = answer(orders, f"period-total={option}").result["quarters"]
        assert quarters[1]["ranking"] == [{"unit": "甲", "rank": 1, "total": round(total, 6), "last": False}]


def ladder(lasts: str, *options: str) -> Answer:
    """A year in which 甲 is last in the months marked x (from 2025-11 on), unranked in those marked -, else first."""
    orders = []
    months = [f"2025-{number}" for number in (11, 12)] + [f"2026-{number:02}" for number in range(1, 11)]
    for name, mark in zip(months, lasts, strict=True):
        if mark != "-":
            orders.append(closed(f"甲{name}", "甲", f"{name}-10 09:00", late=mark == "x"))
        orders.append(closed(f"乙{name}", "乙", f"{name}-10 09:00", late=mark != "x"))
        orders.append(closed(f"丙{name}", "丙", f"{name}-10 09:00", late=mark == "-"))
    return answer(orders, *options, "gate-scope=none")


def test_ladder() -> None:
    """Protects running and cumulative counts: an unranked month ends a streak, months before 2026-03 do not count."""
    result = ladder("xxxxx.x-xxx.")
    counted = ["2026-03", "2026-05", "2026-07", "2026-08", "2026-09"]
    assert [period for unit, period in fired(result, "last-month") if unit == "甲"] == counted
    assert [period for unit, period in fired(result, "last-2-running") if unit == "甲"] == ["2026-08", "2026-09"]
    assert [period for unit, period in fired(result, "last-3-cumulative") if unit == "甲"] == ["2026-07"]
    assert [period for unit, period in fired(result, "last-5-cumulative") if unit == "甲"] == ["2026-09"]


def test_ladder_options() -> None:
    """Protects the other options: once a streak, every month once reached, and counting from the cycle's start."""
    running = fired(ladder("xxxxx.xxx...", "running-repeat=once-per-streak"), "last-2-running")
    assert [period for unit, period in running if unit == "甲"] == ["2026-06"]
    started = ladder("xxxxx.xxx...", "running-repeat=once-per-streak", "first-counted-month=cycle-start")
    assert [period for unit, period in fired(started, "last-2-running") if unit == "甲"] == ["2025-12", "2026-06"]
    every = fired(ladder("....xxxxx...", "cumulative-repeat=every-month"), "last-3-cumulative")
    assert [period for unit, period in every if unit == "甲"] == ["2026-05", "2026-06", "2026-07"]


def test_gate_delays_a_cumulative_step() -> None:
    """Protects "once, in the first month that is last, has reached the count and whose gate is open"."""
    rows = [
        {"月份": f"2026-{number:02}", "指标": name, "本委": "80", "委办局平均": average}
        for number, average in ((3, "80"), (4, "80"), (5, "80"), (6, "80.01"), (7, "80.01"))
        for name in ("先行联系率", "诉求解决率", "市民满意率")
    ]
    orders = []
    for number in range(3, 8):
        orders += [closed(f"甲{number}", "甲", f"2026-{number:02}-10 09:00", late=True)]
        orders += [closed(f"乙{number}", "乙", f"2026-{number:02}-10 09:00")]
    result = answer(orders, averages=rows)
    assert [month(result, f"2026-{number:02}")["gate"] for number in (5, 6, 8)] == ["closed", "open", "unknown"]
    assert fired(result, "last-3-cumulative") == [("甲", "2026-06")]
    assert fired(result, "last-month") == [("甲", "2026-06"), ("甲", "2026-07")]
    assert fired(result, "bulletin") == [(None, "2026-06"), (None, "2026-07")]


def test_unfinished_months_fire_nothing() -> None:
    """Protects provisional periods: ranked, but neither counted nor followed by anything."""
    orders = [closed("1", "甲", "2026-04-01 09:00"), closed("2", "乙", "2026-04-01 09:00", late=True)]
    end = dt.datetime(2026, 5, 1)
    before = answer(orders, "gate-scope=none", as_of=end - dt.timedelta(seconds=1))
    after = answer(orders, "gate-scope=none", as_of=end)
    assert month(before, "2026-04")["provisional"] and month(before, "2026-04")["ranking"][1]["last"]
    assert fired(before, "last-month") == [] and fired(after, "last-month") == [("乙", "2026-04")]


@pytest.mark.parametrize(("option", "due"), [("no-roll", "2026-04-05"), ("next-workday", "2026-04-07")])
def test_bulletin_day(option: str, due: str) -> None:
    """Protects the day of the bulletin: the 5th, or the next workday after a holiday."""
    consequences: Any = answer([], f"bulletin-due={option}", "gate-scope=none").result["consequences"]
    assert (consequences[0]["period"], consequences[0]["due"]) == ("2026-03", due)


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        ("2026-04-03", 2, "2026-04-08"),
        ("2026-04-30", 3, "2026-05-08"),
        ("2026-02-13", 3, "2026-02-25"),
        ("2026-09-30", 2, "2026-10-09"),
        ("2026-09-30", 5, "2026-10-13"),
    ],
)
def test_working_days(start: str, amount: int, end: str) -> None:
    """Protects working-day arithmetic across the make-up workdays of 2026."""
    clock = Clock(amount, "working_days", "end_of_day")
    limit = dt.datetime.fromisoformat(end) + dt.timedelta(days=1)
    assert clock_end(dt.datetime.fromisoformat(f"{start} 15:00"), clock, policy_2026()) == (limit, False)


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"工单编号": " "}, "工单编号"),
        ({"承办单位": "丁"}, "承办单位"),
        ({"诉求类型": "闲聊"}, "诉求类型"),
        ({"接单时间": "2026-02-30 09:00"}, "接单时间"),
        ({"办理时限": ""}, "办理时限"),
        ({"办结时间": "2026-04-01 08:59:59"}, "办结时间"),
        ({"剔除情形": "3；23"}, "剔除情形"),
        ({"重复反映次数": "-1"}, "重复反映次数"),
        ({"是否解决": "也许"}, "是否解决"),
    ],
)
def test_set_aside(wrong: dict[str, str], column: str) -> None:
    """Protects the checks of a row: each kind of flaw sets exactly that row aside and names the column."""
    good = closed("1", "甲", "2026-04-01 09:00")
    result = answer([good, {**closed("2", "甲", "2026-04-01 09:00"), **wrong}])
    assert result.set_aside["orders"] == [(2, column)]
    assert [item["order"] for item in result.decisions] == ["1"]


def test_doubled_ids() -> None:
    """Protects against choosing between doubled orders: all of them are set aside, also a spoilt one."""
    rows = [order(id, "甲", when) for id, when in (("1", "2026-04-01 09:00"), ("2", "2026-04-01 09:00"), ("1 ", "?"))]
    assert answer(rows).records_set_aside("orders") == [1, 3]


def test_list_elements() -> None:
    """Protects the meaning of a list: it contains what one of its elements is, and "not" says that none is."""
    one, two = (Test(Element("f", ("1", "2", "3")), (value,)) for value in "12")
    cases = {("1",): (True, False), ("2",): (False, False), ("1", "2"): (True, True), (): (False, False)}
    for cell, (has_one, has_both) in cases.items():
        view = View(row={"f": cell})
        assert (holds(one, view), holds(Not(one), view)) == (has_one, not has_one)
        assert holds(All((one, two)), view) == has_both


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data(), flawed=st.booleans())
def test_drawn_sets_can_be_evaluated(data: st.DataObject, flawed: bool, tmp_path_factory: Any) -> None:
    """Protects the strategies: what they draw evaluates, is the same read back from CSV, and is flawless on demand."""
    policy = policy_2026()
    drawn: InputSet = data.draw(input_sets(policy, flawed=flawed))
    result = evaluate(drawn.tables, policy, drawn.as_of)
    folder = write_folder(drawn, tmp_path_factory.mktemp("drawn"), policy)
    assert evaluate(read_folder(folder), policy, drawn.as_of) == result
    assert flawed or not any(result.set_aside.values())
    assert len(result.decisions) + len(result.records_set_aside("orders")) == len(drawn.tables["orders"])
