"""The table for people: nothing lost, nothing too wide, nothing that garbles a pipe or a terminal."""

from __future__ import annotations

import io
import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cli.document import MOST_LINES, set_aside_lines
from cli.render_table import ROWS_SHOWN, render_table
from cli.straight_table import laid_out
from cli.tables import cell, column, table
from cli.wrapping import cells

from .conftest import UNITS

WIDTHS = (80, 100, 140)


def drawn(document: dict[str, Any], width: int, period: str | None = None) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    render_table(console, document, period)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_every_version_of_the_cycle_is_named(document: dict[str, Any]) -> None:
    """Promise: where an amendment governs part of the cycle, the head says from which month each version does."""
    document["versions"] = [
        {"id": "p", "version": "2027", "digest": "sha256:" + "ab" * 32, "from": "2026-11"},
        {"id": "q", "version": "2027-b", "digest": "sha256:" + "cd" * 32, "from": "2027-01"},
    ]
    said = squeezed(drawn(document, 160))
    assert "版本2027（2026-11起，摘要abababababab）；2027-b（2027-01起，摘要cdcdcdcdcdcd）" in said


@pytest.mark.parametrize("width", range(80, 161, 4))
def test_no_line_is_wider_than_the_screen(document: dict[str, Any], width: int) -> None:
    """Promise: Chinese text counts two columns a character, so that no line spills over."""
    assert max(cells(line) for line in drawn(document, width).splitlines()) <= width


@pytest.mark.parametrize("width", range(80, 161, 3))
def test_no_character_is_lost(document: dict[str, Any], width: int) -> None:
    """Promise: a narrow screen folds text; it never cuts any off."""
    wide, narrow = (Counter(squeezed(drawn(document, at)).replace("-", "")) for at in (400, width))
    assert wide == narrow


def test_many_indicators_spill_rather_than_vanish(document: dict[str, Any]) -> None:
    """Promise: a plan with more indicators than fit on the screen loses none of them."""
    ids = [f"i{number}" for number in range(20)]
    document["titles"]["indicators"] = [{"id": id, "title": f"指标{id}", "weight": 5, "target": 1} for id in ids]
    for month in document["months"]:
        for row in month["ranking"]:
            row["indicators"] = {id: 60.25 + number for number, id in enumerate(ids)}
    text = drawn(document, 80)
    assert all(text.count(f"{60.25 + number:.2f}") >= 14 for number in range(20))


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_a_reader_needs_is_there(document: dict[str, Any], width: int) -> None:
    """Promise: plan, time, ranks, figures below target, gates and why, flags, consequences, unused rows, remarks."""
    text = drawn(document, width)
    for words in ("示例考核方案", "2027-01-15 00:00:00", "1234 件", "另有 2 行未采用", "2026-11", "2027-01（暂定）"):
        assert words in text
    assert "!89.50" in text and "!99.50" not in text
    folded = squeezed(text)
    for words in (
        "前提成立（与平均水平相比：联系情况未达到）",
        "前提不成立（与平均水平相比：联系情况达到）",
        "前提无法判断（与平均水平相比：联系情况缺数据）",
        "有指标没有可统计的工单：乙中心",
        "逾期未办结（不计分）：丙所3件",
        "未参加排名：戊公司",
        "没有用到的列：备注",
        "没有这一天",
        "编号重复",
    ):
        assert words in folded
    for word in ("末位约谈", "单位负责人", "涉及", "酌情", "2026-12-05", "2026-12-04"):
        assert all(text.count(character) for character in word)


def test_last_is_marked_wherever_a_rank_stands(document: dict[str, Any]) -> None:
    """Promise: who is last is seen in the overview and in the month, without colours."""
    rows = [row for row in drawn(document, 100).splitlines() if UNITS[4] in row]
    assert any("5末" in row for row in rows)
    assert not any("1末" in row for row in drawn(document, 100).splitlines())


def test_a_pipe_gets_plain_text(document: dict[str, Any]) -> None:
    """Promise: no colours and no frames where the output is not a terminal."""
    text = drawn(document, 100)
    assert "\x1b" not in text
    assert not any("\u2500" <= character <= "\u259f" for character in text)


def test_hostile_text_cannot_steer_the_terminal(document: dict[str, Any]) -> None:
    """Promise: control characters and markup from a data file are shown, not obeyed."""
    evil = "\x1b]0;x\x07[red]甲[/red]\r\n:smile:"
    swapped = json.loads(json.dumps(document).replace(json.dumps(UNITS[0])[1:-1], json.dumps(evil)[1:-1]))
    text = drawn(swapped, 140)
    assert "\x1b" not in text and "\x07" not in text and "\r" not in text
    assert "[red]甲[/red] :smile:" in text


def test_one_period_shows_its_detail_only(document: dict[str, Any]) -> None:
    """Promise: ``--period`` keeps the whole-cycle tables and lists one period's detail and consequences."""
    month = drawn(document, 100, "2026-12")
    assert "【2026-12】" in month and "【2026-11】" not in month and "没有触发任何后果" in month
    assert "【第一季度（暂定）综合排名】" in drawn(document, 100, "Q1")


def test_totals_that_differ_look_different(document: dict[str, Any]) -> None:
    """Promise: two units with different ranks never show the same total."""
    ranking = document["months"][0]["ranking"]
    ranking[0]["total"], ranking[1]["total"] = 90.12341, 90.12339
    text = drawn(document, 100)
    assert "90.12341" in text and "90.12339" in text


def test_a_plan_without_units_gates_or_rankings_is_shown_too(document: dict[str, Any]) -> None:
    """Promise: a plan that only watches deadlines gets a readable result, not an error."""
    for month in document["months"]:
        month.update(ranking=[], unranked=[], gate=None, rates={})
    document.update(quarters=[], year=None, consequences=[])
    text = drawn(document, 80)
    assert "没有可以排名的单位" in text and "没有单位参加排名" in text and "前提" not in text


def test_a_flood_of_unused_rows_is_cut_and_counted(document: dict[str, Any]) -> None:
    """Promise: thousands of bad rows do not bury the result; the rest is said to exist and where to see it."""
    document["set_aside_rows"] *= ROWS_SHOWN
    assert f"还有 {ROWS_SHOWN} 处：用 --format json 看全部" in drawn(document, 100)


def test_a_strict_run_does_not_list_a_flood(document: dict[str, Any]) -> None:
    """Promise: --strict tells how many rows were not used and lists the first, whatever their number."""
    document["set_aside_rows"] *= MOST_LINES
    lines = set_aside_lines(document)
    assert len(lines) == MOST_LINES + 2
    assert str(document["input"]["set_aside"]) in lines[0] and f"还有 {MOST_LINES} 处" in lines[-1]


def test_a_plan_without_consequences_does_not_speak_of_any(document: dict[str, Any]) -> None:
    """Promise: a plan that has no consequences is not shown as one in which none happened."""
    assert "后果" in drawn(document | {"consequences": []}, 100)
    document["titles"]["consequences"] = []
    assert "后果" not in drawn(document | {"consequences": []}, 100)


def test_groups_are_ranked_in_tables_of_their_own(document: dict[str, Any]) -> None:
    """Promise: units that are ranked apart are shown apart, so that no two first places stand in one list."""
    for period in [*document["months"], *document["quarters"], document["year"]]:
        for place, row in enumerate(period["ranking"]):
            row["group"] = "镇街" if place % 2 else "区直"
    month = drawn(document, 100, "2026-12").split("【2026-12】")[1]
    assert month.index("〔区直〕") < month.index(UNITS[0]) < month.index("〔镇街〕") < month.index(UNITS[1])
    quarter = drawn(document, 100, "Q1").split("综合排名】")[1]
    assert quarter.index("〔区直〕") < quarter.index(UNITS[4]) < quarter.index("〔镇街〕") < quarter.index(UNITS[3])
    assert "组别" in drawn(document, 100) and "〔" not in drawn(document | {"months": []}, 100)


def test_a_unit_in_another_group_now_and_then_has_a_row_in_each(document: dict[str, Any]) -> None:
    """Promise: where groups change from month to month, no rank of one group stands in a row of another."""
    for number, month in enumerate(document["months"]):
        for row in month["ranking"]:
            row["group"] = "多" if number % 2 and row["unit"] == UNITS[0] else "少"
    whole = drawn(document | {"quarters": [], "year": None}, 200).split("各月名次】")[1].split("前提成立")[0]
    rows = [line.split() for line in whole.splitlines() if line.startswith(UNITS[0])]
    assert [row[1] for row in rows] == ["多", "少"]
    ranked = sum(row["unit"] == UNITS[0] for month in document["months"] for row in month["ranking"])
    assert sum(cell[0].isdigit() for row in rows for cell in row[2:]) == ranked
    others = [line for line in whole.splitlines() if line.startswith(UNITS[1])]
    assert len(others) == 1


def test_grades_and_vetoes_are_told(document: dict[str, Any]) -> None:
    """Promise: what a total is called, and that scoring was stopped, is seen where the total is."""
    assert "等次" not in drawn(document, 100)
    row = document["months"][0]["ranking"][2]
    row.update(grade="不合格", flags=["vetoed"])
    text = drawn(document, 100, "2026-11")
    assert "等次" in text and "不合格" in text and f"停止计分，总分记为 0：{UNITS[2]}" in text


def test_columns_without_a_use_are_left_out(document: dict[str, Any]) -> None:
    """Promise: no bonuses, no bonus column; no targets, no legend for them; units go by the policy's own word."""
    assert "加分" in drawn(document, 100) and "低于目标" in drawn(document, 100)
    document["titles"].update(bonuses=[], unit="网站")
    for indicator in document["titles"]["indicators"]:
        indicator["target"] = None
    text = drawn(document, 100)
    assert "加分" not in text and "低于目标" not in text and "承办单位" not in text and "网站" in text


def test_a_second_basis_follows_the_first(document: dict[str, Any]) -> None:
    """Promise: results with and without exclusions stand in one report, each under its name."""
    months = json.loads(json.dumps(document["months"]))
    months[0]["ranking"][0]["total"] = 12.34
    document["bases"] = [{"id": "all", "title": "含剔除", "months": months, "quarters": [], "year": None}]
    first, second = drawn(document, 100, "2026-11").split("【另一口径：含剔除】")
    assert "12.34" in second and "12.34" not in first


def test_a_plan_that_scores_nothing_says_so(document: dict[str, Any]) -> None:
    """Promise: a plan of deadlines alone gets one sentence, not a year of empty months."""
    document["titles"]["indicators"] = []
    text = drawn(document, 100)
    assert "不计分、不排名" in text and "【2026-11】" not in text


WORDS = st.text(alphabet="一末x1.-（）", max_size=9)


@given(
    st.lists(
        st.tuples(WORDS, st.booleans(), st.none() | st.integers(1, 12), st.none() | st.integers(2, 9)),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.lists(WORDS, min_size=6, max_size=6), max_size=4),
    st.sampled_from((1, 2)),
)
def test_a_table_whose_cells_need_no_folding_is_what_rich_would_draw(
    heads: list[tuple[str, bool, int | None, int | None]], rows: list[list[str]], gap: int
) -> None:
    """Promise: the short way of drawing a table changes no character of it, of heads that are folded neither."""
    grid = table(gap=gap)
    for head, right, least, most in heads:
        bound = most if least is None or most is None else max(least, most)
        title = f"\n{head}" if right else head
        column(grid, title, align="right" if right else "left", least=least, most=bound)
    for row in rows:
        grid.add_row(*map(cell, row[: len(heads)]))
    console = Console(file=io.StringIO(), width=400)
    straight = laid_out(grid, console)
    folded = [
        of
        for of in grid.columns
        if of.max_width is not None and any(cell_len(str(one)) > of.max_width for one in of.cells)
    ]
    assert (straight is None) == bool(folded)
    if straight is not None:
        console.print(grid)
        assert isinstance(console.file, io.StringIO)
        assert straight.plain == console.file.getvalue()
