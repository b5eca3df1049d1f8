"""Many cases in one folder: the units and orders of each carry the case's number, so that none meets another's.

Taking in one folder costs the same whether it holds one case or a hundred, so cases that share policy and moment are
taken in, counted and answered together and parted again. Knows which columns name units and orders, and that this is
only allowed where no condition tests one of them; must not know expectations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.cases.giving import order_cells
from engine.cases.order_outcomes import OrderOutcome
from engine.cases.reading import Case, Given, GivenRow
from engine.compiled import CompiledPolicy
from engine.conditions import Choice, Comparison, Element
from engine.intake.found import Intake, Row
from engine.measures import Measures
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_scoring import Recorded
from engine.policy.model_tables import Table, TableId
from engine.scores import Scorer
from engine.tallies import Tallies

_MARK = re.compile(r"〔\d+〕")
_JOINED: tuple[TableId, ...] = ("units", "bonuses", "orders")


@dataclass(frozen=True)
class Taken:
    """What given data come to: taken in, counted, and answered order by order."""

    intake: Intake
    scorer: Scorer
    orders: Mapping[str, OrderOutcome]


def can_join(compiled: CompiledPolicy, case: Case) -> bool:
    """Whether the case comes to the same beside others: nothing in it is shared, or changed by carrying a number."""
    policy, tables = compiled.policy, case.given.tables
    if case.given.spans is not None:
        return False  # several versions decide it
    if not policy.has_table("units") or policy.orders.column(policy.orders.unit or "").type != "reference":
        return False
    if (
        any(tables[id] for id in tables if id not in _JOINED)
        or not tables.get("units")
        or not (tables["orders"] or case.given.standings)
    ):
        return False
    tested = {name for item in (*compiled.counting, *compiled.detail) for name in _fields(item.group.facts)}
    if tested.intersection(_named(policy.orders)):
        return False
    named = (
        cells.get(column, "")
        for id in _JOINED
        if tables.get(id)
        for cells in _cells(policy.table(id), tables[id])
        for column in _named(policy.table(id))
    )
    return all(cell and cell == cell.strip() and not _MARK.search(cell) for cell in named)


def _fields(facts: Sequence[object]) -> Iterator[str]:
    for fact in facts:
        if isinstance(fact, Choice | Element | Comparison):
            yield fact.field
        if isinstance(fact, Comparison) and fact.operand_kind == "field":
            yield fact.operand


def _named(table: Table) -> tuple[str, ...]:
    """The columns that hold the name of a unit or of an order."""
    key = table.key[:1] if table.id in ("units", "orders") else ()
    return tuple(dict.fromkeys((*key, *(column.id for column in table.columns if column.table == "units"))))


def _cells(table: Table, rows: Sequence[GivenRow]) -> Iterator[Mapping[str, str]]:
    return order_cells(table, rows) if table.id == "orders" else (row.cells for row in rows)


def _mark(number: int) -> str:
    return f"〔{number}〕"


def joined(policy: Policy, cases: Sequence[Case]) -> Given:
    """The rows of all ``cases``, which share readings and moment, as those of one."""
    tables: dict[TableId, tuple[GivenRow, ...]] = {"orders": ()}
    for id in _JOINED:
        if policy.has_table(id):
            table = policy.table(id)
            tables[id] = tuple(
                GivenRow(case.place, {**cells, **{name: _mark(number) + cells[name] for name in _named(table)}}, {})
                for number, case in enumerate(cases)
                for cells in _cells(table, case.given.tables.get(id, ()))
            )
    return replace(cases[0].given, tables=tables, standings=None)


def parted(policy: Policy, taken: Taken, cases: Sequence[Case]) -> Iterator[Taken]:
    """What belongs to each of ``cases``, in order, in its own names and numbers."""
    orders, scorers, rows = (
        parted_orders(taken.orders),
        parted_scorers(taken.scorer),
        _parted_rows(policy, taken.intake),
    )
    first = 0
    for number, case in enumerate(cases):
        records = sum(1 for _ in order_cells(policy.orders, case.given.tables["orders"]))
        own = orders.get(number, {})
        intake = _intake(taken.intake, number, rows.get(number, {}), range(first + 1, first + records + 1), len(own))
        yield Taken(intake, scorers[number], own)
        first += records


def parted_orders(orders: Mapping[str, OrderOutcome]) -> Mapping[int, Mapping[str, OrderOutcome]]:
    """Outcomes by order id, of each case by its number."""
    parts: dict[int, dict[str, OrderOutcome]] = {}
    for id, found in orders.items():
        number, own = _split(id)
        marks = {mark: _own(text) for mark, text in found.marks.items()}
        parts.setdefault(number, {})[own] = replace(found, marks=marks)
    return parts


def parted_scorers(scorer: Scorer) -> Mapping[int, Scorer]:
    """The scorer of each case that has a unit, by the case's number."""
    measures = scorer.measures
    counts: dict[int, dict[str, dict[tuple[str, Month], int]]] = {}
    for question, found in measures.tallies.counts.items():
        for (unit, month), count in found.items():
            number, own = _split(unit)
            counts.setdefault(number, {}).setdefault(question, {})[own, month] = count
    recorded: dict[int, dict[Recorded, dict[tuple[str, Month], tuple[Fraction, ...]]]] = {}
    for item, points_of in measures.recorded.items():
        for (unit, month), points in points_of.items():
            number, own = _split(unit)
            recorded.setdefault(number, {}).setdefault(item, {})[own, month] = points
    groups = {column: _by_case(values) for column, values in measures.groups.items()}
    units = _by_case(dict.fromkeys(measures.units, ""))
    with_orders = _by_case(dict.fromkeys(measures.tallies.units, ""))
    return {
        number: Scorer(
            scorer.policy,
            Measures(
                tallies=Tallies(counts.get(number, {}), tuple(with_orders.get(number, ()))),
                units=tuple(own),
                groups={column: values.get(number, {}) for column, values in groups.items()},
                recorded=recorded.get(number, {}),
                first=measures.first,
            ),
        )
        for number, own in units.items()
    }


def _by_case(by_unit: Mapping[str, str]) -> Mapping[int, Mapping[str, str]]:
    parts: dict[int, dict[str, str]] = {}
    for unit, value in by_unit.items():
        number, own = _split(unit)
        parts.setdefault(number, {})[own] = value
    return parts


def _split(name: str) -> tuple[int, str]:
    """The case's number and the name without it."""
    number, _, own = name.removeprefix("〔").partition("〕")
    return int(number), own


def _own(text: str) -> str:
    return _MARK.sub("", text)


def _parted_rows(policy: Policy, intake: Intake) -> Mapping[int, Mapping[TableId, tuple[Row, ...]]]:
    parts: dict[int, dict[TableId, tuple[Row, ...]]] = {}
    for id, found in intake.rows.items():
        named = _named(policy.table(id))
        for row in found if named else ():
            number, _ = _split(str(row[named[0]]))
            rows = parts.setdefault(number, {})
            rows[id] = (*rows.get(id, ()), {**row, **{name: _own(str(row[name])) for name in named}})
    return parts


def _intake(intake: Intake, number: int, own: Mapping[TableId, tuple[Row, ...]], records: range, orders: int) -> Intake:
    rows: dict[TableId, tuple[Row, ...]] = {id: own.get(id, ()) for id in intake.rows}
    aside = tuple(
        replace(
            item,
            record=item.record - records.start + 1,
            order=_own(item.order),
            value=_own(item.value),
            reason=_own(item.reason),
        )
        for item in intake.set_aside
        if item.record in records
    )
    mark = _mark(number)
    names = {id: tuple(_own(name) for name in all if name.startswith(mark)) for id, all in intake.names.items()}
    left_out = len({item.record for item in aside})
    return replace(intake, orders=orders, rows=rows, names=names, set_aside=aside, set_aside_rows=left_out)
