"""Conditions that no order can meet, of obligations, marks, shown counts and eligibility; and dead rows of outcomes.

Knows which items have a condition of their own; rules and bands of points are looked at elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.check.answers import Seen
from engine.check.finding import Finding, found
from engine.check.places import Places
from engine.decisions.questions import Question
from engine.policy.model import Policy
from engine.policy.model_orders import DoneWhen, Outcome
from engine.problems import Place

OPEN = "open"


def single_conditions(policy: Policy, places: Places) -> Mapping[Question, tuple[Place, str]]:
    """The conditions, each with its place and what it is of."""
    conditions: dict[Question, tuple[Place, str]] = {}
    for item in policy.obligations:
        at = places.item("obligations", "obligations", item.id, "applies")
        conditions[Question(f"applies:{item.id}", item.applies)] = at, f"义务“{item.id}”的适用条件（applies）"
        if isinstance(item.done, DoneWhen):
            at = places.item("obligations", "obligations", item.id, "done", "when")
            conditions[Question(f"done:{item.id}", item.done.when)] = at, f"义务“{item.id}”的完成条件（done）"
    for mark in policy.marks:
        at = places.item("rules", "marks", mark.id, "given_to")
        conditions[Question(f"mark:{mark.id}", mark.given_to)] = at, f"标识“{mark.id}”的给予条件（given_to）"
    for shown in policy.shown:
        at = places.item("indicators", "shown", shown.id, "among")
        conditions[Question(f"shown:{shown.id}", shown.among)] = at, f"另列的“{shown.id}”的统计范围（among）"
    at = places.value("ranking", "eligible", "among")
    conditions[Question("eligible", policy.eligible.counted.among)] = at, "参加排名的统计范围（eligible.among）"
    return conditions


def single_findings(conditions: Mapping[Question, tuple[Place, str]], seen: Sequence[Seen]) -> Iterator[Finding]:
    """``seen`` are the answers to the questions of ``conditions``."""
    where = {question.id: told for question, told in conditions.items()}
    for part in seen:
        for question in part.group.questions:
            place, name = where[question.id]
            if part.table is None:
                what = f"{name}用到的条件组合太多，没有检查"
                yield found("too-many-combinations", place, what, "", "可减少条件里的字段", "hint")
            elif not part.columns[question.id]:
                yield found("never-holds", place, f"{name}在任何工单上都不成立", "", "请改条件（几个条件互相矛盾）")


def outcome_questions(outcomes: Sequence[Outcome]) -> tuple[Question, ...]:
    """Whether each row of a first-match table holds, whatever the rows before it say."""
    return tuple(Question(str(i), row.when) for i, row in enumerate(outcomes))


def outcome_findings(outcomes: Sequence[Outcome], seen: Sequence[Seen], places: Sequence[Place]) -> Iterator[Finding]:
    """Rows that are never the first to hold; the last, which must always hold, may be one. ``places``: of the rows."""
    if len(seen) != 1 or seen[0].table is None:
        return
    columns = [seen[0].columns[str(i)] for i in range(len(outcomes))]
    before = 0
    for i, (row, column) in enumerate(zip(outcomes, columns, strict=True)):
        if not column:
            yield found(
                "never-holds", places[i], f"这一行（{row.is_}）的条件在任何情形下都不成立", row.is_, "请改条件，或删去"
            )
        elif not column & ~before and i < len(outcomes) - 1:
            what = f"这一行（{row.is_}）成立时总有前面的行先成立，它永远轮不到"
            yield found("swallowed", places[i], what, row.is_, "请移到前面、改条件，或删去")
        before |= column


def never_open(outcomes: Sequence[Outcome], seen: Sequence[Seen]) -> bool:
    """Whether no combination comes to ``open``."""
    if len(seen) != 1 or seen[0].table is None:
        return False
    before = 0
    for i, row in enumerate(outcomes):
        column = seen[0].columns[str(i)]
        if row.is_ == OPEN and column & ~before:
            return False
        before |= column
    return True
