"""Rows of small tables whose month lies outside the cycle: nothing reads them, and somebody should hear of it.

Knows which tables are read by month; a table of earlier values is meant to reach back, and is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.evaluation import Evaluation
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_tables import TableId
from engine.problems import Place, Problem


def outside_cycle(evaluation: Evaluation) -> Iterator[Problem]:
    """One problem a table: how many rows, and the first of their months."""
    policy, rows = evaluation.policy, evaluation.intake.rows
    cycle = f"{policy.first} 至 {policy.last}"
    for table, month in _by_month(policy).items():
        read = sorted(str(row[month]) for row in rows.get(table, ()))
        unused = [one for one in read if not policy.first <= Month.parse(one) <= policy.last]
        if unused:
            what = f"{len(unused)} 行的月份不在考核周期 {cycle} 内，没有用上"
            yield Problem(Place(policy.table(table).file), what, unused[0], "若是填错，请改正")


def _by_month(policy: Policy) -> dict[TableId, str]:
    """Tables of which only the months of the cycle are read, each with the column that says which."""
    recorded = [item.recorded for item in policy.bonuses] + [item.recorded for item in policy.vetoes]
    recorded += [item.deducted for item in policy.indicators if item.deducted is not None]
    return {item.table: item.month for item in recorded} | {gate.table: gate.month for gate in policy.gates}
