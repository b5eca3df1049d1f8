"""A folder for files that may hold personal data while a file is read: in the private folder, only the owner's.

Knows rights and locks; must not know what is read. What a killed import left behind is removed by the next one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from workspace import durable
from workspace.layout import Layout
from workspace.private import FILE, FOLDER
from workspace.trouble import told


@contextmanager
def hidden_folder(layout: Layout) -> Iterator[Path]:
    """A folder of one's own, gone afterwards. Raises InputError."""
    place = layout.private / "reading"
    with told(place):
        durable.make_folder(place, FOLDER)
        with _held(place, wait=True):
            for left in sorted(place.iterdir()):
                with suppress(OSError), _held(left, wait=False):
                    shutil.rmtree(left)
            folder = Path(tempfile.mkdtemp(dir=place))
            held = _held(folder, wait=True)
            held.__enter__()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        held.__exit__(None, None, None)


def blank(path: Path) -> Path:
    """An empty file that only the owner may read, for others to write into."""
    path.touch(FILE)
    path.chmod(FILE)
    return path


@contextmanager
def _held(folder: Path, *, wait: bool) -> Iterator[None]:
    """The folder's lock, which ends with the process at the latest. Raises OSError where somebody has it."""
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(opened)
