"""No code change needed: under other names, numbers, dates and steps throughout, the engine follows the policy."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.compiled import CompiledPolicy
from engine.months import Month
from tests.agreeing import agreed
from tests.renaming import Files, Names, collect, maps, read_files, renamed, write_files
from tests.running import POLICY, SCHEMAS, Found, compiled, run_set
from tests.strategies import InputSet, input_sets

WEIGHTS = (8, 16, 22, 27, 17)
POINTS = {100: 96, 80: 70, 60: 41, 0: 3}
TIMES_OF_DAY = {"14:00:00": "15:30:00"}
AFTER = dt.datetime(2026, 11, 23)
GOOD, BAD = "甲所", "乙所"
ADDED_INDICATOR, ADDED_RULE, ADDED_VALUE, ADDED_STEP = "kept-share", "a3-23", "23", "last-3-new"


@dataclass(frozen=True)
class Other:
    """The other policy and how it calls things."""

    plan: CompiledPolicy
    names: Names

    def id(self, old: str) -> str:
        return self.names.ids[old]


def renumber(files: Files) -> None:
    """Change every number, date and time of day that the policy lays down; add an indicator, a rule and a step."""
    for content in files.values():
        for trail, node in maps(content):
            if "amount" in node:
                node["amount"] += 6 if node["unit"] == "hours" else 1
            for key in ("time_before", "time_not_after"):
                if key in node:
                    node[key] = TIMES_OF_DAY[node[key]]
            if isinstance(node.get("at_least"), int):
                node["at_least"] += -5 if node["at_least"] > 10 else 1  # targets, and thresholds of counts
            if isinstance(node.get("points"), int):
                node["points"] = POINTS[node["points"]] if "when" in node else node["points"] - 1
            if "running" in node or "times" in node:
                node.update({key: {2: 3, 3: 2, 5: 4}[node[key]] for key in ("running", "times") if key in node})
            if "months_after" in node:
                node["day"] += 3
            if trail[:1] != ("years",):
                node.update({key: earlier(value) for key, value in node.items() if isinstance(value, str)})
    files["policy"]["version"] = "另一版"
    _added(files)


def earlier(text: str) -> str:
    """A month, or the first of one, a month earlier; any other text as it is."""
    found = re.fullmatch(r"(\d{4}-\d{2})(-01)?", text)
    return text if found is None else f"{Month.parse(found[1]).plus(-1)}{found[2] or ''}"


def _added(files: Files) -> None:
    indicators = files["indicators"]["indicators"]
    for indicator, weight in zip(indicators, WEIGHTS, strict=True):
        indicator["weight"] = weight
    first_contact = indicators[1]
    kept = {"title": "留存", "when": {"field": "通话录音", "is": "是"}, "points": 97}
    among = {"field": "办结时间", "present": True}
    added = {
        "id": ADDED_INDICATOR,
        "title": "录音留存率",
        "weight": 100 - sum(WEIGHTS),
        "among": among,
        "points": [kept],
    }
    shared = {key: first_contact[key] for key in ("clause", "event", "over", "when_empty")}
    indicators.append(shared | added)
    reasons = next(one for one in files["fields"]["tables"][0]["columns"] if one["id"] == "剔除情形")
    reasons["values"].append({"id": ADDED_VALUE})
    rules = files["rules"]["decisions"][0]["rules"]
    when = {"field": "剔除情形", "contains": ADDED_VALUE}
    rules.append({"id": ADDED_RULE, "title": "新增一行", "clause": rules[-1]["clause"], "when": when})
    steps = files["consequences"]["consequences"]
    step = next(one for one in steps if one["id"] == "last-month")
    times = {"all": [{"standing": "last"}, {"standing": "last", "times": 3}]}
    steps.append({**step, "id": ADDED_STEP, "when": times, "gates": [], "repeat": "once_per_cycle"})
    covering = next(one for one in files["clauses"]["clauses"] if one["id"] == "附件1")
    covering["covered_by"] += [ADDED_INDICATOR, ADDED_RULE, ADDED_STEP]
    year = files["calendar"]["years"][1]
    year["days_off"].append({"title": "新增假日", "first": "2026-07-08", "last": "2026-07-10"})


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Other:
    files = read_files(POLICY)
    renumber(files)
    names = collect(files)
    folder = tmp_path_factory.mktemp("policies") / "other"
    write_files(renamed(files, names), folder)
    return Other(compiled(folder), names)


def strings(node: Any) -> Iterator[str]:
    """Every string and key in a result."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from strings(value)
    elif isinstance(node, (list, tuple)):
        for item in node:
            yield from strings(item)
    elif isinstance(node, str):
        yield node


def described() -> frozenset[str]:
    """The words of the output's own schema, which no policy changes."""
    found: set[str] = set()
    for name in ("evaluation", "decision"):
        for _, node in maps(json.loads((SCHEMAS / f"{name}.schema.json").read_text("utf-8"))):
            found |= {*node.get("properties", ()), *map(str, node.get("enum", ()))}
    return frozenset(found)


@settings(max_examples=15)
@given(st.data())
def test_the_engine_follows_the_renamed_policy(other: Other, data: st.DataObject) -> None:
    """Promise: engine and reference agree under the other policy, and no word of the first one is left in a result."""
    found = agreed(other.plan, data.draw(input_sets(other.plan.policy)))
    gone = other.names.old - described()
    said = [*strings(found.result), *strings(found.decisions)]
    whole = [word for word in said if word in gone and not word.isdigit()]
    parts = [word for text in said for word in gone if len(word) > 3 and not word.isascii() and word in text]
    assert (whole, parts) == ([], [])


MONTHS = tuple(map(str, Month.parse("2025-10").through(Month.parse("2026-09"))))
Change = Callable[[int, str, dict[str, str]], None]


def evaluated(other: Other, change: Change = lambda number, unit, cells: None) -> Found:
    """Two units of different kinds with two closed orders in every month, one unit all good and one all bad, under a
    gate that is open. ``change`` may alter an order: its number within the unit, its unit, its cells."""
    orders = []
    for unit, good in ((GOOD, True), (BAD, False)):
        for number, month in enumerate(month for month in MONTHS for _ in range(2)):
            cells = {"工单编号": f"{unit}{number:02d}", "承办单位": unit, "诉求类型": "求助"}
            cells |= {"接单时间": f"{month}-10 09:00:00", "办结时间": f"{month}-12 10:00:00"}
            cells |= {"办理时限": f"{month}-20 00:00:00", "满意度": "满意" if good else "不满意"}
            cells |= dict.fromkeys(("先行联系", "是否解决", "通话录音"), "是" if good else "否")
            change(number, unit, cells)
            empty = {column.id: "" for column in other.plan.policy.orders.columns}
            orders.append(empty | other.names.row(cells))
    rates = ("先行联系率", "诉求解决率", "市民满意率")
    figure = {"本委": "1", "委办局平均": "2"}
    figures = [other.names.row({"月份": month, "指标": rate, **figure}) for month in MONTHS for rate in rates]
    kinds = {GOOD: "一", BAD: "二"}
    units = [other.names.row({"承办单位": unit, "同类部门": kind, "对口科室": ""}) for unit, kind in kinds.items()]
    bonuses = [other.names.row({"月份": MONTHS[0], "承办单位": GOOD, "加分": "5", "事由": ""})]
    tables = {"orders": orders, "units": units, "averages": figures, "bonuses": bonuses}
    return run_set(other.plan, InputSet(tables, AFTER))


def months_of(found: Found, step: str) -> list[str]:
    return [one["period"] for one in found.result["consequences"] if one["rule"] == step]


def test_weights_points_cap_and_the_added_indicator_act(other: Other) -> None:
    """Promise: the new weights, points, cap and indicator make the total, to the figure worked out by hand."""
    first, second = evaluated(other).result["months"][0]["ranking"]
    assert (first["score"], first["bonus"], first["total"]) == (96.1, 2, 98.1)  # 0.96 × 90 + 0.97 × 10; 5 capped to 2
    assert second["total"] == 29.31  # 8 and 22 at 0.96, 17 at 0.03
    assert first["indicators"][other.id(ADDED_INDICATOR)] == 97
    titles = {one["id"]: (one["weight"], one["target"]) for one in evaluated(other).result["titles"]["indicators"]}
    assert titles[other.id("satisfaction")] == (17, 85)


def test_ladder_counts_the_added_step_and_dates_act(other: Other) -> None:
    """Promise: months in a row, times, the step that was added, the first month that counts and the due day follow."""
    found = evaluated(other)
    counted = list(MONTHS[4:])  # from 2026-02, a month before the written policy's
    assert months_of(found, other.id("last-month")) == counted
    assert months_of(found, other.id("last-2-running")) == counted[2:]
    assert months_of(found, other.id("last-3-cumulative")) == counted[1:2]
    assert months_of(found, other.id("last-5-cumulative")) == counted[3:4]
    assert months_of(found, other.id(ADDED_STEP)) == counted[2:3]
    due = {one["period"]: one["due"] for one in found.result["consequences"] if one["rule"] == other.id("bulletin")}
    assert due[MONTHS[4]] == "2026-03-08"
    assert [one["period"] for one in found.result["quarters"]] == [other.id(f"Q{number}") for number in range(1, 5)]


def test_the_added_exclusion_excludes(other: Other) -> None:
    """Promise: the new value of the list and its rule take an order out of the one indicator concerned."""

    def change(number: int, unit: str, cells: dict[str, str]) -> None:
        if (number, unit) == (0, BAD):
            cells["剔除情形"] = other.names.values["剔除情形"][ADDED_VALUE]

    before, after = evaluated(other), evaluated(other, change)
    one, two = (found.result["months"][0]["ranking"][1]["counts"] for found in (before, after))
    assert {id for id in one if one[id] != two[id]} == {other.id("satisfaction")}
    assert (one[other.id("satisfaction")]["orders"], two[other.id("satisfaction")]["orders"]) == (2, 1)
    fired = {order: rules for order, rules, _ in after.decisions if rules}
    assert fired == {f"{BAD}00": [other.id(ADDED_RULE)]}


def test_time_of_day_clock_and_calendar_act(other: Other) -> None:
    """Promise: the moved time of day puts a duty on an order, and clocks count new days by the new calendar."""
    received = {0: "14:30:00", 1: "15:29:59", 2: "15:30:00", 3: "14:30:00"}
    submitted = {18: "2026-07-15 23:59:59", 19: "2026-07-16 00:00:00"}

    def change(number: int, unit: str, cells: dict[str, str]) -> None:
        if unit == GOOD and number in received:
            cells["接单时间"] = f"{cells['接单时间'][:10]} {received[number]}"
        if unit == GOOD and number in submitted:  # from a Tuesday, over three new days off and a weekend
            cells |= {"接单时间": "2026-07-07 09:00:00", "权属争议": "是", "征询单提交时间": submitted[number]}
        if number == 3:  # a day more to make contact
            cells["先行联系时间"] = f"{cells['接单时间'][:8]}11 23:59:59"

    duties = {order: states for order, _, states in evaluated(other, change).decisions}
    contact, dispute = other.id("contact-same-day"), other.id("dispute-2wd")
    found = [duties[f"{GOOD}{number:02d}"].get(contact) for number in received]
    assert found == ["breached", "breached", None, "met"]
    assert [duties[f"{GOOD}{number:02d}"][dispute] for number in submitted] == ["met", "breached"]
