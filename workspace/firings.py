"""What a recorded run decided of single orders, read from the run's objects alone: no policy, state or rule engine.

Knows the form of firings (see ``firing_record``); decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from engine.intake import sql
from engine.intake.take_in import connect
from engine.months import Month
from engine.problems import InputError, Place, Problem, nearest
from workspace.firing_record import in_months, order_column, scan
from workspace.opening import Workspace
from workspace.receipts import JSON, PARQUET, read_receipt
from workspace.runs import Run

_BATCH = 10_000
Json = Mapping[str, Any]


@dataclass(frozen=True)
class Seen:
    """A fact as the rules saw it. ``kind``: choice, element (``value`` is the whole list), comparison or tag; the value
    of the last two is ``yes`` or ``no``, and ``text`` says in Chinese what a yes means."""

    kind: str
    field: str
    text: str
    value: str


@dataclass(frozen=True)
class Fired:
    """A rule that held, and the facts that its condition tests. ``listed``: it is part of an order's result."""

    rule: str
    title: str
    clause: str
    listed: bool
    facts: tuple[Seen, ...]


@dataclass(frozen=True)
class Duty:
    """An obligation that applied, and why. ``done``: in_time, late or missing; ``deadline``: past or running. These and
    ``state`` are None where the deadline needs a year that the calendar did not declare."""

    obligation: str
    title: str
    clause: str
    state: str | None
    done: str | None
    deadline: str | None
    facts: tuple[Seen, ...]


@dataclass(frozen=True)
class OrderFirings:
    """What a run decided of one order, by the version in force on its day. ``months``: of its events, by their fields
    as text."""

    order: str
    policy: str
    version: str
    months: Mapping[str, str | None]
    rules: tuple[Fired, ...]
    duties: tuple[Duty, ...]
    marks: tuple[str, ...]


@dataclass(frozen=True, order=True)
class Decided:
    """An order that a rule or an obligation decided. ``months`` are those it did so in; ``state`` is the obligation's,
    None for a rule."""

    order: str
    months: tuple[str, ...]
    state: str | None
    policy: str
    facts: tuple[Seen, ...]


def order_firings(workspace: Workspace, run: Run, order_id: str) -> OrderFirings | None:
    """What the run decided of an order, or None where it evaluated no such order. Raises InputError."""
    for described, path in _parts(workspace, run):
        with _opened(path) as connection:
            mine = exp.EQ(this=order_column(), expression=sql.text(order_id))
            cursor = connection.execute(sql.render(exp.select("*").from_(scan(path)).where(mine)))
            names = [item[0] for item in cursor.description or ()]
            row = cursor.fetchone()
        if row is not None:
            return _order(described, dict(zip(names, row, strict=True)))
    return None


def orders_of_rule(workspace: Workspace, run: Run, rule_id: str, period: str | None = None) -> Iterator[Decided]:
    """Every order that a rule or an obligation decided, by order id; with ``period``, those of its months.

    The months of a rule that takes orders out of indicators are those in which the indicators would have counted them,
    of others those of the orders. Raises InputError for a rule or a period that the run did not have.
    """
    parts = list(_parts(workspace, run))
    known = dict.fromkeys(id for described, _ in parts for id in _ids(described))
    if rule_id not in known:
        raise _refused(run, "没有这条规则", rule_id, nearest(rule_id, known))
    span = None if period is None else _span(run, [described for described, _ in parts], period)
    having = [(described, path) for described, path in parts if rule_id in _ids(described)]
    return merge(*(_decided(described, path, rule_id, span) for described, path in having))


def _parts(workspace: Workspace, run: Run) -> Iterator[tuple[Json, Path]]:
    """Of each version, what its numbers mean and where they are; both are what they were. Raises InputError."""
    for one in read_receipt(workspace.objects, run.receipt)["firings"]:
        described = json.loads(workspace.objects.read(one["described"], JSON))
        problem = workspace.objects.verify(one["numbers"], PARQUET)
        if problem is not None:
            raise InputError([problem])
        yield described, workspace.objects.path(one["numbers"], PARQUET)


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as connection:
        connection.execute("SET temp_directory = ''")  # looking something up writes nothing
        yield connection


def _order(described: Json, row: Json) -> OrderFirings:
    held: set[str] = set()
    facts: dict[str, tuple[Seen, ...]] = {}
    for group in described["groups"]:
        found = next(one for one in group["combinations"] if one["number"] == row[group["column"]])
        held.update(found["holds"])
        facts |= {question["id"]: _seen(group, question, found["values"]) for question in group["questions"]}
    rules = [
        Fired(rule["id"], rule["title"], rule["clause"], rule["listed"], facts[rule["id"]])
        for rule in described["rules"]
        if rule["id"] in held
    ]
    return OrderFirings(
        order=row["order"],
        policy=described["policy"]["id"],
        version=described["policy"]["version"],
        months={" / ".join(one["fields"]): _month(row[one["column"]]) for one in described["months"]},
        rules=tuple(rules),
        duties=tuple(
            _duty(one, row[one["column"]], facts[one["question"]])
            for one in described["obligations"]
            if row[one["column"]] is not None
        ),
        marks=tuple(one["id"] for one in described["marks"] if one["question"] in held),
    )


def _duty(described: Json, number: int, facts: tuple[Seen, ...]) -> Duty:
    found = _combination(described, number)
    return Duty(
        described["id"],
        described["title"],
        described["clause"],
        found["state"],
        found["done"],
        found["deadline"],
        facts,
    )


def _combination(described: Json, number: int) -> Json:
    found: Json = next(one for one in described["combinations"] if one["number"] == number)
    return found


def _seen(group: Json, question: Json, values: Sequence[str]) -> tuple[Seen, ...]:
    return tuple(Seen(**group["facts"][place], value=values[place]) for place in question["facts"])


def _ids(described: Json) -> list[str]:
    return [one["id"] for one in (*described["rules"], *described["obligations"])]


def _span(run: Run, described: Sequence[Json], period: str) -> tuple[Month, Month]:
    try:
        return Month.parse(period), Month.parse(period)
    except ValueError:
        pass
    periods = {one["id"]: one for part in described for one in part["periods"]}
    if period not in periods:
        raise _refused(run, "没有这个期间", period, f"写成 2026-03 这样的月份，或 {'、'.join(periods)}")
    return Month.parse(periods[period]["first"]), Month.parse(periods[period]["last"])


def _decided(described: Json, path: Path, id: str, span: tuple[Month, Month] | None) -> Iterator[Decided]:
    rule = next((one for one in described["rules"] if one["id"] == id), None)
    duty = next((one for one in described["obligations"] if one["id"] == id), None)
    months = rule["months"] if rule is not None else [described["months"][0]["column"]]
    asked = id if duty is None else duty["question"]
    group, question = next(
        (group, one) for group in described["groups"] for one in group["questions"] if one["id"] == asked
    )
    holding = {one["number"]: one["values"] for one in group["combinations"] if asked in one["holds"]}
    if not holding:
        return
    number = exp.column(group["column"], quoted=True)
    query = exp.select(order_column(), number, *(exp.column(name, quoted=True) for name in months))
    query = query.select(exp.null() if duty is None else exp.column(duty["column"], quoted=True))
    query = query.from_(scan(path)).where(_one_of(number, sorted(holding))).order_by(order_column())
    if span is not None:
        query = query.where(exp.or_(*(in_months(name, *span) for name in months)))
    with _opened(path) as connection:
        cursor = connection.execute(sql.render(query))
        while batch := cursor.fetchmany(_BATCH):
            for order, combination, *found, state in batch:
                yield Decided(
                    order=order,
                    months=tuple(str(Month(index)) for index in found if index is not None),
                    state=None if duty is None else _combination(duty, state)["state"],
                    policy=described["policy"]["id"],
                    facts=_seen(group, question, holding[combination]),
                )


def _one_of(number: exp.Expr, numbers: Sequence[int]) -> exp.Expr:
    parts = (exp.EQ(this=number.copy(), expression=exp.Literal.number(one)) for one in numbers)
    return exp.paren(exp.or_(*parts))


def _month(index: int | None) -> str | None:
    return None if index is None else str(Month(index))


def _refused(run: Run, what: str, value: str, instead: str) -> InputError:
    return InputError([Problem(Place(run.name), what, value, instead)])
