"""The whole afternoon: 2027 made from 2026 by commands and YAML edits alone, released, amended, evaluated."""

from __future__ import annotations

import difflib
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cli.main import main

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "examples" / "golden"
AS_OF = "2027-11-23 00:00:00"
WEIGHTS = {"volume": 5, "first_contact": 20, "on_time": 20, "resolution": 20, "satisfaction": 35}
YEAR_2027 = """\
  - year: 2027
    notice: 演练用的放假安排
    days_off:
      - {title: 元旦, first: 2027-01-01, last: 2027-01-03}
      - {title: 春节, first: 2027-02-05, last: 2027-02-11}
      - {title: 清明节, first: 2027-04-03, last: 2027-04-05}
      - {title: 劳动节, first: 2027-05-01, last: 2027-05-05}
      - {title: 端午节, first: 2027-06-09, last: 2027-06-09}
      - {title: 中秋节, first: 2027-09-15, last: 2027-09-15}
      - {title: 国庆节, first: 2027-10-01, last: 2027-10-07}
    makeup_workdays: [2027-01-30, 2027-02-20, 2027-05-08, 2027-09-26, 2027-10-09]
"""
FAILURE = re.compile(r"^(?P<file>[^\n]+?\.yaml):(?P<line>\d+):(?P<column>\d+): .*应为 (?P<old>.+?)，实为 (?P<new>.+)$")


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@dataclass
class Office:
    """The person at the desk: runs commands on a policies folder, and edits its files by hand."""

    policies: Path
    run: Callable[..., Ran]

    def hotline(self, *words: object, code: int = 0) -> Ran:
        ran = self.run(*words, "--policies", self.policies)
        assert ran.code == code, f"{words}: {ran.code}\n{ran.out}\n{ran.err}"
        assert "Traceback" not in ran.err
        return ran

    def set(self, version: str, path: str, value: str) -> Ran:
        """Set a value; of all files of all versions, one line of one file may be another afterwards."""
        before = self.texts()
        ran = self.hotline("policy", "set", version, path, value)
        changed = [name for name, text in self.texts().items() if text != before[name]]
        assert len(changed) <= 1
        for name in changed:
            lines = difflib.ndiff(before[name].splitlines(), self.texts()[name].splitlines())
            assert sorted(line[0] for line in lines if line[0] in "+-") == ["+", "-"], path
        return ran

    def edit(self, file: str, old: str, new: str) -> None:
        path = self.policies / file
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{file}: {old}"
        path.write_text(text.replace(old, new), "utf-8")

    def texts(self) -> dict[str, str]:
        return {str(path): path.read_text("utf-8") for path in self.policies.rglob("*.yaml")}

    def rewrite_cases(self, failures: str) -> int:
        """Go through the cases that do not hold, and write what holds under the new rules where each points to."""
        found = [match for line in failures.splitlines() if (match := FAILURE.match(line)) is not None]
        for match in sorted(found, key=lambda match: int(match["column"]), reverse=True):
            path, number, column = Path(match["file"]), int(match["line"]) - 1, int(match["column"]) - 1
            lines = path.read_text("utf-8").split("\n")
            head, tail = lines[number][:column], lines[number][column:]
            assert match["old"] in tail, match[0]
            lines[number] = head + tail.replace(match["old"], match["new"], 1)
            path.write_text("\n".join(lines), "utf-8")
        return len(found)

    def strike_marks(self, folder: str) -> None:
        """Delete the comments on what has been looked at."""
        for path in (self.policies / folder).rglob("*.yaml"):
            path.write_text(re.sub(r" *# 待复核：.*", "", path.read_text("utf-8")), "utf-8")

    def evaluate(self, data: Path, *words: object) -> dict[str, Any]:
        ran = self.hotline("evaluate", "--data", data, "--as-of", AS_OF, "--format", "json", *words)
        document: dict[str, Any] = json.loads(ran.out)
        return document


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Office:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    policies = tmp_path / "policies"
    policies.mkdir()
    shutil.copytree(ROOT / "policies" / "2026", policies / "2026")

    def run(*words: object) -> Ran:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return Office(policies, run)


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """The golden order set a year later; its months have no 29 February."""
    folder = tmp_path / "orders-2027"
    folder.mkdir()
    for path in GOLDEN.glob("*.csv"):
        text = path.read_text("utf-8-sig")
        moved = re.sub(r"\b(2025|2026)(?=[-/]\d{1,2}\b)", lambda match: str(int(match[0]) + 1), text)
        (folder / path.name).write_text(moved, "utf-8")
    return folder


def months(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {month["period"]: month for month in document["months"]}


def golden_months() -> dict[str, dict[str, Any]]:
    """The golden results by their month a year later."""
    document = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
    return {f"{int(period[:4]) + 1}{period[4:]}": month for period, month in months(document).items()}


def weighed(indicators: dict[str, float | None]) -> float:
    """The score under the new weights, those of empty indicators spread over the others."""
    there = {id: Fraction(str(value)) for id, value in indicators.items() if value is not None}
    total = sum((WEIGHTS[id] * value for id, value in there.items()), Fraction())
    return float(total / sum(WEIGHTS[id] for id in there))


def test_the_whole_afternoon(office: Office, orders: Path) -> None:
    """Promise: 2027 comes from 2026 by commands and YAML edits alone; what is undone stops its release, and afterwards
    only a dated amendment changes anything: months before its date keep their numbers, later ones get the new."""
    old = office.texts()

    # A new version, with a list of what is left to do.
    made = office.hotline("policy", "new", "2027", "--from", "2026")
    for words in ("缺 2027 年的放假与调休", "文号", "成文日期", "施行日期", "权重沿用 2026 版", "cases/gates.yaml"):
        assert words in made.out
    assert {name: text for name, text in office.texts().items() if name in old} == old
    assert office.hotline("policy", "todo", "2027").out in made.out
    assert "已有" in office.hotline("policy", "new", "2027", "--from", "2026", code=2).err

    # Undeclared days off are refused, never guessed.
    assert "2027" in office.hotline("policy", "check", "2027", code=1).err
    undeclared = office.hotline("evaluate", "--data", orders, "--as-of", AS_OF, code=2).err
    assert "calendar.yaml:" in undeclared and "未声明的 2027 年" in undeclared
    undone = office.hotline("policy", "release", "2027", "--by", "行政许可科", "--on", "2026-10-20", code=1).err
    assert undone.count("还有待复核的一处") == made.out.count("第 ") - made.out.split("未确认的理解")[1].count("第 ")

    # What the new document says.
    for path, value in (
        ("policy.document.number", "宝建〔2027〕5号"),
        ("policy.document.issued_on", "2027-02-20"),
        ("policy.title", "2027年宝山区建设和交通系统12345热线工作考核评价方案"),
        ("policy.cycle.first", "2026-11"),
        ("policy.in_force.from", "2027-03-01"),
        ("readings.first-counted-month.options.in-force.value", "2027-03"),
    ):
        office.set("2027", path, value)
    assert "105" in office.set("2027", "indicators.satisfaction.weight", "35").err
    assert office.set("2027", "indicators.resolution.weight", "20").err == ""
    for indicator in ("volume", "first_contact", "on_time"):
        office.set("2027", f"indicators.{indicator}.weight", str(WEIGHTS[indicator]))
    assert "权重沿用" not in (office.policies / "2027" / "indicators.yaml").read_text("utf-8")
    todo = office.hotline("policy", "todo", "2027").out
    for kept in ("目标值与分值", "分值与上限", "条件与时限", "次数与期限", "时间与责任人"):
        assert f"各项的{kept}沿用 2026 版，请照新文件逐项核对" in todo
    calendar = "    makeup_workdays: [2026-01-04, 2026-02-14, 2026-02-28, 2026-05-09, 2026-09-20, 2026-10-10]\n"
    office.edit("2027/calendar.yaml", calendar, calendar + YEAR_2027)
    office.edit("2027/clauses.yaml", "两委以宝建〔2026〕7号于2026年3月24日", "两委以宝建〔2027〕5号于2027年2月20日")
    office.edit("2027/clauses.yaml", "自2025年11月1日起至2026年10月31日止", "自2026年11月1日起至2027年10月31日止")
    office.edit("2027/clauses.yaml", "2026年3月1日起施行", "2027年3月1日起施行")
    office.edit("2027/readings.yaml", "自2025年11月起，施行自2026年3月1日起", "自2026年11月起，施行自2027年3月1日起")

    # The cases: most hold as they were moved; the others are rewritten.
    failing = office.hotline("policy", "test", "2027", code=1)
    assert office.rewrite_cases(failing.err) > 0
    office.strike_marks("2027")
    assert "没有待复核之处" in office.hotline("policy", "todo", "2027").out
    office.hotline("policy", "check", "2027")

    # Released, which every case must let happen: nothing changes any more.
    office.hotline("policy", "release", "2027", "--by", "行政许可科", "--on", "2026-10-20")
    assert "--amends" in office.hotline("policy", "set", "2027", "indicators.volume.weight", "5", code=2).err
    assert "已经发布" in office.hotline("policy", "release", "2027", "--by", "行政许可科", code=2).err
    tampered = office.policies / "2027" / "indicators.yaml"
    text = tampered.read_text("utf-8")
    tampered.write_text(text + "\n", "utf-8")
    assert "发布之后被改动" in office.hotline("policy", "check", "2027", code=1).err
    assert "发布之后被改动" in office.hotline("evaluate", "--data", orders, "--as-of", AS_OF, code=2).err
    tampered.write_text(text, "utf-8")
    before = office.evaluate(orders)
    assert before["policy"]["id"] == "2027"
    for period, month in months(before).items():
        expected = {row["unit"]: row for row in golden_months()[period]["ranking"]}
        for row in month["ranking"]:
            assert row["indicators"] == expected[row["unit"]]["indicators"]
            assert row["score"] == pytest.approx(weighed(row["indicators"]), abs=2e-6)

    # In mid-year 基本满意 is to count for less.
    refused = office.hotline("policy", "new", "2027-b", "--amends", "2027", "--from-date", "2028-01-01", code=2)
    assert "2026-11 至 2027-10" in refused.err
    office.hotline("policy", "new", "2027-b", "--amends", "2027", "--from-date", "2027-07-01")
    office.set("2027-b", "indicators.satisfaction.points.基本满意.points", "70")
    office.set("2027-b", "policy.document.number", "宝建〔2027〕21号")
    office.set("2027-b", "policy.document.issued_on", "2027-06-20")
    office.set("2027-b", "policy.title", "关于调整2027年热线工作考核满意度计分的通知")
    undone = office.hotline("policy", "release", "2027-b", "--by", "行政许可科", "--on", "2027-06-20", code=1).err
    assert office.rewrite_cases(undone) == len(undone.splitlines()) - 1
    office.hotline("policy", "release", "2027-b", "--by", "行政许可科", "--on", "2027-06-20")

    # Both sides of its date.
    after = office.evaluate(orders)
    assert [part["from"] for part in after["versions"]] == ["2026-11", "2027-07"]
    assert len(after["months"]) == 12
    amended = months(office.evaluate(orders, "--policy", "2027-b"))
    changed = {period for period, month in months(after).items() if month != months(before)[period]}
    assert changed == {"2027-07", "2027-08", "2027-09", "2027-10"}
    assert all(months(after)[period] == amended[period] for period in changed)
    office.hotline("policy", "check", "2027")
