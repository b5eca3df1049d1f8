"""What ``hotline audit`` asks of a workspace, with the program's own schemas filled in.

Knows nothing of screens. Loads the workspace only when asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking_workspace import opened
from cli.locations import locations
from cli.options import CommandError
from engine.problems import clip

if TYPE_CHECKING:
    from workspace.audit.callers import Caller
    from workspace.audit.export import Exported
    from workspace.audit.order import OrderAudit
    from workspace.audit.rule import RuleAudit
    from workspace.audit.unit import UnitAudit
    from workspace.audit.verdict import Verdict
    from workspace.layout import Layout
    from workspace.replay import Replay

Say = Callable[[str], None]


def noted_head(text: str | None) -> str | None:
    """The digest typed after ``--head``. Raises CommandError."""
    from workspace.digests import DIGEST

    if text is None:
        return None
    digest = text.strip().lower()
    if DIGEST.fullmatch(digest) is None:
        raise CommandError(f"--head 应是 64 位十六进制的摘要：{clip(text)}。写上以前核对或导出时显示的链尾")
    return digest


def verified(layout: Layout, noted: str | None, say: Say) -> Verdict:
    """Whether the workspace is as it was written; one that cannot even be opened is not."""
    from workspace.audit.shapes import Shapes
    from workspace.audit.verify import verify

    return verify(layout, Shapes(locations().schemas), noted, say)


def exported(layout: Layout, target: Path, run: str | None) -> Exported:
    """Raises InputError."""
    from workspace.audit.export import export

    return export(opened(layout), locations().schemas, target, run)


def rule_audit(layout: Layout, rule: str, period: str | None, run: str | None) -> RuleAudit:
    """Raises InputError."""
    from workspace.audit.rule import audit_rule

    return audit_rule(opened(layout), rule, period, run)


def order_audit(layout: Layout, order: str) -> OrderAudit:
    """Raises InputError."""
    from workspace.audit.order import audit_order

    return audit_order(opened(layout), order)


def personal_columns(layout: Layout, order: str) -> Mapping[str, str] | None:
    """Those of the order's current record, masked; None where they are not kept. Raises InputError."""
    from workspace.audit.personal import personal_of

    return personal_of(opened(layout), order)


def unit_audit(layout: Layout, unit: str, period: str | None) -> UnitAudit:
    """Raises InputError."""
    from workspace.audit.unit import audit_unit

    return audit_unit(opened(layout), unit, period)


def callers_of(layout: Layout, at_least: int) -> tuple[Caller, ...] | None:
    """Raises InputError and CommandError."""
    from workspace.audit.callers import callers

    if at_least < 1:
        raise CommandError(f"--at-least 应是 1 以上的整数：{at_least}")
    return callers(opened(layout), at_least)


def replayed(layout: Layout, run: str, cached: bool, say: Say) -> Replay:
    """Raises InputError where there is no such run, or its receipt was changed."""
    from cli.asking import Asked, request_of
    from workspace.receipts import programs
    from workspace.replay import replay
    from workspace.runs import find_run

    workspace = opened(layout)
    request = request_of(Asked(layout.root, None, None, None, {}, cached))
    return replay(workspace, find_run(workspace, run), request, programs(), say)
