"""Points of an indicator as a table: bands must part the counted orders among them, none left out, none in two.

Knows indicators and answers; must not know rules or ranking. An indicator of one band is a share: what is not in the
band brings nothing, and that is no gap; nor is there one where points are summed up or any one order tells.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.answers import Seen
from engine.check.finding import Finding, found
from engine.check.places import Places
from engine.check.worlds import in_words
from engine.conditions import All
from engine.decisions.questions import Question
from engine.policy.model_scoring import Indicator

COUNTED = "counted"


def band_questions(indicator: Indicator) -> tuple[Question, ...]:
    """Whether an order is counted, and for each band whether it is one of those in it, whatever the other bands say."""
    bands = (Question(str(i), All((indicator.among, band.when))) for i, band in enumerate(indicator.points))
    return (Question(COUNTED, indicator.among), *bands)


def band_findings(indicator: Indicator, seen: tuple[Seen, ...], places: Places) -> Iterator[Finding]:
    """``seen`` are the answers to ``band_questions``."""
    place = places.item("indicators", "indicators", indicator.id, "points")
    whole = next((part for part in seen if part.whole and part.table is not None), None)
    if whole is None:
        what = f"指标“{indicator.id}”的得分档用到的条件组合太多，没有检查缺口与重叠"
        yield found("too-many-combinations", place, what, indicator.id, "可减少条件里的字段", "hint")
        return
    counted = whole.columns[COUNTED]
    if not counted:
        among = places.item("indicators", "indicators", indicator.id, "among")
        what = f"指标“{indicator.id}”的统计范围在任何工单上都不成立，它永远没有工单"
        yield found("never-holds", among, what, indicator.id, "请改 among 的条件")
        return
    yield from _bands(indicator, whole, places)
    covered = 0
    for i in range(len(indicator.points)):
        covered |= whole.columns[str(i)]
    left = counted & ~covered
    if left and indicator.combine == "mean" and len(indicator.points) > 1 and whole.worlds.exact:
        example = in_words(whole.examples(left)[0])
        what = f"指标“{indicator.id}”的得分档有缺口：统计范围内有工单不属于任何一档，例如：{example}"
        yield found("band-gap", place, what, indicator.id, "请补一档（可以是 0 分），或改各档的条件")


def _bands(indicator: Indicator, seen: Seen, places: Places) -> Iterator[Finding]:
    before = 0
    for i, band in enumerate(indicator.points):
        place = places.item("indicators", "indicators", indicator.id, "points", i, "when")
        column = seen.columns[str(i)]
        if not column:
            what = f"指标“{indicator.id}”的得分档“{band.title}”永远没有工单"
            yield found("never-holds", place, what, band.title, "请改这一档的条件（要与 among 相容），或删去")
        elif column & before and not column & ~before:
            what = f"指标“{indicator.id}”的得分档“{band.title}”里的工单都已属于前面的档，它永远轮不到"
            yield found("swallowed", place, what, band.title, "请改条件，或删去这一档")
        elif column & before and seen.worlds.exact:
            j = next(j for j in range(i) if seen.columns[str(j)] & column)
            example = in_words(seen.examples(column & seen.columns[str(j)])[0])
            what = f"得分档“{band.title}”与“{indicator.points[j].title}”重叠，例如：{example}"
            yield found("band-overlap", place, what, band.title, "请改其中一档的条件，使一张工单只属于一档")
        before |= column
