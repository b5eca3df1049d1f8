"""What tests see of a workspace: its chain, its bytes and its rights.

Knows how to look; must not know what any test expects.
"""

from __future__ import annotations

import stat
from pathlib import Path

from workspace.chain import verify
from workspace.database import entries
from workspace.opening import Workspace


def kinds(workspace: Workspace) -> list[str]:
    """The kinds of entries; the chain is sound."""
    with workspace.store.reading() as session:
        found = entries(session)
    assert verify(found, workspace.settings.digest) == ()
    return [entry.kind for entry in found]


def snapshot_of(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
