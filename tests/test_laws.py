"""Laws of an evaluation: what must change nothing, and what may change only what it is about."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.choosing import Request
from engine.compiled import CompiledPolicy
from engine.evaluate import evaluate, order_detail
from engine.order_results import results
from engine.policy.model import Policy
from engine.report import result_json
from tests.running import GOLDEN, GOLDEN_AS_OF, POLICY, ROOT, SCHEMAS, Found, compiled, run_set
from tests.strategies import InputSet, input_sets

PLAN = compiled(POLICY)
EXCLUSIONS = "剔除情形"
UNTOUCHED = ("volume", "first_contact", "on_time")
few = settings(max_examples=10)


def header(rows: list[dict[str, str]], column: str, policy: Policy = PLAN.policy) -> str:
    """Under which of its names the orders' ``column`` stands in the rows."""
    declared = policy.orders.column(column)
    return next(name for name in (column, *declared.aliases) if name in rows[0])


def with_orders(drawn: InputSet, rows: list[dict[str, str]]) -> InputSet:
    return replace(drawn, tables={**drawn.tables, "orders": rows})


def essence(found: Found) -> tuple[str, list[object]]:
    """All that is found but what names the files' bytes and the places of rows in them, as text; the decisions."""
    kept = {key: value for key, value in found.result.items() if key not in ("remarks", "set_aside_rows")}
    kept["input"] = {key: value for key, value in kept["input"].items() if key != "digest"}
    rows = found.result["set_aside_rows"]
    aside = [{**row, "record": 0, "reason": re.sub(r"\d+", "0", row["reason"])} for row in rows]
    kept["aside"] = sorted(json.dumps(row, ensure_ascii=False) for row in aside)
    return json.dumps(kept, ensure_ascii=False), [*found.decisions]


def counts(found: Found) -> dict[tuple[str, str, str], tuple[Fraction, int]]:
    """Points and orders of every indicator by month, unit and indicator, ranked units only."""
    return {
        (month["period"], line["unit"], id): (Fraction(one["points"]), one["orders"])
        for month in found.result["months"]
        for line in month["ranking"]
        for id, one in line["counts"].items()
    }


@few
@given(input_sets(PLAN.policy), st.randoms(use_true_random=False))
def test_order_of_rows_and_columns_changes_nothing(drawn: InputSet, chance: random.Random) -> None:
    """Promise: shuffled rows of every table, with columns in another order, give the same bytes, set-aside rows too."""
    again = [{**row, "加分": "0.7"} for row in drawn.tables["bonuses"]]  # several awards of one unit in one month
    drawn = replace(drawn, tables={**drawn.tables, "bonuses": [*drawn.tables["bonuses"], *again]})
    shuffled: dict[str, list[dict[str, str]]] = {}
    for id, rows in drawn.tables.items():
        shuffled[id] = list(rows)
        chance.shuffle(shuffled[id])
        names = list(rows[0]) if rows else []
        chance.shuffle(names)
        shuffled[id] = [{name: row[name] for name in names} for row in shuffled[id]]
    assert essence(run_set(PLAN, replace(drawn, tables=shuffled))) == essence(run_set(PLAN, drawn))


@few
@given(input_sets(PLAN.policy, flawed=False), st.data())
def test_an_order_of_another_unit_changes_only_volume(drawn: InputSet, data: st.DataObject) -> None:
    """Promise: one more order of another unit leaves every count of this unit as it was but the number of orders its
    ``volume`` is divided by, and that only for units of the same kind."""
    rows = drawn.tables["orders"]
    number, unit = (header(rows, name) for name in ("工单编号", "承办单位"))
    groups = {row["承办单位"]: row["同类部门"] for row in drawn.tables["units"]}
    other = data.draw(st.sampled_from(sorted(groups)))
    added = {**data.draw(st.sampled_from(rows)), number: "新添的单", unit: other}
    before = counts(run_set(PLAN, drawn, decisions=False))
    after = counts(run_set(PLAN, with_orders(drawn, [*rows, added]), decisions=False))
    grown = set()
    for key, (points, orders) in before.items():
        _, name, indicator = key
        if name == other:
            continue
        if indicator == "volume" and groups[name] == groups[other]:
            assert after[key][0] == points and after[key][1] in (orders, orders + 1)
            grown.add(key) if after[key][1] > orders else None
        else:
            assert after[key] == (points, orders)
    assert len({month for month, _, _ in grown}) <= 1  # one order is received in one month
    assert {key for key in after if key[1] != other} == {key for key in before if key[1] != other}


@few
@given(input_sets(PLAN.policy), st.data())
def test_an_exclusion_changes_satisfaction_only(drawn: InputSet, data: st.DataObject) -> None:
    """Promise: 附件3 takes orders out of ``satisfaction``, and never changes another count, who is ranked or a duty."""
    rows = [{**row, EXCLUSIONS: ""} for row in drawn.tables["orders"]]
    some = st.lists(st.sampled_from(PLAN.policy.orders.column(EXCLUSIONS).choices), min_size=1, max_size=3)
    chosen = data.draw(st.lists(st.one_of(st.just(""), some.map("；".join)), min_size=len(rows), max_size=len(rows)))
    excluded = [{**row, EXCLUSIONS: text} for row, text in zip(rows, chosen, strict=True)]
    before, after = run_set(PLAN, with_orders(drawn, rows)), run_set(PLAN, with_orders(drawn, excluded))
    now = counts(after)
    assert now.keys() == counts(before).keys()
    for key, (points, orders) in counts(before).items():
        if key[2] == "satisfaction":
            assert now[key][0] <= points and now[key][1] <= orders
        else:
            assert now[key] == (points, orders)
    number = header(rows, "工单编号")
    taken = {row[number] for row, text in zip(rows, chosen, strict=True) if text}
    for (order, _, duties), (same, rules, others) in zip(before.decisions, after.decisions, strict=True):
        assert (order, duties) == (same, others)
        assert any(rule.startswith("a3-") for rule in rules) == (order in taken)


@few
@given(input_sets(PLAN.policy, flawed=False), st.data())
def test_a_finding_changes_what_follows_from_it_only(drawn: InputSet, data: st.DataObject) -> None:
    """Promise: 附件4 (what was found and what came of it) takes orders out of ``resolution`` and ``satisfaction``, and
    never changes another count, who is ranked or a duty."""
    rows = drawn.tables["orders"]
    names = [header(rows, name) for name in ("事实认定", "结果认定")]
    values = st.tuples(
        *(st.sampled_from(("", *PLAN.policy.orders.column(id).choices)) for id in ("事实认定", "结果认定"))
    )
    chosen = data.draw(st.lists(values, min_size=len(rows), max_size=len(rows)))
    found = [{**row, **dict(zip(names, texts, strict=True))} for row, texts in zip(rows, chosen, strict=True)]
    before, after = run_set(PLAN, drawn), run_set(PLAN, with_orders(drawn, found))
    kept = {key: count for key, count in counts(before).items() if key[2] not in ("resolution", "satisfaction")}
    assert {key: count for key, count in counts(after).items() if key in kept} == kept
    assert counts(after).keys() == counts(before).keys()
    assert [(order, duties) for order, _, duties in after.decisions] == [
        (order, duties) for order, _, duties in before.decisions
    ]


def reweigh(folder: Path, change: Callable[[Fraction], Fraction]) -> None:
    """Rewrite every ``weight`` of a policy folder, and their declared sum."""
    file = folder / "indicators.yaml"
    lines = []
    for line in file.read_text("utf-8").splitlines():
        key, colon, value = line.partition(": ")
        if key.strip() in ("weight", "weights_sum"):
            weight = change(Fraction(value))
            assert (weight * 1000).denominator == 1  # can be written down
            lines.append(f"{key}{colon}{float(weight):g}")
        else:
            lines.append(line)
    file.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.fixture(scope="module", params=[Fraction(3), Fraction(1, 8)], ids=("threefold", "an eighth"))
def scaled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> CompiledPolicy:
    """A copy of the policy whose weights are multiplied."""
    factor: Fraction = request.param
    folder = tmp_path_factory.mktemp("scaled") / "2026"
    shutil.copytree(POLICY, folder)
    reweigh(folder, lambda weight: weight * factor)
    plan = compiled(folder)
    assert [one.weight for one in plan.policy.indicators] == [one.weight * factor for one in PLAN.policy.indicators]
    return plan


@settings(max_examples=6)
@given(input_sets(PLAN.policy))
def test_weights_scaled_by_a_constant_change_nothing(scaled: CompiledPolicy, drawn: InputSet) -> None:
    """Promise: weights are proportions: all multiplied alike, they leave scores, ranks and consequences alone."""
    ours, theirs = run_set(scaled, drawn, decisions=False), run_set(PLAN, drawn, decisions=False)
    for key in ("months", "quarters", "year", "consequences"):
        assert ours.result[key] == theirs.result[key]


def next_year(text: str) -> str:
    """Every date and month of 2025 and 2026 in the text a year later."""
    return re.sub(r"\b(2025|2026)(?=[-/]\d|-Q)", lambda found: str(int(found[1]) + 1), text)


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A policies folder with the version 2026 and one for the cycle that follows."""
    folder = tmp_path_factory.mktemp("policies")
    shutil.copytree(POLICY, folder / "2026", ignore=shutil.ignore_patterns("cases"))
    shutil.copytree(POLICY, folder / "2027", ignore=shutil.ignore_patterns("cases"))
    for file in (folder / "2027").glob("*.yaml"):
        text = file.read_text("utf-8")
        if file.stem == "calendar":
            text += "  - {year: 2027, notice: 试验用, days_off: [], makeup_workdays: []}\n"
        else:
            text = next_year(text).replace('"2026"', '"2027"')
        file.write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def cycles(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Some of the golden set's orders, as they are and a year later, by the version that governs them."""
    found = {}
    for version, shift in (("2026", str), ("2027", next_year)):
        found[version] = tmp_path_factory.mktemp("cycle") / version
        found[version].mkdir()
        for path in GOLDEN.glob("*.csv"):
            with path.open(encoding="utf-8-sig", newline="") as file:
                head, *rows = csv.reader(io.StringIO(shift(file.read())))
            with (found[version] / path.name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([head, *rows[:: 4 if path.stem == "orders" else 1]])
    return found


@settings(max_examples=3)
@given(st.permutations((5, 10, 25, 28, 32)))
@pytest.mark.parametrize("governing", ["2026", "2027"])
def test_a_version_changes_nothing_in_anothers_cycle(
    versions: Path,
    cycles: dict[str, Path],
    tmp_path_factory: pytest.TempPathFactory,
    governing: str,
    weights: list[int],
) -> None:
    """Promise: other weights in one version leave every byte of the other cycle's results as it was, and do act on
    their own cycle."""
    other = "2027" if governing == "2026" else "2026"
    released = tmp_path_factory.mktemp("released")
    shutil.copytree(versions, released, dirs_exist_ok=True)
    left = iter((100, *weights))
    reweigh(released / other, lambda _: Fraction(next(left)))
    assert governed(released, cycles[governing], governing) == governed(versions, cycles[governing], governing)
    assert governed(released, cycles[other], other) != governed(versions, cycles[other], other)


@cache
def governed(released: Path, data: Path, version: str) -> tuple[str, list[str]]:
    """The result's bytes and the decisions, by the version that governs the orders' months."""
    as_of = GOLDEN_AS_OF.replace(year=int(version))
    now = as_of.replace(tzinfo=dt.UTC)
    found = evaluate(Request(data, SCHEMAS, released, None, None, {}, as_of, now, released / "tables"))
    assert found.policy.version == version
    return json.dumps(result_json(found), ensure_ascii=False), [one.to_json() for one in results(order_detail(found))]


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    """Promise: two runs in processes of their own, with other hashes and other folders, print the same bytes."""
    printed = []
    for seed in ("1", "2"):
        data, decisions = tmp_path / seed, tmp_path / f"{seed}.jsonl"
        shutil.copytree(GOLDEN, data)
        words = ["evaluate", "--data", data, "--as-of", GOLDEN_AS_OF, "--format", "json", "--decisions", decisions]
        ran = subprocess.run(
            [sys.executable, "-c", "import sys; from cli.main import main; sys.exit(main())", *map(str, words)],
            env={**os.environ, "PYTHONHASHSEED": seed, "XDG_CACHE_HOME": str(tmp_path / f"cache{seed}")},
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        printed.append((ran.stdout, decisions.read_bytes()))
    assert printed[0] == printed[1] and printed[0][0] and printed[0][1]
