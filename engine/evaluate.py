"""The main job: a folder of orders and a policy to rankings and consequences.

Ties the steps together in one direction; each step is a module of its own. Reads no clock and no environment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.compiled import CompiledPolicy, compile_policy
from engine.consequences import consider
from engine.decisions.compile import decide_found
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable
from engine.evaluation import Evaluation
from engine.facts import ORDERS, Row, column, month_index
from engine.gates import GateState, gate_states
from engine.intake.found import Intake
from engine.intake.take_in import take_in
from engine.lookups import Answers, DuckDB, look_up
from engine.months import Month
from engine.order_results import Detail, detail
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.versions import Version, find_version, governing, list_versions
from engine.problems import InputError, Place, Problem
from engine.scores import Scorer
from engine.standings import Standing, aggregated, monthly
from engine.tallies import tally


@dataclass(frozen=True)
class Request:
    """What to evaluate.

    ``released`` holds the versions chosen by date, ``examples`` those found only by name; ``policy`` names a version
    or its folder. ``chosen``: reading to option. ``as_of`` is local to the policy; without it, ``now`` (with a zone)
    is taken. ``cache``: folder for compiled tables. ``time_limit`` in seconds for asking the rule engine.
    """

    data: Path
    schemas: Path
    released: Path
    examples: Path | None
    policy: str | None
    chosen: Mapping[str, str]
    as_of: dt.datetime | None
    now: dt.datetime
    cache: Path | None = None
    time_limit: float = 60.0


def evaluate(request: Request, progress: Callable[[str], None] | None = None) -> Evaluation:
    """Raises PolicyError, InputError and CompileError; ``progress`` hears what is under way, in Chinese."""
    connection = open_database()
    policy, intake = choose(request, connection, progress)
    return evaluate_intake(request, policy, intake, connection, progress)


def evaluate_intake(
    request: Request,
    policy: Policy,
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    progress: Callable[[str], None] | None = None,
) -> Evaluation:
    """Evaluate orders that were taken in already."""
    say = progress or (lambda _: None)
    as_of = request.as_of or request.now.astimezone(policy.time_zone).replace(tzinfo=None, microsecond=0)
    say("正在编译规则…")
    compiled = compile_policy(policy, cache=request.cache, time_limit=request.time_limit)
    say("正在统计…")
    scorer = score(compiled, intake, connection, as_of, request.time_limit)
    months = monthly(policy, scorer, as_of)
    return conclude(compiled, intake, connection, as_of, scorer, months, gates_of(compiled, intake))


Gates = Mapping[str, Mapping[Month, GateState]]
"""The state of every gate in every month of the cycle."""


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
    policy = compiled.policy
    standings = (*months, *aggregated(policy, months, scorer.units, scorer.pooled, as_of))
    considered = consider(compiled, standings, gates)
    return Evaluation(policy, compiled, intake, as_of, scorer, standings, gates, considered, connection)


def order_detail(evaluation: Evaluation, time_limit: float = 60.0) -> Detail:
    """The orders joined with what the rule engine says of each."""
    relation = evaluation.intake.relation
    return detail(evaluation.compiled, evaluation.connection, relation, evaluation.as_of, _decider(time_limit))


def open_database(memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """A database of our own that neither loads extensions nor leaves this machine. ``memory`` like ``1GB``."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if memory is not None:
        config["memory_limit"] = memory
    return duckdb.connect(":memory:", config=config)


def choose(
    request: Request, connection: duckdb.DuckDBPyConnection, progress: Callable[[str], None] | None = None
) -> tuple[Policy, Intake]:
    """The governing policy and the orders read by it.

    Headers are policy data, so a version has to be tried before the orders' months are known.
    """
    folders = [request.released, *([request.examples] if request.examples else [])]
    if request.policy is not None:
        policy = load_policy(find_version(request.policy, folders), request.schemas, request.chosen)
        return policy, take_in(policy.tables, request.data, connection, progress)
    versions = list_versions(request.released)
    if not versions:
        raise InputError([Problem(Place(str(request.released)), "没有任何政策版本", "", "用 --policy 指明版本")])
    tried = versions[0]
    policy = load_policy(tried.folder, request.schemas, request.chosen)
    intake = take_in(policy.tables, request.data, connection, progress)
    chosen = _by_months(policy, intake, versions, connection)
    if chosen.folder == tried.folder:
        return policy, intake
    policy = load_policy(chosen.folder, request.schemas, request.chosen)
    return policy, take_in(policy.tables, request.data, connection, progress)


def _by_months(
    policy: Policy, intake: Intake, versions: Sequence[Version], connection: duckdb.DuckDBPyConnection
) -> Version:
    months = months_received(policy, intake, connection)
    if not months:
        what = "没有一张可用的工单，无法按接单时间确定版本"
        raise InputError([Problem(Place(policy.orders.file), what, "", "检查数据，或用 --policy 指明版本")])
    return governing(months, versions)


def months_received(policy: Policy, intake: Intake, connection: duckdb.DuckDBPyConnection) -> tuple[Month, ...]:
    """The months in which the orders are dated."""
    dated = month_index(column(policy.orders.dated_by or ""))
    query = (
        exp.select(dated).distinct().from_(exp.alias_(exp.to_table(intake.relation, quoted=True), ORDERS, table=True))
    )
    found = connection.execute(query.sql(dialect="duckdb")).fetchall()
    return tuple(sorted(Month(index) for (index,) in found if index is not None))


def score(
    compiled: CompiledPolicy,
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    time_limit: float,
) -> Scorer:
    """Count the orders and make ready to score any unit in any month."""
    policy = compiled.policy
    tallies = tally(policy, _counting(compiled, intake, connection, as_of, time_limit), connection)
    members = intake.rows.get("units", ())
    if policy.has_table("units"):
        key = policy.table("units").key[0]
        units = tuple(str(member[key]) for member in members)
    else:
        key, units = "", tallies.units
    peer_columns = {indicator.peers for indicator in policy.indicators if indicator.peers is not None}
    peers = {peer: {str(member[key]): str(member[peer]) for member in members} for peer in peer_columns}
    return Scorer(policy, tallies, tuple(sorted(units)), peers, awards(policy, intake))


def order_counting(evaluation: Evaluation, time_limit: float = 60.0) -> Answers:
    """The orders joined with what the counts ask of each."""
    return _counting(evaluation.compiled, evaluation.intake, evaluation.connection, evaluation.as_of, time_limit)


def _counting(
    compiled: CompiledPolicy,
    intake: Intake,
    connection: duckdb.DuckDBPyConnection,
    as_of: dt.datetime,
    time_limit: float,
) -> Answers:
    row = Row({item.id: item for item in compiled.policy.orders.columns}, as_of)
    return look_up(DuckDB(connection), intake.relation, row, compiled.counting, _decider(time_limit), "counting_")


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


def _decider(time_limit: float) -> Callable[[Group, Sequence[Combination]], DecisionTable]:
    return lambda group, combinations: decide_found(group, combinations, time_limit=time_limit)
