"""Evaluations of a folder or of a workspace's data, and the runs that are kept of the latter.

Knows nothing of screens. Loads engine and workspace only when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cli import asking
from cli.asking import Asked, Say
from cli.asking_workspace import now, opened

if TYPE_CHECKING:
    from engine.choosing import Request
    from engine.evaluation import Evaluation
    from engine.months import Month
    from workspace.layout import Layout
    from workspace.runs import Kept


@dataclass(frozen=True)
class Found:
    """An evaluation for as long as it lasts. ``keep`` records it as a run by somebody, unless the newest run is the
    same; None where a folder was evaluated."""

    evaluation: Evaluation
    document: dict[str, Any]
    keep: Callable[[str], Kept] | None


@contextmanager
def evaluated(
    asked: Asked, layout: Layout | None, say: Say, period: str | None = None, order: str | None = None
) -> Iterator[Found]:
    """What was asked, of the data of a workspace where one is given; there, of the cycle of the ``period`` if that is a
    month, or of the date of the ``order``. Raises InputError, PolicyError, CompileError."""
    if layout is None:
        folder = asking.evaluation(asked, say)
        yield Found(folder, asking.result(folder), None)
        return
    from workspace import receipts, runs
    from workspace.order_month import month_of

    workspace, request = opened(layout), request_in(asked, layout, period)
    if order is not None and request.policy is None:
        request = replace(request, month=month_of(workspace, request, order))
    with runs.current(workspace, request, say) as ready:

        def keep(by: str) -> Kept:
            return runs.record(ready, receipts.programs(), by, now(layout.policies))

        yield Found(ready.evaluated.evaluation, dict(ready.document), keep)


def request_in(asked: Asked, layout: Layout, period: str | None = None) -> Request:
    """Versions are chosen among the workspace's own, unless others were named; a ``period`` that is a month says of
    which cycle."""
    request = replace(asking.request_of(asked), month=month_in(period))
    return request if asked.policies is not None else replace(request, released=layout.policies)


def order_explanation(asked: Asked, layout: Layout | None, order: str, say: Say) -> dict[str, Any]:
    """Of several cycles in a workspace, by the one in which the order is dated.

    Raises InputError, PolicyError, CompileError and DisagreementError.
    """
    from engine.explain_order import explain_order
    from engine.one_order import Orders

    with evaluated(asked, layout, say, order=order) as found:
        return explain_order(Orders(found.evaluation), order)


def unit_explanation(asked: Asked, layout: Layout | None, unit: str, period: str, say: Say) -> dict[str, Any]:
    """Raises InputError, PolicyError and CompileError."""
    from engine.explain_unit import explain_unit

    with evaluated(asked, layout, say, period) as found:
        return explain_unit(found.evaluation, unit, period)


def month_in(period: str | None) -> Month | None:
    """The month that a period is; None for a longer one."""
    from engine.months import Month

    try:
        return None if period is None else Month.parse(period)
    except ValueError:
        return None


def run_list(layout: Layout) -> list[dict[str, Any]]:
    """Every run of a workspace, the oldest first."""
    from workspace.runs import runs

    return [
        {
            "run": run.name,
            "at": run.at,
            "by": run.by,
            "policy": dict(run.policy),
            "as_of": run.as_of,
            "orders": run.orders,
            "set_aside": run.set_aside,
            "state": run.state,
            "receipt": run.receipt,
            "result": run.result,
        }
        for run in runs(opened(layout))
    ]


def run_result(layout: Layout, name: str) -> dict[str, Any]:
    """The result of the run with this name, as it was printed then. Raises InputError."""
    import json

    from workspace.receipts import JSON
    from workspace.runs import find_run

    workspace = opened(layout)
    found: dict[str, Any] = json.loads(workspace.objects.read(find_run(workspace, name).result, JSON))
    return found
