"""Where policies, schemas and the cache are: inside the wheel when installed, the top-level folders in a checkout.

The only place that knows the layout of either; reads the environment for the cache folder alone.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLE = _PACKAGE / "bundle"


@dataclass(frozen=True)
class Locations:
    """``released`` holds the versions that are chosen by date; ``examples`` those that are only found by name."""

    schemas: Path
    released: Path
    examples: Path | None


def locations(policies: Path | None = None) -> Locations:
    """The program's own folders, with ``policies`` in place of its own versions when given."""
    root = _BUNDLE if _BUNDLE.is_dir() else _PACKAGE.parent
    if policies is not None:
        return Locations(root / "schemas" / "v1", policies, None)
    return Locations(root / "schemas" / "v1", root / "policies", root / "examples" / "policies")


def is_bundled() -> bool:
    """Whether the program's own policies lie inside an installed package, where nobody should edit them."""
    return _BUNDLE.is_dir()


def cache_folder() -> Path | None:
    """Where compiled tables are kept for this user, or None where there is no home to keep them in."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    if given and Path(given).is_absolute():
        return Path(given) / "hotline-policy"
    try:
        return Path.home() / ".cache" / "hotline-policy"
    except RuntimeError:
        return None
