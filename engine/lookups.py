"""Looks the rule engine's answers up for every order: one joined table a group of questions.

Knows how facts become join keys and how tags feed later groups; must not decide anything itself. A look-up that finds
nothing must be treated as an error, never as a dropped row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from engine.compiled import Decided
from engine.conditions import NO, YES, Element, Fact, Progress, Tag
from engine.databases import Database
from engine.decisions.questions import Combination, Group, Question
from engine.decisions.tables import DecisionTable
from engine.facts import ORDERS, Row, column, fact_sql, is_boolean, place_sql

LIST_SEPARATOR = ";"
MOST_CODED = 64
"""Values of one fact up to which a look-up goes by numbers: positions in a list are found by trying each."""
MOST_KEYS = 2**31 - 1
Line = tuple[str | bool | int, ...]
"""A row of a look-up table: its key and the answers."""
DecideFound = Callable[[Group, Sequence[Combination]], DecisionTable]
ProgressSql = Callable[[Progress, "Answers"], exp.Expr]
"""The fact as text, joining to the answers' source what it needs."""


@dataclass(frozen=True)
class AskedGroup:
    """A group and the expression of each of its facts.

    ``rows`` are the combinations that an order can have, each with its answers (one bit a question), and ``number``
    says which of them is the order's, from 0; it is NULL where the look-up found none.
    """

    group: Group
    keys: tuple[exp.Expr, ...]
    rows: tuple[tuple[Combination, int], ...]
    number: exp.Expr


@dataclass(frozen=True)
class Undeclared:
    """Where the deadline of ``obligation``, counted from ``start``, needs a year that no calendar declares."""

    obligation: str
    start: exp.Expr
    where: exp.Expr


@dataclass
class Answers:
    """``source`` is a FROM with every look-up joined; ``answer`` gives each question's BOOLEAN expression."""

    source: exp.Select
    asked: list[AskedGroup] = field(default_factory=list)
    answer: dict[str, exp.Expr] = field(default_factory=dict)
    given: dict[str, list[exp.Expr]] = field(default_factory=dict)
    hits: list[exp.Column] = field(default_factory=list)
    undeclared: list[Undeclared] = field(default_factory=list)

    @property
    def missed(self) -> exp.Expr:
        """True for an order that some look-up did not find."""
        misses = (exp.Is(this=hit.copy(), expression=exp.null()) for hit in self.hits)
        return exp.paren(exp.or_(exp.false(), *misses))

    def found(self) -> exp.Select:
        """``source`` with only the orders that every look-up found, which a database joins faster; count them."""
        source = self.source.copy()
        looked_up = {hit.table for hit in self.hits}
        for join in source.args.get("joins", ()):
            if join.this.alias_or_name in looked_up:
                join.set("side", None)
                join.set("kind", "INNER")
        return source

    @property
    def orders(self) -> exp.Table:
        """The relation of orders, before any join."""
        relation: exp.Expr = self.source.args["from_"].this
        while isinstance(relation, exp.Subquery):
            relation = relation.this.args["from_"].this
        assert isinstance(relation, exp.Table)
        return relation

    def keep(self, value: exp.Expr, joins: Iterable[exp.Join] = ()) -> exp.Column:
        """``value``, which may need ``joins``, as a column of the orders: what is used again and again is worked out
        once."""
        inner = self.source.args["from_"].this
        name = f"_kept{sum(1 for _ in inner.find_all(exp.Subquery))}"
        star = exp.Column(this=exp.Star(), table=exp.to_identifier(ORDERS, quoted=False))
        kept = exp.Select(expressions=[star, exp.alias_(value, name, quoted=True)], from_=exp.From(this=inner))
        kept.set("joins", list(joins))
        outer = exp.Subquery(this=kept, alias=exp.TableAlias(this=exp.to_identifier(ORDERS)))
        self.source.set("from_", exp.From(this=outer))
        return column(name)

    def tag(self, name: str) -> exp.Expr:
        """True for an order to which some rule gave the tag."""
        return exp.paren(exp.or_(*(given.copy() for given in self.given.get(name, [exp.false()]))))


def look_up(
    database: Database,
    relation: str,
    row: Row,
    decided: Iterable[Decided],
    decide_found: DecideFound,
    prefix: str,
    lists: Mapping[str, Sequence[str]] | None = None,
    progress: ProgressSql | None = None,
) -> Answers:
    """Join every group's answers to the orders in ``relation``; tables are named ``prefix`` and a number.

    ``lists``: the lists that list columns are known to hold; those of others are asked of the database. ``progress``:
    how far an order is with an obligation, where that is asked.
    """
    answers = Answers(exp.select().from_(exp.alias_(exp.to_table(relation, quoted=True), ORDERS, table=True)))
    for number, item in enumerate(decided):
        _join(database, answers, row, item, decide_found, f"{prefix}{number}", lists or {}, progress)
    return answers


def _join(
    database: Database,
    answers: Answers,
    row: Row,
    item: Decided,
    decide_found: DecideFound,
    name: str,
    lists: Mapping[str, Sequence[str]],
    progress: ProgressSql | None,
) -> None:
    group = item.group
    facts = [_fact(fact, answers, row, progress) for fact in group.facts]
    if not facts:
        if item.table is None:
            raise LookupError("a group without facts is always enumerable")
        always = item.table.rows[()]
        answers.asked.append(AskedGroup(group, (), (((), always),), exp.Literal.number(0)))
        _answer(answers, group.questions, [always], name)
        return
    decided = _rows(database, answers, item, facts, decide_found, lists)
    keys = _keys(group, facts, [values for values, _ in decided], row)
    held = _answer(answers, group.questions, [bits for _, bits in decided], name)
    columns = [(f"k{i}", key.type) for i, key in enumerate(keys)]
    columns += [(id, "BOOLEAN") for id in held] + [("hit", "INTEGER")]
    answered = zip(*held.values(), strict=True) if held else ((),) * len(decided)
    found = zip(*(key.values for key in keys), strict=True)
    numbered = enumerate(zip(found, answered, strict=True))
    database.store(name, columns, [(*key, *truths, number) for number, (key, truths) in numbered])
    parts = (exp.EQ(this=column(f"k{i}", name), expression=key.sql) for i, key in enumerate(keys))
    on = exp.and_(*parts, copy=False)
    answers.source.join(exp.to_table(name), on=on, join_type="left", copy=False)
    answers.hits.append(column("hit", name))
    answers.asked.append(AskedGroup(group, tuple(facts), tuple(decided), column("hit", name)))


def _fact(fact: Fact, answers: Answers, row: Row, progress: ProgressSql | None) -> exp.Expr:
    match fact:
        case Tag(name):
            return answers.tag(name)
        case Progress() if progress is not None:
            return progress(fact, answers)
        case _:
            return fact_sql(fact, row)


def _answer(answers: Answers, questions: Sequence[Question], bits: Sequence[int], name: str) -> dict[str, list[bool]]:
    """Say where each question's answer and each tag is read; the columns that table ``name`` needs for it.

    Equal columns are one, and what is the same in every row needs none.
    """
    known: dict[tuple[bool, ...], exp.Expr] = {}
    columns: dict[str, list[bool]] = {}

    def read(truths: tuple[bool, ...]) -> exp.Expr:
        if truths not in known:
            if len(set(truths)) == 1:
                known[truths] = exp.true() if truths[0] else exp.false()
            else:
                id = f"a{len(columns)}"
                columns[id] = list(truths)
                known[truths] = column(id, name)
        return known[truths]

    given: dict[str, int] = {}
    for i, question in enumerate(questions):
        answers.answer[question.id] = read(tuple(bool(held >> i & 1) for held in bits))
        for tag in question.gives:
            given[tag] = given.get(tag, 0) | 1 << i
    for tag, mask in given.items():
        answers.given.setdefault(tag, []).append(read(tuple(bool(held & mask) for held in bits)))
    return columns


@dataclass(frozen=True)
class _Key:
    """One column of a look-up table's key: its expression over orders, its type and its value in each row."""

    sql: exp.Expr
    type: str
    values: Sequence[str | bool | int]


def _keys(group: Group, facts: Sequence[exp.Expr], rows: Sequence[Combination], row: Row) -> list[_Key]:
    """One number for the whole combination where every fact has few values: joins by one small number are fastest.

    A value that is not in the list has no position (NULL, or 0 in some databases), and so no row.
    """
    listed = [
        (NO, YES)
        if is_boolean(fact)
        else tuple(sorted({one[i] for one in rows}) if isinstance(fact, Element) else fact.values)
        for i, fact in enumerate(group.facts)
    ]
    sizes = [2 if is_boolean(fact) else len(values) + 1 for fact, values in zip(group.facts, listed, strict=True)]
    if max(sizes) > MOST_CODED or math.prod(sizes) > MOST_KEYS:
        kinds = [is_boolean(fact) for fact in group.facts]
        return [
            _Key(sql, "BOOLEAN" if kind else "VARCHAR", [one[i] == YES if kind else one[i] for one in rows])
            for i, (sql, kind) in enumerate(zip(facts, kinds, strict=True))
        ]
    number: exp.Expr | None = None
    numbers = [0] * len(rows)
    for i, (fact, sql, values, size) in enumerate(zip(group.facts, facts, listed, sizes, strict=True)):
        first = 0 if is_boolean(fact) else 1
        place = {value: position for position, value in enumerate(values, first)}
        digit = (
            exp.cast(sql, exp.DataType.Type.INT)
            if is_boolean(fact)
            else place_sql(fact, row, values) or _position(sql, values)
        )
        scaled = None if number is None else exp.Mul(this=exp.paren(number), expression=exp.Literal.number(size))
        number = digit if scaled is None else exp.Add(this=scaled, expression=digit)
        numbers = [so_far * size + place[one[i]] for so_far, one in zip(numbers, rows, strict=True)]
    assert number is not None
    return [_Key(number, "INTEGER", numbers)]


def _position(of: exp.Expr, values: Sequence[str]) -> exp.Expr:
    return exp.ArrayPosition(this=exp.Array(expressions=[exp.Literal.string(value) for value in values]), expression=of)


def _rows(
    database: Database,
    answers: Answers,
    item: Decided,
    facts: list[exp.Expr],
    decide_found: DecideFound,
    lists: Mapping[str, Sequence[str]],
) -> list[tuple[Combination, int]]:
    """Every combination that an order can have, and the answers to it: one bit a question."""
    element = item.group.element
    if element is None and item.table is not None:
        return list(item.table.rows.items())
    if element is not None and len(facts) == 1 and element.field in lists:
        return _united(item, element, [(value,) for value in lists[element.field]], decide_found)
    found = sorted(
        tuple(_token(value) for value in values)
        for values in database.distinct(_source(answers, item).select(*(fact.copy() for fact in facts)))
    )
    if element is None:
        table = decide_found(item.group, found)
        return [(values, table.rows[values]) for values in found]
    return _united(item, element, found, decide_found)


def _source(answers: Answers, item: Decided) -> exp.Select:
    """What the group's facts are read from: the orders alone, unless earlier groups give it tags."""
    if any(isinstance(fact, Tag | Progress) for fact in item.group.facts):
        return answers.source
    return exp.select().from_(answers.orders.copy())


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
