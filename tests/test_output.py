"""What the program prints is what its schemas describe, and on the golden set what was expected of it."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from typer.main import get_command

from cli.commands import app
from cli.main import main
from manual.commands import every_command
from tests.running import GOLDEN, GOLDEN_AS_OF, POLICY, SCHEMAS, compiled, run_set
from tests.shapes import fits, validator
from tests.strategies import InputSet, input_sets

PLAN = compiled(POLICY)


EVALUATION, DECISION = validator("evaluation.schema.json"), validator("decision.schema.json")


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The golden set's result and decisions, as the command prints them."""
    folder = tmp_path_factory.mktemp("golden")
    words = ("evaluate", "--data", GOLDEN, "--as-of", GOLDEN_AS_OF, "--format", "json")
    with pytest.MonkeyPatch.context() as patch, (folder / "out.json").open("w", encoding="utf-8") as out:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr("sys.stdout", out)
        assert main([*map(str, words), "--decisions", str(folder / "decisions.jsonl")]) == 0
    lines = (folder / "decisions.jsonl").read_text("utf-8").splitlines()
    return json.loads((folder / "out.json").read_text("utf-8")), [json.loads(line) for line in lines]


def test_the_golden_set_gives_what_was_expected(golden: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    """Promise: no difference in any month, gate, rank, total, consequence, order rule or obligation."""
    result, decisions = golden
    expected = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
    orders = expected.pop("orders")
    for part, content in expected.items():
        held_by(content, result[part], part)
    assert {one["order"]: {"rules": one["rules"], "duties": one["duties"]} for one in decisions} == orders
    assert [one["order"] for one in decisions] == sorted(orders)


def held_by(expected: Any, found: Any, where: str) -> None:
    """``found`` equals what is expected; objects may have more keys, lists not more items."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            assert key in found, (where, key)
            held_by(value, found[key], f"{where}/{key}")
    elif isinstance(expected, list):
        assert len(expected) == len(found), where
        for place, (one, other) in enumerate(zip(expected, found, strict=True)):
            held_by(one, other, f"{where}/{place}")
    else:
        assert expected == found, where


def test_the_golden_set_fits_the_schemas(golden: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    """Promise: the command's whole output is described, key by key, and nothing in it is left to be guessed."""
    result, decisions = golden
    EVALUATION.validate(result)
    for one in decisions:
        DECISION.validate(one)


@settings(max_examples=12)
@given(input_sets(PLAN.policy))
def test_any_result_fits_the_schemas(drawn: InputSet) -> None:
    """Promise: the schemas also hold where units are unranked, rows set aside, figures missing, periods unfinished."""
    found = run_set(PLAN, drawn)
    EVALUATION.validate(json.loads(json.dumps(found.result)))
    for order, rules, duties in found.decisions:
        DECISION.validate({"order": order, "rules": rules, "duties": duties})


def test_the_schemas_refuse_what_is_not_described(golden: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    """The checks above can fail: another key anywhere in the result is refused."""
    result, decisions = golden
    for part in (result, result["policy"], result["titles"], result["months"][0], result["months"][5]["ranking"][0],
                 result["quarters"][0], result["year"], result["consequences"][0]):  # fmt: skip
        part["undescribed"] = 1
        assert not EVALUATION.is_valid(result)
        del part["undescribed"]
    assert EVALUATION.is_valid(result)
    assert not DECISION.is_valid({**decisions[0], "undescribed": 1})


def explained(capsys: pytest.CaptureFixture[str], cache: Path, *words: str) -> dict[str, Any]:
    """What ``hotline explain`` prints about the golden set."""
    given = ("--data", str(GOLDEN), "--as-of", str(GOLDEN_AS_OF), "--format", "json")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache))
        assert main(["explain", *words, *given]) == 0
    return dict(json.loads(capsys.readouterr().out))


def test_explanations_fit_their_schemas(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Promise: an explanation of an order or a unit is described key by key, in any kind of period, and another key is
    refused."""
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        orders = [row["工单编号"] for row in csv.DictReader(file)][::250]
    for id in orders:
        fits("explanation-order", explained(capsys, tmp_path, "order", id))
    for period in ("2025-11", "2026-04", "2026-09", "Q2", "year"):
        fits("explanation-unit", explained(capsys, tmp_path, "unit", "房屋管理所", "--period", period))


def printed(capsys: pytest.CaptureFixture[str], code: int, *words: object) -> Any:
    assert main([*map(str, words), "--format", "json"]) == code
    return json.loads(capsys.readouterr().out)


def test_findings_cases_probes_and_readings_fit_their_schemas(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Promise: what check, test, probe and readings print for programs is described, findings and failures too."""
    broken = shutil.copytree(POLICY.parents[1] / "examples" / "policies" / "boston-311", tmp_path / "boston")
    text = (broken / "fields.yaml").read_text("utf-8")
    (broken / "fields.yaml").write_text(text.replace("type: time", "type: tyme", 1), "utf-8")
    found = printed(capsys, 1, "policy", "check", broken)
    fits("check", found)
    assert found["versions"][0]["findings"]
    tested = printed(capsys, 0, "policy", "test", "boston-311", "--coverage")
    fits("tests", tested)
    assert tested["versions"][0]["cases"] and tested["versions"][0]["coverage"]
    probed = printed(capsys, 0, "policy", "probe", "2026", "--only", "indicators.satisfaction.weight")
    fits("probe", probed)
    assert probed["versions"][0]["probed"]
    for version in ("2026", "boston-311"):
        fits("reading-list", printed(capsys, 0, "policy", "readings", version))


DESCRIBES = re.compile("hotline ((?:[a-z]+ )+)--format json 的输出")


def test_every_command_that_prints_json_has_a_schema() -> None:
    """Promise: whatever the program prints for programs is described, by one schema that names the command."""
    found = [json.loads(path.read_text("utf-8"))["description"] for path in SCHEMAS.glob("*.schema.json")]
    described = Counter(match[1].strip() for text in found if (match := DESCRIBES.match(text)))
    printing = [
        " ".join(path[1:])
        for path, command, _ in every_command(get_command(app))
        for option in command.params
        if "--format" in option.opts and "json" in option.help
    ]
    assert "evaluate" in printing and "audit verify" in printing
    assert described == Counter(printing)
