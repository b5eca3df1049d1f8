"""Results order by order: the rules that fired, the obligations that apply and their states.

Knows the joined orders and streams them in order of their ids; must not know how a result is shown.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlglot import exp

from engine.compiled import CompiledPolicy, Decided
from engine.databases import Database, DuckDB, Holder, database_of
from engine.facts import Row, column, timestamp
from engine.lookups import Answers, DecideFound, Undeclared, look_up
from engine.obligations import Clocks, ObligationSql, obligations_sql, refuse_undeclared
from engine.policy.model import Policy
from engine.policy.model_orders import Decision, Rule
from engine.problems import PolicyError, Problem
from engine.tallies import MissedLookUpError


@dataclass(frozen=True)
class OrderResult:
    """``rules`` are the listed rules that fired, sorted; ``duties`` the obligations that apply, in policy order."""

    order: str
    rules: tuple[str, ...]
    duties: tuple[tuple[str, str], ...]

    def to_json(self) -> str:
        """One line, as the contract gives it."""
        return json.dumps(
            {"order": self.order, "rules": list(self.rules), "duties": dict(self.duties)}, ensure_ascii=False
        )


@dataclass(frozen=True)
class Detail:
    """Orders joined with every answer that concerns single orders; results are of those dated from ``since`` on and
    before ``until``, where these are given."""

    compiled: CompiledPolicy
    database: Database
    answers: Answers
    obligations: tuple[ObligationSql, ...]
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """Where the orders are, for what is only asked of orders in DuckDB."""
        assert isinstance(self.database, DuckDB)
        return self.database.connection

    @property
    def source(self) -> exp.Select:
        """The joined orders that results are of."""
        dated = column(self.compiled.policy.orders.dated_by or "")
        source = self.answers.source
        if self.since is not None:
            source = source.where(exp.GTE(this=dated, expression=timestamp(self.since)))
        if self.until is not None:
            source = source.where(exp.LT(this=dated, expression=timestamp(self.until)))
        return source

    @property
    def listed(self) -> tuple[Rule, ...]:
        return tuple(sorted((rule for rule in self.compiled.policy.rules if rule.listed), key=lambda rule: rule.id))

    @property
    def order_id(self) -> exp.Expr:
        return column(self.compiled.policy.orders.key[0])


def detail(
    compiled: CompiledPolicy,
    held: Holder,
    relation: str,
    as_of: dt.datetime,
    decide_found: DecideFound,
) -> Detail:
    """Join every rule's and obligation's answer to the orders in ``relation``."""
    database = database_of(held)
    row = Row({item.id: item for item in compiled.policy.orders.columns}, as_of)
    clocks = Clocks(compiled.policy, database, row)
    answers = look_up(database, relation, row, compiled.detail, decide_found, "detail_", progress=clocks)
    return Detail(compiled, database, answers, obligations_sql(compiled, answers, clocks))


def results(found: Detail, progress: Callable[[int], None] | None = None) -> Iterator[OrderResult]:
    """Every order's result by order id. ``progress`` hears how many were given.

    Raises InputError where a deadline needs a year that the calendar does not declare, and MissedLookUpError.
    """
    refuse_unknown(found)
    rules = found.listed
    states = [exp.Case(ifs=[exp.If(this=item.applies.copy(), true=item.state)]) for item in found.obligations]
    query = found.source.select(
        exp.alias_(found.order_id, "id"),
        *(found.answers.answer[rule.id].copy() for rule in rules),
        *states,
    ).order_by(exp.column("id"))
    obligations = [item.obligation.id for item in found.obligations]
    given = 0
    for batch in found.database.batches(query):
        for order, *rest in batch:
            fired = tuple(rule.id for rule, held in zip(rules, rest, strict=False) if held)
            states_of = zip(obligations, rest[len(rules) :], strict=True)
            yield OrderResult(order, fired, tuple((id, state) for id, state in states_of if state is not None))
        given += len(batch)
        if progress:
            progress(given)


def overlapping(policy: Policy, decided: Sequence[Decided]) -> tuple[Decision, ...]:
    """The ``unique`` decisions of which two rules may hold for one order, by the tables of their rules."""
    unique = (item for item in policy.decisions if item.hit == "unique" and len(item.rules) > 1)
    return tuple(item for item in unique if _may_overlap({rule.id for rule in item.rules}, decided))


def _may_overlap(rules: Set[str], decided: Sequence[Decided]) -> bool:
    for item in decided:
        asked = [question.id in rules for question in item.group.questions]
        if not any(asked):
            continue
        if sum(asked) < len(rules) or item.table is None or item.group.element is not None:
            return True  # told by more than one table, or by combinations that only the orders have
        mask = sum(1 << bit for bit, one in enumerate(asked) if one)
        return any((bits & mask).bit_count() > 1 for bits in item.table.rows.values())
    return True


def refuse_overlaps(found: Detail, decisions: Sequence[Decision]) -> None:
    """Raises PolicyError where two rules of one of the ``decisions`` hold for one order, naming an order for each."""
    problems: list[Problem] = []
    for decision in decisions:
        held = [exp.cast(found.answers.answer[rule.id].copy(), "INT") for rule in decision.rules]
        together: exp.Expr = held[0]
        for one in held[1:]:
            together = exp.Add(this=together, expression=one)
        several = exp.GT(this=together, expression=exp.Literal.number(1))
        query = found.answers.source.select(found.order_id, *held).where(several).order_by(found.order_id).limit(1)
        for order, *bits in found.database.rows(query):
            ids = "、".join(rule.id for rule, bit in zip(decision.rules, bits, strict=True) if bit)
            place = found.compiled.policy.places[decision.id]
            what = f"“{decision.title}”只能有一条规则成立，工单 {order} 却有几条"
            problems.append(Problem(place, what, ids, "改各条规则的条件，或把 hit 改为 collect 或 first"))
    if problems:
        raise PolicyError(problems)


def refuse_unknown(found: Detail) -> None:
    """In one pass; of which order it is so is asked only where something is wrong.

    Raises InputError where a deadline needs a year that the calendar does not declare, and MissedLookUpError.
    """
    undeclared = exp.or_(exp.false(), *(item.undeclared.copy() for item in found.obligations))
    counts = (exp.CountIf(this=exp.paren(one)) for one in (found.answers.missed, undeclared))
    ((missed, without_deadline),) = found.database.rows(found.source.select(*counts))
    if missed:
        raise MissedLookUpError(str(missed))
    if without_deadline:
        asked = [Undeclared(item.obligation.title, item.start, item.undeclared) for item in found.obligations]
        refuse_undeclared(found.database, found.source, found.order_id, asked)


def write_results(details: Sequence[Detail], path: Path, progress: Callable[[int], None] | None = None) -> int:
    """One JSON object a line into ``path``, by order id over all ``details``; returns how many."""
    written = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for result in _all_results(details, progress):
            file.write(result.to_json() + "\n")
            written += 1
    return written


def _all_results(details: Sequence[Detail], progress: Callable[[int], None] | None) -> Iterable[OrderResult]:
    """A single version's results are streamed; those of several have to be sorted into one another."""
    if len(details) == 1:
        return results(details[0], progress)
    every = (result for found in details for result in results(found, progress))
    return sorted(every, key=lambda result: result.order)
