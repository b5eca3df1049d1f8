"""What is left to do before a version can be released: marks, years without a calendar, readings that nobody confirmed.

Knows what to look for; must not know how the list is shown, nor what makes a version sound (``check`` says that).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.policy.versions import read_version
from engine.problems import Place
from engine.revise.edit import texts_of
from engine.revise.marks import Mark, marks_in


@dataclass(frozen=True)
class Todo:
    """``marks`` must all be gone before release. ``undeclared``: calendar years of the cycle that are not declared.

    ``provisional``: readings that stand but are not confirmed, with their places; they do not stop a release.
    """

    marks: tuple[Mark, ...]
    undeclared: tuple[int, ...]
    provisional: tuple[tuple[str, str, Place], ...]


def todo(folder: Path) -> Todo:
    """Raises PolicyError when a file cannot be read."""
    texts = texts_of(folder)
    version = read_version(folder)
    years = set(range(version.first.index // 12, version.last.index // 12 + 1))
    if "calendar" in texts:
        listed = texts["calendar"].root.get("years")
        years -= {int(item.text("year") or 0) for item in (listed.items if listed else ())}
    else:
        years = set()
    provisional = []
    if "readings" in texts:
        file = texts["readings"]
        found = file.root.get("readings")
        for item in found.items if found else ():
            if item.text("status") == "provisional":
                provisional.append((item.text("id") or "", item.text("title") or "", file.place(item)))
    return Todo(marks_in(folder), tuple(sorted(years)), tuple(provisional))
