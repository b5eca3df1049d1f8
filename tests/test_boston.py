"""Another hotline: Boston's 311, described by fields and clocks alone, against the city's own verdict.

Everything expected is counted here from the file with plain Python; ``ontime`` takes no part in the evaluation.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from cli.main import main
from engine.policy.build import load_policy
from engine.policy.versions import list_versions

ROOT = Path(__file__).parents[1]
DATA = ROOT / "examples" / "boston-311"
POLICY = ROOT / "examples" / "policies" / "boston-311"
SCHEMAS = ROOT / "schemas" / "v1"
BASE = ("--policy", "boston-311", "--data", DATA)
AFTER = "2023-01-01 00:00:00"
VERDICTS = {"ONTIME": "met", "OVERDUE": "breached"}

Row = dict[str, str]
Run = Callable[..., str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    with (DATA / "orders.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value.strip() for key, value in row.items()} for row in csv.DictReader(file)]


@pytest.fixture
def hotline(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs ``hotline`` in this process, which must succeed without a word on stderr; what it wrote."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    def run(*words: object) -> str:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        assert (code, said.err) == (0, "")
        return said.out

    return run


def duties(hotline: Run, tmp_path: Path, as_of: str) -> dict[str, dict[str, str]]:
    target = tmp_path / "decisions.jsonl"
    hotline("evaluate", *BASE, "--as-of", as_of, "--format", "json", "--decisions", target)
    return {line["order"]: line["duties"] for line in map(json.loads, target.read_text("utf-8").splitlines())}


def result(hotline: Run) -> Any:
    return json.loads(hotline("evaluate", *BASE, "--as-of", AFTER, "--format", "json"))


def has_target_and_closed(row: Row) -> bool:
    return bool(row["target_dt"] and row["closed_dt"])


def test_the_verdict_is_the_citys(hotline: Run, tmp_path: Path, rows: list[Row]) -> None:
    """Promise: met or breached equals the city's verdict in every row that has a target and a closing time."""
    found = duties(hotline, tmp_path, AFTER)
    wanted = {row["case_enquiry_id"]: VERDICTS[row["ontime"]] for row in rows if has_target_and_closed(row)}
    assert len(wanted) == sum(1 for row in rows if row["target_dt"] != "" and row["case_status"] == "Closed") > 50
    assert {order: found[order]["on-time"] for order in wanted} == wanted
    assert set(Counter(wanted.values())) == {"met", "breached"}


def test_requests_without_a_target_have_no_deadline(hotline: Run, tmp_path: Path, rows: list[Row]) -> None:
    """Promise: nothing is due where no target was set, and every request is in the result."""
    found = duties(hotline, tmp_path, AFTER)
    without = {row["case_enquiry_id"] for row in rows if not row["target_dt"]}
    assert without == {order for order, due in found.items() if not due}
    assert len(found) == len(rows) and len(without) > 0


@pytest.mark.parametrize("as_of", ["2022-01-15 00:00:00", "2022-02-04 13:47:30", "2022-02-04 13:47:31", AFTER])
def test_open_requests_are_breached_once_past_their_target(
    hotline: Run, tmp_path: Path, rows: list[Row], as_of: str
) -> None:
    """Promise: an open request is pending up to the second of its target and breached after it."""
    found = duties(hotline, tmp_path, as_of)
    still = [row for row in rows if row["target_dt"] and not row["closed_dt"]]
    wanted = {row["case_enquiry_id"]: "breached" if row["target_dt"] < as_of else "pending" for row in still}
    assert {order: found[order]["on-time"] for order in wanted} == wanted
    if as_of == AFTER:
        assert all(row["ontime"] == "OVERDUE" for row in still) and set(wanted.values()) == {"breached"}


def test_denominators_leave_out_what_has_no_target(hotline: Run, rows: list[Row]) -> None:
    """Promise: a department's month counts its closed requests that had a target, and no others."""
    measured: Counter[tuple[str, str]] = Counter()
    in_time: Counter[tuple[str, str]] = Counter()
    for row in filter(has_target_and_closed, rows):
        key = (row["closed_dt"][:7], row["department"])
        measured[key] += 1
        closed, target = (dt.datetime.fromisoformat(row[name]) for name in ("closed_dt", "target_dt"))
        in_time[key] += closed <= target

    def counted(counts: dict[str, Any]) -> tuple[int, Fraction]:
        return counts["orders"], Fraction(counts["points"])

    found = {
        (month["period"], row["unit"]): counted(row["counts"]["on_time"])
        for month in result(hotline)["months"]
        for row in month["ranking"]
    }
    assert found == {key: (orders, Fraction(100 * in_time[key])) for key, orders in measured.items()}
    diluted = Counter((row["closed_dt"][:7], row["department"]) for row in rows if row["closed_dt"])
    assert any(diluted[key] > orders for key, (orders, _) in found.items())


def test_year_is_all_requests_together(hotline: Run, rows: list[Row]) -> None:
    """Promise: the year ranks by the counts of all months together, and the lowest share is last."""
    closed = [row for row in rows if has_target_and_closed(row)]
    shares = {}
    for unit in {row["department"] for row in closed}:
        own = [row["ontime"] == "ONTIME" for row in closed if row["department"] == unit]
        shares[unit] = round(100 * sum(own) / len(own), 6)
    year = result(hotline)["year"]
    assert {row["unit"]: row["total"] for row in year["ranking"]} == shares
    assert [row["unit"] for row in year["ranking"] if row["last"]] == [min(shares, key=shares.__getitem__)]
    assert sorted([*shares, *year["unranked"]]) == sorted({row["department"] for row in rows})


def test_open_requests_past_target_are_shown_even_of_unranked_departments(hotline: Run, rows: list[Row]) -> None:
    """Promise: what is overdue and open is shown in the month of its target, also of unranked departments."""
    shown: Counter[tuple[str, str]] = Counter()
    for month in result(hotline)["months"]:
        for unit, counts in month["shown_unranked"].items():
            shown[month["period"], unit] += counts["overdue_open"]
        for row in month["ranking"]:
            shown[month["period"], row["unit"]] += row["shown"]["overdue_open"]
    still = [row for row in rows if row["target_dt"] and not row["closed_dt"]]
    assert +shown == Counter((row["target_dt"][:7], row["department"]) for row in still)


def test_every_format_does_without_units_averages_gates_and_consequences(hotline: Run, rows: list[Row]) -> None:
    """Promise: table, CSV and JSON are whole where the policy has no units table, gate, bonus or consequence."""
    found = result(hotline)
    registry: Registry[Any] = Registry().with_resources(
        [(path.name, Resource.from_contents(json.loads(path.read_text("utf-8")))) for path in SCHEMAS.glob("*.json")]
    )
    schema = json.loads((SCHEMAS / "evaluation.schema.json").read_text("utf-8"))
    assert [error.message for error in Draft202012Validator(schema, registry=registry).iter_errors(found)] == []
    assert {month["gate"] for month in found["months"]} == {None} and found["consequences"] == []
    assert len(found["months"]) == 12 and len(found["quarters"]) == 4
    units = {row["department"] for row in rows}
    table = hotline("evaluate", *BASE, "--as-of", AFTER)
    assert all(unit in table for unit in units) and "三率" not in table
    text = hotline("evaluate", *BASE, "--as-of", AFTER, "--format", "csv").removeprefix("\ufeff")
    listed = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(listed) == (12 + 4 + 1) * len(units)


def test_an_order_is_explained(hotline: Run) -> None:
    """Promise: the explanation gives the deadline that was kept to, and the rule engine's live answer agrees."""
    words = ("explain", "order", "101004143000", *BASE, "--as-of", AFTER)
    found = json.loads(hotline(*words, "--format", "json"))
    duty = next(item for item in found["obligations"] if item["id"] == "on-time")
    assert (duty["deadline"], duty["state"]) == ("2022-02-04 13:47:30", "breached")
    assert found["rule_engine"]["agrees"] is True
    assert "2022-02-04 13:47:30" in hotline(*words)


@pytest.mark.parametrize("period", ["2022-01", "2022-Q1", "year"])
def test_a_department_is_explained(hotline: Run, rows: list[Row], period: str) -> None:
    """Promise: a pooled quarter or year shows its own count over count, as a month does."""
    months = {"2022-01": ("2022-01",), "2022-Q1": ("2022-01", "2022-02", "2022-03")}.get(period)
    words = ("explain", "unit", "PWDx", "--period", period, *BASE, "--as-of", AFTER)
    found = json.loads(hotline(*words, "--format", "json"))
    own = [row for row in rows if has_target_and_closed(row) and row["department"] == "PWDx"]
    counted = [row for row in own if months is None or row["closed_dt"][:7] in months]
    indicator = found["indicators"][0]
    in_time = sum(row["ontime"] == "ONTIME" for row in counted)
    assert (indicator["orders"], indicator["points"]) == (len(counted), str(100 * in_time))
    shown = hotline(*words)
    assert all(figure in shown for figure in (str(in_time), str(len(counted)), f"{100 * in_time / len(counted):.2f}"))
    assert "GEN_" in hotline("explain", "unit", "GEN_", "--period", period, *BASE, "--as-of", AFTER)


def test_what_could_identify_a_caller_is_nowhere(hotline: Run, tmp_path: Path, rows: list[Row]) -> None:
    """Promise: no cell of a personal column gets into a result, an explanation or the decisions."""
    columns = load_policy(POLICY, SCHEMAS, {}).orders.columns
    personal = {item.id for item in columns if item.personal}
    assert {"location", "location_street_name", "closure_reason", "latitude", "longitude"} <= personal
    open_cells = {row[item.id] for row in rows for item in columns if not item.personal}
    secrets = {row[name] for row in rows for name in personal if len(row[name]) > 5} - open_cells
    assert len(secrets) > len(rows)
    decisions = tmp_path / "decisions.jsonl"
    written = [
        hotline("evaluate", *BASE, "--as-of", AFTER, "--format", "json", "--decisions", decisions),
        hotline("evaluate", *BASE, "--as-of", AFTER),
        hotline("explain", "order", "101004130437", *BASE, "--format", "json"),
        decisions.read_text("utf-8"),
    ]
    assert [secret for secret in secrets if any(secret in text for text in written)] == []


def test_an_example_is_never_chosen_by_date(hotline: Run, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Promise: without ``--policy`` only released versions are considered, though the example's cycle would fit."""
    assert POLICY not in [version.folder for version in list_versions(ROOT / "policies")]
    assert main(["evaluate", "--data", str(DATA)]) == 2
    assert "Traceback" not in capsys.readouterr().err
    shutil.copytree(POLICY, tmp_path / "policies" / POLICY.name)
    by_date = json.loads(hotline("evaluate", "--data", DATA, "--policies", tmp_path / "policies", "--format", "json"))
    assert by_date["policy"]["id"] == "boston-311"


def test_the_engine_knows_nothing_of_this_hotline() -> None:
    """Promise: another hotline is data; no name of its files, fields or city stands in the engine or command line."""
    names = ["boston", *(item.id for item in load_policy(POLICY, SCHEMAS, {}).orders.columns if "_" in item.id)]
    for path in [*(ROOT / "engine").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]:
        text = path.read_text("utf-8").lower()
        assert [name for name in names if name in text] == [], path
