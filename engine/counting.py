"""From orders that were taken in to a scorer: rule engine's answers joined, counts taken, members and awards at hand.

Knows which look-ups counting needs; must not know how points become ranks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

import duckdb

from engine.compiled import CompiledPolicy
from engine.decisions.compile import decide_found
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable
from engine.facts import Row
from engine.intake.found import Intake
from engine.lookups import Answers, DuckDB, look_up
from engine.months import Month
from engine.policy.model import Policy
from engine.scores import Scorer
from engine.tallies import tally


def score(
    compiled: CompiledPolicy,
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    time_limit: float,
) -> Scorer:
    """Count the orders and make ready to score any unit in any month."""
    policy = compiled.policy
    tallies = tally(policy, counting(compiled, intake, connection, as_of, time_limit), connection)
    members = intake.rows.get("units", ())
    if policy.has_table("units"):
        key = policy.table("units").key[0]
        units = tuple(str(member[key]) for member in members)
    else:
        key, units = "", tallies.units
    peer_columns = {indicator.peers for indicator in policy.indicators if indicator.peers is not None}
    peers = {peer: {str(member[key]): str(member[peer]) for member in members} for peer in peer_columns}
    return Scorer(policy, tallies, tuple(sorted(units)), peers, awards(policy, intake))


def counting(
    compiled: CompiledPolicy,
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    time_limit: float,
) -> Answers:
    """The orders joined with what the counts ask of each."""
    row = Row({item.id: item for item in compiled.policy.orders.columns}, as_of)
    return look_up(DuckDB(connection), intake.relation, row, compiled.counting, decider(time_limit), "counting_")


def awards(policy: Policy, intake: Intake) -> Mapping[tuple[str, str, Month], tuple[Fraction, ...]]:
    """Every recorded award, by bonus, unit and month."""
    found: dict[tuple[str, str, Month], tuple[Fraction, ...]] = {}
    for bonus in policy.bonuses:
        for record in intake.rows.get(bonus.table, ()):
            points = record[bonus.points]
            if isinstance(points, Fraction):
                key = (bonus.id, str(record[bonus.unit]), Month.parse(str(record[bonus.month])))
                found[key] = (*found.get(key, ()), points)
    return found


def decider(time_limit: float) -> Callable[[Group, Sequence[Combination]], DecisionTable]:
    """Asks the rule engine about combinations found in the data."""
    return lambda group, combinations: decide_found(group, combinations, time_limit=time_limit)
