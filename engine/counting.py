"""From orders that were taken in to a scorer: rule engine's answers joined, counts taken, members and awards at hand.

Knows which look-ups counting needs; must not know how points become ranks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from engine.compiled import CompiledPolicy
from engine.databases import Holder, database_of
from engine.decisions.compile import decide_found
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable
from engine.facts import Row, column
from engine.intake.found import Intake
from engine.lookups import Answers, Known, look_up
from engine.measures import Measures
from engine.months import Month
from engine.obligations import Clocks, refuse_undeclared
from engine.policy.model import Policy
from engine.policy.model_scoring import Change, Recorded
from engine.scores import Scorer
from engine.tallies import Tallies, events, tally


def score(
    compiled: CompiledPolicy,
    intake: Intake,
    held: Holder,
    as_of: dt.datetime,
    time_limit: float,
) -> Scorer:
    """Count the orders and make ready to score any unit in any month."""
    answers = counting(compiled, intake, held, as_of, time_limit)
    refuse_undeclared(database_of(held), answers.source, column(compiled.policy.orders.key[0]), answers.undeclared)
    tallies = tally(compiled.policy, answers, held)
    return scorer(compiled.policy, tallies, intake)


def scorer(policy: Policy, tallies: Tallies, intake: Intake) -> Scorer:
    """Ready to score from counts that were taken already."""
    members = intake.rows.get("units", ())
    if policy.has_table("units"):
        key = policy.table("units").key[0]
        units = tuple(str(member[key]) for member in members)
    else:
        key, units = "", tallies.units
    columns = {indicator.peers for indicator in policy.indicators}
    if isinstance(policy.rank_rule.groups, str):
        columns.add(policy.rank_rule.groups)
    columns |= {indicator.applies_to.column for indicator in policy.indicators if indicator.applies_to is not None}
    groups = {
        column: {str(member[key]): str(member[column] or "") for member in members}
        for column in sorted(column for column in columns if column is not None)
    }
    measures = Measures(tallies, tuple(sorted(units)), groups, records(policy, intake), policy.first)
    return Scorer(policy, measures)


def counting(
    compiled: CompiledPolicy,
    intake: Intake,
    held: Holder,
    as_of: dt.datetime,
    time_limit: float,
) -> Answers:
    """The orders joined with what the counts ask of each."""
    row = Row({item.id: item for item in compiled.policy.orders.columns}, as_of)
    database, decide = database_of(held), decider(time_limit)
    clocks = Clocks(compiled.policy, database, row)
    known = Known(intake.lists, intake.orders, frozenset(events(compiled.policy)))
    return look_up(database, intake.relation, row, compiled.counting, decide, "counting_", known, clocks)


def records(policy: Policy, intake: Intake) -> Mapping[Recorded, Mapping[tuple[str, Month], tuple[Fraction, ...]]]:
    """The points recorded for every bonus, veto, deducted indicator and earlier value, by unit and month."""
    asked = [bonus.recorded for bonus in policy.bonuses] + [veto.recorded for veto in policy.vetoes]
    asked += [indicator.deducted for indicator in policy.indicators if indicator.deducted is not None]
    changes = (item for indicator in policy.indicators for item in indicator.transforms if isinstance(item, Change))
    asked += [change.earlier for change in changes if change.earlier is not None]
    return {recorded: _recorded(recorded, intake) for recorded in dict.fromkeys(asked)}


def _recorded(recorded: Recorded, intake: Intake) -> Mapping[tuple[str, Month], tuple[Fraction, ...]]:
    found: dict[tuple[str, Month], tuple[Fraction, ...]] = {}
    for row in intake.rows.get(recorded.table, ()):
        points = row[recorded.points]
        asked = recorded.item is None or row[recorded.item] == recorded.is_
        if asked and isinstance(points, Fraction):
            key = (str(row[recorded.unit]), Month.parse(str(row[recorded.month])))
            found[key] = (*found.get(key, ()), points)
    return found


def decider(time_limit: float) -> Callable[[Group, Sequence[Combination]], DecisionTable]:
    """Asks the rule engine about combinations found in the data."""
    return lambda group, combinations: decide_found(group, combinations, time_limit=time_limit)
