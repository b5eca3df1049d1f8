"""Single orders of an evaluation: the row, what was looked up for it, and what the rule engine says of it live.

What is asked is planned, and rulesets are made, once for an evaluation: that takes many times as long as an answer.
Knows look-ups and the rule engine; must not know how an order is explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlglot import exp

from engine.conditions import NO, YES, Test
from engine.databases import beside
from engine.decisions.fence import Ruleset
from engine.decisions.questions import Group
from engine.evaluate import order_counting, order_detail
from engine.evaluation import Evaluation
from engine.facts import column, first_filled
from engine.lookups import LIST_SEPARATOR, Answers
from engine.obligations import ObligationSql
from engine.problems import InputError, Place, Problem

ALL_AT_ONCE = 10_000
"""Orders up to which all are looked up when the first is asked about."""
_Columns = Mapping[str, exp.Expr]
_Row = Mapping[str, Any]


class DisagreementError(Exception):
    """The rule engine, asked again, does not say what the table says: the table must not be trusted."""


@dataclass(frozen=True)
class Asked:
    """What the rule engine says live: ids of questions that hold, and the truth of each leaf test."""

    held: frozenset[str]
    truths: Mapping[Test, bool]


@dataclass(frozen=True)
class OneOrder:
    """An order by ``evaluation``, that of the version in force for it, which asked ``groups`` groups of questions.

    ``row``: the columns that are not personal by id, ``_file`` and ``_record``; ``start:``, ``deadline:``, ``event:``
    and ``state:`` with the id of an obligation; ``when:`` with that of an indicator. ``live`` is about rules, marks and
    obligations, ``counting`` about what is counted.
    """

    evaluation: Evaluation
    row: _Row
    live: Asked
    counting: Asked
    groups: int


class Orders:
    """The orders of ``evaluation``, which are in DuckDB, one by one."""

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation
        self._parts: dict[int, _Part] = {}
        self._rulesets: dict[int, Ruleset] = {}
        """By the identity of the group, which the policy keeps."""

    def order(self, order: str) -> OneOrder:
        """Raises InputError with what became of an order that was not evaluated, and DisagreementError."""
        evaluation = self._evaluation.parts[0] if self._evaluation.parts else self._evaluation
        if self._evaluation.parts:
            dated = self._part(evaluation).detail.row(order)[evaluation.policy.orders.dated_by or ""]
            evaluation = self._evaluation.on(dated)
        part = self._part(evaluation)
        row = part.detail.row(order)
        live, counting = self._ask(part.detail, row), self._ask(part.counting, part.counting.row(order))
        return OneOrder(evaluation, row, live, counting, len(part.detail.answers.asked))

    def _part(self, evaluation: Evaluation) -> _Part:
        if id(evaluation) not in self._parts:
            self._parts[id(evaluation)] = _part(evaluation)
        return self._parts[id(evaluation)]

    def _ask(self, told: _Told, row: _Row) -> Asked:
        """Ask about every group of questions, and hold the answers against the tables'."""
        held: set[str] = set()
        truths: dict[Test, bool] = {}
        for number, asked in enumerate(told.answers.asked):
            group = asked.group
            ruleset = self._ruleset(group)
            values = tuple(_token(row[_key(number, i)]) for i in range(len(asked.keys)))
            for combination in _single(group, values):
                answer = ruleset.ask(combination)
                held.update(answer.fired)
                for test, holds in answer.truths.items():
                    truths[test] = truths.get(test, False) or holds
        tabled = {id for id, name in told.read.items() if row[name]}
        if held != tabled:
            raise DisagreementError(f"{sorted(held ^ tabled)}")
        return Asked(frozenset(held), truths)

    def _ruleset(self, group: Group) -> Ruleset:
        if id(group) not in self._rulesets:
            self._rulesets[id(group)] = Ruleset(group.facts, group.questions)
        return self._rulesets[id(group)]


@dataclass(frozen=True)
class _Part:
    """What one version asks of an order in detail and for the counts."""

    detail: _Told
    counting: _Told


def _part(evaluation: Evaluation) -> _Part:
    """With look-up tables of its own, which no other question replaces."""
    own = replace(evaluation, connection=beside(evaluation.connection), database=None)
    found = order_detail(own)
    own_columns = _columns(own, found.obligations)
    return _Part(_Told(own, "told_detail", found.answers, own_columns), _Told(own, "told", order_counting(own), {}))


class _Told:
    """Orders' ``columns``, facts and answers, by order; ``read`` says in which column each question's answer is."""

    def __init__(self, evaluation: Evaluation, name: str, answers: Answers, columns: _Columns) -> None:
        self._evaluation, self._connection, self.answers = evaluation, evaluation.connection, answers
        answered = {answer: f"answer:{i}" for i, answer in enumerate(dict.fromkeys(answers.answer.values()))}
        self.read = {id: answered[answer] for id, answer in answers.answer.items()}
        facts = {_key(n, i): key for n, asked in enumerate(answers.asked) for i, key in enumerate(asked.keys)}
        every = {**columns, **facts, **{place: answer for answer, place in answered.items()}}
        order_id = column(evaluation.policy.orders.key[0])
        query = answers.source.select(*(exp.alias_(of.copy(), to, quoted=True) for to, of in every.items()))
        asked_for = exp.Placeholder()
        if evaluation.intake.orders <= ALL_AT_ONCE:
            kept = query.select(exp.alias_(order_id, _ORDER, quoted=True)).sql(dialect="duckdb")
            self._connection.execute(f"CREATE TEMP TABLE {name} AS {kept}")
            query, order_id = exp.select(exp.Star()).from_(name), exp.column(_ORDER, quoted=True)
        self._query = query.where(exp.EQ(this=order_id, expression=asked_for)).sql(dialect="duckdb")

    def row(self, order: str) -> _Row:
        """Raises InputError."""
        cursor = self._connection.execute(self._query, [order])
        names = [item[0] for item in cursor.description or ()]
        found = cursor.fetchone()
        if found is None:
            raise _absent(self._evaluation, order)
        return dict(zip(names, found, strict=True))


_ORDER = "order:"


def _key(group: int, fact: int) -> str:
    return f"fact:{group}:{fact}"


def _columns(evaluation: Evaluation, obligations: tuple[ObligationSql, ...]) -> _Columns:
    """The order's own columns and what SQL says of its obligations."""
    columns: dict[str, exp.Expr] = {
        item.id: column(item.id) for item in evaluation.policy.orders.columns if not item.personal
    }
    columns |= {name: column(name) for name in ("_file", "_record")}
    for item in obligations:
        told = {"start": item.start, "deadline": item.deadline, "event": item.event, "state": item.state}
        columns |= {f"{name}:{item.obligation.id}": value for name, value in told.items()}
    return columns | {f"when:{counted.id}": first_filled(counted.event) for counted in evaluation.policy.indicators}


def _absent(evaluation: Evaluation, order: str) -> InputError:
    """What became of an order that no row is of."""
    problems = [
        Problem(
            Place(f"{item.file} 第 {item.record} 条"), f"工单 {order} 未被采用：{item.column} {item.reason}", item.value
        )
        for item in evaluation.intake.set_aside
        if item.order == order
    ]
    unknown = Problem(Place(evaluation.policy.orders.file), "没有这张工单", order, "核对编号")
    return InputError(problems or [unknown])


def _token(value: str | bool) -> str:
    if isinstance(value, bool):
        return YES if value else NO
    return value


def _single(group: Group, values: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A list is asked element by element."""
    if group.element is None:
        return [values]
    at = group.facts.index(group.element)
    return [(*values[:at], part, *values[at + 1 :]) for part in values[at].split(LIST_SEPARATOR) if part]
