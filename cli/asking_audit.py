"""What ``hotline audit`` asks of a workspace, with the program's own schemas filled in.

Knows nothing of screens. Loads the workspace only when asked.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking_workspace import opened
from cli.locations import locations
from cli.options import CommandError
from engine.problems import clip

if TYPE_CHECKING:
    from workspace.audit.export import Exported
    from workspace.audit.verdict import Verdict
    from workspace.layout import Layout

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
