"""A JSON value kept in a cache folder: read only where it is whole, and never needed.

Knows files; must not know what is kept or when it stops to be true: whoever keeps a value says so in its name.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path
from typing import Any

Json = Any


def digest_of(content: Json) -> str:
    """SHA-256 (hex) of a JSON value."""
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read(cache: Path | None, name: str) -> Json | None:
    """What was kept under ``name``; None when there is nothing, or it is not what was written."""
    if cache is None:
        return None
    try:
        found = json.loads((cache / f"{name}.json").read_bytes())
        return found["content"] if found["sha256"] == digest_of(found["content"]) else None
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def keep(cache: Path | None, name: str, content: Json) -> None:
    """Written beside its final place and moved there, so that no reader ever sees half of it."""
    if cache is None:
        return
    temporary = None
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", dir=cache, prefix=".", suffix=".tmp", delete=False, encoding="utf-8"
        ) as file:
            temporary = file.name
            json.dump({"sha256": digest_of(content), "content": content}, file)
        Path(temporary).replace(cache / f"{name}.json")
    except OSError:  # a cache only saves time
        if temporary:
            Path(temporary).unlink(missing_ok=True)
