"""Where policies, schemas and the cache are: inside the wheel when installed, the top-level folders in a checkout.

The only place that knows the layout of either. Reads the environment for the cache folder alone, and the current folder
for the workspace that a command is in.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from workspace.layout import Layout, find

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "bundle"


@dataclass(frozen=True)
class Locations:
    """``released`` holds the versions that are chosen by date; ``examples`` those that are only found by name."""

    schemas: Path
    released: Path
    examples: Path | None


def locations() -> Locations:
    """The program's own folders."""
    root = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent
    return Locations(root / "schemas" / "v1", root / "policies", root / "examples" / "policies")


def versions_in(policies: Path | None, workspace: Layout | None = None) -> Locations:
    """Where a command looks for versions: in ``policies`` alone; else among those of the ``workspace``, or of the one
    that the current folder is in, and the examples; else among the program's own."""
    own = locations()
    if policies is not None:
        return Locations(own.schemas, policies, None)
    workspace = workspace or find(Path.cwd())
    if workspace is None:
        return own
    place, here = workspace.policies, Path.cwd()
    return Locations(own.schemas, place.relative_to(here) if here in place.parents else place, own.examples)


def bundled(folder: Path) -> bool:
    """Whether the folder lies inside the installed package, where nobody should edit anything."""
    return _BUNDLE.is_dir() and _BUNDLE in folder.resolve().parents


def cache_folder() -> Path | None:
    """Where compiled tables are kept for this user, or None where there is no home to keep them in."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "hotline-policy"
    try:
        return Path.home() / ".cache" / "hotline-policy"
    except RuntimeError:
        return None
