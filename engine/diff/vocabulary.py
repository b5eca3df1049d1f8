"""The schemas as a dictionary."""

from __future__ import annotations

from pathlib import Path


class Vocabulary:
    """The schemas in ``folder`` (schemas/v1)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
