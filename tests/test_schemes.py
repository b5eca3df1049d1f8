"""Other published schemes as versions: their sources' numbers, both sides of a switch, and no trace of them in code.

Single orders and months are in each version's cases; here is what takes a folder of data or more than one version.
"""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import chinese_calendar
import pytest

from engine.choosing import Request
from engine.evaluate import evaluate
from engine.evaluation import Evaluation
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.model_orders import Clock, ClockDeadline
from engine.problems import PolicyError
from engine.report import result_json
from engine.standings import Standing

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
EXAMPLES = ROOT / "examples" / "policies"
AS_OF = dt.datetime(2026, 1, 1)
Rows = Iterable[Mapping[str, object]]


def policy(name: str) -> Policy:
    return load_policy(EXAMPLES / name, SCHEMAS, {})


def clock(of: Policy, obligation: str) -> Clock:
    deadline = next(item.deadline for item in of.obligations if item.id == obligation)
    assert isinstance(deadline, ClockDeadline) and deadline.clock.unit == "working_days"
    return deadline.clock


def evaluated(folder: Path, tables: Mapping[str, Rows], *, name: str | None, released: Path = EXAMPLES) -> Evaluation:
    """The evaluation of ``tables`` (stem to rows), by the version called ``name`` or those that govern the orders."""
    for stem, rows in tables.items():
        listed = list(rows)
        with (folder / f"{stem}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(dict.fromkeys(key for row in listed for key in row)), restval="")
            writer.writeheader()
            writer.writerows(listed)
    now = AS_OF.replace(tzinfo=dt.UTC)
    return evaluate(Request(folder, SCHEMAS, released, None, name, {}, AS_OF, now))


def month(of: Evaluation, id: str) -> Standing:
    return next(item for item in of.standings if item.kind == "month" and item.period.id == id)


def test_every_scheme_is_a_version() -> None:
    """Promise: each scheme is a folder with cases, its revision a version of its own, and told in the README."""
    told = (EXAMPLES / "README.md").read_text("utf-8")
    schemes = "zhaoxiang-2018 zhaoxiang-2019 huairou-2025 shandong-2017 shandong-2020 guoban-2019 guangdong-2022"
    schemes += " daning-2019 xiayang-2022 grades-2011 wenzhou-2018 wenzhou-2018-04"
    for name in schemes.split():
        assert policy(name).id == name and list((EXAMPLES / name / "cases").glob("*.yaml")) and f"`{name}`" in told
    folders = {head.parent.name for head in EXAMPLES.glob("*/policy.yaml")}
    assert all(f"({name})" in told for name in folders)


@pytest.mark.parametrize(
    ("name", "weights"),
    [
        ("zhaoxiang-2018", {"volume": 5, "first_contact": 30, "resolution": 20, "satisfaction": 40}),
        ("zhaoxiang-2019", {"volume": 5, "first_contact": 20, "resolution": 25, "satisfaction": 30}),
        ("huairou-2025", {"response": 10, "satisfaction": 40, "resolution": 50}),
    ],
)
def test_weights_are_the_sources(name: str, weights: dict[str, int]) -> None:
    """Promise: what was published as weights stands in the version, before and after a revision."""
    assert {indicator.id: indicator.weight for indicator in policy(name).indicators} == weights


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        (
            "shandong-2017",
            {"yellow-card": (14, (7, None, None)), "red-card": (15, (7, None, None)), "extension-asked": (15, ())},
        ),
        (
            "shandong-2020",
            {"yellow-card": (4, (None, None, 10)), "red-card": (5, (None, None, 10)), "returned-2wd": (2, ())},
        ),
        ("guangdong-2022", {"consult-2wd": (2, ()), "help-10wd": (10, ()), "complaint-15wd": (15, ())}),
        ("daning-2019", {f"closed-{days}wd": (days, ()) for days in (1, 3, 5, 15)}),
        ("xiayang-2022", {"contact-1wd": (1, ()), "handled-5wd": (5, ()), "again-3wd": (3, ())}),
    ],
)
def test_limits_are_the_sources(name: str, limits: dict[str, tuple[int, tuple[int | None, ...]]]) -> None:
    """Promise: working days and the most that extensions may add, each and then together, are those published."""
    clocks = {obligation: clock(policy(name), obligation) for obligation in limits}
    for id, (amount, extensions) in limits.items():
        most = (*(more.at_most for more in clocks[id].extended_by), clocks[id].extended_at_most)
        assert (clocks[id].amount, most) == (amount, extensions or (None,)), id


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/calendar.yaml")))
def test_calendars_are_the_official_ones(name: str) -> None:
    """Promise: every day of every declared year is a working day or not as an independent calendar has it."""
    calendar = policy(name).calendar
    days = list(calendar.declared_days())
    assert len(days) > 700
    assert [day for day in days if calendar.is_workday(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize(
    ("amount", "start", "end"),
    [(2, "04-03", "04-08"), (3, "04-30", "05-08"), (3, "02-13", "02-25"), (2, "09-30", "10-09"), (5, "09-30", "10-13")],
)
def test_working_days_of_2026(amount: int, start: str, end: str) -> None:
    """Promise: the dates to check working-day arithmetic by, with the start day not counted."""
    calendar = load_policy(ROOT / "policies" / "2026", SCHEMAS, {}).calendar
    first, last = (dt.date.fromisoformat(f"2026-{day}") for day in (start, end))
    assert calendar.last_day(first, amount, start_day_counts=False) == last


def test_bulletins_due_on_days_off() -> None:
    """Promise: of the bulletins for March to October 2026, just these five fall due on a day off."""
    calendar = load_policy(ROOT / "policies" / "2026", SCHEMAS, {}).calendar
    due = [dt.date(2026, number, 5) for number in range(4, 12)]
    assert [f"{day:%m-%d}" for day in due if not calendar.is_workday(day)] == [
        "04-05",
        "05-05",
        "07-05",
        "09-05",
        "10-05",
    ]


def test_zhaoxiangs_example(tmp_path: Path) -> None:
    """Promise: first contact 3 of 3 and 1.6 satisfaction points of 3 orders give exactly 40 × 1.6 / 3 = 21.33."""
    shared = {"承办单位": "甲村", "受理时间": "2018-05-10 09:00:00", "先行联系": "是", "办理结果": "未解决"}
    orders = [{"工单编号": str(i), "满意度": value} | shared for i, value in enumerate(("满意", "一般", "不满意"))]
    units = [{"承办单位": "甲村", "组别": "村居"}]
    found = month(evaluated(tmp_path, {"orders": orders, "units": units}, name="zhaoxiang-2018"), "2018-05")
    indicators = found.scores["甲村"].indicators
    assert indicators["satisfaction"].contribution == Fraction(64, 3)
    assert indicators["first_contact"].contribution == 30
    assert f"{float(indicators['satisfaction'].contribution):.2f}" == "21.33"


def huairous(excluded: int) -> dict[str, Rows]:
    """100 orders called back: 70 solved, 60 satisfied, 20 fairly so; ``excluded`` more that were left out."""
    rows = []
    for i in range(100 + excluded):
        content = "满意" if i < 60 else "基本满意" if i < 80 else "不满意"
        rows.append(
            {
                "编号": str(i),
                "承办单位": "甲镇",
                "受理时间": "2025-03-01 09:00:00",
                "办结时间": "2025-03-04 09:00:00",
                "回访时间": "2025-03-05 09:00:00",
                "有效回访": "是",
                "是否联系": "是",
                "是否解决": "是" if i < 70 else "否",
                "满意情况": content,
                "剔除": "是" if i >= 100 else "否",
            }
        )
    return {"orders": rows, "units": [{"承办单位": "甲镇", "类别": "镇街"}]}


def test_huairous_example_on_both_bases(tmp_path: Path) -> None:
    """Promise: 76.2 without the excluded orders, and beside it what it would be with them."""
    found = evaluated(tmp_path, huairous(excluded=25), name="huairou-2025")
    assert month(found, "2025-03").totals == {"甲镇": Fraction("76.2")}
    # 125 called back, all contacted, 70 solved, 60 satisfied, 20 fairly so.
    exact = 10 + 40 * Fraction(60 * 10 + 20 * 9, 1250) + 50 * Fraction(70, 125)
    second = month(found.bases["all-orders"], "2025-03")
    assert second.totals == {"甲镇": Fraction(round(exact * 10), 10)} == {"甲镇": Fraction(63)}
    shown = result_json(found)["bases"]
    assert [(base["id"], base["months"][2]["ranking"][0]["total"]) for base in shown] == [("all-orders", 63.0)]


def test_huairous_bases_agree_without_exclusions(tmp_path: Path) -> None:
    """Promise: the second basis differs by excluded orders and by nothing else."""
    found = evaluated(tmp_path, huairous(excluded=0), name="huairou-2025")
    assert month(found, "2025-03").totals == month(found.bases["all-orders"], "2025-03").totals


WENZHOU = [f"单位{number:02}" for number in range(1, 19)]


@pytest.fixture
def wenzhou(tmp_path: Path) -> Evaluation:
    """18 units, ten orders each in March and in April, all in time but the last unit's; one deduction in each month."""
    for name in ("wenzhou-2018", "wenzhou-2018-04"):
        shutil.copytree(EXAMPLES / name, tmp_path / "policies" / name)
    orders = [
        {
            "编号": f"{unit}-{number}-{i}",
            "单位": unit,
            "受理时间": f"2018-{number:02}-10 09:00:00",
            "按时签收": "是",
            "按时办结": "否" if unit == WENZHOU[-1] and i == 0 else "是",
        }
        for unit in WENZHOU
        for number in (3, 4)
        for i in range(10)
    ]
    units = [{"单位": unit} for unit in WENZHOU]
    deductions = [{"月份": f"2018-{number:02}", "单位": WENZHOU[-1], "项目": "满意", "扣分": 3} for number in (3, 4)]
    tables: dict[str, Rows] = {"orders": orders, "units": units, "deductions": deductions}
    (tmp_path / "data").mkdir()
    return evaluated(tmp_path / "data", tables, name=None, released=tmp_path / "policies")


def test_both_sides_of_april(wenzhou: Evaluation) -> None:
    """Promise: a version and its amendment govern the year together: March adds by orders, April deducts by records."""
    assert [(part["id"], part["from"]) for part in result_json(wenzhou)["versions"]] == [
        ("wenzhou-2018", "2018-01"),
        ("wenzhou-2018-04", "2018-04"),
    ]
    march, april = month(wenzhou, "2018-03"), month(wenzhou, "2018-04")
    assert march.totals[WENZHOU[-1]] == 94 and april.totals[WENZHOU[-1]] == 97
    assert set(march.scores[WENZHOU[0]].indicators) == {"signing", "closing"}
    assert set(april.scores[WENZHOU[0]].indicators) == {"signing", "closing", "satisfaction"}


@pytest.mark.parametrize("period", ["2018-03", "2018-04"])
def test_seventeen_units_tie_at_100(wenzhou: Evaluation, period: str) -> None:
    """Promise: as many units as there are may share the first rank; the one below them is 18th, and last."""
    ranking = month(wenzhou, period).ranking
    assert [(placed.unit, placed.rank, placed.last) for placed in ranking if placed.total == 100] == [
        (unit, 1, False) for unit in WENZHOU[:17]
    ]
    assert [(placed.unit, placed.rank, placed.last) for placed in ranking[17:]] == [(WENZHOU[17], 18, True)]


def test_grades_written_in_whole_numbers_are_refused(tmp_path: Path) -> None:
    """Promise: the grades of 2011 as they were written leave 89.5 in none of them, and the refusal names it."""
    folder = tmp_path / "grades-2011"
    shutil.copytree(EXAMPLES / "grades-2011", folder)
    path = folder / "indicators.yaml"
    text = path.read_text("utf-8")
    for repaired, written in (
        ("at_least: 80, below: 90", "at_least: 80, at_most: 89"),
        ("at_least: 60, below: 80", "at_least: 60, at_most: 79"),
        ("不合格, below: 60", "不合格, at_most: 59"),
    ):
        assert repaired in text
        text = text.replace(repaired, written)
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_policy(folder, SCHEMAS, {})
    said = [str(problem) for problem in caught.value.problems]
    assert len(said) == 3 and all("各档之间有空缺" in words and "indicators.yaml:" in words for words in said)
    for value in ("59.5", "79.5", "89.5"):
        assert any(f"{value} 不落在任何一档" in words for words in said)


def test_no_scheme_is_known_to_the_code() -> None:
    """Promise: the schemes are data; no name of theirs stands in the engine or the command line."""
    names = {folder.parent.name.split("-")[0] for folder in EXAMPLES.glob("*-20*/policy.yaml")} - {"grades"}
    names |= {"怀柔", "赵巷", "山东", "国办", "广东", "大宁", "夏阳", "温州", "红牌", "黄牌", "督办", "镇街"}
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]:
        text = path.read_text("utf-8").lower()
        assert [name for name in sorted(names) if name in text] == [], path
