"""Looks the rule engine's answers up for every order: one joined table a group of questions.

Knows how facts become join keys and how tags feed later groups; must not decide anything itself. A look-up that finds
nothing is counted in ``missed`` and must be treated as an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import duckdb
from sqlglot import exp

from engine.compiled import Decided
from engine.conditions import NO, YES, Element, Tag
from engine.decisions.questions import Combination, Group
from engine.decisions.tables import DecisionTable
from engine.facts import ORDERS, Row, column, fact_sql, is_boolean

LIST_SEPARATOR = ";"
DecideFound = Callable[[Group, Sequence[Combination]], DecisionTable]


@dataclass(frozen=True)
class AskedGroup:
    """A group and the expression of each of its facts."""

    group: Group
    keys: tuple[exp.Expr, ...]


@dataclass
class Answers:
    """``source`` is a FROM with every look-up joined; ``answer`` gives each question's BOOLEAN expression."""

    source: exp.Select
    asked: list[AskedGroup] = field(default_factory=list)
    answer: dict[str, exp.Expr] = field(default_factory=dict)
    given: dict[str, list[exp.Expr]] = field(default_factory=dict)
    hits: list[exp.Expr] = field(default_factory=list)

    @property
    def missed(self) -> exp.Expr:
        """True for an order that some look-up did not find."""
        misses = (exp.Is(this=hit.copy(), expression=exp.null()) for hit in self.hits)
        return exp.paren(exp.or_(exp.false(), *misses))

    def tag(self, name: str) -> exp.Expr:
        """True for an order to which some rule gave the tag."""
        return exp.paren(exp.or_(*(given.copy() for given in self.given.get(name, [exp.false()]))))


class Database(Protocol):
    """What look-ups need of a database."""

    def distinct(self, query: exp.Select) -> list[tuple[str | bool, ...]]: ...

    def store(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[str | bool, ...]]) -> None: ...


@dataclass(frozen=True)
class DuckDB:
    """Look-ups as temporary tables of a DuckDB connection."""

    connection: duckdb.DuckDBPyConnection

    def distinct(self, query: exp.Select) -> list[tuple[str | bool, ...]]:
        return self.connection.execute(query.distinct().sql(dialect="duckdb")).fetchall()

    def store(self, name: str, columns: Sequence[tuple[str, str]], rows: Sequence[tuple[str | bool, ...]]) -> None:
        """Replace temporary table ``name`` (columns as name and SQL type)."""
        unnested = ", ".join(f"unnest(${i + 1}::{type}[]) AS {id}" for i, (id, type) in enumerate(columns))
        values = [[row[i] for row in rows] for i in range(len(columns))]
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {unnested}", values)


def look_up(
    database: Database, relation: str, row: Row, decided: Iterable[Decided], decide_found: DecideFound, prefix: str
) -> Answers:
    """Join every group's answers to the orders in ``relation``; tables are named ``prefix`` and a number."""
    answers = Answers(exp.select().from_(exp.alias_(exp.to_table(relation, quoted=True), ORDERS, table=True)))
    for number, item in enumerate(decided):
        _join(database, answers, row, item, decide_found, f"{prefix}{number}")
    return answers


def _join(database: Database, answers: Answers, row: Row, item: Decided, decide_found: DecideFound, name: str) -> None:
    group = item.group
    keys = [answers.tag(fact.name) if isinstance(fact, Tag) else fact_sql(fact, row) for fact in group.facts]
    answers.asked.append(AskedGroup(group, tuple(keys)))
    if not keys:
        _constant(answers, item)
        return
    rows = _rows(database, answers, item, keys, decide_found)
    columns = [(f"k{i}", "BOOLEAN" if is_boolean(fact) else "VARCHAR") for i, fact in enumerate(group.facts)]
    columns += [(f"q{i}", "BOOLEAN") for i in range(len(group.questions))] + [("hit", "BOOLEAN")]
    database.store(name, columns, rows)
    on = exp.and_(*(exp.EQ(this=column(f"k{i}", name), expression=key) for i, key in enumerate(keys)))
    answers.source = answers.source.join(exp.to_table(name), on=on, join_type="left")
    answers.hits.append(column("hit", name))
    for i, question in enumerate(group.questions):
        answers.answer[question.id] = column(f"q{i}", name)
        for tag in question.gives:
            answers.given.setdefault(tag, []).append(column(f"q{i}", name))


def _constant(answers: Answers, item: Decided) -> None:
    """Questions that test nothing have the same answer for every order."""
    if item.table is None:
        raise LookupError("a group without facts is always enumerable")
    bits = item.table.rows[()]
    for i, question in enumerate(item.group.questions):
        held = exp.true() if bits >> i & 1 else exp.false()
        answers.answer[question.id] = held
        for tag in question.gives:
            answers.given.setdefault(tag, []).append(held)


def _rows(
    database: Database, answers: Answers, item: Decided, keys: list[exp.Expr], decide_found: DecideFound
) -> list[tuple[str | bool, ...]]:
    """Rows of the look-up table: keys, one answer a question, and the mark that something was found."""
    facts = item.group.facts
    width = len(item.group.questions)

    def line(values: Sequence[str], bits: int) -> tuple[str | bool, ...]:
        shown = (value == YES if is_boolean(fact) else value for fact, value in zip(facts, values, strict=True))
        return (*shown, *(bool(bits >> i & 1) for i in range(width)), True)

    element = item.group.element
    if element is None and item.table is not None:
        return [line(values, bits) for values, bits in item.table.rows.items()]
    found = sorted(
        tuple(_token(value) for value in values)
        for values in database.distinct(answers.source.select(*(key.copy() for key in keys)))
    )
    if element is None:
        table = decide_found(item.group, found)
        return [line(values, table.rows[values]) for values in found]
    return [line(values, bits) for values, bits in _united(item, element, found, decide_found)]


def _token(value: str | bool) -> str:
    return value if isinstance(value, str) else (YES if value else NO)


def _united(
    item: Decided, element: Element, found: list[Combination], decide_found: DecideFound
) -> list[tuple[Combination, int]]:
    """The answers of each list found: those of its elements, united."""
    at = item.group.facts.index(element)
    single = {
        values: [(*values[:at], part, *values[at + 1 :]) for part in values[at].split(LIST_SEPARATOR) if part]
        for values in found
    }
    table = item.table or decide_found(item.group, sorted({part for parts in single.values() for part in parts}))
    united: list[tuple[Combination, int]] = []
    for values, parts in single.items():
        bits = 0
        for part in parts:
            bits |= table.rows[part]
        united.append((values, bits))
    return united
