"""The firings of a run as two files: what each number means (JSON), and the numbers of every order (Parquet).

Knows the form of both, which ``schemas/v1/firings.schema.json`` describes; must not know where they are kept. The same
orders and policy give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from engine.conditions import Choice, Comparison, Element, Fact, Progress, State, Tag, facts, yes
from engine.decisions.wire import fact_to_json
from engine.firings import ORDER, UNDECLARED, numbered, placed_by
from engine.intake import sql
from engine.intake.sources import literal
from engine.lookups import AskedGroup
from engine.months import Month
from engine.obligations import ObligationSql, combinations
from engine.order_results import Detail
from engine.policy.model import Policy
from engine.questions import applies_id, mark_id
from engine.tallies import MissedLookUpError, Placing
from engine.truth import Names, names_of
from engine.wording import say

FORMAT = 1
_ROWS_AT_ONCE = 122_880
Json = dict[str, Any]
Counts = Mapping[int | None, int]
"""How many orders have each number."""


@dataclass(frozen=True)
class Firings:
    """What one version decided: ``described`` is the JSON value, ``path`` the Parquet file."""

    described: Json
    path: Path


def record_firings(found: Detail, path: Path) -> Firings:
    """Write the numbers of every order to ``path`` and describe them. Raises MissedLookUpError."""
    asked = numbered(found)
    name = sql.render(sql.text(str(path)))
    # Sorted by a key, so that the rows, and with them the bytes, do not depend on the number of threads.
    found.connection.execute(
        f"COPY ({asked.query.sql(dialect='duckdb')}) TO {name} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROWS_AT_ONCE})"
    )
    counts = {column: _counts(found.connection, path, column) for column in (*asked.groups, *asked.duties)}
    for column in asked.groups:
        if counts[column].get(None):
            raise MissedLookUpError(f"{counts[column][None]}")
    policy = found.compiled.policy
    names = names_of(policy)
    described = {
        "format": FORMAT,
        "policy": {"id": policy.id, "version": policy.version, "digest": policy.digest},
        "since": None if found.since is None else str(found.since),
        "until": None if found.until is None else str(found.until),
        "orders": _orders(found.connection, path),
        "periods": _periods(policy),
        "months": [_months(placing, column) for placing, column in asked.months.items()],
        "rules": _rules(policy, asked.months),
        "marks": [{"id": item.id, "title": item.title, "question": mark_id(item.id)} for item in policy.marks],
        "groups": [_group(column, group, counts[column], names) for column, group in asked.groups.items()],
        "obligations": [_obligation(found, column, item, counts[column]) for column, item in asked.duties.items()],
    }
    return Firings(described, path)


def _periods(policy: Policy) -> list[Json]:
    """The longer periods, so that orders can be looked for by their ids."""
    periods = [period for aggregate in policy.aggregates for period in aggregate.periods]
    return [{"id": one.id, "title": one.title, "first": str(one.first), "last": str(one.last)} for one in periods]


def _months(placing: Placing, column: str) -> Json:
    fields, window = placing
    return {
        "column": column,
        "fields": list(fields),
        "first_day": window.first_day,
        "day_begins": window.day_begins,
    }


def _rules(policy: Policy, months: Mapping[Placing, str]) -> list[Json]:
    return [
        {
            "id": rule.id,
            "title": rule.title,
            "clause": rule.clause,
            "decision": decision.id,
            "listed": rule.listed,
            "months": [months[placing] for placing in placed_by(policy, decision)],
        }
        for decision in policy.decisions
        for rule in decision.rules
    ]


def _group(column: str, asked: AskedGroup, counts: Counts, names: Names) -> Json:
    group = asked.group
    place = {fact: index for index, fact in enumerate(group.facts)}
    return {
        "column": column,
        "facts": [_fact(fact, names) for fact in group.facts],
        "questions": [
            {"id": one.id, "facts": [place[fact] for fact in facts(one.when)], "gives": list(one.gives)}
            for one in group.questions
        ],
        "combinations": [
            {
                "number": number,
                "values": list(values),
                "holds": [one.id for bit, one in enumerate(group.questions) if bits >> bit & 1],
                "orders": counts[number],
            }
            for number, (values, bits) in enumerate(asked.rows)
            if number in counts
        ],
    }


def _fact(fact: Fact, names: Names) -> Json:
    kind = str(fact_to_json(fact)[0])
    match fact:
        case Choice(field, _) | Element(field, _):
            return {"kind": kind, "field": field, "text": field}
        case Comparison(field, _, _, _) | Tag(field) | State(field, _):
            return {"kind": kind, "field": field, "text": say(yes(fact), names)}
        case Progress(of, what, _):
            told = "履行" if what == "done" else "期限"
            return {"kind": kind, "field": of, "text": f"“{names.get(of, of)}”的{told}"}
    raise TypeError(f"not a fact of an order: {fact}")


def _obligation(found: Detail, column: str, item: ObligationSql, counts: Counts) -> Json:
    obligation = item.obligation
    states = [vars(one) for one in combinations(found.compiled, obligation)]
    states.append({"done": None, "deadline": None, "state": None})
    assert len(states) == UNDECLARED + 1
    return {
        "id": obligation.id,
        "title": obligation.title,
        "clause": obligation.clause,
        "question": applies_id(obligation),
        "column": column,
        "combinations": [
            {"number": number, **state, "orders": counts[number]}
            for number, state in enumerate(states)
            if number in counts
        ],
    }


def _counts(connection: duckdb.DuckDBPyConnection, path: Path, column: str) -> Counts:
    number = exp.column(column, quoted=True)
    query = exp.select(number, exp.Count(this=exp.Star())).from_(scan(path)).group_by(number.copy())
    return dict(connection.execute(sql.render(query)).fetchall())


def _orders(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    found = connection.execute(sql.render(exp.select(exp.Count(this=exp.Star())).from_(scan(path)))).fetchone()
    assert found is not None
    return int(found[0])


def scan(path: Path) -> exp.Table:
    """The file with the numbers of every order, to select from."""
    return exp.Table(this=sql.call("read_parquet", sql.text(literal(path))))


def order_column() -> exp.Column:
    return exp.column(ORDER, quoted=True)


def in_months(column: str, first: Month, last: Month) -> exp.Expr:
    """Whether an order's month in ``column`` is one of these."""
    low, high = (exp.Literal.number(month.index) for month in (first, last))
    return exp.Between(this=exp.column(column, quoted=True), low=low, high=high)
