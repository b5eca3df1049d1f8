"""Slips of editors who are no programmers: each is told alone, at its spot, and with what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.bench import POLICY, Bench


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("answers"))


WEIGHT = "    weight: 30\n    target: {at_least: 90, clause: 二2}\n"
SLIPS: dict[str, tuple[str, str, str, int, int, str]] = {
    # name: file, old, new, line after that of old, column, message
    "one space less": (
        *("indicators.yaml", WEIGHT, WEIGHT[1:], 0, 4),
        "缩进与上文不一致，前面空了 3 格。同一层的各行请从同一列写起；若与第 55 行同一层，前面应空 4 格",
    ),
    "one space more": (
        *("indicators.yaml", WEIGHT, " " + WEIGHT, 0, 6),
        "缩进比上一行多，前面空了 5 格。请与上一行对齐，前面空 4 格；若是上一行的“: ”，给那段文字加引号",
    ),
    "an item out of its list": (
        *("indicators.yaml", "  - id: satisfaction\n", "   - id: satisfaction\n", 0, 4),
        "缩进与上文不一致，前面空了 3 格。同一层的各行请从同一列写起；若与第 42 行同一层，前面应空 2 格",
    ),
    "no space after the colon": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight: 30", "weight:30"), 0, 11),
        "冒号后面没有空格（值：weight:30）。请写成 weight: 30",
    ),
    "a wide colon": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight: ", "weight："), 0, 11),
        "冒号是全角的“：”。请改用半角冒号，后面空一格，如“键: 值”",
    ),
    "a wide colon within braces": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("at_least: 90", "at_least：90"), 1, 22),
        "冒号是全角的“：”（值：at_least：90）。请改用半角冒号，后面空一格：at_least: 90",
    ),
    "a wide colon before a test": (
        *("indicators.yaml", "{field: 满意度, is: 一般}", "{field： 满意度, is: 一般}", 0, 33),
        "冒号是全角的“：”（值：field： 满意度）。请改用半角冒号，后面空一格：field: 满意度",
    ),
    "a wide colon before braces": (
        *("ranking.yaml", "last: {reading: tie-for-last}", "last： {reading: tie-for-last}", 0, 5),
        "冒号是全角的“：”（值：last： {reading: tie-for-last}）。"
        "请改用半角冒号，后面空一格：last: {reading: tie-for-last}",
    ),
    "a word where keys belong": (
        *("policy.yaml", "cycle: {first: 2025-11, last: 2026-10}", "cycle: 2026", 0, 8),
        "这里应是一组键，不是数（值：2026）。请写成一组键：{first: …, last: …}",
    ),
    "a leading zero": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight: 30", "weight: 030"), 0, 13),
        "这里应是数，不是文字（值：030）。数的前面不加 0：30",
    ),
    "a brace that is not closed": (
        *("indicators.yaml", "is: 一般}, points: 60}\n", "is: 一般}, points: 60\n", 0, 9),
        "花括号没有用 } 收尾（值：{title: 一般, when: {field: 满意度, is: 一般}, points: 60）。请在末尾补上 }",
    ),
    "a misspelt key": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight", "wieght"), 0, 5),
        "这里没有这个键（值：wieght）。是不是“weight”？",
    ),
    "wide digits": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight: 30", "weight: ３０"), 0, 13),
        "这里应是数，不是文字（值：３０）。请用半角数字：30",
    ),
    "a percentage": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight: 30", "weight: 30%"), 0, 13),
        "这里应是数，不是文字（值：30%）。请只写数，不写百分号：30",
    ),
    "a sum": (
        *("indicators.yaml", WEIGHT, WEIGHT.replace("weight: 30", "weight: 31"), -52, 14),
        "各项权重之和是 5＋20＋20＋25＋31＝101，与声明的合计不符（值：100）。改权重，或改 weights_sum",
    ),
    "a date as it is spoken": (
        *("policy.yaml", "in_force: {from: 2026-03-01}", "in_force: {from: 2026年3月1日}", 0, 18),
        "日期的写法不对（值：2026年3月1日）。请写成 2026-03-01",
    ),
    "a day that is not": (
        *("policy.yaml", "in_force: {from: 2026-03-01}", "in_force: {from: 2026-02-29}", 0, 18),
        "日期不存在或写法不对（值：2026-02-29）。2026 年 2 月没有 29 日，请核对",
    ),
    "an id twice": (
        *("indicators.yaml", "  - id: resolution\n", "  - id: satisfaction\n", 11, 9),
        f"编号已在 {POLICY}/indicators.yaml:42:9 用过（值：satisfaction）。每个编号只能用一次，请换一个；"
        "别处写到 “resolution”，却没有哪一项叫这个编号，是不是把它写错了？",
    ),
    "wide quotes": (
        *("rules.yaml", 'contains: "22"}', "contains: “22”}", 0, 39),
        '没有这个取值（值：“22”）。引号是全角的，请改用半角："22"',
    ),
}


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_told_alone_and_mended_by_what_is_said(bench: Bench, name: str) -> None:
    """Promise: one slip is one line: file, line, column, the value, and what to write; nothing that only follows."""
    file, old, new, below, column, said = SLIPS[name]
    text = (Path(POLICY) / file).read_text("utf-8")
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1 + below
    found = [str(item.problem) for item in bench.check(file, text.replace(old, new)) if item.level == "problem"]
    assert found == [f"{POLICY / file}:{line}:{column}: {said}"]


def test_bands_that_overlap_or_leave_a_gap_are_told_once(bench: Bench) -> None:
    """Promise: one gap, or one overlap, of bands of values is one line, however wide it is."""
    text = (Path(POLICY) / "indicators.yaml").read_text("utf-8")
    for below, said in ((89, "各档之间有空缺（值：89）"), (95, "各档有重叠（值：90）")):
        grades = f"grades:\n  - {{title: 优, at_least: 90}}\n  - {{title: 良, below: {below}}}\n"
        found = [str(item.problem) for item in bench.check("indicators.yaml", f"{text}{grades}")]
        assert len([line for line in found if "各档" in line]) == 1 and any(said in line for line in found), found


def test_a_name_like_no_other_gets_no_list_of_others(bench: Bench) -> None:
    """Promise: what may be written instead is listed only where it is of help, and told once for all options."""
    text = (Path(POLICY) / "clauses.yaml").read_text("utf-8").replace("[a3-05]", "[zzzz]")
    found = [str(item.problem) for item in bench.check("clauses.yaml", text) if "zzzz" in item.problem.value]
    assert len(found) == 1 and found[0].endswith("没有写法相近的，请核对，或先把它写出来")


def test_names_that_are_missed_beside_a_doubled_id_are_still_told(bench: Bench) -> None:
    """Promise: an id that stands twice hides no slip of its own kind that is elsewhere: a name missed only once."""
    rules = (Path(POLICY) / "rules.yaml").read_text("utf-8").replace("- id: a3-21\n", "- id: a3-22\n")
    clauses = (Path(POLICY) / "clauses.yaml").read_text("utf-8").replace("[a3-05]", "[a3-50]")
    found = [str(item.problem) for item in bench.check_all({"rules.yaml": rules, "clauses.yaml": clauses})]
    told = [said for said in found if "a3-50" in said or "a3-21" in said]
    assert len(told) == 2 and "没有这个编号（值：a3-50）" in told[0] and "别处写到 “a3-21”" in told[1]
