"""``hotline explain`` and ``hotline policy`` from the command line, on the bundled orders and plan."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.reasons import failed, in_words

from .conftest import Ran

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "examples" / "golden"
AS_OF = "2026-11-23 00:00:00"
STATES = {"met": "已履行", "breached": "未履行", "pending": "待办"}


@pytest.fixture(scope="module")
def expected() -> Any:
    return json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "140")


def test_an_order_shows_every_rule_once_on_its_side(hotline: Callable[..., Ran], expected: Any) -> None:
    """Promise: the rules that hold are those of the result, the others each give a reason, each duty has its state."""
    order = max(expected["orders"], key=lambda id: (len(expected["orders"][id]["rules"]), id))
    wanted = expected["orders"][order]
    ran = hotline("explain", "order", order, "--data", GOLDEN, "--as-of", AS_OF)
    assert (ran.code, ran.err) == (0, "")
    _, rest = ran.out.split("【成立的规则】")
    held, rest = rest.split("【不成立的规则】")
    not_held, rest = rest.split("【义务】")
    duties, _ = rest.split("【计入哪些指标】")
    assert len(wanted["rules"]) > 1
    for rule in wanted["rules"]:
        assert f"{rule} " in held and f"{rule} " not in not_held
    assert "a3-22" in not_held and "不满足" in not_held and "不满足" not in held
    for state, word in STATES.items():
        assert duties.count(word) == list(wanted["duties"].values()).count(state)


def test_personal_columns_are_not_shown(hotline: Callable[..., Ran], expected: Any) -> None:
    """Promise: an explanation can be passed on: who called and from where is not in it, in either format."""
    order = min(expected["orders"])
    for form in ("table", "json"):
        text = hotline("explain", "order", order, "--data", GOLDEN, "--as-of", AS_OF, "--format", form).out
        assert "联系方式" in text and "某市民" not in text and "宝山区某路" not in text


def test_a_unit_shows_arithmetic_ladder_and_reasons(hotline: Callable[..., Ran], expected: Any) -> None:
    """Promise: counts, weights, bonus, rank, ladder, and each consequence with why it fired or did not."""
    fired = next(item for item in expected["consequences"] if item["rule"] == "last-3-cumulative")
    words = ("explain", "unit", fired["unit"], "--period", fired["period"], "--data", GOLDEN, "--as-of", AS_OF)
    ran = hotline(*words)
    assert (ran.code, ran.err) == (0, "")
    month = next(month for month in expected["months"] if month["period"] == fired["period"])
    row = next(row for row in month["ranking"] if row["unit"] == fired["unit"])
    assert f"总分 {row['total']:.2f}" in ran.out and f"第 {row['rank']} 名" in ran.out and "本期末位" in ran.out
    assert f"得分 {row['score']:.2f} + 加分 {row['bonus']:.2f} = 总分 {row['total']:.2f}" in ran.out
    found = json.loads(hotline(*words, "--format", "json").out)
    for indicator in found["indicators"]:
        assert f"÷{indicator['orders']}件" in ran.out
    lines = ran.out[ran.out.index("【后果") :].splitlines()
    hit = [line for line in lines if line.startswith("是 ")]
    missed = [line for line in lines if line.startswith("否 ")]
    same = [
        e for e in expected["consequences"] if e["period"] == fired["period"] and e["unit"] in (None, fired["unit"])
    ]
    assert len(hit) == len(same) and len(hit) + len(missed) == len(found["consequences"])
    assert all("不满足" in line for line in missed)


def test_a_quarter_is_explained_by_its_months(hotline: Callable[..., Ran], expected: Any) -> None:
    """Promise: where a total is the mean of months, those months' totals are shown."""
    unit = expected["year"]["ranking"][0]["unit"]
    out = hotline("explain", "unit", unit, "--period", "Q2", "--data", GOLDEN, "--as-of", AS_OF).out
    for period in ("2026-02", "2026-03", "2026-04"):
        month = next(month for month in expected["months"] if month["period"] == period)
        total = next(row["total"] for row in month["ranking"] if row["unit"] == unit)
        assert any(line.startswith(period) and f"{total:.2f}" in line for line in out.splitlines())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["order", "没有这张"], "没有这张工单"),
        (["unit", "没有这个", "--period", "2026-04"], "没有这个单位"),
        (["unit", "房屋管理所", "--period", "2031-04"], "没有这个期间"),
    ],
)
def test_what_cannot_be_explained_is_said(hotline: Callable[..., Ran], words: list[str], said: str) -> None:
    """Promise: a wrong order, unit or period is one sentence and exit code 2."""
    ran = hotline("explain", *words, "--data", GOLDEN, "--as-of", AS_OF)
    assert ran.code == 2 and said in ran.err and ran.out == ""


def test_reasons_name_only_what_failed() -> None:
    """Promise: a condition that fails is explained by its failing parts, in order, and by nothing else."""

    def leaf(text: str, holds: bool) -> dict[str, Any]:
        return {"kind": "test", "text": text, "holds": holds, "parts": []}

    either = {"kind": "any", "text": None, "holds": False, "parts": [leaf("甲", False), leaf("乙", False)]}
    negated = {"kind": "not", "text": None, "holds": False, "parts": [leaf("丙", True)]}
    both = {
        "kind": "all",
        "text": None,
        "holds": False,
        "parts": [leaf("丁", True), either, negated, leaf("戊", False)],
    }
    assert failed(both) == ["没有一项满足：“甲”、“乙”", "不应有却有：丙", "不满足“戊”"]
    assert failed(leaf("丁", True)) == []
    assert in_words(both) == "丁，且（甲，或乙），且并非“丙”，且戊"


def test_a_version_is_shown_with_its_readings(hotline: Callable[..., Ran]) -> None:
    """Promise: every unclear clause is listed with its options; ``--set`` moves the mark."""
    shown, moved = hotline("policy", "show").out, hotline("policy", "show", "--set", "quarters=calendar").out
    assert "* cycle：" in shown and "- calendar：" in shown
    assert "- cycle：" in moved and "* calendar：" in moved


def test_cases_run_and_a_wrong_one_is_found(hotline: Callable[..., Ran], tmp_path: Path) -> None:
    """Promise: ``policy test`` passes on the bundled plan, and exits 1 with the place where a case does not hold."""
    folder = tmp_path / "mine"
    shutil.copytree(ROOT / "policies" / "2026", folder)
    for path in (folder / "cases").iterdir():
        if path.name != "risk.yaml":
            path.unlink()
    good = hotline("policy", "test", folder)
    assert good.code == 0 and "0 个不通过" in good.out
    text = (folder / "cases" / "risk.yaml").read_text(encoding="utf-8")
    wrong = text.replace("rules: [risk-group]", "rules: [risk-intense]", 1)
    assert wrong != text
    (folder / "cases" / "risk.yaml").write_text(wrong, encoding="utf-8")
    bad = hotline("policy", "test", folder)
    assert bad.code == 1 and "1 个不通过" in bad.out and "risk.yaml:" in bad.err
