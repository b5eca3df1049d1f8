"""A version and its amendments govern one cycle together: each period by the version in force, ladders going on."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from engine.choosing import Request
from engine.evaluate import evaluate, order_details
from engine.evaluation import Evaluation
from engine.explain_order import explain_order
from engine.explain_unit import explain_unit
from engine.one_order import Orders
from engine.order_results import write_results
from engine.problems import InputError
from engine.report import result_json

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "examples" / "golden"


def request(policies: Path, policy: str | None = None) -> Request:
    return Request(
        data=GOLDEN,
        schemas=ROOT / "schemas" / "v1",
        released=policies,
        examples=None,
        policy=policy,
        chosen={},
        as_of=dt.datetime(2026, 11, 23),
        now=dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    )


EDITS = (
    ("indicators.yaml", "weight: 5\n", "weight: 10\n"),
    ("indicators.yaml", "weight: 30\n", "weight: 25\n"),
    ("rules.yaml", "重复反映次数, at_least: 2}", "重复反映次数, at_least: 5}"),
    ("consequences.yaml", "running: 2}", "running: 3}"),
    ("clauses.yaml", '["2026"', '["2026-b"'),
    ("policy.yaml", 'id: "2026"', "id: 2026-b"),
    ("policy.yaml", 'version: "2026"', "version: 2026-b"),
)


def amended(tmp_path: Path, in_force: str = "2026-06-15", supersedes: str = "2026", *, weights: bool = True) -> Path:
    """A policies folder with the 2026 version and an amendment: other weights (unless not), risk sign and ladder."""
    policies = tmp_path / "policies"
    for name in ("2026", "2026-b"):
        shutil.copytree(ROOT / "policies" / "2026", policies / name, ignore=shutil.ignore_patterns("cases"))
    line = "in_force: {from: 2026-03-01}"
    dated = f'in_force: {{from: {in_force}}}\nsupersedes: "{supersedes}"'
    for file, old, new in (*EDITS, ("policy.yaml", line, dated)):
        if file == "indicators.yaml" and not weights:
            continue
        path = policies / "2026-b" / file
        text = path.read_text("utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new), "utf-8")
    return policies


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Evaluation:
    """The golden year under the 2026 version and its amendment."""
    return evaluate(request(amended(tmp_path_factory.mktemp("amended"))))


def months(document: dict[str, Any]) -> dict[str, Any]:
    return {month["period"]: month for month in document["months"]}


def test_months_before_the_amendment_keep_the_old_rules(tmp_path: Path) -> None:
    """Promise: an amendment of mid-June governs from July; earlier months are byte for byte as they were."""
    policies = amended(tmp_path)
    both = result_json(evaluate(request(policies)))
    old = result_json(evaluate(request(policies, "2026")))
    new = result_json(evaluate(request(policies, "2026-b")))
    assert [part["from"] for part in both["versions"]] == ["2025-11", "2026-07"]
    for period, month in months(both).items():
        source = old if period < "2026-07" else new
        assert json.dumps(month) == json.dumps(months(source)[period])
    assert months(old)["2026-07"] != months(new)["2026-07"]  # or the test would show nothing


def test_ladders_go_on_and_each_period_has_its_own_steps(tmp_path: Path) -> None:
    """Promise: streaks count over the change of version, and a step that the amendment moved counts from July."""
    found = evaluate(request(amended(tmp_path, weights=False)))
    runs = {
        (item.unit, item.period.id): (item.history.running, item.fired)
        for item in found.considered
        if item.consequence.id == "last-2-running"
    }
    lasts = {
        (placed.unit, standing.period.id)
        for standing in found.standings
        if standing.kind == "month"
        for placed in standing.ranking
        if placed.last
    }
    crossing = [unit for unit in found.scorer.units if {(unit, "2026-06"), (unit, "2026-07")} <= lasts]
    assert crossing  # or nothing would go over the change
    for name in crossing:
        before, after = runs[name, "2026-06"], runs[name, "2026-07"]
        assert after[0] == before[0] + 1
    for (unit, period), (running, fired) in runs.items():
        if fired:
            assert running >= (2 if period < "2026-07" else 3), (unit, period)


def test_an_order_is_decided_by_the_version_in_force_on_its_day(found: Evaluation, tmp_path: Path) -> None:
    """Promise: orders received before the amendment's day keep the old rules, later ones get the new, each once."""
    target = tmp_path / "decisions.jsonl"
    assert write_results(order_details(found), target) == found.intake.orders
    lines = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [line["order"] for line in lines] == sorted(line["order"] for line in lines)
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["工单编号"]: row for row in csv.DictReader(file)}
    repeated = {2: 0, 5: 0}
    for line in lines:
        row = rows[line["order"]]
        year, month, day = (int(part) for part in re.findall(r"\d+", row["接单时间"])[:3])
        least = 5 if dt.date(year, month, day) >= dt.date(2026, 6, 15) else 2
        repeated[least] += int(row["重复反映次数"]) >= 2
        assert ("risk-repeat" in line["rules"]) == (int(row["重复反映次数"]) >= least)
    assert all(repeated.values())


@pytest.mark.parametrize("version", ["2026", "2026-b"])
def test_explanations_name_the_version_that_decided(found: Evaluation, version: str) -> None:
    """Promise: an inspector is told which version an order was decided by."""
    query = "SELECT 工单编号 FROM intake_orders WHERE 接单时间 {} ? ORDER BY 接单时间 {} LIMIT 1"
    asked = query.format(">=", "ASC") if version == "2026-b" else query.format("<", "DESC")
    row = found.connection.execute(asked, [dt.datetime(2026, 6, 15)]).fetchone()
    assert row is not None
    assert explain_order(Orders(found), row[0])["policy"]["id"] == version


def test_quarters_add_up_months_as_each_was_governed(found: Evaluation) -> None:
    """Promise: the quarter of the change is the mean of totals under both versions."""
    quarter = next(item for item in found.standings if item.period.id == "Q3")
    for placed in quarter.ranking:
        totals = [found.standings[i].totals[placed.unit] for i in (6, 7, 8) if placed.unit in found.standings[i].totals]
        assert placed.total == sum(totals) / len(totals)
    explained = explain_unit(found, quarter.ranking[0].unit, "Q3")
    assert explained["policy"]["id"] == "2026-b"


@pytest.mark.parametrize(
    ("in_force", "supersedes", "words"),
    [("2026-06-15", "2025", "修订应写明它取代的前一版本"), ("2026-06-15", "nobody", "2026")],
)
def test_an_amendment_of_nothing_is_refused(tmp_path: Path, in_force: str, supersedes: str, words: str) -> None:
    """Promise: a version that supersedes another than the one before it is an error, not a guess."""
    with pytest.raises(InputError, match=words):
        evaluate(request(amended(tmp_path, in_force, supersedes)))
