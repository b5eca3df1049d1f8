"""The cases of every policy hold, and each of their expectations is really compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from engine.cases.comparing import compare
from engine.cases.reading import Case, read_cases
from engine.cases.running import Bench, run_cases
from engine.policy.source import Entry, ListNode, MapNode, Node, ScalarNode
from engine.problems import PolicyError

ROOT = Path(__file__).resolve().parents[1]
SCHEMAS = ROOT / "schemas" / "v1"
POLICIES = sorted(head.parent for head in ROOT.glob("policies/*/policy.yaml")) + sorted(
    head.parent for head in ROOT.glob("examples/policies/*/policy.yaml")
)
WITH_CASES = [folder for folder in POLICIES if (folder / "cases").is_dir()]
ABSENT = "绝无此名"


@cache
def cases_of(folder: Path) -> dict[str, Case]:
    return {case.title: case for case in read_cases(folder, SCHEMAS)}


@pytest.fixture(scope="module")
def benches(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Bench]:
    tables = tmp_path_factory.mktemp("tables")
    found = {folder: Bench(folder, SCHEMAS, cache=tables) for folder in WITH_CASES}
    for folder, bench in found.items():
        bench.take_together(cases_of(folder).values())
    return found


every_case = pytest.mark.parametrize(
    ("folder", "title"),
    [pytest.param(folder, title, id=f"{folder.name}: {title}") for folder in WITH_CASES for title in cases_of(folder)],
)


@every_case
def test_case_holds_and_would_not_with_any_other_value(benches: dict[Path, Bench], folder: Path, title: str) -> None:
    """Protects the policies' cases: each holds, and would not if any value that it expects were another."""
    case = cases_of(folder)[title]
    outcome = benches[folder].outcome(case)
    assert not list(map(str, compare(case, outcome)))
    for changed in mutated(case.expect):
        assert isinstance(changed, MapNode)
        assert compare(replace(case, expect=changed), outcome), changed


def mutated(node: Node) -> Iterable[Node]:
    """The tree with one value changed, or with one item more or less in a list that has to be complete."""
    match node:
        case ScalarNode(place, value):
            yield ScalarNode(place, _another(value))
        case MapNode(place, entries):
            for i, entry in enumerate(entries):
                others = tuple(mutated(entry.node))
                if entry.key in COMPLETE and isinstance(entry.node, ListNode):
                    others = (*others, *_more_or_fewer(entry.node, COMPLETE[entry.key]))
                for changed in others:
                    yield MapNode(place, (*entries[:i], replace(entry, node=changed), *entries[i + 1 :]))
        case ListNode(place, items):
            for i, item in enumerate(items):
                for changed in mutated(item):
                    yield ListNode(place, (*items[:i], changed, *items[i + 1 :]))


COMPLETE: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("rules", "included", "last", "unranked", "ranking", "flags", "affected"), ()),
    "consequences": ("rule", "unit", "period"),
    "set_aside": ("order",),
}
"""Lists that name everything there is, and the keys of an item."""


def _more_or_fewer(node: ListNode, keys: tuple[str, ...]) -> Iterator[ListNode]:
    absent = ScalarNode(node.place, ABSENT)
    more = MapNode(node.place, tuple(Entry(key, node.place, absent) for key in keys)) if keys else absent
    yield ListNode(node.place, (*node.items, more))
    for i in range(len(node.items)):
        yield ListNode(node.place, (*node.items[:i], *node.items[i + 1 :]))


def _another(value: object) -> str | bool | int:
    if isinstance(value, bool):
        return not value
    if isinstance(value, str) or value is None:
        return {"met": "breached", "breached": "met", "open": "closed"}.get(str(value), ABSENT)
    return 987654


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The 2026 policy without cases."""
    folder = tmp_path / "2026"
    shutil.copytree(ROOT / "policies" / "2026", folder, ignore=shutil.ignore_patterns("cases", "manifest*"))
    (folder / "cases").mkdir()
    return folder


HEAD = """\
defaults:
  as_of: "2026-11-23 00:00:00"
  units: [{承办单位: 甲中心, 同类部门: 建设, 对口科室: 甲科}]
  order: {承办单位: 甲中心, 诉求类型: 求助, 接单时间: "2026-04-08 15:00:00"}
cases:
"""


def failures(folder: Path, text: str) -> list[str]:
    """``file:line:column: message`` of everything that is wrong with the cases in ``text``."""
    (folder / "cases" / "a.yaml").write_text(HEAD + text, encoding="utf-8")
    results = run_cases(folder, SCHEMAS, cache=None)
    return [str(problem).removeprefix(f"{folder}/cases/") for result in results for problem in result.failures]


def test_failure_names_place_expectation_and_what_came(small: Path) -> None:
    """Protects the reader of a failed case: the very expectation, what it says and what came instead."""
    text = """\
  - title: 一例
    about: [risk-group]
    given: {orders: [{工单编号: 甲, 涉及群体利益: 是}]}
    expect:
      orders:
        甲: {rules: [risk-intense], duties: {risk-study-24h: met}}
      months:
        - {period: 2026-04, gate: open, unranked: []}
"""
    assert failures(small, text) == [
        "a.yaml:11:20: 案例“一例”：工单“甲”的 rules 应为 [risk-intense]，实为 [risk-group]"
        "（缺 risk-intense；多 risk-group）",
        "a.yaml:11:61: 案例“一例”：工单“甲”的 duties.risk-study-24h 应为 met，实为 breached",
        "a.yaml:13:35: 案例“一例”：2026-04 的 gate 应为 open，实为 unknown",
        "a.yaml:13:51: 案例“一例”：2026-04 的 unranked 应为 []，实为 [甲中心]（多 甲中心）",
    ]


@pytest.mark.parametrize(
    ("given", "expect", "words"),
    [
        ("{set: {no-such: x}, orders: [{工单编号: 甲}]}", "{year: {last: []}}", "没有这项解读（值：no-such）"),
        (
            "{set: {quarters: nope}, orders: [{工单编号: 甲}]}",
            "{year: {last: []}}",
            "解读“quarters”没有这个选项（值：nope）",
        ),
        ("{orders: [{满意: 一般}]}", "{year: {last: []}}", "没有这个列（值：满意）"),
        ("{gates: ajar, orders: [{工单编号: 甲}]}", "{year: {last: []}}", "没有这个前提的结果（值：ajar）"),
        ("{gates: {2031-01: open}, orders: [{工单编号: 甲}]}", "{year: {last: []}}", "没有这个月份（值：2031-01）"),
        ("{standings: {2026-04: {丁: 90}}}", "{year: {last: []}}", "没有这个单位（值：丁）"),
        ("{standings: {2031-04: {甲中心: 90}}}", "{year: {last: []}}", "没有这个月份（值：2031-04）"),
        ("{set: {period-total: pooled}, standings: {2026-04: {甲中心: 90}}}", "{year: {last: []}}", "不能由工单"),
        (
            "{orders: [{}]}".replace("{orders: [{工单编号: 甲}]}", "{工单编号: 甲}"),
            "{orders: {乙: {rules: []}}}",
            "没有这个工单（值：乙）",
        ),
        ("{orders: [{工单编号: 甲}]}", "{orders: {甲: {rules: [a9]}}}", "没有这个规则（值：a9）"),
        ("{orders: [{工单编号: 甲}]}", "{orders: {甲: {duties: {d9: met}}}}", "没有这个条目（值：d9）"),
        ("{orders: [{工单编号: 甲}]}", "{orders: {甲: {duties: {recording-kept: ok}}}}", "没有这个状态（值：ok）"),
        ("{orders: [{工单编号: 甲}]}", "{orders: {甲: {marks: {m9: none}}}}", "没有这个条目（值：m9）"),
        ("{orders: [{工单编号: 甲}]}", "{months: [{period: 2031-01, last: []}]}", "没有这个期间（值：2031-01）"),
        ("{orders: [{工单编号: 甲}]}", "{quarters: [{period: Q9, last: []}]}", "没有这个期间（值：Q9）"),
        ("{orders: [{工单编号: 甲}]}", "{year: {last: [丁]}}", "没有这个单位（值：丁）"),
        ("{orders: [{工单编号: 甲}]}", "{year: {units: {丁: {rank: 1}}}}", "没有这个单位（值：丁）"),
        ("{orders: [{工单编号: 甲}]}", "{year: {units: {甲中心: {rank: 1}}}}", "没有参加排名"),
        ("{standings: {2026-04: {甲中心: 90}}}", "{year: {units: {甲中心: {score: 1}}}}", "只有由工单算出的月份才有"),
        (
            "{orders: [{工单编号: 甲}]}",
            "{consequences: [{rule: c9, unit: null, period: year}]}",
            "没有这个后果（值：c9）",
        ),
        (
            "{orders: [{工单编号: 甲}]}",
            "{consequences: [{rule: last-quarter, unit: 甲中心, period: Q1}]}",
            "不在 about 里",
        ),
        ("{orders: [{满意度: 一般, 接单时间: 昨天}]}", "{year: {last: []}}", "不应有搁置的行"),
        (
            "{orders: [{工单编号: 甲}], units: [{承办单位: 甲中心, 同类部门: 建设}, {承办单位: 甲中心}]}",
            "{year: {last: []}}",
            "第 1 条记录",
        ),
    ],
)
def test_names_that_do_not_exist_are_failures(small: Path, given: str, expect: str, words: str) -> None:
    """Protects against a case that passes in silence because it names something the policy does not have."""
    (found, *_) = failures(small, f"  - title: 一例\n    about: [bulletin]\n    given: {given}\n    expect: {expect}\n")
    assert words in found
    assert found.startswith("a.yaml:")


def test_unknown_item_in_about(small: Path) -> None:
    """Protects coverage: a case about an item that does not exist would count for nothing."""
    text = """\
  - title: 一例
    about: [bulletin, nothing]
    given: {orders: [{工单编号: 甲}]}
    expect: {year: {last: []}}
"""
    (found,) = failures(small, text)
    assert found.startswith("a.yaml:7:23: 案例“一例”：没有这个条目（值：nothing）")


def test_broken_files_are_told_all_at_once(small: Path) -> None:
    """Protects the editor of several files: a broken one does not hide what is wrong with another."""
    (small / "cases" / "b.yaml").write_text("cases: []\n", encoding="utf-8")
    (small / "cases" / "c.yml").write_text("cases: []\n", encoding="utf-8")
    twice = "  - {title: 一例, about: [bulletin], given: {orders: [{工单编号: 甲}]}, expect: {year: {last: []}}}\n" * 2
    (small / "cases" / "d.yaml").write_text(
        HEAD
        + "  - {title: 三例, about: [bulletin], given: {orders: [{工单编号: 甲}], standings: {2026-04: {甲中心: 1}}}, "
        "expect: {year: {last: []}}}\n",
        encoding="utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        failures(
            small, twice + "  - {title: 二例, about: [bulletin], given: {as_of: 2026-02-30 00:00:00}, expect: {}}\n"
        )
    assert {Path(problem.place.file).name for problem in caught.value.problems} == {
        "a.yaml",
        "b.yaml",
        "c.yml",
        "d.yaml",
    }


def test_copies_and_positions_name_orders(small: Path) -> None:
    """Protects the ids by which expectations refer to orders: copies are numbered, others called by position."""
    text = """\
  - title: 一例
    about: [risk-group]
    given: {orders: [{涉及群体利益: 是}, {工单编号: 乙, 涉及群体利益: 是, copies: 2}, {}]}
    expect:
      orders: {1: {rules: [risk-group]}, 乙-1: {rules: [risk-group]}, 乙-2: {rules: [risk-group]}, 3: {rules: []}}
""".replace("{}]", "{满意度: 一般}]")
    assert failures(small, text) == []


def test_cases_taken_in_together_come_to_the_same(tmp_path: Path) -> None:
    """Protects the shortcut: what is set aside, scored, ranked and fired is the same for a case beside others."""
    folder = ROOT / "policies" / "2026"
    cases = list(cases_of(folder).values())
    sample = [case for i, case in enumerate(cases) if i % 12 == 0 or case.place.file.endswith("set-aside.yaml")]
    together, alone = (Bench(folder, SCHEMAS, cache=tmp_path) for _ in range(2))
    together.take_together(sample)
    for case in sample:
        ours, theirs = together.outcome(case), alone.outcome(case)
        assert ours.orders == theirs.orders
        assert ours.evaluation.standings == theirs.evaluation.standings
        assert ours.evaluation.considered == theirs.evaluation.considered
        assert ours.evaluation.gates == theirs.evaluation.gates
        assert ours.evaluation.intake.rows == theirs.evaluation.intake.rows
        assert [replace(row, reason="") for row in ours.evaluation.intake.set_aside] == [
            replace(row, reason="") for row in theirs.evaluation.intake.set_aside
        ]


@pytest.mark.parametrize(
    ("about", "given", "place", "words"),
    [
        (
            "bonus-cap",
            "{bonuses: [{月份: 2026-04, 承办单位: 甲中心, 加分: -1}], orders: [{工单编号: 乙}]}",
            "a.yaml:10:12",
            "不能小于 0（值：-1）",
        ),
        (
            "dispute-2wd",
            '{orders: [{工单编号: 乙, 权属争议: 是, 接单时间: "2026-12-31 10:00:00"}]}',
            "",
            "工单“乙”的“权属争议2个工作日内提交征询单”，期限要用到日历未声明的年份",
        ),
    ],
    ids=["cannot be taken in", "has no answer"],
)
def test_a_case_that_cannot_run_fails_alone(small: Path, about: str, given: str, place: str, words: str) -> None:
    """Protects the shortcut: whatever is wrong with one case is told of it, by its own names, and those beside it come
    to what they come to."""
    text = f"""\
  - title: 一例
    about: [volume]
    given: {{orders: [{{工单编号: 甲}}]}}
    expect: {{orders: {{甲: {{rules: []}}}}}}
  - title: 二例
    about: [{about}]
    given: {given}
    expect: {{orders: {{乙: {{rules: []}}}}}}
  - title: 三例
    about: [risk-group]
    given: {{set: {{quarters: calendar}}, orders: [{{工单编号: 甲, 涉及群体利益: 是}}]}}
    expect: {{orders: {{甲: {{rules: [risk-group]}}}}}}
"""
    (found,) = failures(small, text)
    assert found.startswith(place) and "案例“二例”" in found and words in found and "〔" not in found


def test_a_failure_names_nothing_of_other_cases(small: Path) -> None:
    """Protects messages: cases are taken in together, yet each failure speaks of its own units and records."""
    text = """\
  - title: 一例
    about: [volume]
    given: {orders: [{工单编号: 甲}]}
    expect: {orders: {甲: {rules: []}}}
  - title: 二例
    about: [volume]
    given: {orders: [{工单编号: 甲, 承办单位: 乙中心}]}
    expect: {year: {last: []}}
"""
    (found,) = failures(small, text)
    assert found.startswith("a.yaml:10:12: 案例“二例”：不应有搁置的行，实有：第 1 条，工单“甲”，承办单位：")
    assert "〔" not in found


def test_reached_tells_what_fired_and_what_did_not(small: Path) -> None:
    """Protects coverage: what a case exercised is known by id, option and state."""
    text = """\
  - title: 一例
    about: [risk-group]
    given: {set: {quarters: calendar}, orders: [{涉及群体利益: 是}, {满意度: 一般}]}
    expect: {orders: {1: {rules: [risk-group]}}}
"""
    (small / "cases" / "a.yaml").write_text(HEAD + text, encoding="utf-8")
    (result,) = run_cases(small, SCHEMAS, cache=None)
    reached = result.reached
    assert reached.rules_fired == {"risk-group"}
    assert "risk-group" in reached.rules_quiet
    assert {"a3-01", "risk-intense"} <= reached.rules_quiet
    assert reached.readings == {("quarters", "calendar")}
    assert {("risk-study-24h", "breached"), ("risk-study-24h", "none")} <= reached.duties
    assert not reached.consequences_fired
    assert "last-quarter" in reached.consequences_quiet


def test_every_policy_has_cases() -> None:
    """Protects the collection above from finding nothing."""
    assert (ROOT / "policies" / "2026") in WITH_CASES
    assert sum(len(cases_of(folder)) for folder in WITH_CASES) > 150
