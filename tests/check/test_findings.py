"""What a check finds in the 2026 policy after one change: kind, file, line, example and what to write instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.check.finding import KINDS, Finding
from engine.check.whole import Effort, check_folder
from engine.policy.manifest import MANIFEST, hashes
from tests.check.bench import POLICY, SCHEMAS, Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("answers"))


def text_of(file: str) -> str:
    return (POLICY / file).read_text("utf-8")


def changed(file: str, old: str, new: str) -> str:
    """The file's text with its one ``old`` replaced."""
    text = text_of(file)
    assert text.count(old) == 1, f"{text.count(old)} × {old}"
    return text.replace(old, new)


def line_of(text: str, words: str) -> int:
    """The number of the one line with ``words`` in it."""
    (line,) = [number for number, line in enumerate(text.splitlines(), 1) if words in line]
    return line


CONTACT = "      - {title: 先行联系, when: {field: 先行联系, is: 是}, points: 100}\n"
EXAMPLES: dict[str, tuple[str, str, str, str, str, str, str]] = {
    # name: kind, file, old, new, words of the line that is named, words of the message, level
    "a band left out": (
        *("band-gap", "indicators.yaml", "      - {title: 一般, when: {field: 满意度, is: 一般}, points: 60}\n", ""),
        *("- {title: 满意, when: {field: 满意度, is: 满意}", "满意度=一般", "problem"),
    ),
    "two bands at once": (
        *(
            "band-overlap",
            "indicators.yaml",
            "when: {field: 满意度, is: 一般}",
            "when: {field: 满意度, in: [一般, 满意]}",
        ),
        *("in: [一般, 满意]", "满意度=满意", "problem"),
    ),
    "bands of numbers with a gap": (
        *("band-gap", "indicators.yaml", CONTACT),
        "      - {title: 少, when: {field: 深度沟通次数, below: 2}, points: 0}\n"
        "      - {title: 多, when: {field: 深度沟通次数, above: 2}, points: 100}\n",
        *("title: 少, when", "深度沟通次数", "problem"),
    ),
    "a unique decision with two rules at once": (
        *(
            "table-overlap",
            "rules.yaml",
            "    clause: 三(一)2\n    hit: collect",
            "    clause: 三(一)2\n    hit: unique",
        ),
        *("when: {field: 表述激烈或串联, is: 是}", "涉及群体利益=是", "problem"),
    ),
    "a condition against itself": (
        *("never-holds", "rules.yaml", "when: {field: 重复反映次数, at_least: 2}"),
        "when: {all: [{field: 重复反映次数, at_least: 2}, {field: 重复反映次数, at_most: 1}]}",
        *("at_most: 1", "risk-repeat", "problem"),
    ),
    "a condition that the table of orders forbids": (
        *("never-holds", "rules.yaml", "when: {field: 重复反映次数, at_least: 2}"),
        "when: {field: 办结时间, before: {field: 接单时间}}",
        *("before: {field: 接单时间}", "risk-repeat", "problem"),
    ),
    "a band that the indicator never counts": (
        *(
            "never-holds",
            "indicators.yaml",
            "when: {field: 是否解决, is: 是}",
            "when: {field: 是否解决, present: false}",
        ),
        *("present: false}, points", "实际解决", "problem"),
    ),
    "two rules of one condition": (
        *(
            "same-condition",
            "rules.yaml",
            'when: {field: 剔除情形, contains: "22"}',
            'when: {field: 剔除情形, contains: "2"}',
        ),
        *("clause: 附件3-22", "a3-02", "problem"),
    ),
    "a rule inside another": (
        *("narrower", "rules.yaml", 'when: {field: 剔除情形, contains: "22"}'),
        'when: {all: [{field: 剔除情形, contains: "2"}, {field: 是否匿名, is: 是}]}',
        *("是否匿名, is: 是", "a3-02", "hint"),
    ),
    "a step that is too high": (
        *("unreachable-step", "consequences.yaml", "times: 5}", "times: 9}"),
        *("times: 9}", "8 个", "problem"),
    ),
    "a step against itself": (
        *("unreachable-step", "consequences.yaml", "when: {standing: last, running: 2}"),
        "when: {all: [{standing: last, running: 2}, {not: {standing: last}}]}",
        *("{not: {standing: last}}", "last-2-running", "problem"),
    ),
    "a deadline in the year after the cycle": (
        *("undeclared-date", "obligations.yaml", "{amount: 3, unit: working_days", "{amount: 60, unit: working_days"),
        *("amount: 60", "awaited: [2027]", "problem"),
    ),
    "a deadline that may be put off beyond the calendar": (
        *("undeclared-date", "obligations.yaml", "{amount: 3, unit: working_days, "),
        "{amount: 3, unit: working_days, stopped_by: [{from: 办结时间, to: 回访时间}], ",
        *("amount: 3", "没有上限", "hint"),
    ),
    "an obligation that nobody has": (
        *("never-holds", "obligations.yaml", "applies: {field: 权属争议, is: 是}"),
        "applies: {all: [{field: 权属争议, is: 是}, {field: 权属争议, is: 否}]}",
        *("is: 是}, {field: 权属争议, is: 否}", "dispute-2wd", "problem"),
    ),
    "a rule without a case": (
        *("case-missing", "rules.yaml", "      - id: risk-repeat\n"),
        "      - {id: risk-new, title: 新, clause: 三(一)2, when: {field: 通话录音, is: 否}}\n"
        "      - id: risk-repeat\n",
        *("id: risk-new", "risk-new", "problem"),
    ),
    "a reading that nobody uses": (
        *("unused-reading", "ranking.yaml", "    periods: {reading: quarters}"),
        "    periods: [{id: Q1, title: 半年, first: 2025-11, last: 2026-04}, "
        "{id: Q2, title: 半年, first: 2026-05, last: 2026-10}]",
        *("readings.yaml:  - id: quarters", "quarters", "problem"),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_finding(bench: Bench, name: str) -> None:
    """Protects each kind of finding: its place, and a concrete example or name in its words."""
    kind, file, old, new, words, told, level = EXAMPLES[name]
    text = changed(file, old, new)
    where, _, own = words.rpartition(":  ") if words.startswith("readings.yaml") else (file, "", words)
    lines = text_of(where) if where != file else text
    line = line_of(lines, own) + (1 if name == "two rules of one condition" else 0)
    found = [finding for finding in bench.check(file, text) if finding.kind == kind]
    at = [f for f in found if f.problem.place.file == str(POLICY / where) and f.problem.place.line == line]
    assert at, found
    assert told in str(at[0].problem) and at[0].level == level
    assert at[0].problem.instead


def test_a_rule_that_comes_too_late(bench: Bench) -> None:
    """Protects first-hit tables: a rule whose every order an earlier rule takes is named, with the earlier rule."""
    text = changed("rules.yaml", "    clause: 三(一)2\n    hit: collect", "    clause: 三(一)2\n    hit: first")
    wide = "when: {any: [{field: 涉及群体利益, is: 是}, {field: 重复反映次数, at_least: 1}]}"
    text = text.replace("when: {field: 涉及群体利益, is: 是}", wide)
    (found,) = [finding for finding in bench.check("rules.yaml", text) if finding.kind == "swallowed"]
    assert found.problem.value == "risk-repeat" and "risk-group" in found.problem.what
    assert found.problem.place.line == line_of(text, "重复反映次数, at_least: 2")


def test_options_that_are_not_chosen_are_checked(bench: Bench) -> None:
    """Protects switching a reading: a mistake under an option that nobody has chosen is found and said to be one."""
    text = changed("readings.yaml", "value: [resolution]}", "value: [resolutions]}")
    (found,) = [finding for finding in bench.check("readings.yaml", text) if finding.level == "problem"]
    assert found.problem.place.line == line_of(text, "[resolutions]")
    assert "table4-scope=resolution" in found.problem.what and "resolution" in found.problem.instead


def test_a_value_from_a_reading_is_named_where_it_stands(bench: Bench) -> None:
    """Protects the place of findings about values that an option supplies: the line in readings.yaml."""
    old = '{field: 接单时间, time_before: "14:00:00"}'
    text = changed("readings.yaml", old, f'{old}\n              - {{field: 接单时间, time_from: "15:00:00"}}')
    (found,) = [finding for finding in bench.check("readings.yaml", text) if finding.kind == "never-holds"]
    assert found.problem.place.line == line_of(text, old) - 2  # the first line of the condition
    assert "contact-same-day" in found.problem.what


def test_numbers_between_bounds_are_possible(bench: Bench) -> None:
    """Protects against false alarms: conditions on one number that fit together are neither dead nor overlapping."""
    bands = (
        "      - title: 少\n"
        "        when: {any: [{field: 深度沟通次数, present: false}, {field: 深度沟通次数, below: 2}]}\n"
        "        points: 0\n"
        "      - title: 中\n"
        "        when: {all: [{field: 深度沟通次数, at_least: 2}, {field: 深度沟通次数, at_most: 4}]}\n"
        "        points: 50\n"
        "      - {title: 多, when: {field: 深度沟通次数, above: 4}, points: 100}\n"
    )
    findings = bench.check("indicators.yaml", changed("indicators.yaml", CONTACT, bands))
    assert [str(finding.problem) for finding in findings if finding.level == "problem"] == []


def test_several_mistakes_come_at_once(bench: Bench) -> None:
    """Protects the promise of one run: mistakes of different kinds are all told, sorted by place."""
    text = text_of("rules.yaml")
    text = text.replace('contains: "22"', 'contains: "2"').replace(
        "hit: collect\n    rules:\n      - id: risk-group", "hit: unique\n    rules:\n      - id: risk-group"
    )
    found = bench.check("rules.yaml", text)
    assert {"same-condition", "table-overlap"} <= {finding.kind for finding in found}
    assert [finding.problem.place for finding in found] == sorted(finding.problem.place for finding in found)


def copy_of_policy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(POLICY, tmp_path / "2026", ignore=shutil.ignore_patterns(MANIFEST)))


def check(folder: Path, tmp_path: Path) -> tuple[Finding, ...]:
    return check_folder(folder, SCHEMAS, Effort(tmp_path / "cache", 60.0))


def release(folder: Path) -> None:
    lines = [f"  - {{file: {name}, sha256: {digest}}}" for name, digest in hashes(folder).items()]
    (folder / MANIFEST).write_text("\n".join(["released_on: 2026-03-24", "by: 科室", "files:", *lines, ""]), "utf-8")


def test_a_released_version_may_not_change(tmp_path: Path) -> None:
    """Protects released versions: a file changed by a comment, added or removed is told, and cases are files too."""
    folder = copy_of_policy(tmp_path)
    release(folder)
    assert [finding for finding in check(folder, tmp_path) if finding.kind == "manifest"] == []
    with (folder / "rules.yaml").open("a", encoding="utf-8") as file:
        file.write("# 改\n")
    (folder / "cases" / "more.yaml").write_text("cases: []\n", "utf-8")
    (folder / "cases" / "risk.yaml").unlink()
    told = {finding.problem.value for finding in check(folder, tmp_path) if finding.kind == "manifest"}
    assert told == {"rules.yaml", "cases/more.yaml", "cases/risk.yaml"}


def test_broken_cases_do_not_hide_broken_rules(tmp_path: Path) -> None:
    """Protects the promise of one run: mistakes in a case file and in the policy are told together."""
    folder = copy_of_policy(tmp_path)
    (folder / "cases" / "broken.yaml").write_text("cases: 5\n", "utf-8")
    (folder / "rules.yaml").write_text(
        changed("rules.yaml", "[risk-legacy]" if False else 'contains: "22"', 'contains: "2"'), "utf-8"
    )
    kinds = {finding.kind for finding in check(folder, tmp_path)}
    assert {"form", "same-condition"} <= kinds


def test_a_version_without_cases_is_hinted_at(tmp_path: Path) -> None:
    """Protects drafts: no cases at all is a hint, not a problem for each rule."""
    folder = copy_of_policy(tmp_path)
    shutil.rmtree(folder / "cases")
    found = check(folder, tmp_path)
    assert [finding.level for finding in found if finding.kind == "no-cases"] == ["hint"]
    assert not [finding for finding in found if finding.kind == "case-missing"]


def test_rules_beyond_the_rule_engine_are_told(tmp_path: Path) -> None:
    """Protects the rule engine's limits: tags that need each other are a problem at a rule, not a crash."""
    folder = copy_of_policy(tmp_path)
    ring = "when: {tagged: risk-order}\n        gives: [risk-order]"
    text = changed("rules.yaml", "when: {field: 重复反映次数, at_least: 2}\n        gives: [risk-order]", ring)
    (folder / "rules.yaml").write_text(text, "utf-8")
    assert [finding.kind for finding in check(folder, tmp_path) if finding.level == "problem"] == ["engine-limit"]


def test_every_kind_has_a_title() -> None:
    """Protects machine-readable output: kinds are stable words and have Chinese titles."""
    for kind, title in KINDS.items():
        assert kind.isascii() and " " not in kind and any("\u4e00" <= letter <= "\u9fff" for letter in title)


@pytest.mark.parametrize(("said", "level"), [("", "problem"), ("awaited: [2027]\n", "hint")])
def test_a_year_that_deadlines_need_is_there_or_said_to_be_awaited(bench: Bench, said: str, level: str) -> None:
    """Promise: a year in which a deadline falls is not forgotten: it is declared, or the calendar says that its days
    off are not announced yet, and the deadline is still named."""
    late = changed("obligations.yaml", "{amount: 3, unit: working_days", "{amount: 60, unit: working_days")
    found = bench.check_all({"obligations.yaml": late, "calendar.yaml": said + text_of("calendar.yaml")})
    (late_one,) = [item for item in found if item.kind == "undeclared-date"]
    assert (late_one.level, late_one.problem.value) == (level, "2027")
