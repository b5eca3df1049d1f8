"""Which orders two versions judge differently: rules, exclusions from indicators, obligations.

Only what is asked differently is looked up at all. Knows what an answer depends on; must not know why versions differ.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import duckdb
from sqlglot import exp

from engine.choosing import Taken
from engine.compiled import CompiledPolicy, Decided
from engine.conditions import Tag, yes
from engine.counting import decider
from engine.decisions.questions import Question
from engine.facts import column
from engine.impact.replay import Replay
from engine.order_results import Detail, detail, refuse_unknown
from engine.policy.model import Policy
from engine.policy.model_orders import ClockDeadline, Obligation, Rule
from engine.policy.model_scoring import Indicator
from engine.questions import (
    excluded_tag,
    needed,
    obligation_questions,
    outcome_questions,
    own_questions,
    rule_questions,
)
from engine.tallies import MissedLookUpError

Kind = Literal["rule", "exclusion", "obligation"]
Span = tuple[dt.datetime | None, dt.datetime | None]
NOTHING = ""
"""The state of an obligation that does not apply, and of a rule that does not fire."""
FIRED = "fired"


@dataclass(frozen=True, order=True)
class Judged:
    """A rule by its id, an exclusion by its indicator's id, or an obligation by its id."""

    kind: Kind
    id: str


@dataclass(frozen=True)
class Moved:
    """Orders of ``unit`` that went from state ``old`` to ``new``."""

    unit: str
    old: str
    new: str
    orders: int


@dataclass(frozen=True)
class OrderChange:
    """``title`` and ``clause`` by the later version, where it has the item. ``examples``: (order, unit, old, new) of
    the first few by order id."""

    judged: Judged
    title: str
    clause: str
    moved: tuple[Moved, ...]
    examples: tuple[tuple[str, str, str, str], ...]

    @property
    def orders(self) -> int:
        return sum(moved.orders for moved in self.moved)


@dataclass(frozen=True)
class Accepted:
    """How many orders each version takes in, and how many only one of them does, with a few of these."""

    before: int
    after: int
    only_before: tuple[str, ...]
    only_after: tuple[str, ...]
    left: int
    come: int


def judging(policy: Policy) -> Mapping[Judged, Hashable]:
    """By what is judged, everything that the answer depends on apart from the orders as they are read."""
    rules = rule_questions(policy)
    asked = {question.id: question for question in (*rules, *obligation_questions(policy))}
    found: dict[Judged, Hashable] = {}
    for rule in policy.rules:
        if rule.listed:
            found[Judged("rule", rule.id)] = needed((replace(asked[rule.id], id="", gives=()),), rules)
    given = {tag for rule in rules for tag in rule.gives}
    for indicator in policy.indicators:
        if excluded_tag(indicator.id) in given:
            found[Judged("exclusion", indicator.id)] = needed((_excluded(indicator.id),), rules)
    for obligation in policy.obligations:
        own = [question for id, question in asked.items() if id.partition(":")[2] == obligation.id]
        deadline = obligation.deadline
        counts_days = isinstance(deadline, ClockDeadline) and deadline.clock.counts_workdays
        calendar = policy.calendar if counts_days else None
        plain = replace(obligation, title="", clause="", forms=())
        found[Judged("obligation", obligation.id)] = (plain, needed(own, rules), calendar)
    return found


def _excluded(indicator: str) -> Question:
    return Question(f"excluded-from:{indicator}", yes(Tag(excluded_tag(indicator))))


def touched(before: Policy, after: Policy) -> tuple[Judged, ...]:
    """What the two may judge differently, in order of the kinds and ids."""
    a, b = judging(before), judging(after)
    return tuple(sorted(one for one in {*a, *b} if a.get(one) != b.get(one)))


def order_changes(
    replay: Replay, before: Policy, after: Policy, most: int, span: Span = (None, None)
) -> tuple[OrderChange, ...]:
    """See ``Compared``; ``most``: how many examples of each."""
    return Compared(replay, before, after, span).changes(most)


class Compared:
    """What differs for at least one order that both versions take in. Only orders dated within ``span``, its end
    excluded.

    Raises PolicyError, InputError and MissedLookUpError.
    """

    def __init__(self, replay: Replay, before: Policy, after: Policy, span: Span = (None, None)) -> None:
        self._replay, self._before, self._after, self._span = replay, before, after, span
        wanted = touched(before, after)
        if before.tables != after.tables:
            wanted = tuple(sorted({*judging(before), *judging(after)}))
        self._wanted = wanted
        self._connection = replay.taken(before).connection
        if wanted:
            same = replay.taken(before).intake is replay.taken(after).intake
            key = BY_RECORD if same else BY_ID
            _keep(replay, before, wanted, span, self._connection, key)
            _compare(replay, after, wanted, span, self._connection, key)

    def changes(self, most: int) -> tuple[OrderChange, ...]:
        """``most``: how many examples of each."""
        found = []
        for number, one in enumerate(self._wanted):
            moved = _moved(self._connection, number)
            if moved:
                examples = _examples(self._connection, number, most)
                found.append(OrderChange(one, *_named(one, self._after, self._before), moved, examples))
        return tuple(found)

    def otherwise(self, other: Policy, asked: Sequence[Judged]) -> Mapping[Judged, int]:
        """Of the orders that differ in each of ``asked``, how many the version ``other`` does not judge as the later
        one does."""
        numbers = [self._wanted.index(one) for one in asked]
        counts = ", ".join(f"count(*) FILTER (d.a{i} <> d.b{i} AND o.s{n} <> d.b{i})" for n, i in enumerate(numbers))
        query = _query(self._replay, other, asked, self._span, BY_ID)
        with _reachable(self._replay.taken(other).connection, query, self._connection) as source:
            row = self._connection.execute(f"SELECT {counts} FROM {DIFFERENT} d JOIN {source} o USING (id)").fetchone()
        return dict(zip(asked, row or (), strict=True))


def accepted(replay: Replay, before: Policy, after: Policy, most: int) -> Accepted:
    """What the two ways of reading the folder take in."""
    a, b = replay.taken(before), replay.taken(after)
    if a.intake is b.intake:
        return Accepted(a.intake.orders, b.intake.orders, (), (), 0, 0)
    left, right = (set(_ids(taken)) for taken in (a, b))
    gone, come = sorted(left - right), sorted(right - left)
    return Accepted(len(left), len(right), tuple(gone[:most]), tuple(come[:most]), len(gone), len(come))


def _ids(taken: Taken) -> list[str]:
    key = exp.column(taken.policy.orders.key[0], quoted=True)
    query = exp.select(key).from_(exp.to_table(taken.intake.relation, quoted=True))
    return [id for (id,) in taken.connection.execute(query.sql(dialect="duckdb")).fetchall()]


BY_RECORD, BY_ID = ("_file", "_record"), ("id",)
"""What tells orders apart: numbers are joined faster, but only those of one reading of the files are the same."""
BEFORE, DIFFERENT = "impact_before", "impact_different"


def _keep(
    replay: Replay,
    policy: Policy,
    wanted: Sequence[Judged],
    span: Span,
    connection: duckdb.DuckDBPyConnection,
    key: tuple[str, ...],
) -> None:
    """Table BEFORE: the state of everything ``wanted`` as ``policy`` judges it, by order."""
    query = _query(replay, policy, wanted, span, key)
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {BEFORE} AS {query}")
    _refuse_missed(connection, f"SELECT count(*) FILTER (missed) FROM {BEFORE}")


def _compare(
    replay: Replay,
    policy: Policy,
    wanted: Sequence[Judged],
    span: Span,
    connection: duckdb.DuckDBPyConnection,
    key: tuple[str, ...],
) -> None:
    """Table DIFFERENT: the orders that ``policy`` judges otherwise in anything, with both states."""
    taken = replay.taken(policy)
    query = _query(replay, policy, wanted, span, tuple(dict.fromkeys((*key, "id", "unit"))))
    with _reachable(taken.connection, query, connection) as source:
        numbers = range(len(wanted))
        states = ", ".join(f"a.s{i} AS a{i}, b.s{i} AS b{i}" for i in numbers)
        differ = " OR ".join(f"a.s{i} <> b.s{i}" for i in numbers)
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {DIFFERENT} AS SELECT b.id, b.unit, b.missed, {states} "
            f"FROM {BEFORE} a JOIN {source} b USING ({', '.join(key)}) WHERE b.missed OR {differ}"
        )
    _refuse_missed(connection, f"SELECT count(*) FILTER (missed) FROM {DIFFERENT}")


@contextmanager
def _reachable(held: duckdb.DuckDBPyConnection, query: str, connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The rows of ``query``, which is asked of ``held``, as a source in ``connection``."""
    if held is connection:
        yield f"({query})"
        return
    with tempfile.TemporaryDirectory() as scratch:
        file = str(Path(scratch) / "rows.parquet").replace("'", "''")
        held.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet)")
        yield f"read_parquet('{file}')"


def _refuse_missed(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    row = connection.execute(query).fetchone()
    if row is not None and row[0]:
        raise MissedLookUpError(f"{row[0]}")


def _query(replay: Replay, policy: Policy, wanted: Sequence[Judged], span: Span, columns: tuple[str, ...]) -> str:
    """SQL for ``columns``, whether a look-up missed, and the states ``s0``, ``s1``, … of everything ``wanted``."""
    joined, states = _joined(replay, policy, replay.taken(policy), wanted)
    found = replace(joined, since=span[0], until=span[1])
    refuse_unknown(found)
    known = {"id": found.order_id, "unit": column(policy.orders.unit or "")}
    named = [exp.alias_(known.get(name) or column(name), name) for name in columns]
    named += [exp.alias_(found.answers.missed, "missed")]
    named += [exp.alias_(state, f"s{i}") for i, state in enumerate(states)]
    return found.source.select(*named).sql(dialect="duckdb")


def _joined(replay: Replay, policy: Policy, taken: Taken, wanted: Sequence[Judged]) -> tuple[Detail, list[exp.Expr]]:
    """The orders joined with only the answers that are needed, and the state of everything ``wanted``."""
    rules = rule_questions(policy)
    known = judging(policy)
    obligations = tuple(item for item in policy.obligations if Judged("obligation", item.id) in wanted)
    small = replace(policy, obligations=obligations, marks=())
    excluded = [_excluded(one.id) for one in wanted if one.kind == "exclusion" and one in known]
    asked = [rule for rule in rules if Judged("rule", rule.id) in wanted]
    own = {one.id for item in obligations for one in own_questions(item)}
    asked += [rule for rule in rules if rule.id in own]
    told = {rule.id for rule in rules}
    asked += [*(question for question in obligation_questions(small) if question.id not in told), *excluded]
    questions = needed(asked, rules)
    states = [outcome_questions(item.id, item.states) for item in obligations]
    main, *outcomes = replay.decided(policy, [questions, *states])
    by_state: dict[str, tuple[Decided, ...]] = {
        item.id: decided for item, decided in zip(obligations, outcomes, strict=True)
    }
    compiled = CompiledPolicy(replace(policy, marks=()), (), main, {}, by_state, {})
    decide = decider(replay.given.time_limit)
    found = detail(compiled, taken.connection, taken.intake.relation, replay.given.as_of, decide)
    by_id = {item.obligation.id: item for item in found.obligations}
    columns: list[exp.Expr] = []
    for one in wanted:
        if one not in known:
            columns.append(exp.Literal.string(NOTHING))
        elif one.kind == "obligation":
            item = by_id[one.id]
            columns.append(_case(item.applies, item.state))
        else:
            id = one.id if one.kind == "rule" else _excluded(one.id).id
            columns.append(_case(found.answers.answer[id], exp.Literal.string(FIRED)))
    return found, columns


def _case(holds: exp.Expr, state: exp.Expr) -> exp.Expr:
    return exp.Case(ifs=[exp.If(this=holds.copy(), true=state.copy())], default=exp.Literal.string(NOTHING))


def _moved(connection: duckdb.DuckDBPyConnection, i: int) -> tuple[Moved, ...]:
    query = f"SELECT unit, a{i}, b{i}, count(*) FROM {DIFFERENT} WHERE a{i} <> b{i} GROUP BY ALL ORDER BY ALL"
    return tuple(Moved(*row) for row in connection.execute(query).fetchall())


def _examples(connection: duckdb.DuckDBPyConnection, i: int, most: int) -> tuple[tuple[str, str, str, str], ...]:
    query = f"SELECT id, unit, a{i}, b{i} FROM {DIFFERENT} WHERE a{i} <> b{i} ORDER BY id LIMIT {most}"
    return tuple(connection.execute(query).fetchall())


def _named(one: Judged, *policies: Policy) -> tuple[str, str]:
    """Title and clause by the first of ``policies`` that has the item."""
    for policy in policies:
        listed: Mapping[Kind, Sequence[Rule | Indicator | Obligation]] = {
            "rule": policy.rules,
            "exclusion": policy.indicators,
            "obligation": policy.obligations,
        }
        for item in listed[one.kind]:
            if item.id == one.id:
                return item.title, item.clause
    return one.id, ""
