"""What single edits of 2026 are called: sentence, direction, group."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine.diff.applying import coupled
from engine.diff.change import Change
from engine.diff.compare import changes
from engine.diff.mark_uses import more_of
from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts, load_parts
from engine.policy.source import Plain
from tests.diff.editing import A_DOZEN, ROOT, SCHEMAS, Edit, copy_with, next_year

OBLIGATIONS, RANKING, SCORES = "工单办理要求", "排名", "考核指标"

BANDS = "bands: [{title: 多, at_least: 100}, {title: 少, below: 100}]"

ONE_EDIT: tuple[tuple[Edit, str, str, str], ...] = (
    (("obligations", "amount: 3, unit", "amount: 2, unit"), "tightened", OBLIGATIONS, "时限 3→2 个工作日"),
    (("obligations", "amount: 2, unit", "amount: 4, unit"), "loosened", OBLIGATIONS, "时限 2→4 个工作日"),
    (("obligations", "3, unit: working_days", "3, unit: days"), "unknown", OBLIGATIONS, "工作日→自然日"),
    (("obligations", "{field: 办理方式, is: 立即解决}", "always"), "tightened", OBLIGATIONS, "改为“总是”"),
    (("obligations", "at_least: 2", "at_least: 3"), "tightened", OBLIGATIONS, "深度沟通次数≥2→3"),
    (("consequences", "times: 5", "times: 4"), "tightened", "后果", "累计 5→4 次排名最后即约谈"),
    (("consequences", "running: 2", "running: 3"), "loosened", "后果", "连续 2→3 期排名最后即作专项汇报"),
    (("consequences", "mandatory: false", "mandatory: true"), "tightened", "后果", "必须 否→是"),
    (
        ("consequences", "last-month}\n    repeat: every_time", "last-month}\n    repeat: once_per_cycle"),
        "loosened",
        "后果",
        "重复 每次都触发→每周期一次",
    ),
    (
        ("consequences", "last-month}\n    repeat: every_time", "last-month}\n    repeat: counted_anew"),
        "loosened",
        "后果",
        "重复 每次都触发→触发后重新数",
    ),
    (
        (
            "consequences",
            "consequences:\n",
            "ladders:\n  - {id: talks, title: 约谈, clause: 三(二)2, steps: [last-3-cumulative, last-5-cumulative]}\n"
            "consequences:\n",
        ),
        "loosened",
        "后果",
        "新增梯级 talks 约谈",
    ),
    (("consequences", "bulletin}\n", "bulletin}\n    affects: [unit]\n"), "tightened", "后果", "牵连：增加承办单位"),
    (
        ("indicators", "    weight: 25\n", "    weight: 25\n    minimum: {at_least: 60, total_at_most: 59}\n"),
        "tightened",
        SCORES,
        "诉求解决情况 新设最低要求：最低值 60，总分至多 59",
    ),
    (("indicators", "points: 60}", "points: 50}"), "tightened", SCORES, "市民满意情况·一般 得分 60→50"),
    (("indicators", "points: 0}", "points: 10}"), "loosened", SCORES, "不满意 得分 0→10"),
    (("readings", "{per: month, points: 3}", "{per: month, points: 2}"), "tightened", SCORES, "分值 3→2"),
    (("readings", "{per: award, points: 3}", "{per: award, points: 2}"), "neutral", SCORES, "未采用"),
    (
        ("readings", "all, when_all_equal: none, minimum_ranked: 2", "all, when_all_equal: none, minimum_ranked: 3"),
        "loosened",
        RANKING,
        "2→3",
    ),
    (
        ("readings", "    chosen: satisfaction\n", "    chosen: both\n"),
        "loosened",
        "工单认定规则",
        "由“只剔除满意情况”改为“解决情况与满意情况都剔除”",
    ),
    (("readings", "    chosen: no-roll\n", "    chosen: next-workday\n"), "loosened", "后果", "由“不顺延"),
    (
        ("rules", "{field: 重复反映次数, at_least: 2}", "{field: 重复反映次数, at_least: 3}"),
        "loosened",
        "潜在风险工单（三(一)2）",
        "重复反映次数≥2→3",
    ),
    (
        (
            "rules",
            "{all: [{field: 诉求类型, is: 意见建议}, {field: 结果认定, is: 留作参考}]}",
            "{field: 结果认定, is: 留作参考}",
        ),
        "loosened",
        "不纳入测评的案件（附件4）",
        "何时成立",
    ),
    (("policy", "part_in: [risk-study-24h]", "part_in: [dispute-2wd]"), "neutral", "考核对象", "增加权属争议"),
    (("duties", "rhythm: {every: week}", "rhythm: {every: month}"), "loosened", "工作要求", "每周→每月"),
    (("duties", "title: 每日复查新收工单", "title: 每日复查工单"), "neutral", "工作要求", "名称"),
    (("fields", "aliases: [匿名]", "aliases: [匿名, 匿名工单]"), "neutral", "输入文件的列", "增加匿名工单"),
    (
        ("ranking", "last: {reading:", f"groups: {{orders: volume, {BANDS}}}\nlast: {{reading:"),
        "unknown",
        RANKING,
        "新设分组：件数 受理数量情况，各档 多（≥100）、少（＜100）",
    ),
    (("ranking", "name: 诉求解决率}", "name: 市民满意率}"), "unknown", RANKING, "诉求解决率→市民满意率"),
)


def compared(base: Parts, folder: Path, words: Vocabulary) -> tuple[Change, ...]:
    return changes(base, load_parts(folder, SCHEMAS, {}), words)


@pytest.mark.parametrize(
    ("edit", "direction", "subject", "words_of"),
    ONE_EDIT,
    ids=[f"{part}-{i}" for i, ((part, _, _), *_) in enumerate(ONE_EDIT)],
)
def test_one_edit_is_one_sentence(
    edit: Edit, direction: str, subject: str, words_of: str, tmp_path: Path, base: Parts, words: Vocabulary
) -> None:
    """Promise: an edit of one value is one change, said in one sentence, with its direction and subject."""
    (change,) = compared(base, copy_with(tmp_path / "b", [edit]), words)
    assert words_of in change.sentence
    assert (change.direction, change.subject) == (direction, subject), change.sentence
    assert change.old_place is not None or change.new_place is not None


A_CLOCK = "amount: 3, unit: working_days, start_day_counts: {reading: workday-clock, part: start_day_counts}, "
EXTENDED, STOPPED = "extended_by: [{field: 重复反映次数, at_most: 7}]", "stopped_by: [{from: 办结时间, to: 回访时间}]"
CLOCKS = (
    ("until: end_of_day", f"until: end_of_day, {EXTENDED}", "loosened", "新增延期 重复反映次数"),
    (f"until: end_of_day, {EXTENDED}", "until: end_of_day", "tightened", "取消延期 重复反映次数"),
    (EXTENDED, EXTENDED.replace("7", "9"), "loosened", "最多 7→9 个工作日"),
    (EXTENDED, EXTENDED.replace(", at_most: 7", ""), "loosened", "取消最多：7"),
    (EXTENDED, f"{EXTENDED}, extended_at_most: 5", "tightened", "新设延期合计最多：5"),
    (f"{EXTENDED}, extended_at_most: 5", f"{EXTENDED}, extended_at_most: 8", "loosened", "延期合计最多 5→8 个工作日"),
    ("until: end_of_day", f"until: end_of_day, {STOPPED}", "loosened", "新增中止 办结时间–回访时间"),
    (STOPPED, STOPPED.replace("]", ", {from: 接单时间, to: 办结时间}]"), "loosened", "新增中止 接单时间–办结时间"),
    ('until: "09:00:00"', 'until: "12:00:00"', "loosened", "由“09:00:00”改为“12:00:00”"),
    ("until: end_of_day", 'until: "12:00:00"', "tightened", "改为“12:00:00”"),
    ("until: same_time", 'until: "12:00:00"', "unknown", "改为“12:00:00”"),
)


@pytest.mark.parametrize(("old", "new", "direction", "words_of"), CLOCKS, ids=[new for _, new, *_ in CLOCKS])
def test_the_pieces_of_a_clock(
    old: str, new: str, direction: str, words_of: str, tmp_path: Path, words: Vocabulary
) -> None:
    """Promise: what puts a deadline off is told piece by piece, and whether it eases: more stops and longer extensions
    do, caps do not."""

    def version(name: str, piece: str) -> Parts:
        clock = piece if "until" in piece else f"until: end_of_day, {piece}"
        edit = ("obligations", f"{A_CLOCK}until: end_of_day", f"{A_CLOCK}{clock}")
        return load_parts(copy_with(tmp_path / name, [edit]), SCHEMAS, {})

    (change,) = changes(version("a", old), version("b", new), words)
    assert words_of in change.sentence and change.direction == direction, change


MARKS = (
    ("bottom: 3, when_tied", "bottom: 4, when_tied", "tightened"),
    ("satisfaction, below: 60", "satisfaction, below: 50", "loosened"),
    ("on_time, at_least: 3}", "on_time, at_least: 4}", "neutral"),  # who is listed
    ("on_time, at_least: 5}", "on_time, at_least: 6}", "unknown"),  # among whom others are seated
    ("figure: total, below: 80", "top: 2", "unknown"),
)


@pytest.mark.parametrize(("old", "new", "direction"), MARKS, ids=[new for _, new, _ in MARKS])
def test_a_mark_of_places_is_stricter_by_what_follows_from_it(
    old: str, new: str, direction: str, tmp_path: Path, words: Vocabulary
) -> None:
    """Promise: more units with a mark is stricter where consequences ask for it, looser where they ask for its
    contrary, and nothing where nobody does; through other marks, too."""
    base = ROOT / "examples" / "policies" / "honours-2024"
    folder = Path(shutil.copytree(base, tmp_path / "b"))
    text = (folder / "ranking.yaml").read_text("utf-8")
    assert text.count(old) == 1
    (folder / "ranking.yaml").write_text(text.replace(old, new), "utf-8")
    (change,) = changes(load_parts(base, SCHEMAS, {}), load_parts(folder, SCHEMAS, {}), words)
    assert change.direction == direction, change.sentence


def test_the_contrary_of_a_mark_turns_its_direction(base: Parts) -> None:
    """Promise: what is asked for its absence is loosened by more of it; asked both ways, it is left open."""

    def asked(*conditions: Plain, marks: Plain = None) -> Parts:
        steps = [{"id": str(i), "when": when} for i, when in enumerate(conditions)]
        return replace(base, data={"consequences": {"consequences": steps}, "ranking": {"standings": marks or []}})

    plain: Plain = {"all": [{"standing": "a", "running": 2}, {"standing": "b"}]}
    contrary: Plain = {"any": [{"not": {"standing": "a"}}, "always"]}
    assert more_of("a", asked(plain)) == "tightened"
    assert more_of("a", asked(contrary)) == "loosened"
    assert more_of("a", asked(plain), asked(contrary)) == "unknown"
    through: Plain = [{"id": "c", "when": {"not": {"standing": "a"}}}]
    assert more_of("a", asked({"not": {"standing": "c"}}, marks=through)) == "tightened"
    assert more_of("a", asked({"standing": "b"}, marks=through)) == "neutral"


def test_a_dozen_edits_read_like_a_memo(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: a year's revision comes out as sentences in order of weight, and nothing besides what was edited."""
    other = load_parts(copy_with(tmp_path / "b", A_DOZEN), SCHEMAS, {})
    found = changes(base, other, words)
    assert [change.sentence for change in found] == [
        "累计3次末位约谈分管负责人：累计 3→2 次排名最后即约谈",
        "年度最后：综合考虑单位年度评优 必须 否→是",
        "理解“三率未达到平均水平”由“任一项低于平均”改为“三项都低于平均”",
        "诉求解决情况 权重 25→20",
        "市民满意情况 权重 30→35",
        "市民满意情况·一般 得分 60→50",
        "托底加分的上限·每月合计不超过3分 分值 3→5",
        "新增剔除情形 a3-23 人工智能误派（附件3-23）",
        "能够立即解决的3个工作日内办结 时限 3→2 个工作日",
        "工单·剔除情形 新增取值 23",
        "每周复盘不满意和未解决的工单 多久一次 每周→每天",
        "新增条文 误派（附件3-23）",
        "版本 2026→2027",
        f"名称 由“{base.data['policy']['title']}”改为“{other.data['policy']['title']}”",
    ]
    groups = [[change.id for change in group] for group in coupled(base, other, found, words)]
    together = [group for group in groups if len(group) > 1]
    assert together == [
        ["indicators.resolution.weight", "indicators.satisfaction.weight"],
        ["rules.decisions.table-3.rules.a3-23", "fields.tables.orders.columns.剔除情形.values.23", "clauses.附件3-23"],
    ]


def test_a_year_moved_is_a_few_changes(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: moving the cycle is told as such, not month by month, and what must move with it is one group."""
    other = load_parts(next_year(tmp_path / "b"), SCHEMAS, {})
    found = changes(base, other, words)
    assert "考核周期 由“2025-11—2026-10”改为“2026-11—2027-10”" in [change.sentence for change in found]
    together = [{change.id for change in group} for group in coupled(base, other, found, words) if len(group) > 1]
    (dates,) = together
    assert {"policy.cycle", "ranking.aggregates.year.periods"} <= dates and "policy.id" not in dates


def test_a_reading_names_what_it_changes(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: another option of a reading is one change; what it changes elsewhere stands under it only."""
    edit = ("readings", "    chosen: from-received\n", "    chosen: from-received-inclusive\n")
    (change,) = compared(base, copy_with(tmp_path / "b", [edit]), words)
    assert change.id == "readings.workday-clock.chosen"
    assert change.direction == "tightened"
    assert sorted(change.effects) == [
        "权属争议2个工作日内提交征询单 起算当日算不算 否→是",
        "能够立即解决的3个工作日内办结 起算当日算不算 否→是",
    ]


def test_options_chosen_on_the_command_line_count(base: Parts, words: Vocabulary) -> None:
    """Promise: the options that hold are compared, whoever chose them."""
    other = load_parts(base.folder, SCHEMAS, {"quarters": "calendar"})
    (change,) = changes(base, other, words)
    assert (change.id, change.old, change.new) == ("readings.quarters.chosen", "cycle", "calendar")
    assert changes(other, other, words) == ()


def test_order_is_a_difference_where_it_means_something(tmp_path: Path, base: Parts, words: Vocabulary) -> None:
    """Promise: who signs first is a difference, and told as a move."""
    first = "      - {id: unit-head, title: 基层单位派单建议, role: 单位主要领导, opinion: true, dated: true}\n"
    second = (
        "      - {id: business-deputy, title: 委业务分管领导意见, role: 委业务分管领导, opinion: true, dated: true}\n"
    )
    folder = copy_with(tmp_path / "b", [("forms", first + second, second + first)])
    (change,) = compared(base, folder, words)
    assert change.kind == "moved"
    assert "次序" in change.sentence
    folder = copy_with(tmp_path / "c", [("indicators", "event: [办理时限]", "event: [办结时间, 办理时限]")])
    (change,) = compared(base, folder, words)
    assert change.new == ["办结时间", "办理时限"]
