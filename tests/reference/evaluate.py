"""From raw rows to the contract's answer: one pass over everything, in the order a person would do it by hand.

Part of the reference evaluator: written to be obviously right, sharing nothing with the engine but the policy's values.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.policy.model import Policy
from tests.reference.cells import Row, read_table
from tests.reference.decisions import Order, decide
from tests.reference.ladders import Firing, firings, gate_outcome, rates
from tests.reference.marks import with_marks
from tests.reference.scores import Field, Ranked, Standings, month_standings, period_standings

RawTables = Mapping[str, list[dict[str, str]]]
"""Rows by table id; a row is header -> text, as csv.DictReader gives it. An absent table has no rows."""


@dataclass(frozen=True)
class Answer:
    """``result`` has the contract's keys (without digests) and those this project adds. ``decisions``: one entry an
    order, by order id, as in the contract's decisions file. ``set_aside``: per table id the (record, column) pairs."""

    result: dict[str, object]
    decisions: list[dict[str, object]]
    set_aside: dict[str, list[tuple[int, str]]]
    remarks: list[tuple[int, str, str]]

    def records_set_aside(self, table: str) -> list[int]:
        """Record numbers, the first row below the header being 1."""
        return sorted({record for record, _ in self.set_aside.get(table, ())})


def evaluate(raw: RawTables, policy: Policy, as_of: dt.datetime) -> Answer:
    """The answer for the rows under the policy at the moment ``as_of``."""
    tables: dict[str, dict[int, Row]] = {}
    set_aside: dict[str, list[tuple[int, str]]] = {}

    def read(id: str, known_units: frozenset[str] | None) -> None:
        tables[id], complaints = read_table(raw.get(id, []), policy.table(id), known_units)
        set_aside[id] = sorted(complaints)

    units: dict[str, Row] = {}
    known: frozenset[str] | None = None
    if policy.has_table("units"):
        read("units", None)
        key = policy.table("units").key[0]
        units = {str(row[key]): row for row in tables["units"].values()}
        known = frozenset(units)
    for table in policy.tables:
        if table.id != "units":
            read(table.id, known)

    rows = tables["orders"]
    orders = tuple(decide(row, policy, as_of) for row in rows.values())
    if known is None and policy.orders.unit is not None:
        units = {str(row[policy.orders.unit]): {} for row in rows.values()}
    bonuses = {kind.id: tuple(tables.get(kind.recorded.table, {}).values()) for kind in policy.bonuses}
    field = Field(policy, as_of, units, orders, bonuses)

    months = [month_standings(field, month) for month in policy.months]
    longer: dict[str, list[Standings]] = {
        aggregate.id: [period_standings(field, aggregate, period, months) for period in aggregate.periods]
        for aggregate in policy.aggregates
    }
    months = [with_marks(field, standings) for standings in months]
    longer = {kind: [with_marks(field, standings) for standings in found] for kind, found in longer.items()}
    states: dict[str, dict[str, dict[str, str]]] = {}
    outcomes: dict[str, dict[str, str]] = {}
    for gate in policy.gates:
        averages = tuple(tables.get(gate.table, {}).values())
        states[gate.id] = {str(month): rates(gate, averages, month) for month in policy.months}
        outcomes[gate.id] = {month: gate_outcome(gate, found) for month, found in states[gate.id].items()}
    fired = firings(policy, {"month": months, **longer}, outcomes, sorted(units))

    wrong = {record for record, _ in set_aside["orders"]}
    result: dict[str, object] = {
        "policy": {"id": policy.id, "version": policy.version, "readings": {r.id: r.chosen for r in policy.readings}},
        "input": {
            "orders": len(raw.get("orders", [])),
            "set_aside": len(wrong),
        },
        "months": [_month(standings, policy, outcomes, states) for standings in months],
        "quarters": [_period(standings) for standings in longer.get("quarter", [])],
        "year": next((_period(standings) for standings in longer.get("year", [])), None),
        "consequences": [_consequence(firing, policy, units) for firing in sorted(fired, key=_order_of_firing)],
    }
    key = policy.orders.key[0]
    decisions = sorted((_decision(order, key) for order in orders), key=lambda item: str(item["order"]))
    return Answer(result, decisions, set_aside, _remarks(rows, policy))


def contract_only(result: Mapping[str, object]) -> dict[str, object]:
    """The parts and keys of a result that the contract fixes, leaving out digests and counts of the input: what two
    evaluators must agree on to the last figure."""

    def pick(item: Mapping[str, object], *keys: str) -> dict[str, object]:
        return {key: item[key] for key in keys}

    def lines(item: Mapping[str, object], *keys: str) -> list[dict[str, object]]:
        ranking = item["ranking"]
        assert isinstance(ranking, list)
        return [pick(line, *keys) for line in ranking]

    months, quarters, year, fired = (result[key] for key in ("months", "quarters", "year", "consequences"))
    assert isinstance(months, list) and isinstance(quarters, list) and isinstance(fired, list)
    monthly = ("unit", "rank", "total", "score", "bonus", "last", "indicators")
    longer = ("unit", "rank", "total", "last")
    return {
        "months": [
            {**pick(item, "period", "provisional", "gate", "unranked"), "ranking": lines(item, *monthly)}
            for item in months
        ],
        "quarters": [{**pick(item, "period", "provisional"), "ranking": lines(item, *longer)} for item in quarters],
        "year": {**pick(year, "period", "provisional"), "ranking": lines(year, *longer)}
        if isinstance(year, Mapping)
        else None,
        "consequences": [
            pick(item, "rule", "unit", "period", "actor", "audience", "action", "clause", "due") for item in fired
        ],
    }


def figure(value: Fraction) -> float:
    """Rounded half-even to six decimals."""
    return round(value * 10**6) / 10**6


def _month(
    standings: Standings,
    policy: Policy,
    outcomes: dict[str, dict[str, str]],
    states: dict[str, dict[str, dict[str, str]]],
) -> dict[str, object]:
    month = standings.period.id
    gate = policy.gates[0].id if policy.gates else None
    return {
        "period": month,
        "provisional": standings.provisional,
        "gate": outcomes[gate][month] if gate else None,
        "rates": states[gate][month] if gate else {},
        "ranking": [_line(line) for line in standings.ranking],
        "unranked": list(standings.unranked),
    }


def _line(line: Ranked) -> dict[str, object]:
    raised = {"empty-indicator": line.empty, "below-minimum": bool(line.missed), "tied-last": line.tied}
    flags = [name for name, is_raised in raised.items() if is_raised]
    return {
        "unit": line.unit,
        "rank": line.rank,
        "total": figure(line.total),
        "score": figure(line.score),
        "bonus": figure(line.bonus),
        "last": line.last,
        "indicators": {id: None if value is None else figure(value) for id, value in line.indicators},
        "flags": flags,
        "counts": {id: {"points": str(points), "orders": orders} for id, points, orders in line.counts},
        "shown": dict(line.shown),
        **({"standings": sorted(line.marks)} if line.marks else {}),
        **({"group": line.group} if line.group else {}),
    }


def _period(standings: Standings) -> dict[str, object]:
    return {
        "period": standings.period.id,
        "provisional": standings.provisional,
        "ranking": [
            {"unit": line.unit, "rank": line.rank, "total": figure(line.total), "last": line.last}
            for line in standings.ranking
        ],
    }


def _order_of_firing(firing: Firing) -> tuple[int, int, str, bool, str]:
    """By period (months, then quarters, then years, each in order of time), rule and unit; no unit comes first."""
    kind = ("month", "quarter", "year").index(firing.consequence.at)
    return kind, firing.period.last.index, firing.consequence.id, firing.unit is not None, firing.unit or ""


def _consequence(firing: Firing, policy: Policy, units: dict[str, Row]) -> dict[str, object]:
    step = firing.consequence
    affected = []
    for side in policy.sides:
        if side.id in step.affects and firing.unit is not None:
            name = units[firing.unit].get(side.column)
            affected += [name] if name is not None else []
    return {
        "rule": step.id,
        "unit": firing.unit,
        "period": firing.period.id,
        "actor": step.actor,
        "audience": step.audience,
        "action": step.action,
        "clause": step.clause,
        "due": None if firing.due is None else firing.due.isoformat(),
        "title": step.title,
        "mandatory": step.mandatory,
        "affected": affected,
        "warn": None if firing.warn is None else firing.warn.isoformat(),
    }


def _decision(order: Order, key: str) -> dict[str, object]:
    return {"order": order.row[key], "rules": list(order.fired), "duties": order.duties}


def _remarks(rows: dict[int, Row], policy: Policy) -> list[tuple[int, str, str]]:
    """Orders whose times stand in an odd order that is remarked only: record, earlier column, later column."""
    found = []
    for record, row in rows.items():
        for order in policy.orders.time_order:
            earlier, later = row[order.earlier], row[order.later]
            if isinstance(earlier, dt.datetime) and isinstance(later, dt.datetime) and earlier > later:
                found.append((record, order.earlier, order.later))
    return found
