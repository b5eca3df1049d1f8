"""An evaluation as the contract's JSON object.

Knows names and shapes of the output, and rounds here and nowhere else; must not compute anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Any

from engine.consequences import Considered
from engine.evaluation import Evaluation
from engine.policy.model import Policy
from engine.published import Announced
from engine.scores import Score
from engine.standings import Placed, Standing

PLACES = Decimal("0.000001")
Json = dict[str, Any]


def rounded(value: Fraction | None) -> float | None:
    """Half-even to 6 decimals, from the exact value."""
    if value is None:
        return None
    scaled = value * 1_000_000
    whole = round(scaled)  # Fraction rounds half to even, exactly
    return float(Decimal(whole).scaleb(-6, Context(prec=60, rounding=ROUND_HALF_EVEN)))


def exact(value: Fraction) -> str:
    """A fraction as people write it: ``2400`` or ``7/3``."""
    return str(value)


def result_json(evaluation: Evaluation) -> Json:
    """The whole result. Keys beyond the contract's add titles, evidence and what was set aside."""
    intake = evaluation.intake
    return {
        "policy": _policy(evaluation.policy),
        "versions": [_version(part) for part in evaluation.parts or (evaluation,)],
        "input": {"digest": intake.digest, "orders": intake.orders, "set_aside": intake.set_aside_rows},
        "as_of": evaluation.as_of.strftime("%Y-%m-%d %H:%M:%S"),
        "titles": _titles(evaluation),
        **_standings(evaluation),
        "consequences": [_consequence(item, period) for period, item in announcements(evaluation)],
        **({"bases": _bases(evaluation)} if evaluation.bases else {}),
        "set_aside_rows": [vars(row) for row in intake.set_aside],
        "remarks": [str(remark) for remark in intake.remarks],
    }


def _bases(evaluation: Evaluation) -> list[Json]:
    """The second results, shaped like the first."""
    return [
        {"id": base.id, "title": base.title, **_standings(evaluation.bases[base.id])}
        for base in evaluation.policy.bases
    ]


def _standings(evaluation: Evaluation) -> Json:
    standings = evaluation.standings
    return {
        "months": [_month(evaluation.at(item.period.first), item) for item in standings if item.kind == "month"],
        "quarters": [_period(standing) for standing in standings if standing.kind == "quarter"],
        "year": next((_period(standing) for standing in standings if standing.kind == "year"), None),
    }


def _policy(policy: Policy) -> Json:
    return {
        "id": policy.id,
        "version": policy.version,
        "title": policy.title,
        "digest": policy.digest,
        "readings": {reading.id: reading.chosen for reading in policy.readings},
    }


def _version(part: Evaluation) -> Json:
    """A version of the cycle and the first month that it governs."""
    policy = part.policy
    return {"id": policy.id, "version": policy.version, "digest": policy.digest, "from": str(policy.governs_from)}


def _titles(evaluation: Evaluation) -> Json:
    """A policy without marks is told as it was before there were any, so that earlier results come out again."""
    policy = evaluation.policy
    marks = {"standings": [{"id": mark.id, "title": mark.title} for mark in policy.standings]}
    return {
        "indicators": [
            {
                "id": indicator.id,
                "title": indicator.title,
                "weight": rounded(indicator.weight),
                "target": None if indicator.target is None else rounded(indicator.target.at_least),
            }
            for indicator in policy.indicators
        ],
        "unit": policy.orders.unit or "",
        "bonuses": [{"id": bonus.id, "title": bonus.title} for bonus in policy.bonuses],
        "shown": [{"id": counted.id, "title": counted.title} for counted in policy.shown],
        **(marks if policy.standings else {}),
        "consequences": [{"id": c.id, "title": c.title, "clause": c.clause} for c in policy.consequences],
        "rates": [{"id": rate.id, "name": rate.name} for gate in policy.gates for rate in gate.rates],
    }


def _month(evaluation: Evaluation, standing: Standing) -> Json:
    month = standing.period.first
    states = {gate: evaluation.gates[gate][month] for gate in evaluation.gates}
    return {
        "period": standing.period.id,
        "provisional": standing.provisional,
        "gate": next((state.outcome for state in states.values()), None),
        "rates": {rate: compared for state in states.values() for rate, compared in state.rates.items()},
        "ranking": [_ranked(evaluation, standing, placed) for placed in standing.ranking],
        "unranked": list(standing.unranked),
        "shown_unranked": _shown_unranked(evaluation, standing),
    }


def _shown_unranked(evaluation: Evaluation, standing: Standing) -> Json:
    """A unit that closed nothing is not ranked, and is the one whose open orders matter most: its counts stay."""
    counts = {unit: dict(evaluation.shown(unit, standing.period.first)) for unit in standing.unranked}
    return {unit: shown for unit, shown in counts.items() if any(shown.values())}


def _ranked(evaluation: Evaluation, standing: Standing, placed: Placed) -> Json:
    score = standing.scores[placed.unit]
    return {
        **_placed(placed),
        "score": rounded(score.score),
        "bonus": rounded(score.bonus),
        "indicators": {id: rounded(item.measured.value) for id, item in score.indicators.items()},
        "counts": {
            id: {"points": exact(item.measured.points), "orders": item.measured.orders}
            for id, item in score.indicators.items()
        },
        "shown": dict(evaluation.shown(placed.unit, standing.period.first)),
        "flags": flags(score, placed),
        **({"grade": score.grade} if score.grade else {}),
    }


def flags(score: Score | None, placed: Placed) -> list[str]:
    """What a reader must know of a unit's month before relying on it. ``score``: what is behind the total, if known."""
    empty = ["empty-indicator"] if score is not None and score.has_empty else []
    below = ["below-minimum"] if score is not None and score.below else []
    vetoed = ["vetoed"] if score is not None and score.vetoes else []
    return empty + below + vetoed + (["tied-last"] if placed.last and placed.tied else [])


def _placed(placed: Placed) -> Json:
    grouped = {"group": placed.group} if placed.group else {}
    marks = {"standings": list(placed.standings)} if placed.standings else {}
    line = {"unit": placed.unit, "rank": placed.rank, "total": rounded(placed.total), "last": placed.last}
    return {**line, **grouped, **marks, **({} if placed.announced else {"announced": False})}


def _period(standing: Standing) -> Json:
    return {
        "period": standing.period.id,
        "title": standing.period.title,
        "provisional": standing.provisional,
        "ranking": [_placed(placed) for placed in standing.ranking],
        "unranked": list(standing.unranked),
    }


def announcements(evaluation: Evaluation) -> list[tuple[str, Announced]]:
    """Every consequence that fires, with the id of its period, in order; those of published months as published."""
    listed = []
    for item in evaluation.fired:
        if item.consequence.at == "month" and item.period.first in evaluation.published:
            continue
        order = ("month", "quarter", "year").index(item.consequence.at), item.period.last
        listed.append((order, item.period.id, announced(evaluation, item)))
    for month, published in evaluation.published.items():
        listed += [((0, month), str(month), known) for known in published.consequences]
    listed.sort(key=lambda entry: (entry[0], entry[2].rule, entry[2].unit or ""))
    return [(period, known) for _, period, known in listed]


def announced(evaluation: Evaluation, item: Considered) -> Announced:
    """A consequence that fires, in the policy's words."""
    consequence = item.consequence
    return Announced(
        rule=consequence.id,
        unit=item.unit,
        actor=consequence.actor,
        audience=consequence.audience,
        action=consequence.action,
        clause=consequence.clause,
        due=item.due,
        title=consequence.title,
        mandatory=consequence.mandatory,
        affected=tuple(affected(evaluation, item)),
        warn=item.warn,
    )


def _consequence(item: Announced, period: str) -> Json:
    return {
        "rule": item.rule,
        "unit": item.unit,
        "period": period,
        "actor": item.actor,
        "audience": item.audience,
        "action": item.action,
        "clause": item.clause,
        "due": None if item.due is None else item.due.isoformat(),
        "title": item.title,
        "mandatory": item.mandatory,
        "affected": list(item.affected),
        "warn": None if item.warn is None else item.warn.isoformat(),
    }


def affected(evaluation: Evaluation, item: Considered) -> list[str]:
    """The members of other sides that the consequence touches, by way of the unit's row in the units table."""
    policy = evaluation.policy
    if item.unit is None or not policy.has_table("units"):
        return []
    key = policy.table("units").key[0]
    rows: Iterable[Mapping[str, object]] = evaluation.intake.rows["units"]
    row = next((row for row in rows if row[key] == item.unit), {})  # a unit of a published month may be gone by now
    columns = [side.column for side in policy.sides if side.id in item.consequence.affects]
    return [str(row[column]) for column in columns if row.get(column)]
