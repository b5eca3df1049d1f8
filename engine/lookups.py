"""Looks the rule engine's answers up for every order: one joined table a group of questions.

Knows how facts become join keys and how tags feed later groups; must not decide anything itself. A look-up that finds
nothing must be treated as an error, never as a dropped row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from engine.compiled import Decided
from engine.conditions import NO, YES, Element, Fact, Progress, Tag
from engine.databases import Database
from engine.decisions.questions import Combination, Group, Question
from engine.decisions.tables import DecisionTable
from engine.digits import Digits
from engine.facts import ORDERS, Row, column, fact_sql
from engine.lookup_keys import keys_of

LIST_SEPARATOR = ";"
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


@dataclass(frozen=True)
class Known:
    """What is known of the orders before they are looked at.

    ``lists``: by list column, the lists that its orders have; those of others are asked of the database. ``orders``:
    how many there are at most, where answers to the questions ``counted`` are to be added up over them.
    """

    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    orders: int = 0
    counted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Sum:
    """A column to be added up over orders, with one of the ``digits`` for each of ``answers``, the first the lowest."""

    column: exp.Column
    answers: tuple[exp.Expr, ...]
    digits: Digits


@dataclass
class Answers:
    """``source`` is a FROM with every look-up joined; ``answer`` gives each question's BOOLEAN expression, and ``sums``
    count those that are to be counted, several at once."""

    source: exp.Select
    asked: list[AskedGroup] = field(default_factory=list)
    answer: dict[str, exp.Expr] = field(default_factory=dict)
    given: dict[str, list[exp.Expr]] = field(default_factory=dict)
    hits: list[exp.Column] = field(default_factory=list)
    undeclared: list[Undeclared] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)

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
    known: Known | None = None,
    progress: ProgressSql | None = None,
) -> Answers:
    """Join every group's answers to the orders in ``relation``; tables are named ``prefix`` and a number.

    ``progress``: how far an order is with an obligation, where that is asked.
    """
    answers = Answers(exp.select().from_(exp.alias_(exp.to_table(relation, quoted=True), ORDERS, table=True)))
    for number, item in enumerate(decided):
        _join(database, answers, row, item, decide_found, f"{prefix}{number}", known or Known(), progress)
    return answers


def _join(
    database: Database,
    answers: Answers,
    row: Row,
    item: Decided,
    decide_found: DecideFound,
    name: str,
    known: Known,
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
    decided = _rows(database, answers, item, facts, decide_found, known.lists)
    keys = keys_of(group, facts, [values for values, _ in decided], row)
    held = _answer(answers, group.questions, [bits for _, bits in decided], name)
    sums = _sums(answers, group.questions, held, name, known)
    stored: dict[tuple[str, str], Sequence[object]] = {(f"k{i}", key.type): key.values for i, key in enumerate(keys)}
    stored |= {(id, "BOOLEAN"): truths for id, truths in held.items()}
    stored |= {(id, "BIGINT"): totals for id, totals in sums.items()}
    stored["hit", "INTEGER"] = range(len(decided))
    database.store(name, list(stored), list(zip(*stored.values(), strict=True)))
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


def _sums(
    answers: Answers, questions: Sequence[Question], held: Mapping[str, list[bool]], name: str, known: Known
) -> dict[str, list[int]]:
    """Say which columns of table ``name`` count the answers that are ``held`` in it, and what they contain."""
    read = {answers.answer[question.id] for question in questions if question.id in known.counted}
    counted = {id: truths for id, truths in held.items() if column(id, name) in read}
    digits = Digits(known.orders)
    sums: dict[str, list[int]] = {}
    ids = list(counted)
    for first in range(0, len(ids), digits.together):
        together = ids[first : first + digits.together]
        id = f"s{len(sums)}"
        sums[id] = [digits.packed(truths) for truths in zip(*(counted[one] for one in together), strict=True)]
        answers.sums.append(Sum(column(id, name), tuple(column(one, name) for one in together), digits))
    return sums


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
