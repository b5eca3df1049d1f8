"""What ``hotline policy check`` asks: everything wrong or odd in a version, or in every version.

Knows where versions are; knows nothing of screens. Loads the engine only when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cli.asking_policy import COMPILE_SECONDS, asked_folders
from cli.locations import cache_folder, versions_in

if TYPE_CHECKING:
    from engine.check.finding import Finding


@dataclass(frozen=True)
class Checked:
    """A version's folder and what was found in it, by place."""

    folder: Path
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == "problem")

    @property
    def hints(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level == "hint")


def check_policies(version: str | None, policies: Path | None, *, cached: bool) -> list[Checked]:
    """The version asked for (any folder will do, however broken), or every version. Raises InputError, CommandError."""
    from engine.check.whole import Effort, check_folder

    places = versions_in(policies)
    effort = Effort(cache_folder() if cached else None, COMPILE_SECONDS)
    given = (
        Path(version) if version is not None and Path(version).is_dir() and any(Path(version).glob("*.yaml")) else None
    )
    folders = [given] if given is not None else asked_folders(version, places)
    return [Checked(folder, check_folder(folder, places.schemas, effort)) for folder in folders]
