"""Many cases in one folder: the units and orders of each carry the case's number, so that none meets another's.

Taking in one folder costs the same whether it holds one case or a hundred, so cases that share policy and moment are
taken in, counted and answered together and parted again. Knows which columns name units and orders, and that this is
only allowed where no condition tests one of them; must not know expectations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.cases.giving import order_cells
from engine.cases.order_outcomes import OrderOutcome
from engine.cases.reading import Case, Given, GivenRow
from engine.compiled import CompiledPolicy
from engine.conditions import Choice, Comparison, Element
from engine.intake.found import Cell, Intake, Row
from engine.measures import Measures
from engine.policy.model import Policy
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
    if not policy.has_table("units") or policy.orders.column(policy.orders.unit or "").type != "reference":
        return False
    if any(tables[id] for id in tables if id not in _JOINED) or not tables.get("units") or not (tables["orders"] or case.given.standings):
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
    first = 0
    for number, case in enumerate(cases):
        mark = _mark(number)
        records = sum(1 for _ in order_cells(policy.orders, case.given.tables["orders"]))
        orders = {_own(id): _outcome(found) for id, found in taken.orders.items() if id.startswith(mark)}
        intake = _intake(policy, taken.intake, mark, range(first + 1, first + records + 1), len(orders))
        yield Taken(intake, _scorer(taken.scorer, mark), orders)
        first += records


def _own(text: str) -> str:
    return _MARK.sub("", text)


def _outcome(found: OrderOutcome) -> OrderOutcome:
    return replace(found, marks={id: _own(number) for id, number in found.marks.items()})


def _intake(policy: Policy, intake: Intake, mark: str, records: range, orders: int) -> Intake:
    rows: dict[TableId, tuple[Row, ...]] = {}
    for id, found in intake.rows.items():
        named = _named(policy.table(id))
        rows[id] = tuple(
            {**row, **{name: _own(str(row[name])) for name in named}}
            for row in found
            if all(_starts(row[name], mark) for name in named)
        )
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
    names = {id: tuple(_own(name) for name in all if name.startswith(mark)) for id, all in intake.names.items()}
    left_out = len({item.record for item in aside})
    return replace(intake, orders=orders, rows=rows, names=names, set_aside=aside, set_aside_rows=left_out)


def _starts(cell: Cell, mark: str) -> bool:
    return isinstance(cell, str) and cell.startswith(mark)


def _scorer(scorer: Scorer, mark: str) -> Scorer:
    measures = scorer.measures
    counts = {
        question: {(_own(unit), month): n for (unit, month), n in found.items() if unit.startswith(mark)}
        for question, found in measures.tallies.counts.items()
    }
    with_orders = tuple(_own(unit) for unit in measures.tallies.units if unit.startswith(mark))
    return Scorer(
        scorer.policy,
        Measures(
            tallies=Tallies(counts, with_orders),
            units=tuple(_own(unit) for unit in measures.units if unit.startswith(mark)),
            groups={
                column: {_own(unit): group for unit, group in groups.items() if unit.startswith(mark)}
                for column, groups in measures.groups.items()
            },
            recorded={
                item: {(_own(unit), month): points for (unit, month), points in found.items() if unit.startswith(mark)}
                for item, found in measures.recorded.items()
            },
        ),
    )
