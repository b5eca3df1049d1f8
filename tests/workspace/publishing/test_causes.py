"""A listed correction names all that it comes from: orders, other tables, the version, readings, other months."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.months import Month
from tests.workspace.publishing.office import (
    LATER,
    MARCH,
    UNIT,
    Row,
    better_march,
    evaluated,
    golden_rows,
    imported,
    published,
    rung_in_march,
)
from tests.workspace.runs.stocked import request
from workspace.opening import Workspace

JULY = Month.parse("2026-07")
NOTHING = {"orders": 0, "listed": [], "rows": [], "policy": None, "readings": [], "months": [], "as_of": None}


def only_correction(workspace: Workspace, cache: Path, **chosen: str) -> dict[str, Any]:
    """The one correction that an evaluation lists."""
    (found,) = evaluated(workspace, request(workspace, cache, **chosen), LATER)[1]["corrections"]
    correction: dict[str, Any] = found
    return correction


def closing_march() -> list[Row]:
    """Orders of the unit that were closed and rung in March, so that March counts them for everything."""
    rows = [row for row in golden_rows() if row["承办单位"] == UNIT and rung_in_march(row)]
    closed = [row for row in rows if row["办结时间"].startswith("2026-03") and row["满意度"]]
    return [row for row in closed if not row["剔除情形"] and row["事实认定"] in ("属实", "部分属实")]


def test_an_average_that_changed(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: figures that close the gate are listed with it, with what would not have been announced, and with the
    row; nobody's rank is said to change."""
    rows = [{**row, "本委": "99.99"} for row in golden_rows("averages") if row["月份"] == "2026-03"]
    imported(announced, tmp_path / "later", {"averages": rows})
    found = only_correction(announced, cache)
    (gate,) = found["gates"]
    assert (gate["id"], gate["old"], gate["new"]) == ("three-rates", "open", "closed")
    assert {rate["id"]: (rate["old"], rate["new"]) for rate in gate["rates"]} == {
        "resolution": ("below", "reached"),
        "satisfaction": ("below", "reached"),
    }
    assert {(one["rule"], one["change"]) for one in found["consequences"]} == {
        ("bulletin", "gone"),
        ("last-month", "gone"),
    }
    assert found["units"] == []
    told = {row["key"]["指标"]: row for row in found["causes"]["rows"]}
    was = {row["指标"]: row["本委"] for row in golden_rows("averages") if row["月份"] == "2026-03"}
    assert set(told) <= set(was) and len(told) == 3
    for name, row in told.items():
        place = [one["指标"] for one in rows].index(name) + 1
        assert (row["table"], row["change"], row["file"], row["record"]) == (
            "averages",
            "changed",
            "averages.csv",
            place,
        )
        assert row["fields"] == [{"field": "本委", "old": was[name], "new": "99.99"}]
    assert {**found["causes"], "rows": []} | {"months": []} == NOTHING


def test_bonuses_that_came(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: a bonus recorded later is listed as a new row; what it is for, which is free text, is not repeated."""
    kept = [row for row in golden_rows("bonuses") if row["月份"] == "2026-03"]
    more = {"月份": "2026-03", "承办单位": UNIT, "加分": "2.5", "事由": "某市民来电表扬"}
    imported(announced, tmp_path / "later", {"bonuses": [*kept, more]})
    found = only_correction(announced, cache)
    (unit,) = found["units"]
    assert (unit["unit"], unit["bonus"]) == (UNIT, {"old": 0.0, "new": 2.5}) and "rank" not in unit
    (row,) = found["causes"]["rows"]
    assert (row["table"], row["change"], row["record"], row["key"]) == ("bonuses", "new", len(kept) + 1, {})
    assert {one["field"]: (one["old"], one["new"]) for one in row["fields"]} == {
        "月份": (None, "2026-03"),
        "承办单位": (None, UNIT),
        "加分": (None, "2.5"),
    }
    assert "表扬" not in json.dumps(found, ensure_ascii=False)


def test_an_exclusion_that_was_approved(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: an order that no longer counts since its exclusion was approved is listed with what was added to it, and
    with the row of the application, but not with who applied or why."""
    order = closing_march()[0]["工单编号"]
    row = {"工单编号": order, "剔除情形": "6", "证据": "照片", "申请人": "赵六", "审批人": "钱七", "状态": "批准"}
    times = {"申请时间": "2026-04-10 09:00:00", "审批时间": "2026-04-11 09:00:00"}
    imported(announced, tmp_path / "later", {"applications": [{**row, **times}]})
    causes = only_correction(announced, cache)["causes"]
    (told,) = causes["listed"]
    assert (told["order"], told["change"]) == (order, "changed")
    assert told["fields"] == [{"field": "剔除情形", "old": None, "new": "6"}]
    (came,) = causes["rows"]
    assert (came["table"], came["key"]) == ("applications", {"工单编号": order, "剔除情形": "6"})
    assert (came["file"], came["record"], came["change"]) == ("applications.csv", 1, "new")
    assert not any(word in json.dumps(causes, ensure_ascii=False) for word in ("照片", "赵六", "钱七"))


def test_orders_that_came_and_moved(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: an order nobody knew of, and one that is another unit's now, are told apart, each with its record."""
    first, second = closing_march()[:2]
    new = {**first, "工单编号": "BS202603999999"}
    moved = {**second, "承办单位": "公交客运中心"}
    imported(announced, tmp_path / "later", {"orders": [moved, new]})
    causes = only_correction(announced, cache)["causes"]
    told = {one["order"]: one for one in causes["listed"]}
    assert set(told) == {new["工单编号"], moved["工单编号"]} and causes["orders"] == 2
    come, gone = told[new["工单编号"]], told[moved["工单编号"]]
    assert (come["change"], come["record"], come["unit"]) == ("new", 2, UNIT)
    assert {one["field"]: one["new"] for one in come["fields"]}["满意度"] == first["满意度"]
    assert (gone["change"], gone["record"], gone["unit"]) == ("changed", 1, "公交客运中心")
    assert gone["fields"] == [{"field": "承办单位", "old": UNIT, "new": "公交客运中心"}]


def test_records_that_say_nothing_new_are_not_listed(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: orders that changed in nothing that March counts are not named beside the one that did."""
    first, second = closing_march()[:2]
    rows = [{**first, "诉求内容": "另一段文字"}, {**second, "满意度": "满意" if second["满意度"] != "满意" else "一般"}]
    imported(announced, tmp_path / "later", {"orders": rows})
    causes = only_correction(announced, cache)["causes"]
    assert [one["order"] for one in causes["listed"]] == [second["工单编号"]]
    assert [one["field"] for one in causes["listed"][0]["fields"]] == ["满意度"]


def test_a_reading_that_was_switched(announced: Workspace, cache: Path) -> None:
    """Promise: another reading leaves the published month as it is, and is named as the cause, with no order."""
    _, document = evaluated(announced, request(announced, cache, **{"table4-scope": "satisfaction"}), LATER)
    (found,) = document["corrections"]
    assert found["causes"]["readings"] == [{"id": "table4-scope", "old": "both", "new": "satisfaction"}]
    assert found["causes"]["policy"] == {"old": "2026", "new": "2026"}
    assert found["causes"]["orders"] == 0 and found["units"]


def test_the_same_record_judged_at_another_moment(golden: Workspace, cache: Path) -> None:
    """Promise: where only the moment of evaluation makes an order count, it is listed as unchanged, and so are both."""
    asked = request(golden, cache, **{"event-month": "received", "on-time-basis": "due"})
    april = replace(asked, as_of=dt.datetime(2026, 4, 1))
    published(golden, april, MARCH)
    (found,) = evaluated(golden, asked, LATER)[1]["corrections"]
    assert {one["change"] for one in found["causes"]["listed"]} == {"same"}
    assert all(one["fields"] == [] for one in found["causes"]["listed"])
    assert found["causes"]["as_of"] == {"old": "2026-04-01 00:00:00", "new": "2026-11-23 00:00:00"}


def test_a_correction_reaches_later_published_months(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: what July announced stays announced when March is corrected, is listed with the months its ladder stands
    on, and ladders go on without it only after July is corrected too."""
    asked = request(announced, cache)
    published(announced, asked, JULY)
    imported(announced, tmp_path / "later", {"orders": better_march()})
    made = published(announced, asked, MARCH, "补录了回访结果", at=LATER)
    document = evaluated(announced, asked, LATER)[1]
    assert fired(document) == ["2026-07"]
    (found,) = document["corrections"]
    assert (found["period"], found["units"], found["gates"]) == ("2026-07", [], [])
    assert [(one["rule"], one["unit"], one["change"]) for one in found["consequences"]] == [
        ("last-5-cumulative", UNIT, "gone")
    ]
    data = [{"period": f"2026-0{number}", "basis": "data", "entry": None} for number in (4, 5, 6)]
    march = {"period": "2026-03", "basis": "correction", "entry": made.publication.seq}
    assert found["causes"]["months"] == [march, *data]
    assert found["causes"]["orders"] == 0
    published(announced, asked, JULY, "三月已更正", at=LATER)
    after = evaluated(announced, asked, LATER)[1]
    assert after["corrections"] == [] and fired(after) == ["2026-08"]


def fired(document: dict[str, Any]) -> list[str]:
    """When the fifth last place was acted upon."""
    return [item["period"] for item in document["consequences"] if item["rule"] == "last-5-cumulative"]


def test_what_changes_nothing_is_no_correction(announced: Workspace, cache: Path, tmp_path: Path) -> None:
    """Promise: new data that leave March as it was list nothing."""
    imported(announced, tmp_path / "later", {"units": [{**row, "对口科室": "综合科"} for row in golden_rows("units")]})
    assert evaluated(announced, request(announced, cache), LATER)[1]["corrections"] == []
