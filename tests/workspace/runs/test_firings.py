"""What decided an order can be told from the run's objects alone, and is what the engine decided."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from engine.evaluate import order_details
from engine.explain_order import explain_order
from engine.one_order import Orders
from engine.order_results import OrderResult, results
from engine.problems import InputError
from tests.running import GOLDEN
from tests.workspace.runs.stocked import request
from workspace.firing_record import record_firings
from workspace.firings import Decided, order_firings, orders_of_rule
from workspace.opening import Workspace
from workspace.receipts import PARQUET, read_receipt, to_bytes
from workspace.runs import Run, current

Results = dict[str, OrderResult]


@pytest.fixture(scope="module")
def expected(office: Workspace, run: Run, cache: Path) -> Results:
    """What the engine says of every order, as ``--decisions`` writes it."""
    with current(office, request(office, cache)) as ready:
        (found,) = order_details(ready.evaluated.evaluation)
        return {one.order: one for one in results(found)}


@pytest.fixture(scope="module")
def rows() -> dict[str, dict[str, str]]:
    """The orders as they were imported."""
    with (GOLDEN / "orders.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["工单编号"]: row for row in csv.DictReader(file)}


def test_every_rule_has_its_orders(office: Workspace, run: Run, expected: Results) -> None:
    """Promise: the orders that a rule or an obligation decided, with the obligation's state, are exactly those that
    the evaluation gives, for every one of them."""
    told: Counter[tuple[str, str, str | None]] = Counter()
    wanted: Counter[tuple[str, str, str | None]] = Counter()
    wanted.update((one.order, rule, None) for one in expected.values() for rule in one.rules)
    wanted.update((one.order, duty, state) for one in expected.values() for duty, state in one.duties)
    for id in sorted({id for _, id, _ in wanted}):
        decided = list(orders_of_rule(office, run, id))
        assert [one.order for one in decided] == sorted(one.order for one in decided)
        told.update((one.order, id, one.state) for one in decided)
    assert told == wanted and len(wanted) > 1000


def test_an_order_has_its_rules_and_facts(
    office: Workspace, run: Run, expected: Results, rows: dict[str, dict[str, str]]
) -> None:
    """Promise: of one order, rules and obligations are the evaluation's, and each choice is the cell of its row."""
    busiest = sorted(expected.values(), key=lambda one: (-len(one.rules) - len(one.duties), one.order))[:12]
    for one in busiest:
        found = order_firings(office, run, one.order)
        assert found is not None and (found.policy, found.version) == ("2026", "2026")
        assert tuple(sorted(fired.rule for fired in found.rules if fired.listed)) == one.rules
        assert tuple((duty.obligation, duty.state) for duty in found.duties) == one.duties
        assert found.months["接单时间"] == rows[one.order]["接单时间"][:7].replace("/", "-")
        facts = [*(fired.facts for fired in found.rules), *(duty.facts for duty in found.duties)]
        seen = [fact for some in facts for fact in some]
        assert seen
        for fact in seen:
            if fact.kind == "choice":
                assert fact.value == rows[one.order][fact.field].strip(), (one.order, fact)
            elif fact.kind == "element":
                assert sorted(fact.value.split(";")) == sorted(
                    rows[one.order][fact.field].replace("；", ";").split(";")
                )
            else:
                assert fact.value in ("yes", "no") and fact.text


def test_facts_agree_with_the_rule_engine(office: Workspace, run: Run, expected: Results, cache: Path) -> None:
    """Promise: what was kept is what durable-rules says live about that order."""
    order = next(one.order for one in expected.values() if len(one.rules) > 1)
    with current(office, request(office, cache)) as ready:
        live = explain_order(Orders(ready.evaluated.evaluation), order)
    found = order_firings(office, run, order)
    assert found is not None
    fired = {rule["id"] for decision in live["decisions"] for rule in decision["rules"] if rule["fired"]}
    assert {one.rule for one in found.rules} == fired
    assert set(found.marks) == {mark["id"] for mark in live["marks"] if mark["given"]}


def test_periods(office: Workspace, run: Run, expected: Results) -> None:
    """Promise: months and quarters divide a rule's orders; an excluding rule's month is that of the indicator which it
    excludes from."""
    every = list(orders_of_rule(office, run, "a3-06"))
    months = [f"2025-{n}" for n in (11, 12)] + [f"2026-{n:02}" for n in range(1, 11)]
    by_month = {month: list(orders_of_rule(office, run, "a3-06", month)) for month in months}
    dated = [one for one in every if one.months and one.months[0] in months]
    assert sorted(one for found in by_month.values() for one in found) == sorted(dated) and dated
    quarter = list(orders_of_rule(office, run, "a3-06", "Q2"))
    assert sorted(quarter) == sorted(one for month in months[3:6] for one in by_month[month])
    assert list(orders_of_rule(office, run, "a3-06", "year")) == dated
    assert list(orders_of_rule(office, run, "a3-06", "2031-01")) == []


def test_what_is_not_there(office: Workspace, run: Run) -> None:
    """Promise: an unknown order is none; an unknown rule or period is told with what there is."""
    assert order_firings(office, run, "X' OR '1'='1") is None
    with pytest.raises(InputError, match=r"没有这条规则.*a3-6.*是不是“a3-"):
        orders_of_rule(office, run, "a3-6x")
    with pytest.raises(InputError, match=r"没有这个期间.*Q9.*Q1、Q2、Q3、Q4、year"):
        orders_of_rule(office, run, "a3-06", "Q9")


def test_neither_policies_nor_snapshots_are_needed(office: Workspace, run: Run, tmp_path: Path) -> None:
    """Promise: the run's own objects are enough: without policies, snapshots and chain the answer is the same."""
    bare = tmp_path / "bare"
    shutil.copytree(office.layout.root, bare / "objects-only", ignore=shutil.ignore_patterns("policies", "*.db"))
    said = read_receipt(office.objects, run.receipt)
    for one in said["state"]["snapshots"]:
        office_path = office.objects.path(one["digest"], PARQUET).relative_to(office.layout.root)
        (bare / "objects-only" / office_path).unlink()
    moved = Workspace(
        type(office.layout)(bare / "objects-only"),
        office.settings,
        type(office.objects)(type(office.layout)(bare / "objects-only"), office.objects.algorithm),
        office.store,
    )
    found: list[Decided] = list(orders_of_rule(moved, run, "a3-06"))
    assert found == list(orders_of_rule(office, run, "a3-06"))
    assert order_firings(moved, run, found[0].order) == order_firings(office, run, found[0].order)


def test_a_changed_file_is_not_believed(office: Workspace, run: Run, tmp_path: Path) -> None:
    """Promise: numbers or descriptions that were altered are refused, not told."""
    said = read_receipt(office.objects, run.receipt)["firings"][0]
    for digest, suffix in ((said["numbers"], PARQUET), (said["described"], ".json")):
        copy = tmp_path / suffix.removeprefix(".")
        shutil.copytree(office.layout.objects, copy / "objects")
        layout = type(office.layout)(copy)
        moved = Workspace(layout, office.settings, type(office.objects)(layout, "sha256"), office.store)
        path = moved.objects.path(digest, suffix)
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(data)
        with pytest.raises(InputError, match="被改动过"):
            order_firings(moved, run, "BS202603000308")


def test_the_bytes_do_not_depend_on_threads(office: Workspace, run: Run, cache: Path, tmp_path: Path) -> None:
    """Promise: one core or many, the files of firings are the same bytes."""
    with current(office, request(office, cache)) as ready:
        (found,) = order_details(ready.evaluated.evaluation)
        sums = set()
        for threads in (1, 2, 5):
            found.connection.execute(f"SET threads = {threads}")
            made = record_firings(found, tmp_path / f"{threads}{PARQUET}")
            sums.add(hashlib.sha256(made.path.read_bytes() + to_bytes(made.described)).hexdigest())
    assert len(sums) == 1


def test_combinations_are_few_and_count_every_order(office: Workspace, run: Run) -> None:
    """Promise: of each group the counts of all combinations add up to the orders, and a combination stands once."""
    said = read_receipt(office.objects, run.receipt)["firings"][0]
    described = json.loads(office.objects.read(said["described"], ".json"))
    assert described["orders"] == run.orders
    for group in described["groups"]:
        assert sum(one["orders"] for one in group["combinations"]) == run.orders
        values = [tuple(one["values"]) for one in group["combinations"]]
        assert len(set(values)) == len(values)
