"""``hotline evaluate`` from the command line, on the bundled orders of a whole cycle."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from .conftest import Ran

GOLDEN = Path(__file__).parents[2] / "examples" / "golden"
AS_OF = "2026-11-23 00:00:00"


@pytest.fixture(scope="module")
def expected() -> Any:
    return json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def covers(found: Any, wanted: Any) -> bool:
    """Whether ``found`` has everything in ``wanted``; more keys may be there, other list items may not."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(key in found and covers(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(covers, found, wanted))
    return bool(found == wanted)


def test_json_is_the_expected_result(hotline: Callable[..., Ran], expected: Any) -> None:
    """Promise: one JSON object on stdout, nothing else anywhere, equal to what an independent program found."""
    ran = hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    for key in ("months", "quarters", "year", "consequences"):
        assert covers(found[key], expected[key]), key


def test_decisions_are_written_beside_it(hotline: Callable[..., Ran], expected: Any, tmp_path: Path) -> None:
    """Promise: ``--decisions`` writes one line an order, by order id, with the rules and duties expected."""
    target = tmp_path / "decisions.jsonl"
    assert hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--decisions", target).code == 0
    lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [line["order"] for line in lines] == sorted(expected["orders"])
    wanted = expected["orders"]
    assert all({k: v for k, v in line.items() if k != "order"} == wanted[line["order"]] for line in lines)
    assert [path.name for path in tmp_path.iterdir() if path.name != "cache"] == ["decisions.jsonl"]


def test_decisions_as_parquet_are_the_same(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: ``--decisions out.parquet`` holds what the lines of JSON hold, in the same order; and neither it nor the
    result depends on ``--memory``."""
    lines, parquet = tmp_path / "decisions.jsonl", tmp_path / "decisions.parquet"
    said = hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--format", "json", "--decisions", lines)
    bound = ("--memory", "300MB", "--format", "json", "--decisions", parquet)
    assert hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, *bound) == said
    read = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(parquet)])
    key, *ids = (name for name, *_ in read.description or ())
    rows = [(id, dict(zip(ids, values, strict=True))) for id, *values in read.fetchall()]
    told = [
        {
            "order": id,
            "rules": [name for name, value in row.items() if value is True],
            "duties": {name: value for name, value in row.items() if isinstance(value, str)},
        }
        for id, row in rows
    ]
    written = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    assert key == "工单编号" and told == written
    assert [list(line["duties"]) for line in told] == [list(line["duties"]) for line in written]


def test_table_and_csv_tell_the_same_ranks(hotline: Callable[..., Ran], expected: Any) -> None:
    """Promise: whatever the format, the ranks are the same."""
    ran = hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--format", "csv", "--period", "2026-04")
    rows = list(csv.DictReader(io.StringIO(ran.out.removeprefix("\ufeff"), newline="")))
    month = next(month for month in expected["months"] if month["period"] == "2026-04")
    assert [(row["承办单位"], int(row["名次"])) for row in rows] == [(r["unit"], r["rank"]) for r in month["ranking"]]
    text = hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--period", "2026-04").out
    detail = text[text.index("【2026-04】") :]
    places = [detail.index(row["承办单位"]) for row in rows]
    assert places == sorted(places)


def test_a_reading_is_switched_from_the_command_line(hotline: Callable[..., Ran]) -> None:
    """Promise: ``--set`` changes the reading in the result and nothing has to be edited."""
    ran = hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--format", "json", "--set", "gate-scope=none")
    found = json.loads(ran.out)
    assert found["policy"]["readings"]["gate-scope"] == "none"
    assert {item["period"] for item in found["consequences"] if item["rule"] == "bulletin"} >= {"2026-04", "2026-05"}


def test_an_unknown_reading_is_refused(hotline: Callable[..., Ran]) -> None:
    """Promise: a misspelt reading is never passed over in silence."""
    ran = hotline("evaluate", "--data", GOLDEN, "--set", "gate-scop=none")
    assert ran.code == 2 and "gate-scop" in ran.err and ran.out == ""


def test_an_unknown_period_lists_those_there_are(hotline: Callable[..., Ran]) -> None:
    """Promise: ``--period`` outside the cycle says which periods there are."""
    ran = hotline("evaluate", "--data", GOLDEN, "--as-of", AS_OF, "--period", "2027-01")
    assert ran.code == 2 and "2026-10" in ran.err and "year" in ran.err


def test_rows_set_aside_are_shown_and_strict_refuses_them(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: a bad row is shown with its place and reason and costs exit code 0; with ``--strict`` it costs 2."""
    data = tmp_path / "data"
    shutil.copytree(GOLDEN, data)
    with (data / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    rows[1][rows[0].index("承办单位")] = "没有的单位"
    with (data / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    shown = hotline("evaluate", "--data", data, "--as-of", AS_OF)
    assert shown.code == 0 and "未采用的行（1 行）" in shown.out and "没有的单位" in shown.out
    strict = hotline("evaluate", "--data", data, "--as-of", AS_OF, "--strict")
    assert strict.code == 2 and strict.out == ""
    assert "第 1 条" in strict.err and "没有的单位" in strict.err


def test_a_missing_folder_is_said(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: a wrong ``--data`` is one sentence and exit code 2."""
    ran = hotline("evaluate", "--data", tmp_path / "nowhere")
    assert ran.code == 2 and "nowhere" in ran.err and "程序内部出错" not in ran.err


def test_rows_of_months_outside_the_cycle_are_told(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: an award whose year was mistyped is not lost in silence; the result itself stays what it is."""
    data = shutil.copytree(GOLDEN, tmp_path / "data")
    before = hotline("evaluate", "--data", data, "--as-of", AS_OF, "--format", "json")
    with (data / "bonuses.csv").open("a", encoding="utf-8", newline="") as file:
        file.write("2027-05,房屋管理所,1.5,年份写错\r\n")
    ran = hotline("evaluate", "--data", data, "--as-of", AS_OF, "--format", "json")
    assert before.err == "" and json.loads(ran.out)["year"] == json.loads(before.out)["year"]
    assert (
        "提示：bonuses" in ran.err
        and "1 行的月份不在考核周期 2025-11 至 2026-10 内" in ran.err
        and "2027-05" in ran.err
    )
