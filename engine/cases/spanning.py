"""A case that spans an amendment: what each version sees of it, and the outcomes by each put together.

Knows names and outcomes; must not know how an outcome comes about, nor where versions are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from engine.cases.comparing import Outcome
from engine.cases.reading import Case, GivenGates, GivenRow
from engine.evaluate import stitch
from engine.evaluation import Evaluation
from engine.policy.model import Policy
from engine.policy.model_tables import TableId


def seen_by(policy: Policy, case: Case, others: Sequence[Policy]) -> Case:
    """The case without what only the ``others`` can read: their readings and options, tables, columns and outcomes of
    gates. What nobody knows is left, to be complained of."""
    if not others:
        return case
    own, foreign = _options(policy), {pair for other in others for pair in _options(other)}
    given = case.given
    return replace(
        case,
        given=replace(
            given,
            chosen={id: to for id, to in given.chosen.items() if (id, to) in own or (id, to) not in foreign},
            tables=_tables(policy, given.tables, others),
            gates=_gates(policy, given.gates, others),
        ),
    )


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of the cycle from those by each version, in order of time, which tell of the orders it decides."""
    if len(outcomes) == 1:
        return outcomes[0]
    own = outcomes[-1]
    parts = [outcome.evaluation for outcome in outcomes]
    bases: dict[str, Evaluation] = {id: stitch([part.bases.get(id, part) for part in parts]) for id in parts[-1].bases}
    return Outcome(
        evaluation=replace(stitch(parts), bases=bases),
        orders=own.orders,
        units=tuple(dict.fromkeys(unit for outcome in outcomes for unit in outcome.units)),
        ids=tuple(dict.fromkeys(id for outcome in outcomes for id in outcome.ids)),
        before={id: found for outcome in outcomes[:-1] for id, found in outcome.orders.items()},
    )


def _options(policy: Policy) -> set[tuple[str, str]]:
    return {(reading.id, option.id) for reading in policy.readings for option in reading.options}


def _tables(
    policy: Policy, given: Mapping[TableId, tuple[GivenRow, ...]], others: Sequence[Policy]
) -> Mapping[TableId, tuple[GivenRow, ...]]:
    seen: dict[TableId, tuple[GivenRow, ...]] = {}
    for id, rows in given.items():
        if policy.has_table(id):
            foreign = set[str]().union(*(_columns(other, id) for other in others)) - _columns(policy, id)
            seen[id] = tuple(
                replace(row, cells={key: cell for key, cell in row.cells.items() if key not in foreign}) for row in rows
            )
        elif not any(other.has_table(id) for other in others):
            seen[id] = rows
    return seen


def _columns(policy: Policy, table: TableId) -> set[str]:
    return {column.id for column in policy.table(table).columns} if policy.has_table(table) else set()


def _gates(policy: Policy, given: GivenGates, others: Sequence[Policy]) -> GivenGates:
    foreign = set[str]().union(*map(_outcomes, others)) - _outcomes(policy)
    return replace(given, by_month={month: word for month, word in given.by_month.items() if word.text not in foreign})


def _outcomes(policy: Policy) -> set[str]:
    return {outcome.is_ for gate in policy.gates for outcome in gate.outcomes}
