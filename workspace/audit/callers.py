"""Who called again and again: orders by the keyed hash of their caller's number.

Knows the hash only, which tells that two callers are the same and nothing about who; the number is nowhere here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from engine.intake import sql
from workspace import records, state
from workspace.imported import imported
from workspace.opening import Workspace

_STATE = "called"
_KEY = "_key0"


@dataclass(frozen=True)
class Caller:
    """``hash`` is the caller's, ``orders`` the ids of the orders whose current record has it."""

    hash: str
    orders: tuple[str, ...]


def callers(workspace: Workspace, at_least: int) -> tuple[Caller, ...] | None:
    """Those with ``at_least`` so many orders, most first; None where no caller can be told from another."""
    kept = state.kept_of(workspace, imported(workspace), "orders")
    if not kept.paths:
        return None
    with state.opened(workspace.layout.scratch) as connection:
        if records.CALLER not in records.newest(connection, kept, _STATE):
            return None
        caller, key = sql.column(records.CALLER), sql.column(_KEY)
        ids = sql.call("list", exp.Order(this=key, expressions=[exp.Ordered(this=key.copy())]))
        query = exp.select(caller, ids).from_(sql.name(_STATE)).where(sql.filled(caller.copy()))
        query = query.group_by(caller.copy()).having(
            exp.GTE(this=exp.Count(this=exp.Star()), expression=exp.Literal.number(at_least))
        )
        found = [Caller(hash, tuple(orders)) for hash, orders in connection.execute(sql.render(query)).fetchall()]
    return tuple(sorted(found, key=lambda one: (-len(one.orders), one.hash)))
