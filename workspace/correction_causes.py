"""Because of which new records a published month would be something else now.

Knows two states of a workspace and what a month depends on; must not know what differs of the month itself.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from engine.evaluation import Evaluation
from engine.intake import take_in
from engine.months import Month
from engine.policy.model import Policy
from engine.policy.model_tables import Table
from engine.problems import InputError
from engine.published import Published
from workspace import state
from workspace.changed_orders import ChangedOrder, ChangedOrders, Side, changed_orders
from workspace.changed_rows import ChangedRow, changed_rows
from workspace.opening import Workspace
from workspace.published_months import Known
from workspace.state import Source

Json = dict[str, Any]


@dataclass(frozen=True)
class Looking:
    """One look at the published months of an evaluation; states that were read stay open until ``stack`` is left."""

    workspace: Workspace
    known: Known
    source: Source
    evaluation: Evaluation
    scratch: Path
    stack: ExitStack
    read: dict[tuple[str, tuple[Table, ...]], Side] = field(default_factory=dict)

    def causes(self, month: Month, old: Published, new: Published) -> Json:
        """Everything that is not as it was when the month was made known, as far as the month can depend on it."""
        part = self.evaluation.at(month)
        was = self._source(month)
        rows = [row for table in _tables(part.policy) for row in self._rows(was, table, month)]
        orders = self._orders(month, old)
        listed = [] if orders is None else orders.listed
        rows += self._grants(was, part.policy, {order.id for order in listed})
        aged = any(order.kind == "same" for order in listed) and old.as_of != new.as_of
        scored = old.scored_by, new.scored_by
        readings = [{"id": id_, **pair} for id_, pair in _readings(*(by.readings for by in scored))]
        return {
            "orders": None if orders is None else orders.orders,
            "listed": [_order(order, part.policy.orders.unit) for order in listed],
            "rows": [_row(row) for row in rows],
            "policy": None if scored[0].digest == scored[1].digest else _pair(*(by.version for by in scored)),
            "readings": readings,
            "months": list(self._months(month, part.policy)) if old.fired != new.fired else [],
            "as_of": _pair(str(old.as_of), str(new.as_of)) if aged else None,
        }

    def _source(self, month: Month) -> Source:
        """What the run had that the month was made known from."""
        return state.at(self.workspace, self.known.holding[month].upto)

    def _orders(self, month: Month, old: Published) -> ChangedOrders | None:
        """The orders that count otherwise by today's version, or on a base that was made known; None where today's
        version cannot read the earlier state."""
        part = self.evaluation.at(month)
        if part.policy.orders.unit is None:
            return ChangedOrders(0, ())
        try:
            before = self._side(self._source(month), part, old.as_of)
        except InputError:
            return None
        new = Side(part.compiled, part.intake, part.connection, part.as_of)
        bases = (self.evaluation.bases[base].at(month) for base in sorted(old.bases) if base in self.evaluation.bases)
        compiled = (part.compiled, *(base.compiled for base in bases))
        pairs = [(replace(before, compiled=one), replace(new, compiled=one)) for one in compiled]
        return changed_orders(pairs, month, self.scratch)

    def _side(self, source: Source, part: Evaluation, as_of: dt.datetime) -> Side:
        tables = part.policy.tables
        if source.digest == self.source.digest:
            return Side(part.compiled, part.intake, part.connection, as_of)
        if (source.digest, tables) not in self.read:
            folder = Path(tempfile.mkdtemp(prefix="published-", dir=self.scratch))
            state.folder(self.workspace, source, tables, folder)
            connection = self.stack.enter_context(state.opened(self.scratch))
            intake = take_in(tables, folder, connection)
            self.read[source.digest, tables] = Side(part.compiled, intake, connection, as_of)
        found = self.read[source.digest, tables]
        return Side(part.compiled, found.intake, found.connection, as_of)

    def _rows(self, was: Source, table: Table, month: Month) -> Iterator[ChangedRow]:
        """The rows about the month; all of a table that knows no months."""
        dated = next((column.id for column in table.columns if column.type == "month"), None)
        for row in changed_rows(self.workspace, was, self.source, table):
            if dated is None or row.row.cells[dated] == str(month):
                yield row

    def _grants(self, was: Source, policy: Policy, orders: set[str]) -> list[ChangedRow]:
        """The rows that add to lists of these orders, such as applications that were approved."""
        return [
            row
            for table in policy.tables
            if table.grants is not None
            for row in changed_rows(self.workspace, was, self.source, table)
            if row.row.cells[table.grants.order] in orders
        ]

    def _months(self, month: Month, policy: Policy) -> Iterator[Json]:
        """The earlier months on which ladders stand, as far as these may be others than when the month was made
        known."""
        own = self.known.holding[month]
        for earlier in policy.months:
            if policy.counted_from <= earlier < month:
                holding = self.known.holding.get(earlier)
                if holding is None:
                    yield {"period": str(earlier), "basis": "data", "entry": None}
                elif holding.seq > own.seq:
                    yield {"period": str(earlier), "basis": holding.kind, "entry": holding.seq}


def _pair(old: Any, new: Any) -> Json:
    return {"old": old, "new": new}


def _tables(policy: Policy) -> list[Table]:
    """The tables other than orders that a month's standing or gates come from."""
    named = {"units", *(gate.table for gate in policy.gates)}
    named |= {bonus.recorded.table for bonus in policy.bonuses} | {veto.recorded.table for veto in policy.vetoes}
    named |= {item.deducted.table for item in policy.indicators if item.deducted is not None}
    return [table for table in policy.tables if table.id in named]


def _readings(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, Json]]:
    for id_ in sorted({*old, *new}):
        if old.get(id_) != new.get(id_):
            yield id_, _pair(old.get(id_), new.get(id_))


def _order(order: ChangedOrder, unit: str | None) -> Json:
    record = order.new or order.old
    assert record is not None
    return {
        "order": order.id,
        "unit": record.cells.get(unit or ""),
        "change": order.kind,
        "file": record.file,
        "record": record.record,
        "fields": order.fields(),
    }


def _row(row: ChangedRow) -> Json:
    sides = [side.cells if side else {} for side in (row.old, row.new)]
    pairs = {name: (sides[0].get(name), sides[1].get(name)) for name in row.row.cells}
    return {
        "table": row.table.id,
        "key": {name: row.row.cells[name] for name in row.table.key},
        "change": row.kind,
        "file": row.row.file,
        "record": row.row.record,
        "fields": [{"field": name, **_pair(*pair)} for name, pair in pairs.items() if pair[0] != pair[1]],
    }
