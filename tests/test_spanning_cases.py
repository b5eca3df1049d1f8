"""Cases of an amendment that span its date: each version decides its part, and all is told as for any other case."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from engine.cases.reading import read_cases
from engine.cases.running import Bench, CaseResult
from engine.check.whole import Effort, check_folder
from engine.coverage.probing import Prober, plan_probes
from engine.coverage.reach import Covered, coverage
from engine.policy.parts import load_parts
from engine.revise.new import amendment

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
EXAMPLES = ROOT / "examples" / "policies"

CASES = """\
defaults:
  as_of: "2026-11-23 00:00:00"
  spans: true
  gates: open
  units: [{承办单位: 甲中心, 同类部门: 建设, 对口科室: 甲科}, {承办单位: 乙中心, 同类部门: 建设, 对口科室: 乙科}]
  order: {承办单位: 甲中心, 诉求类型: 求助, 重复反映次数: 2, 办理时限: "2026-07-03 09:00:00"}
cases:
  - title: 六月照旧是连续两月，七月起须连续三月，月份照接
    about: [last-2-running]
    given:
      standings:
        2026-05: {甲中心: 90, 乙中心: 80}
        2026-06: {甲中心: 90, 乙中心: 80}
        2026-07: {甲中心: 80, 乙中心: 90}
        2026-08: {甲中心: 80, 乙中心: 90}
        2026-09: {甲中心: 80, 乙中心: 90}
    expect:
      consequences:
        - {rule: last-2-running, unit: 乙中心, period: 2026-06}
        - {rule: last-2-running, unit: 甲中心, period: 2026-09}
  - title: 工单按接单那天施行的版本，月份按最先整月施行的版本
    about: [risk-repeat, backstop]
    given:
      bonuses: [{月份: 2026-06, 承办单位: 甲中心, 加分: 3}, {月份: 2026-07, 承办单位: 甲中心, 加分: 3}]
      orders:
        - {工单编号: 前, 接单时间: "2026-06-14 23:59:59", 办结时间: "2026-06-20 09:00:00"}
        - {工单编号: 后, 接单时间: "2026-06-15 00:00:00", 办结时间: "2026-07-02 09:00:00"}
    expect:
      orders: {前: {rules: [risk-repeat]}, 后: {rules: []}}
      months:
        - {period: 2026-06, units: {甲中心: {bonus: 3}}}
        - {period: 2026-07, units: {甲中心: {bonus: 2}}}
"""
EDITS = (
    ("rules.yaml", "重复反映次数, at_least: 2}", "重复反映次数, at_least: 5}"),
    ("consequences.yaml", "running: 2}", "running: 3}"),
    ("readings.yaml", "{per: month, points: 3}", "{per: month, points: 2}"),
)


LEFT = ("cases", "manifest*", "probe-exceptions.yaml")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An amendment of 2026 in force from mid-June, whose only cases span it."""
    policies = tmp_path_factory.mktemp("policies")
    shutil.copytree(ROOT / "policies" / "2026", policies / "2026", ignore=shutil.ignore_patterns(*LEFT))
    made = amendment(policies / "2026", policies, "2026-b", dt.date(2026, 6, 15), SCHEMAS)
    for file, old, new in EDITS:
        text = (made / file).read_text("utf-8")
        assert old in text, old
        (made / file).write_text(text.replace(old, new), "utf-8")
    (made / "cases").mkdir()
    (made / "cases" / "a.yaml").write_text(CASES, "utf-8")
    return made


@pytest.fixture(scope="module")
def bench(folder: Path) -> Bench:
    return Bench(folder, SCHEMAS, cache=None)


@pytest.fixture(scope="module")
def results(folder: Path, bench: Bench) -> list[CaseResult]:
    cases = read_cases(folder, SCHEMAS)
    bench.take_together(cases)
    return [bench.run(case) for case in cases]


def test_each_version_decides_its_part(results: list[CaseResult]) -> None:
    """Promise: months and orders before the amendment's day are decided by the version before it, ladders go on."""
    assert [str(failure) for result in results for failure in result.failures] == []
    assert all(result.spans for result in results)


def test_without_spanning_the_amendment_alone_decides(folder: Path, bench: Bench) -> None:
    """Promise: a case that does not say that it spans is judged by this version alone in every month, as ever."""
    (folder / "cases" / "a.yaml").write_text(CASES.replace("  spans: true\n", ""), "utf-8")
    cases = read_cases(folder, SCHEMAS)
    (folder / "cases" / "a.yaml").write_text(CASES, "utf-8")
    found = "\n".join(str(failure) for case in cases for failure in bench.run(case).failures)
    assert "应触发 last-2-running（2026-06，乙中心），实际没有触发" in found
    assert "工单“前”的 rules 应为 [risk-repeat]，实为 []" in found
    assert "2026-06 甲中心 的 bonus 应为 3，实为 2" in found


def test_coverage_counts_what_the_amendment_decided(folder: Path, bench: Bench, results: list[CaseResult]) -> None:
    """Promise: what only the version before did is not held for covered in the amendment."""
    parts, compiled = load_parts(folder, SCHEMAS, {}), bench.compiled(bench.policy({}))
    found: dict[str, Covered] = {item.kind: item for item in coverage(parts, compiled, results)}
    assert "risk-repeat" in found["rules_fired"].unreached  # it fired before the day only
    assert "risk-repeat" in found["rules_quiet"].reached
    assert "last-2-running" in found["consequences_fired"].reached


def test_probing_asks_them_too(folder: Path) -> None:
    """Promise: a change of the amendment that only a spanning case can tell is noticed, its date among them."""
    plan, prober = plan_probes(folder, SCHEMAS), Prober(folder, SCHEMAS)
    for name, what in (
        ("policy.in_force.from", "2026-06-15→2026-06-14"),
        ("consequences.last-2-running.when.running", "3→4"),
        ("readings.bonus-cap.month.value.points", "2→3"),
    ):
        change = next(item for item in plan.changes if (item.name, item.what) == (name, what))
        assert prober.probe(change).noticed is not None, name


def test_versions_with_other_tables_read_their_own(tmp_path: Path) -> None:
    """Promise: a case may give what only one of the versions reads; what neither knows is told, once, at its place."""
    for name in ("wenzhou-2018", "wenzhou-2018-04"):
        shutil.copytree(EXAMPLES / name, tmp_path / name)
    own = tmp_path / "wenzhou-2018-04"
    cases = own / "cases" / "scores.yaml"
    text = cases.read_text("utf-8")
    cases.write_text(text.replace("按时签收: 是}", "按时签受: 是}"), "utf-8")
    bench = Bench(own, SCHEMAS, cache=None)
    (case,) = [case for case in read_cases(own, SCHEMAS) if case.given.spans is not None]
    (failure,) = bench.run(case).failures
    assert (
        "没有这个列（值：按时签受）" in str(failure)
        and failure.place.line == text[: text.index("{编号: b")].count("\n") + 1
    )


def spoilt(folder: Path, file: str, old: str, new: str) -> list[str]:
    """What a check says after one edit of an example, the place without the folder."""
    path = folder.parent / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    found = check_folder(folder, SCHEMAS, Effort(None, 60.0))
    return [str(item.problem).replace(f"{folder.parent}/", "") for item in found if item.level == "problem"]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            *("wenzhou-2018-04/policy.yaml", "supersedes: wenzhou-2018\n", ""),
            "wenzhou-2018-04/cases/scores.yaml:61:14: “wenzhou-2018-04”没有取代别的版本，案例不能跨修订"
            "（值：spans: true）。请删去 spans；若是修订，在 policy.yaml 里写 supersedes",
        ),
        (
            *("wenzhou-2018-04/policy.yaml", "supersedes: wenzhou-2018\n", "supersedes: wenzhou-2017\n"),
            "这个版本取代“wenzhou-2017”，在 . 里却没有那个版本",
        ),
        (
            *("wenzhou-2018/indicators.yaml", "weights_sum: 100", "weights_sum: 90"),
            "wenzhou-2018-04/cases/scores.yaml:61:14: 它所取代的“wenzhou-2018”有错，跨修订的案例不能运行",
        ),
        (
            *(
                "wenzhou-2018-04/cases/scores.yaml",
                "about: [signing, closing, satisfaction]\n    given:\n      spans",
                "",
            ),
            "",
        ),
    ],
    ids=["supersedes nothing", "not there", "broken", "unknown name"],
)
def test_check_says_what_keeps_a_case_from_spanning(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    """Promise: a case that cannot span is told by the check, at its place and with what to write, and nothing else."""
    for name in ("wenzhou-2018", "wenzhou-2018-04"):
        shutil.copytree(EXAMPLES / name, tmp_path / name)
    if not said:
        new, said = old.replace("closing", "closng"), "没有这个条目（值：closng）。是不是“closing”？"
    (found,) = spoilt(tmp_path / "wenzhou-2018-04", file, old, new)
    assert said.replace(" . ", f" {tmp_path} ") in found
