"""The month in which an order of a workspace is dated, which says to which cycle it belongs.

Knows records and the columns by which versions date orders; must not know what the month is wanted for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress

from engine.choosing import Request
from engine.months import Month
from engine.policy.build import load_policy
from engine.policy.model import Policy
from engine.policy.versions import list_versions
from engine.problems import PolicyError
from workspace import state
from workspace.opening import Workspace


def month_of(workspace: Workspace, request: Request, order: str) -> Month | None:
    """By the newest record and the version whose cycle has its date, else by the latest that knows its date.

    None where nothing has to be decided, since all versions are of one cycle, or nothing is known of the order.
    """
    versions = list_versions(request.released)
    if len({(version.first, version.last) for version in versions}) < 2:
        return None
    past = state.history(workspace, order)
    if not past:
        return None
    found = list(_months(past[-1], _policies(request)))
    return next((month for policy, month in found if month in policy.months), found[0][1] if found else None)


def _policies(request: Request) -> Iterator[Policy]:
    """Those that can be read, the latest first."""
    for version in list_versions(request.released):
        with suppress(PolicyError):
            yield load_policy(version.folder, request.schemas, {}, request.cache)


def _months(record: state.Past, policies: Iterable[Policy]) -> Iterator[tuple[Policy, Month]]:
    for policy in policies:
        column = next((one for one in policy.orders.columns if one.id == policy.orders.dated_by), None)
        names = () if column is None else (column.id, *column.aliases)
        text = next((said for name in names if (said := record.row.get(name))), None)
        if text is not None:
            yield policy, policy.window.month_of(dt.datetime.fromisoformat(text))
