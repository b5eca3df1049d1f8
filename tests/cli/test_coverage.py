"""``hotline policy test`` and ``hotline policy probe`` as a person or a script meets them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOSTON = ROOT / "examples" / "policies" / "boston-311"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A small policy of its own, so that probing takes a moment."""
    folder = tmp_path / "boston-311"
    shutil.copytree(BOSTON, folder)
    return folder


def test_coverage_is_told_kind_by_kind(hotline: Callable[..., Any], small: Path) -> None:
    """Protects the reader: how many of each kind, what is missing with its place; a threshold fails the run."""
    ran = hotline("policy", "test", small, "--coverage", "--no-cache")
    assert (ran.code, ran.err) == (0, "")
    assert "个用例，" in ran.out and "  指标：" in ran.out
    missed = [line for line in ran.out.splitlines() if "没有用例达到" in line]
    assert all(".yaml:" in line for line in missed)
    whole = not missed
    assert hotline("policy", "test", small, "--fail-under", "100", "--no-cache").code == (0 if whole else 1)


@pytest.mark.parametrize("least", ["101", "-5", "nan", "abc"])
def test_a_threshold_is_a_percentage(hotline: Callable[..., Any], small: Path, least: str) -> None:
    """Protects the gate: a threshold that means nothing neither lets everything pass nor stops everything."""
    ran = hotline("policy", "test", small, "--fail-under", least, "--no-cache")
    assert ran.code == 2 and f"应为 0 到 100 的数，不是 {least}" in ran.err


def test_results_for_programs(hotline: Callable[..., Any], small: Path) -> None:
    """Protects scripts: the same as JSON, with every case and kind."""
    found = json.loads(hotline("policy", "test", small, "--coverage", "--format", "json", "--no-cache").out)
    (version,) = found["versions"]
    assert version["version"] == "boston-311"
    assert all(case["failures"] == [] for case in version["cases"])
    assert {kind["kind"] for kind in version["coverage"]} >= {"rules_fired", "rows", "duties", "options", "clauses"}
    assert all(kind["reached"] + len(kind["unreached"]) == kind["total"] for kind in version["coverage"])


def test_probe_lists_what_nobody_notices(hotline: Callable[..., Any], small: Path) -> None:
    """Protects the editor: a parameter without a case is listed with its place and change, and the run fails."""
    text = (small / "indicators.yaml").read_text("utf-8")
    assert "weight" in text
    for case in (small / "cases").iterdir():
        case.unlink()
    ran = hotline("policy", "probe", small, "--only", "indicators.**")
    assert ran.code == 1
    assert "没有用例发觉：indicators." in ran.out
    assert f"（{small}/indicators.yaml:" in ran.out
    found = json.loads(hotline("policy", "probe", small, "--only", "indicators.**", "--format", "json").out)
    assert any(item["noticed_by"] is None for item in found["versions"][0]["probed"])
