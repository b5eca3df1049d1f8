"""All orders that one rule or obligation decided in a run, each with what it saw and where the order's record stands.

Knows firings and states; decides nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workspace.audit.results import chosen_run, document_of, unit_column
from workspace.audit.standing import Stood, stood
from workspace.firings import Decided, orders_of_rule
from workspace.opening import Workspace
from workspace.receipts import JSON, read_receipt
from workspace.runs import Run


@dataclass(frozen=True)
class Ruled:
    """An order, what the rule saw of it, and where the record stood that it saw (None where that is not known)."""

    decided: Decided
    stood: Stood | None


@dataclass(frozen=True)
class RuleAudit:
    """``period`` None: the whole cycle. ``unit`` is what those who are ranked are called."""

    run: Run
    rule: str
    title: str
    clause: str
    period: str | None
    unit: str
    orders: tuple[Ruled, ...]


def audit_rule(workspace: Workspace, rule: str, period: str | None = None, run: str | None = None) -> RuleAudit:
    """``run``: its name, else the newest that has the period.

    Raises InputError for a rule, period or run that there is none of.
    """
    chosen = chosen_run(workspace, run, period)
    decided = tuple(orders_of_rule(workspace, chosen, rule, period))
    unit = unit_column(document_of(workspace, chosen))
    places = stood(workspace, chosen.upto, unit, [one.order for one in decided])
    told = _told(workspace, chosen, rule)
    orders = tuple(Ruled(one, places.get(one.order)) for one in decided)
    return RuleAudit(chosen, rule, told["title"], told["clause"], period, unit, orders)


def _told(workspace: Workspace, run: Run, rule: str) -> Mapping[str, Any]:
    """The rule as the latest version that has it describes it."""
    found: Mapping[str, Any] = {"title": "", "clause": ""}
    for one in read_receipt(workspace.objects, run.receipt)["firings"]:
        described = json.loads(workspace.objects.read(one["described"], JSON))
        found = next((item for item in (*described["rules"], *described["obligations"]) if item["id"] == rule), found)
    return found
