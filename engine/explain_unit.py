"""Why a unit stands where it stands in a month, quarter or year, and what follows from it or does not.

Knows evaluations and wording; computes nothing that was not computed before.

``explain_unit`` returns::

    {"unit", "period", "kind", "title", "provisional", "policy": {"id", "version", "title", "digest"}, "as_of",
     "rank"|null, "of": ranked units (of the group), "group", "total"|null, "total_exact"|null, "last", "tied",
     "score"|null, "bonus"|null, "awards": [{"title", "points": "1.5"}],
     "indicators": [{"id", "title", "clause", "weight", "carried", "points", "orders", "value"|null, "contribution",
                     "target"|null, "reached": bool|null, "peers"|null,
                     "minimum": {"at_least", "score_at_most"|null, "total_at_most"|null, "missed": bool}|null,
                     "compared": {"since", "how", "earlier"|null}|null, "bands": [{"title", "points", "orders"}]}],
     "shown": [{"id", "title", "orders"}],
     "months": [{"period", "rank"|null, "total"|null}],               # the months of a quarter or year
     "gates": [{"id", "title", "clause", "outcome", "rates": [{"id", "name", "figure", "benchmark", "state"}]}],
     "standings": [{"id", "title", "clause", "given", "conditions": TREE|null}],   # null where it was published
     "ladder": {"last", "running", "times"}|null,
     "ladders": [{"id", "title", "now", "running", "times", "counted": [bool]}],    # of marks that consequences test
     "consequences": [{"id", "title", "clause", "fired", "counted", "counted_since"|null: the period in which it fired
                       last and after which its ladder began anew, "unit"|null, "actor", "audience", "action",
                       "mandatory", "due"|null, "affected", "conditions": TREE}]}

``indicators``, ``score`` and ``bonus`` are a month's own, or those of the pooled counts of a quarter or year; one whose
total is the mean of its months has none and is explained by ``months``.
"""

from __future__ import annotations

from typing import Any

from engine.conditions import Test, tests
from engine.consequences import Considered, History
from engine.evaluation import Evaluation
from engine.policy.model_scoring import Change, Indicator
from engine.problems import InputError, Place, Problem, nearest
from engine.questions import consequence_question
from engine.report import affected, exact, rounded
from engine.scores import Score, Weighed
from engine.standing_marks import marks_of
from engine.standings import LAST, Placed, Standing
from engine.truth import Names, names_of, tree

Json = dict[str, Any]


def explain_unit(evaluation: Evaluation, unit: str, period: str) -> Json:
    """Raises InputError for a unit or period that the evaluation does not have."""
    standing = _standing(evaluation, unit, period)
    placed = next((item for item in standing.ranking if item.unit == unit), None)
    score = standing.scores.get(unit)
    governing = evaluation.at(standing.period.last)
    policy = governing.policy
    considered = [
        item
        for item in evaluation.considered
        if item.period.id == period and item.consequence.at == standing.kind and item.unit in (unit, None)
    ]
    own = [item for item in considered if item.unit == unit]
    ladders = {mark: history for item in own for mark, history in item.histories.items()}
    names = names_of(policy)
    return {
        "unit": unit,
        "period": period,
        "kind": standing.kind,
        "title": standing.period.title,
        "provisional": standing.provisional,
        "policy": {"id": policy.id, "version": policy.version, "title": policy.title, "digest": policy.digest},
        "as_of": str(evaluation.as_of),
        **_placed(standing, placed),
        "score": None if score is None else rounded(score.score),
        "bonus": None if score is None else rounded(score.bonus),
        "awards": _awards(governing, standing, unit),
        "indicators": [] if score is None else _indicators(governing, score, standing),
        "shown": _shown(governing, standing, unit),
        "months": _months(evaluation, standing, unit),
        "gates": _gates(governing, standing),
        "standings": _marks(governing, standing, placed, names),
        "ladder": _ladder(ladders.get(LAST)),
        "ladders": [
            {"id": mark.id, "title": mark.title, **vars(ladders[mark.id])}
            for mark in policy.standings
            if mark.id in ladders
        ],
        "consequences": [_consequence(evaluation, item, names) for item in considered],
    }


def _standing(evaluation: Evaluation, unit: str, period: str) -> Standing:
    problems = []
    if unit not in evaluation.scorer.units:
        problems.append(Problem(Place("units"), "没有这个单位", unit, nearest(unit, evaluation.scorer.units)))
    found = next((item for item in evaluation.standings if item.period.id == period), None)
    if found is None:
        known = tuple(item.period.id for item in evaluation.standings)
        problems.append(Problem(Place("--period"), "没有这个期间", period, nearest(period, known)))
    if problems or found is None:
        raise InputError(problems)
    return found


def _placed(standing: Standing, placed: Placed | None) -> Json:
    return {
        "rank": None if placed is None else placed.rank,
        "of": len([item for item in standing.ranking if placed is None or item.group == placed.group]),
        "group": "" if placed is None else placed.group,
        "total": None if placed is None else rounded(placed.total),
        "total_exact": None if placed is None else exact(placed.total),
        "last": placed is not None and placed.last,
        "tied": placed is not None and placed.tied,
    }


def _awards(evaluation: Evaluation, standing: Standing, unit: str) -> list[Json]:
    return [
        {"title": bonus.title, "points": exact(-points if bonus.sign == "deduct" else points)}
        for bonus in evaluation.policy.bonuses
        for month in standing.period.months()
        for points in evaluation.scorer.awards(bonus, unit, month)
    ]


def _indicators(evaluation: Evaluation, score: Score, standing: Standing) -> list[Json]:
    known = score.indicators  # a published month may have been scored by other indicators
    return [
        {
            **_indicator(item, known[item.id]),
            "minimum": _minimum(item, score),
            "compared": _compared(evaluation, item, score.unit, standing),
        }
        for item in evaluation.policy.indicators
        if item.id in known
    ]


def _compared(evaluation: Evaluation, indicator: Indicator, unit: str, standing: Standing) -> Json | None:
    """What the value was before, where it is how much it has changed since."""
    change = next((item for item in indicator.transforms if isinstance(item, Change)), None)
    if change is None:
        return None
    before = evaluation.scorer.measures.earlier(indicator, unit, standing.period.months())
    return {"since": change.since, "how": change.how, "earlier": rounded(before)}


def _indicator(indicator: Indicator, weighed: Weighed) -> Json:
    target, measured = indicator.target, weighed.measured
    value = measured.value
    return {
        "id": indicator.id,
        "title": indicator.title,
        "clause": indicator.clause,
        "weight": rounded(indicator.weight),
        "carried": rounded(weighed.weight),
        "points": exact(measured.points),
        "orders": measured.orders,
        "value": rounded(value),
        "contribution": rounded(weighed.contribution),
        "target": None if target is None else rounded(target.at_least),
        "reached": None if target is None or value is None else value >= target.at_least,
        "peers": indicator.peers,
        "bands": [
            {"title": band.title, "points": exact(band.points), "orders": orders}
            for band, orders in zip(indicator.points, measured.bands, strict=False)
        ],
    }


def _minimum(indicator: Indicator, score: Score) -> Json | None:
    minimum = indicator.minimum
    if minimum is None:
        return None
    told = {name: rounded(value) for name, value in vars(minimum).items()}
    return {**told, "missed": indicator.id in score.below}


def _shown(evaluation: Evaluation, standing: Standing, unit: str) -> list[Json]:
    if standing.kind != "month":
        return []
    counts = evaluation.shown(unit, standing.period.first)
    known = (item for item in evaluation.policy.shown if item.id in counts)
    return [{"id": item.id, "title": item.title, "orders": counts[item.id]} for item in known]


def _months(evaluation: Evaluation, standing: Standing, unit: str) -> list[Json]:
    if standing.kind == "month":
        return []
    inside = standing.period.months()
    rows = []
    for month in evaluation.standings:
        if month.kind == "month" and month.period.first in inside:
            placed = next((item for item in month.ranking if item.unit == unit), None)
            rank, total = (None, None) if placed is None else (placed.rank, rounded(placed.total))
            rows.append({"period": month.period.id, "rank": rank, "total": total})
    return rows


def _gates(evaluation: Evaluation, standing: Standing) -> list[Json]:
    if standing.kind != "month":
        return []
    shown = []
    for gate in evaluation.policy.gates:
        state = evaluation.gates[gate.id][standing.period.first]
        rates = []
        for rate in gate.rates:
            figure, benchmark = state.figures[rate.id]
            rates.append(
                {
                    "id": rate.id,
                    "name": rate.name,
                    "figure": rounded(figure),
                    "benchmark": rounded(benchmark),
                    "state": state.rates[rate.id],
                }
            )
        shown.append(
            {"id": gate.id, "title": gate.title, "clause": gate.clause, "outcome": state.outcome, "rates": rates}
        )
    return shown


def _ladder(history: History | None) -> Json | None:
    return None if history is None else {"last": history.now, "running": history.running, "times": history.times}


def _marks(evaluation: Evaluation, standing: Standing, placed: Placed | None, names: Names) -> list[Json]:
    """Every mark with why the unit has it or not; of a published month only what was published is known."""
    if placed is None:
        return []
    published = standing.kind == "month" and standing.period.first in evaluation.published
    told = {} if published else marks_of(evaluation.compiled, standing, evaluation.scorer)
    found = []
    for mark in evaluation.policy.standings:
        conditions = None
        if mark.id in told:
            facts = told[mark.id][placed.unit].facts
            conditions = tree(mark.when, {t: facts[t.fact] in t.allowed for t in tests(mark.when)}, names)
        given = mark.id in placed.standings
        found.append(
            {"id": mark.id, "title": mark.title, "clause": mark.clause, "given": given, "conditions": conditions}
        )
    return found


def _consequence(evaluation: Evaluation, item: Considered, names: Names) -> Json:
    condition = consequence_question(item.consequence).when
    truths: dict[Test, bool] = {test: item.facts[test.fact] in test.allowed for test in tests(condition)}
    consequence = item.consequence
    return {
        "id": consequence.id,
        "title": consequence.title,
        "clause": consequence.clause,
        "fired": item.fired,
        "counted": item.counted,
        "counted_since": None if item.since is None else item.since.id,
        "unit": item.unit,
        "actor": consequence.actor,
        "audience": consequence.audience,
        "action": consequence.action,
        "mandatory": consequence.mandatory,
        "due": None if item.due is None else item.due.isoformat(),
        "affected": affected(evaluation, item),
        "conditions": tree(condition, truths, names),
    }
