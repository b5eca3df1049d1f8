"""Real processes for tests: several at once, and killed ones.

Knows processes only; must not know what they do.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_FORK = multiprocessing.get_context("fork")
_WRITES = {"open", "os.rename", "os.mkdir", "os.remove", "os.chmod", "sqlite3.connect"}
KILLED = -signal.SIGKILL


def started(work: Callable[..., object], *arguments: Any) -> BaseProcess:
    """``work`` under way in a process of its own; any exception there is exit code 1.

    Not to be called inside a block of the database: SQLite's connections must not be open when a process forks.
    """
    process = _FORK.Process(target=_run, args=(work, arguments))
    process.start()
    return process


def _run(work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    """Interruptible, as a command in the foreground is, also where the tests run in the background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    work(*arguments)


def ended(process: BaseProcess, seconds: float = 120) -> int | None:
    """Its exit code; a process that does not end is killed and None."""
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        return None
    return process.exitcode


def killed_at(point: int, folder: Path, work: Callable[..., object], *arguments: Any) -> bool:
    """Whether ``work`` was killed just before its ``point``-th touch of a file in ``folder``; else it was done."""
    code = ended(started(_dying, point, str(folder), work, arguments))
    assert code in (0, KILLED), code
    return code == KILLED


def _dying(point: int, folder: str, work: Callable[..., object], arguments: tuple[Any, ...]) -> None:
    left = point

    def hook(event: str, given: tuple[Any, ...]) -> None:
        nonlocal left
        if event in _WRITES and any(isinstance(item, str | os.PathLike) and folder in str(item) for item in given):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
    work(*arguments)
