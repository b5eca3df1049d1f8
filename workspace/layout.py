"""Where everything of a workspace lies in its folder, and which folder a command is in.

Knows names and places only; must not know what any file holds. Loads nothing heavy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SETTINGS = "workspace.yaml"


@dataclass(frozen=True)
class Layout:
    """The places of the workspace whose folder is ``root``, whether or not anything is there yet."""

    root: Path

    @property
    def settings(self) -> Path:
        """What the workspace is. A folder with this file is a workspace."""
        return self.root / SETTINGS

    @property
    def objects(self) -> Path:
        """Files that never change, named by their digest."""
        return self.root / "objects"

    @property
    def policies(self) -> Path:
        """The office's own versions of its policy."""
        return self.root / "policies"

    @property
    def private(self) -> Path:
        """What only the owner may read."""
        return self.root / "private"

    @property
    def key(self) -> Path:
        """The key of the hashes that stand for callers."""
        return self.private / "key"

    @property
    def password(self) -> Path:
        """The password of the database, where it has one that was given to this program."""
        return self.private / "database-password"

    @property
    def personal(self) -> Path:
        """Personal columns, one file a snapshot."""
        return self.private / "personal"

    @property
    def scratch(self) -> Path:
        """Unfinished files, on the file system of the finished ones. Safe to delete while nothing runs."""
        return self.root / "scratch"

    @property
    def own(self) -> tuple[Path, ...]:
        """Everything that the program puts in the folder, apart from an SQLite database."""
        return (self.settings, self.objects, self.policies, self.private, self.scratch)


def find(start: Path) -> Layout | None:
    """The workspace that ``start`` is in: its own folder or the nearest one above it."""
    here = start.resolve()
    return next((Layout(folder) for folder in (here, *here.parents) if (folder / SETTINGS).is_file()), None)
