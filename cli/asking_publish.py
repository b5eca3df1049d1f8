"""Months made known and corrected in a workspace, and the list of them.

Knows nothing of screens. Loads engine and workspace only when asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.asking import Asked, Say
from cli.asking_runs import request_in
from cli.asking_workspace import now, opened
from cli.options import CommandError
from engine.months import Month
from engine.problems import clip

if TYPE_CHECKING:
    from workspace.layout import Layout
    from workspace.published_months import Publication
    from workspace.publishing import Made


def make_known(
    asked: Asked, layout: Layout, month: str, run: str | None, reason: str | None, by: str, say: Say
) -> Made:
    """Make a month known from the run with this name, else from a new one; with a ``reason``, correct it.

    Raises InputError, PolicyError, CompileError and CommandError.
    """
    from workspace import publishing, receipts, runs
    from workspace.published_months import known_at
    from workspace.replay import again

    wanted = publishing.Asked(_month(month), reason)
    workspace, request = opened(layout), request_in(asked, layout, str(wanted.month))
    if run is not None:
        known_run = runs.find_run(workspace, run)
        said = receipts.read_receipt(workspace.objects, known_run.receipt)
        with again(workspace, known_run, said, request, say) as found:
            publishing.as_recorded(found, known_run)
            return publishing.publish(found, known_run, wanted, by, now(layout.policies))
    with runs.current(workspace, request, say) as ready:
        publishing.refuse(ready.evaluated.evaluation, known_at(workspace), wanted)
        made = runs.record(ready, receipts.programs(), by, now(layout.policies))
        return publishing.publish(ready.evaluated, made.run, wanted, by, now(layout.policies))


def made_known(layout: Layout) -> list[dict[str, Any]]:
    """Every publication and correction of a workspace, the oldest first."""
    from workspace.published_months import in_force, publications

    with opened(layout).store.reading() as session:
        found = publications(session)
    holding = {one.seq for one in in_force(found).values()}
    return [_listed(one, one.seq in holding) for one in found]


def _listed(one: Publication, in_force: bool) -> dict[str, Any]:
    return {
        "period": str(one.month),
        "kind": one.kind,
        "in_force": in_force,
        "entry": one.seq,
        "run": one.run_name,
        "at": one.at,
        "by": one.by,
        "reason": one.reason or None,
        "replaces": one.replaces,
        "standing": one.standing,
    }


def _month(text: str) -> Month:
    try:
        return Month.parse(text.strip())
    except ValueError:
        raise CommandError(f"月份的写法不对：{clip(text)}。写成 2026-03") from None
