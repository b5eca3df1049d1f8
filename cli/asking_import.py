"""What the commands of importing ask of a workspace, with the program's schemas and clock filled in.

Knows nothing of screens. Loads the workspace only when asked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking_workspace import now, opened
from cli.locations import locations

if TYPE_CHECKING:
    from workspace.importing.summary import Summary
    from workspace.layout import Layout


def import_files(
    layout: Layout,
    files: Sequence[Path],
    policy: str | None,
    exported: dt.datetime | None,
    by: str,
    say: Callable[[str, float], None],
) -> Summary:
    """Raises InputError and PolicyError; then nothing was imported."""
    from workspace.importing import importing

    request = importing.Request(tuple(files), locations().schemas, by, now(layout.policies), policy, exported)
    return importing.import_files(opened(layout), request, say)


def write_aside(layout: Layout, target: Path, entry: int | None) -> int:
    """The rows that wait to be mended into ``target``, of one ``entry`` or of all; how many. Without any, no file."""
    from workspace.importing.aside import waiting
    from workspace.importing.mending import workbook

    sheets = waiting(opened(layout), entry)
    if sheets:
        target.write_bytes(workbook(sheets))
    return sum(len(sheet.rows) for sheet in sheets)
