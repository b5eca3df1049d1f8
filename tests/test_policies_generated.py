"""Policies made by Hypothesis: durable-rules' tables and the reference evaluator, from the raw row on, decide alike."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.compiled import compile_policy, questions_of
from engine.conditions import MISSING, All, Any, Choice, Condition, Element, Fact, Not, Tag, Test
from engine.counting import decider
from engine.decisions.questions import Group, plan
from engine.decisions.tables import decide, tags_of
from engine.intake import connect
from engine.intake.take_in import take_in
from engine.lists import whole_lists
from engine.order_results import detail, results
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.model_orders import Decision, Rule
from engine.policy.model_tables import Column, Table, Value
from tests.reference.cells import Row, read_table
from tests.reference.decisions import decide as decide_plainly
from tests.running import POLICY, SCHEMAS

AS_OF = dt.datetime(2026, 11, 1)
ID, LIST = "编号", "列表"
VALUES = tuple(
    Value(id, aliases) for id, aliases in (("甲", ("甲类",)), ("10", ()), ("true", ("TRUE",)), ("丙 丁", ()))
)
ELEMENTS = tuple(Value(str(number)) for number in range(1, 5))
LIMIT = 256
"""Of combinations enumerated: small, so that groups decided from the data occur as well."""

REAL = load_policy(POLICY, SCHEMAS, {})


@dataclass(frozen=True)
class Made:
    """A policy of rules alone, and raw rows for it."""

    policy: Policy
    rows: list[dict[str, str]]


def fact_of(column: Column) -> Choice:
    """An empty cell that has no declared meaning is a value of its own."""
    values = column.choices
    return Choice(column.id, values if column.default or column.required else (*values, MISSING))


def conditions(facts: Sequence[Fact], depth: int) -> st.SearchStrategy[Condition]:
    """Conditions over ``facts``, at most ``depth`` deep, empty conjunctions and impossible tests included."""
    leaf: st.SearchStrategy[Condition] = st.sampled_from(facts).flatmap(
        lambda fact: st.lists(st.sampled_from(fact.values), max_size=3, unique=True).map(
            lambda allowed: Test(fact, tuple(allowed))
        )
    )
    if not depth:
        return leaf
    inner = conditions(facts, depth - 1)
    parts = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(leaf, inner.map(Not), parts.map(All), parts.map(Any))


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Up to 6 enumerated fields, a list, 12 rules in up to 3 decisions, depth 3, negation, tags from rule to rule."""
    columns = [Column(ID, "text", required=True)]
    for number in range(draw(st.integers(1, 6))):
        values = VALUES[: draw(st.integers(1, len(VALUES)))]
        default = draw(st.sampled_from((None, values[-1].id)))
        columns.append(Column(f"列{number}", "choice", values=values, default=default))
    facts: list[Fact] = [fact_of(column) for column in columns[1:]]
    if draw(st.booleans()):
        columns.append(Column(LIST, "choices", values=ELEMENTS, separators=("；", ";")))
        facts.append(Element(LIST, columns[-1].choices))
    decisions: list[Decision] = []
    count = 0
    for number in range(draw(st.integers(1, 3))):
        hit: Literal["collect", "first"] = draw(st.sampled_from(("collect", "first")))
        rules = []
        for when, gives in draw(st.lists(st.tuples(conditions(facts, 3), st.booleans()), min_size=1, max_size=4)):
            tags = (f"标{count}",) if gives else ()
            rules.append(Rule(f"则{count:02d}", "", "", when, "mark", tags))
            count += 1
        decisions.append(Decision(f"定{number}", "", "", hit, tuple(rules)))
        facts += [Tag(tag) for rule in rules for tag in rule.gives]
    table = Table("orders", "", "orders", ("csv",), True, tuple(columns), (ID,))
    bare = replace(REAL, marks=(), obligations=(), indicators=(), shown=(), bonuses=(), gates=(), consequences=())
    return replace(bare, tables=(table,), decisions=tuple(decisions), aggregates=(), sides=())


@st.composite
def made(draw: st.DrawFn) -> Made:
    """Cells are spelt in every way that a column allows: ids, aliases, lists under both separators, nothing."""
    policy = draw(policies())
    cells: dict[str, st.SearchStrategy[str]] = {}
    for column in policy.orders.columns[1:]:
        spellings = [text for value in column.values for text in (value.id, *value.aliases)]
        if column.type == "choices":
            some = st.lists(st.sampled_from(spellings), max_size=3)
            cells[column.id] = st.builds(lambda parts, mark: mark.join(parts), some, st.sampled_from(column.separators))
        else:
            cells[column.id] = st.sampled_from(["", *spellings])
    rows = draw(st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=8))
    return Made(policy, [{ID: f"单{number}", **row} for number, row in enumerate(rows)])


def expected(some: Made) -> dict[str, tuple[str, ...]]:
    """By the reference evaluator: the rules that fire, by order."""
    read, complaints = read_table(some.rows, some.policy.orders, None)
    assert not complaints
    return {str(row[ID]): decide_plainly(row, some.policy, AS_OF).fired for row in read.values()}


def looked_up(some: Made) -> dict[str, tuple[str, ...]]:
    """By the tables that durable-rules fills here, group after group, tags carried along."""
    read, _ = read_table(some.rows, some.policy.orders, None)
    held: dict[str, set[str]] = {str(row[ID]): set() for row in read.values()}
    tags: dict[str, set[str]] = {id: set() for id in held}
    for group in plan(whole_lists(questions_of(some.policy)["detail"]), limit=LIMIT):
        found = {str(row[ID]): [*combinations(group, row, tags[str(row[ID])])] for row in read.values()}
        wanted = group.domain() if group.enumerable else dict.fromkeys(one for each in found.values() for one in each)
        table = decide(group, wanted)
        for id, each in found.items():
            for one in each:
                held[id] |= set(table.fired(one))
                tags[id] |= tags_of(table, one)
    rules = {rule.id for rule in some.policy.rules}
    return {id: tuple(sorted(fired & rules)) for id, fired in held.items()}


def combinations(group: Group, row: Row, tags: set[str]) -> Iterator[tuple[str, ...]]:
    """The row's values of the group's facts: one combination an element, where the group is about elements."""
    elements = row[LIST] if group.element else (None,)
    assert isinstance(elements, tuple)
    for element in elements:
        yield tuple(_value(fact, row, element, tags) for fact in group.facts)


def _value(fact: Fact, row: Row, element: object, tags: set[str]) -> str:
    match fact:
        case Tag(name):
            return "yes" if name in tags else "no"
        case Element():
            return str(element)
        case Choice(field):
            return MISSING if row[field] is None else str(row[field])
    raise TypeError(fact)


@settings(max_examples=2000, suppress_health_check=list(HealthCheck))
@given(made())
def test_generated_policies_are_decided_alike(some: Made) -> None:
    """Promise: for any rules within the vocabulary, negated lists and chained tags among them, the tables of
    durable-rules say of every raw row what the plain reference evaluator says."""
    assert looked_up(some) == expected(some)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(made())
def test_generated_policies_are_decided_alike_from_files(some: Made) -> None:
    """Promise: the same holds on the whole way: a file, its cells in SQL, tables from a child process, look-ups."""
    with tempfile.TemporaryDirectory() as folder, connect() as connection:
        with (Path(folder) / "orders.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(some.rows[0]))
            writer.writeheader()
            writer.writerows(some.rows)
        intake = take_in(some.policy.tables, Path(folder), connection)
        compiled = compile_policy(some.policy, cache=None, time_limit=60)
        found = detail(compiled, connection, intake.relation, AS_OF, decider(60))
        assert {one.order: one.rules for one in results(found)} == expected(some)
