"""The main job: a folder of orders and a policy to rankings and consequences.

Ties the steps together in one direction; each step is a module of its own. Reads no clock and no environment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from engine.calendars import UndeclaredYearError
from engine.choosing import Choice, Progress, Request, Taken, choose
from engine.compiled import CompiledPolicy, compile_policy
from engine.consequences import consider
from engine.counting import counting, decider, score
from engine.evaluation import Evaluation
from engine.gates import GateState, gate_states
from engine.intake.found import Intake
from engine.lookups import Answers
from engine.months import Month
from engine.order_results import Detail, detail, overlapping, refuse_overlaps
from engine.policy.model import Policy
from engine.policy.source import MapNode, read_file
from engine.problems import Place, PolicyError, Problem
from engine.published import Published, counting_published
from engine.scores import Scorer
from engine.standing_marks import marked
from engine.standings import Standing, aggregated, monthly

Gates = Mapping[str, Mapping[Month, GateState]]
"""The state of every gate in every month of the cycle."""


def evaluate(
    request: Request, progress: Progress | None = None, published: Mapping[Month, Published] | None = None
) -> Evaluation:
    """Raises PolicyError and InputError; ``progress`` hears what is under way, in Chinese. See ``counting_from`` for
    months that were ``published``."""
    return evaluate_choice(request, choose(request, progress), progress, published)


def evaluate_choice(
    request: Request,
    choice: Choice,
    progress: Progress | None = None,
    published: Mapping[Month, Published] | None = None,
) -> Evaluation:
    """Evaluate by the versions that were chosen already."""
    chosen = choice.taken
    found = _together([evaluate_taken(request, taken, progress) for taken in chosen])
    bases = {
        base.id: _together(
            [
                evaluate_taken(request, replace(taken, policy=on_base(taken.policy, base.id)), progress)
                for taken in chosen
            ]
        )
        for base in found.policy.bases
    }
    return counting_from(replace(found, bases=bases), published or {})


def _together(parts: Sequence[Evaluation]) -> Evaluation:
    return parts[0] if len(parts) == 1 else stitch(parts)


def on_base(policy: Policy, base: str) -> Policy:
    """The same version without the exclusions that ``base`` switches off, which gives that second result as its own."""
    without = {name for item in policy.bases if item.id == base for name in item.without}
    decisions = tuple(
        replace(decision, excludes_from=()) if decision.id in without else decision for decision in policy.decisions
    )
    return replace(policy, decisions=decisions, bases=())


def evaluate_taken(
    request: Request, taken: Taken, progress: Progress | None = None, compiled: CompiledPolicy | None = None
) -> Evaluation:
    """Evaluate orders that were taken in already; ``compiled`` is their policy, where it is at hand."""
    say = progress or (lambda _: None)
    policy = taken.policy
    as_of = request.as_of or request.now.astimezone(policy.time_zone).replace(tzinfo=None, microsecond=0)
    if compiled is None:
        say("正在编译规则…")
        compiled = compile_policy(policy, cache=request.cache, time_limit=request.time_limit)
    say("正在统计…")
    scorer = score(compiled, taken.intake, taken.orders_in, as_of, request.time_limit)
    months = monthly(policy, scorer, as_of)
    gates = gates_of(compiled, taken.intake)
    if unsure := overlapping(policy, compiled.detail):
        relation, decide = taken.intake.relation, decider(request.time_limit)
        refuse_overlaps(detail(compiled, taken.orders_in, relation, as_of, decide), unsure)
    concluded = conclude(compiled, taken.intake, taken.connection, as_of, scorer, months, gates)
    return replace(concluded, database=taken.database)


def gates_of(compiled: CompiledPolicy, intake: Intake) -> Gates:
    """Every gate, from the figures that were taken in."""
    gates = compiled.policy.gates
    return {gate.id: gate_states(compiled, gate, intake.rows.get(gate.table, ())) for gate in gates}


def conclude(
    compiled: CompiledPolicy,
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    scorer: Scorer,
    months: Sequence[Standing],
    gates: Gates,
) -> Evaluation:
    """From the standings of the months and the gates to longer periods and to what follows."""
    found = Evaluation(compiled.policy, compiled, intake, as_of, scorer, (), gates, (), connection)
    return _concluded(found, [marked(compiled, month, scorer) for month in months])


def stitch(parts: Sequence[Evaluation]) -> Evaluation:
    """One evaluation of a cycle from those by its version and each amendment alone.

    Every period is taken from the version that governs its last month; longer periods add up the months as each was
    governed, and ladders go on from one version to the next.
    """
    latest = parts[-1]
    governed = replace(latest, parts=tuple(parts))
    months = [
        next(item for item in governed.at(month).standings if item.kind == "month" and item.period.first == month)
        for month in latest.policy.months
    ]
    gates: dict[str, dict[Month, GateState]] = {}
    for part in parts:
        for gate, states in part.gates.items():
            own = {month: state for month, state in states.items() if governed.at(month) is part}
            gates.setdefault(gate, {}).update(own)
    return _concluded(replace(governed, gates=gates), months)


def counting_from(found: Evaluation, published: Mapping[Month, Published]) -> Evaluation:
    """The evaluation with the months given in place of those that the data give, and what follows counted from them.

    A month of another cycle, and one that is not over at the moment of the evaluation, is not used. Second results
    stay what the data give.
    """
    used = {
        month: published[month]
        for month in found.policy.months
        if month in published and found.as_of >= found.at(month).policy.window.end(month)
    }
    if not used:
        return found
    taken = replace(
        _with_published(found, used), parts=tuple(_with_published(part, used) for part in found.parts), computed=found
    )
    months = (item for item in found.standings if item.kind == "month")
    return _concluded(
        taken, [used[item.period.first].standing if item.period.first in used else item for item in months]
    )


def _with_published(part: Evaluation, used: Mapping[Month, Published]) -> Evaluation:
    gates = {
        gate: {**states, **{month: item.gates[gate] for month, item in used.items() if gate in item.gates}}
        for gate, states in part.gates.items()
    }
    return replace(part, scorer=counting_published(part.scorer, used.values()), gates=gates, published=used)


def _concluded(found: Evaluation, months: Sequence[Standing]) -> Evaluation:
    """``found`` with these months, and longer periods and consequences from them."""
    longer = [
        marked(part.compiled, standing, part.scorer)
        for part in found.parts or (found,)
        for standing in aggregated(part.policy, months, part.scorer, part.as_of)
        if found.at(standing.period.last) is part
    ]
    standings = (*months, *longer)
    known = {month: item.fired for month, item in found.published.items()}
    try:
        considered = consider(lambda month: found.at(month).compiled, standings, found.gates, known)
    except UndeclaredYearError as error:
        what = f"后果的到期日要用到日历未声明的 {error.year} 年"
        place = _declared_years(Path(found.policy.folder) / "calendar.yaml")
        raise PolicyError([Problem(place, what, "", "在日历里补上该年的放假调休安排")]) from None
    return replace(found, standings=standings, considered=considered)


def _declared_years(calendar: Path) -> Place:
    """Where the file says which years it declares."""
    root = read_file(calendar).root
    entry = root.entry("years") if isinstance(root, MapNode) else None
    return entry.place if entry is not None else Place(str(calendar)) if root is None else root.place


def order_details(evaluation: Evaluation, time_limit: float = 60.0) -> tuple[Detail, ...]:
    """The orders joined with what the rule engine says of each: by each version, those dated while it is in force."""
    parts = evaluation.parts or (evaluation,)
    starts = [None, *(dt.datetime.combine(part.policy.in_force_from, dt.time()) for part in parts[1:])]
    ends = [*starts[1:], None]
    return tuple(
        replace(order_detail(part, time_limit), since=since, until=until)
        for part, since, until in zip(parts, starts, ends, strict=True)
    )


def order_detail(evaluation: Evaluation, time_limit: float = 60.0) -> Detail:
    """Every order joined with what the rule engine says of it, by the version of ``evaluation`` alone."""
    relation = evaluation.intake.relation
    return detail(evaluation.compiled, evaluation.orders_in, relation, evaluation.as_of, decider(time_limit))


def order_counting(evaluation: Evaluation, time_limit: float = 60.0) -> Answers:
    """The orders joined with what the counts ask of each, by one version."""
    return counting(evaluation.compiled, evaluation.intake, evaluation.orders_in, evaluation.as_of, time_limit)
