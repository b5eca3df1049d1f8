"""Making a month known, and correcting what was made known: what is refused, then an object and one entry of the chain.

Knows runs and what counts as the same month; must not know how a month is computed or shown. What is made known counts
its ladders from everything that is public when the entry is written, or is not written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.evaluation import Evaluation
from engine.months import Month
from engine.problems import InputError, Place, Problem
from engine.published import Published
from engine.published_json import write_published
from workspace.chain import Kind
from workspace.corrections import as_now, differences, same
from workspace.digests import digest_bytes
from workspace.evaluating import Evaluated
from workspace.moments import shown
from workspace.opening import Workspace
from workspace.published_months import JSON, Known, Publication, known_at, publications, row_of
from workspace.receipts import result_bytes
from workspace.runs import Run

LONGEST_REASON = 500


@dataclass(frozen=True)
class Asked:
    """Which month; with a ``reason``, the correction of one that is public."""

    month: Month
    reason: str | None = None

    @property
    def place(self) -> Place:
        return Place(str(self.month))


@dataclass(frozen=True)
class Made:
    """What was made known. ``unpublished``: earlier months that its ladders count and that are not public."""

    publication: Publication
    published: Published
    unpublished: tuple[Month, ...]


def refuse(evaluation: Evaluation, known: Known, asked: Asked) -> None:
    """Raises InputError where the month cannot be made known, or not corrected, from this evaluation."""
    problem = _month_refused(evaluation, asked) or _known_refused(known, asked)
    if problem is not None:
        raise InputError([problem])


def publish(found: Evaluated, run: Run, asked: Asked, by: str, at: dt.datetime) -> Made:
    """Make the month known as ``run``, of which ``found`` is the evaluation, has it. Raises InputError."""
    workspace = found.moment.workspace
    while True:
        known = known_at(workspace)
        refuse(found.evaluation, known, asked)
        published = _agreed(found, run, known, asked)
        standing = workspace.objects.put_bytes(write_published(published).encode(), JSON)
        made = _append(workspace, known, run, asked, standing, by, at)
        if made is not None:
            return Made(made, published, _unpublished(found.evaluation, known, asked.month))


def as_recorded(found: Evaluated, run: Run) -> None:
    """Raises InputError where a run that was evaluated again gave anything else than what it gave."""
    digest = digest_bytes(result_bytes(found.document()), found.moment.workspace.settings.digest)
    if digest != run.result:
        what = "现在再算，与当时的结果不同，不能据此公布"
        raise InputError(
            [Problem(Place(run.name), what, "", f"用 hotline audit replay {run.name} 查明原因，或重新计算")]
        )


def _month_refused(evaluation: Evaluation, asked: Asked) -> Problem | None:
    policy = evaluation.policy
    if asked.month not in policy.months:
        what = f"不在这次计算的考核周期里（{policy.first} 至 {policy.last}）"
        return Problem(asked.place, what, "", "检查月份；别的周期要用它自己的数据和版本计算")
    if evaluation.as_of < evaluation.at(asked.month).policy.window.end(asked.month):
        what = f"到统计时点 {evaluation.as_of} 还没有结束，只是暂定"
        return Problem(asked.place, what, "", "等这个月结束以后计算，再公布")
    months = {one.period.id: one.ranking for one in evaluation.standings if one.kind == "month"}
    if asked.reason is None and not months[str(asked.month)] and any(months.values()):
        what = "这个月没有一个单位参加排名，没有可以公布的名次"
        return Problem(asked.place, what, "", "检查月份；这个月的工单导入以后计算，再公布")
    return None


def _known_refused(known: Known, asked: Asked) -> Problem | None:
    holding = known.holding.get(asked.month)
    if asked.reason is None and holding is not None:
        what = f"已经公布（{holding.run_name}，{holding.by}，{shown(holding.at)}，第 {holding.seq} 条记录）"
        instead = f"要更正请用 hotline publish {asked.month} --correct --reason 事由"
        return Problem(asked.place, what, "", instead)
    if asked.reason is not None and holding is None:
        return Problem(asked.place, "还没有公布，无从更正", "", "去掉 --correct 和 --reason 就是公布")
    return None


def _agreed(found: Evaluated, run: Run, known: Known, asked: Asked) -> Published:
    """The month as the run has it, which must be what it is by all that is public now."""
    month = asked.month
    by_run = as_now(found.evaluation, found.moment.known.published, month)
    by_now = as_now(found.evaluation, known.published, month)
    if not same(by_run, by_now):
        since = [str(one.month) for one in known.holding.values() if one.seq > found.moment.upto]
        rules = {item["title"] for item in differences(by_run, by_now)["consequences"]}
        what = f"{run.name} 之后公布或更正了 {'、'.join(since)}，{month} 的后果因此不同：{'、'.join(sorted(rules))}"
        raise InputError([Problem(asked.place, what, "", "重新计算，再公布新的那一次")])
    if asked.reason is not None and same(known.published[month], by_now):
        raise InputError([Problem(asked.place, f"{run.name} 与已公布的没有不同，不必更正")])
    return by_now


def _append(
    workspace: Workspace, known: Known, run: Run, asked: Asked, standing: str, by: str, at: dt.datetime
) -> Publication | None:
    """The entry, unless something else was made known meanwhile."""
    body = {"month": str(asked.month), "run": run.seq, "standing": standing}
    kind: Kind = "publication"
    if asked.reason is not None:
        kind = "correction"
        body |= {"reason": asked.reason, "replaces": known.holding[asked.month].seq}
    with workspace.store.writing() as writing:
        if max((one.seq for one in publications(writing.session)), default=0) != known.last:
            return None
        entry = writing.append(kind, body, by, at)
        writing.session.add(row_of(entry))
        writing.session.flush()
        return publications(writing.session)[-1]


def _unpublished(evaluation: Evaluation, known: Known, month: Month) -> tuple[Month, ...]:
    policy = evaluation.at(month).policy
    return tuple(
        earlier for earlier in policy.months if policy.counted_from <= earlier < month and earlier not in known.holding
    )
