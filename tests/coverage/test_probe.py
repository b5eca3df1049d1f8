"""Probing: which changes there are, that cases notice them, and that what no case notices is reported."""

from __future__ import annotations

import random
import shutil
from functools import cache
from pathlib import Path

import pytest

from engine.cases.reading import read_cases
from engine.coverage.changes import Change
from engine.coverage.exceptions import matches, read_exceptions
from engine.coverage.probing import REFUSED, SAME, Plan, Prober, plan_probes
from engine.coverage.workers import probe
from engine.problems import InputError, PolicyError

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"
SAMPLE = 40
SEED = 2026


@cache
def plan() -> Plan:
    return plan_probes(POLICY, SCHEMAS)


@cache
def prober() -> Prober:
    return Prober(POLICY, SCHEMAS)


def change(name: str, what: str) -> Change:
    (found,) = [item for item in plan().changes if (item.name, item.what) == (name, what)]
    return found


def test_a_sample_of_2026_is_noticed() -> None:
    """Protects the plan's proof: whichever parameter is another, some case says so. `make probe` tries them all."""
    for item in random.Random(SEED).sample(plan().changes, SAMPLE):
        assert prober().probe(item).noticed is not None, (item.name, item.what)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("indicators.satisfaction.weight", "30→31"),
        ("indicators.satisfaction.points.2.points", "80→79"),
        ("rules.risk.risk-repeat.when.at_least", "2→3"),
        ("rules.table-3.a3-06.when.contains", "6→7"),
        ("readings.same-day-contact.strict.value.applies.all.2.time_before", "14:00:00→14:00:01"),
        ("readings.same-day-contact.strict.value.applies.all.2", "time_before→time_not_after"),
        ("readings.bonus-cap.award.value.points", "3→2"),
        ("readings.gate-scope.chosen", "all-monthly→none"),
        ("obligations.immediate-3wd.deadline.clock.amount", "3→4"),
        ("consequences.last-3-cumulative.when.all.2.times", "3→2"),
        ("calendar.2026.makeup_workdays.4", "删去这一项"),
        ("fields.orders.先行联系.missing", "未评价→refuse"),
    ],
)
def test_each_kind_of_change_is_noticed_by_a_case(name: str, what: str) -> None:
    """Protects each kind of parameter: weight, points, count, time, boundary, option, amount, day, list entry."""
    noticed = prober().probe(change(name, what)).noticed
    assert noticed not in (None, SAME)
    if name != "indicators.satisfaction.weight":
        assert noticed != REFUSED


def test_a_weight_moves_its_partner() -> None:
    """Protects coupled parameters: a weight alone breaks the sum, so another gives way, and cases notice that."""
    found = change("indicators.volume.weight", "5→6")
    assert [[str(edit.path) for edit in edits] for edits in (found.edits, *found.coupled)] == [
        ["('indicators', 0, 'weight')"],
        ["('indicators', 0, 'weight')", "('indicators', 1, 'weight')"],
    ]
    assert prober().probe(found).noticed in {case.title for case in read_cases(POLICY, SCHEMAS)}


def test_what_means_the_same_is_told_apart() -> None:
    """Protects the list of gaps from what is none: Tomb-sweeping 2026 begins on a Saturday, off either way."""
    assert prober().probe(change("calendar.2026.days_off.3.first", "2026-04-04→2026-04-05")).noticed == SAME


def test_a_parameter_without_its_cases_is_reported() -> None:
    """Protects probing itself: with the cases about a thing taken away, its parameter goes unnoticed."""
    found = change("consequences.last-5-cumulative.when.all.2.times", "5→6")
    assert prober().probe(found).noticed is not None
    fewer = [
        case for case in read_cases(POLICY, SCHEMAS) if all(word.text != "last-5-cumulative" for word in case.about)
    ]
    assert Prober(POLICY, SCHEMAS, fewer).probe(found).noticed is None


def test_a_case_that_does_not_hold_anyway_proves_nothing(tmp_path: Path) -> None:
    """Protects against a broken case that seems to notice everything."""
    folder = tmp_path / "2026"
    shutil.copytree(POLICY, folder)
    shutil.rmtree(folder / "cases")
    (folder / "cases").mkdir()
    text = (POLICY / "cases" / "risk.yaml").read_text("utf-8").split("  - title: 表述激烈")[0]
    (folder / "cases" / "a.yaml").write_text(text.replace("是: {rules: [risk-group]", "是: {rules: []"), "utf-8")
    with pytest.raises(InputError, match="本来就不成立"):
        Prober(folder, SCHEMAS).probe(change("rules.risk.risk-group.when.is", "是→否"))


def test_exceptions_are_all_used_and_named_exactly(tmp_path: Path) -> None:
    """Protects the list of exceptions: short, each with a reason, none for a parameter that is gone."""
    assert plan().idle == ()
    assert all(item.reason for item in read_exceptions(POLICY, SCHEMAS))
    assert matches("fields.orders.甲.aliases.1", "fields.*.*.aliases.*")
    assert not matches("fields.orders.甲.乙.aliases.1", "fields.*.*.aliases.*")
    assert matches("duties.a.rhythm.count", "duties.**")
    (tmp_path / "probe-exceptions.yaml").write_text("exceptions:\n  - {parameters: [a.b]}\n", "utf-8")
    with pytest.raises(PolicyError, match="reason"):
        read_exceptions(tmp_path, SCHEMAS)


def test_processes_find_the_same() -> None:
    """Protects speed from changing results: two processes report what one does, in the same order."""
    both = [
        probe(POLICY, SCHEMAS, processes=processes, wanted=lambda name: matches(name, "indicators.*.weight"))
        for processes in (1, 2)
    ]
    ends = [[(item.name, item.what, item.noticed is None) for item in found.probed] for found in both]
    assert len(ends[0]) == 10
    assert ends[0] == ends[1]


def test_a_broken_case_is_told_before_any_process_starts(tmp_path: Path) -> None:
    """Promise: with several processes a case of the wrong form is an error with its place, not a lost process."""
    folder = tmp_path / "example"
    shutil.copytree(ROOT / "examples" / "policies" / "urgent-2024", folder)
    (folder / "cases" / "broken.yaml").write_text("cases:\n  - title: 1\n", "utf-8")
    with pytest.raises(PolicyError, match=r"broken.yaml:2:"):
        probe(folder, SCHEMAS, processes=2)
