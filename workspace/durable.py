"""Files that are whole on the disk before they have their name: written, forced out, then renamed.

A crash or a loss of power leaves the old file, the new one, or an unfinished one under another name; never half a
file. Knows files and folders only; must not know what is in them.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def replace(path: Path, data: bytes, mode: int | None = None) -> None:
    """A file in place of the one that may be there. ``mode``: its exact rights, whatever the umask."""
    part = _part(path, data, mode)
    try:
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def make_folder(path: Path, mode: int | None = None) -> None:
    """A folder, with those above it that are missing. ``mode``: its own exact rights, whatever the umask."""
    missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(0o777 if mode is None or folder != path else mode, exist_ok=True)
        sync_folder(folder.parent)
    if mode is not None:
        path.chmod(mode)


def sweep(path: Path) -> None:
    """Away with what killed writers left of ``path`` and of all below it; only while nobody else writes there."""
    for part in (*path.parent.glob(f".{path.name}.*.part"), *path.rglob(".*.part")):
        part.unlink()


def sync_file(path: Path) -> None:
    """The content of a file that somebody else wrote is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sync_folder(path: Path) -> None:
    """The names in a folder are on the disk."""
    opened = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _part(path: Path, data: bytes, mode: int | None) -> Path:
    """The data under another name in the same folder, on the disk."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    opened = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    try:
        with os.fdopen(opened, "wb") as file:
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return part
