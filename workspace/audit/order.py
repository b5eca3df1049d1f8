"""One order in all runs: what was decided, when that changed and because of what, and the records that it had.

Knows firings, records and what runs were made from; decides nothing. Personal columns are not among these records.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from engine.problems import InputError, Place, Problem
from workspace import state
from workspace.audit.inputs import Cause, differing, titles_of_tables
from workspace.audit.results import cycle_of
from workspace.firings import OrderFirings, order_firings
from workspace.imported import imported
from workspace.opening import Workspace
from workspace.receipts import read_receipt
from workspace.records import place_text
from workspace.runs import Run, runs
from workspace.state import Past

_ORDERS = "orders"
Keys = Mapping[str, tuple[str, ...]]
"""The columns of its key by table."""


@dataclass(frozen=True)
class Change:
    """What a run decided otherwise than the one before. A rule is ``fired`` or None, a duty has its state, ``unknown``
    where that could not be told, or None."""

    kind: Literal["order", "rule", "duty", "mark", "month"]
    id: str
    title: str
    old: str | None
    new: str | None


@dataclass(frozen=True)
class InRun:
    """The order in one run: ``decided`` is None where the run evaluated no such order, ``record`` where there was none.

    ``before`` is the run of the same cycle that came before it; ``changes`` and ``causes`` are against that, of causes
    that do not concern what changed, too.
    """

    run: Run
    before: str | None
    decided: OrderFirings | None
    record: Past | None
    changes: tuple[Change, ...]
    causes: tuple[Cause, ...]


@dataclass(frozen=True)
class OrderAudit:
    """``records`` are the order's own, the oldest first; ``others`` by table the rows that name it, such as
    applications. ``titles``: what tables are called."""

    order: str
    runs: tuple[InRun, ...]
    records: tuple[Past, ...]
    others: Mapping[str, tuple[Past, ...]]
    titles: Mapping[str, str]


def audit_order(workspace: Workspace, order: str) -> OrderAudit:
    """Raises InputError for an order that no import and no run has had."""
    keys = _keys(workspace)
    records = tuple(state.history(workspace, order))
    others = {
        table: rows for table in keys if table != _ORDERS and (rows := tuple(state.history(workspace, order, table)))
    }
    found: list[InRun] = []
    titles: Mapping[str, str] = {}
    earlier: dict[tuple[str, str], tuple[InRun, Mapping[str, Any]]] = {}
    for run in runs(workspace):
        said = read_receipt(workspace.objects, run.receipt)
        titles = titles_of_tables(workspace.objects, said) or titles
        decided = order_firings(workspace, run, order)
        record = _current(records, run.upto)
        causes: list[Cause] = []
        changes: list[Change] = []
        before, told = earlier.get(cycle_of(said), (None, {}))
        if before is not None:
            changes = list(_changes(before.decided, decided))
            seen = _seen(changes, before.decided, decided)
            causes += _of_record(before.record, record, seen)
            for table, rows in others.items():
                causes += _of_rows(titles.get(table, table), keys[table], rows, before.run.upto, run.upto, seen)
            waited = any(change.kind == "duty" for change in changes)
            causes += [
                replace(cause, about=True) if waited and cause.kind == "as_of" else cause
                for cause in differing(told, said)
                if cause.kind != "publication"
            ]
        name = None if before is None else before.run.name
        found.append(InRun(run, name, decided, record, tuple(changes), tuple(causes)))
        earlier[cycle_of(said)] = found[-1], said
    if not records and not any(one.decided for one in found):
        instead = "检查编号；未采用的行不算，用 hotline aside 取出来看"
        raise InputError([Problem(Place(str(workspace.layout.root)), "没有这张工单", order, instead)])
    return OrderAudit(order, tuple(found), records, others, titles)


def _keys(workspace: Workspace) -> Keys:
    """Orders, and the tables whose key begins with the order's."""
    keys = {item.part.table: item.part.key for item in imported(workspace) if item.part.key}
    own = keys.get(_ORDERS, ())[:1]
    return {table: key for table, key in keys.items() if key[:1] == own}


def _current(rows: Sequence[Past], upto: int) -> Past | None:
    """The newest of the rows that had been imported; rows are given with the newest last."""
    return next((row for row in reversed(rows) if row.seq <= upto), None)


def _changes(old: OrderFirings | None, new: OrderFirings | None) -> Iterator[Change]:
    if old is None and new is None:
        return
    if old is None or new is None:
        order = (old or new).order  # type: ignore[union-attr]
        yield Change("order", order, "", *("evaluated" if side is not None else None for side in (old, new)))
        return
    yield from _each(
        "rule", *({one.rule: (one.title, "fired") for one in side.rules if one.listed} for side in (old, new))
    )
    yield from _each(
        "duty", *({one.obligation: (one.title, one.state or "unknown") for one in side.duties} for side in (old, new))
    )
    yield from _each("mark", *(dict.fromkeys(side.marks, ("", "given")) for side in (old, new)))
    yield from _each("month", *({name: ("", month) for name, month in side.months.items()} for side in (old, new)))


Told = Mapping[str, tuple[str, str | None]]


def _each(kind: Literal["rule", "duty", "mark", "month"], old: Told, new: Told) -> Iterator[Change]:
    for id in dict.fromkeys((*old, *new)):
        was, now = old.get(id), new.get(id)
        states = [None if one is None else one[1] for one in (was, now)]
        if states[0] != states[1]:
            yield Change(kind, id, (now or was or ("", None))[0], *states)


def _seen(changes: Sequence[Change], *sides: OrderFirings | None) -> frozenset[str]:
    """The fields that the rules and duties which decide otherwise look at."""
    ids = {change.id for change in changes}
    facts = [(one.rule, one.facts) for side in sides if side is not None for one in side.rules]
    facts += [(one.obligation, one.facts) for side in sides if side is not None for one in side.duties]
    return frozenset(fact.field for id, some in facts if id in ids for fact in some)


def _of_record(old: Past | None, new: Past | None, seen: Collection[str]) -> Iterator[Cause]:
    """Another record, and the cells that it says otherwise."""
    if old == new:
        return
    yield Cause("record", "记录", _place(old), _place(new))
    rows = [{} if side is None else side.row for side in (old, new)]
    if old is not None and new is not None:
        for name in dict.fromkeys((*rows[0], *rows[1])):
            if rows[0].get(name) != rows[1].get(name):
                yield Cause("field", name, rows[0].get(name), rows[1].get(name), name in seen)


def _of_rows(
    title: str, key: tuple[str, ...], rows: Sequence[Past], earlier: int, later: int, seen: Collection[str]
) -> Iterator[Cause]:
    """Rows of another table that name the order and came or changed."""
    by_key: dict[tuple[str | None, ...], list[Past]] = {}
    for row in rows:
        by_key.setdefault(tuple(row.row.get(name) for name in key[1:]), []).append(row)
    for values, same in by_key.items():
        old, new = _current(same, earlier), _current(same, later)
        if new is None or old == new:
            continue
        named = f"{title}（{'、'.join(f'{name} {value}' for name, value in zip(key[1:], values, strict=True))}）"
        told = {name: value for name, value in new.row.items() if name not in key}
        about = bool({*told, *key} & set(seen))
        if old is None:
            yield Cause(
                "row", named, None, "；".join(f"{name}={value}" for name, value in told.items() if value), about
            )
            continue
        for name, value in told.items():
            if old.row.get(name) != value:
                yield Cause("row", f"{named}：{name}", old.row.get(name), value, about)


def _place(one: Past | None) -> str | None:
    return None if one is None else f"{place_text(one.file, one.sheet)} 第 {one.record} 条"
