"""A month of an evaluation as it can be published.

Knows evaluations and published months; computes nothing.
"""

from __future__ import annotations

from engine.evaluation import Evaluation
from engine.months import Month
from engine.published import Published, ScoredBy, counts_of, records_of
from engine.report import announced


def freeze(evaluation: Evaluation, month: Month) -> Published:
    """The month as the evaluation has it; one that was published already stays what it was.

    Raises ValueError for a month of another cycle.
    """
    if month in evaluation.published:
        return evaluation.published[month]
    standing = next((one for one in evaluation.standings if one.kind == "month" and one.period.first == month), None)
    if standing is None:
        raise ValueError(str(month))
    governing = evaluation.at(month)
    policy, scorer = governing.policy, governing.scorer
    units = (*(placed.unit for placed in standing.ranking), *standing.unranked)
    return Published(
        standing=standing,
        gates={gate: states[month] for gate, states in evaluation.gates.items() if month in states},
        consequences=tuple(
            announced(evaluation, item)
            for item in evaluation.fired
            if item.consequence.at == "month" and item.period.first == month
        ),
        scored_by=ScoredBy(
            policy.id, policy.version, policy.digest, {reading.id: reading.chosen for reading in policy.readings}
        ),
        as_of=evaluation.as_of,
        shown={unit: dict(scorer.shown(unit, month)) for unit in units},
        counts=counts_of(scorer, month),
        records=records_of(scorer, month),
    )
