"""A warm process whose children are counted at every touch of a folder or database, and die at one of them.

Children come from ``fork``, with the program loaded and no database open. System calls are counted by ``touches.c``,
loaded before libc, so that what SQLite, DuckDB and libpq do counts too; statements by listeners of SQLAlchemy. Knows
processes and touches; must not know what the children do.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import multiprocessing
import os
import pickle
import re
import shutil
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

How = Literal["before", "middle", "after"]
HOWS: tuple[How, ...] = ("before", "middle", "after")
SOURCE = Path(__file__).with_name("touches.c")
TIME_LIMIT = 120

_MADE = r"(?<=/)tmp[a-z0-9_]{8}(?=/|$)|(?<=/published-)[a-z0-9_]{8}(?=/|$)|(?<=/state-)[a-z0-9_]{8}(?=/|$)"
_VARYING = re.compile(rf"\b[0-9a-f]{{16,64}}\b|(?<=/)[0-9a-f]{{2}}(?=/|$)|{_MADE}|\d+")
_READS = ("SELECT", "PRAGMA", "SHOW", "BEGIN", "ROLLBACK")


@dataclass(frozen=True, order=True)
class Touch:
    """What was done to which kind of file, or said to the database; ``*`` stands for digests and numbers in names."""

    what: str
    where: str


@dataclass(frozen=True)
class Death:
    """At the ``at``-th touch of a folder or a server, 0 being none; with ``of``, at the ``at``-th of that kind."""

    folder: Path
    at: int = 0
    how: How = "before"
    of: Touch | None = None


@dataclass(frozen=True)
class Ended:
    """``value`` is what the work gave; None where it was killed. ``touches``: all until then, the last one included."""

    killed: bool
    value: Any
    touches: tuple[Touch, ...]


class Warm:
    """The process that children are forked from."""

    def __init__(self, connection: Connection, log: Path) -> None:
        self._connection = connection
        self._log = log

    def run(self, work: Callable[..., Any], *arguments: Any, death: Death | None = None) -> Ended:
        """Do ``work`` in a new process, whose touches are counted, and which dies, as ``death`` says."""
        self._log.unlink(missing_ok=True)
        self._connection.send((work, arguments, death and (death, str(self._log))))
        if not self._connection.poll(TIME_LIMIT + 10):
            raise AssertionError("the warm process does not answer")
        status, given = self._connection.recv()
        touches = _read(self._log) if self._log.exists() else ()
        if status == -signal.SIGKILL and death is not None and death.at:
            return Ended(True, None, touches)
        assert status == 0 and given, f"exit code {status} after {len(touches)} touches"
        done, value = pickle.loads(given)
        assert done, value
        return Ended(False, value, touches)

    def load(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Load whatever ``work`` loads, which is done once in a child."""
        self._connection.send((_modules, (work, arguments), None))
        status, given = self._connection.recv()
        assert status == 0, status
        done, value = pickle.loads(given)
        assert done, value
        self._connection.send(value)
        self._connection.recv()


@contextmanager
def warm(folder: Path) -> Iterator[Warm]:
    """A warm process; ``folder`` takes its log and the compiled counter."""
    compiler = shutil.which("cc")
    if sys.platform != "linux" or compiler is None:
        # Writes are counted by a library put before the system's own, which only Linux loads this way.
        pytest.skip("needs Linux and a C compiler")
    library = folder / "touches.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, SOURCE], check=True)
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs,), daemon=True)
    before = os.environ.get("LD_PRELOAD")
    os.environ["LD_PRELOAD"] = str(library)
    try:
        process.start()
    finally:
        os.environ.pop("LD_PRELOAD")
        if before is not None:
            os.environ["LD_PRELOAD"] = before
    theirs.close()
    try:
        yield Warm(ours, folder / "touches.log")
    finally:
        ours.close()
        process.join(10)
        process.kill()


def _serve(connection: Connection) -> None:
    os.environ.pop("LD_PRELOAD", None)
    gc.disable()
    while True:
        try:
            asked = connection.recv()
        except EOFError:
            os._exit(0)  # what was loaded need not be taken down
        if isinstance(asked, list):
            for name in asked:
                with suppress(Exception):
                    importlib.import_module(name)
            gc.freeze()
            connection.send(None)
        else:
            connection.send(_forked(*asked))


def _forked(work: Callable[..., Any], arguments: tuple[Any, ...], counting: tuple[Death, str] | None) -> Any:
    """The exit code of a child that does the work, and what it wrote of it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(TIME_LIMIT)
        try:
            if counting is not None:
                _count(*counting)
            said = pickle.dumps((True, work(*arguments)))
        except BaseException:
            said = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(said)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        given = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), given


def _modules(work: Callable[..., Any], arguments: tuple[Any, ...]) -> list[str]:
    work(*arguments)
    return list(sys.modules)


def _count(death: Death, log: str) -> None:
    """From now on, in this process."""
    counter = ctypes.CDLL(None)

    written = False  # by the transaction that is under way

    def say(statement: str) -> None:
        nonlocal written
        said = " ".join(statement.split())[:40].encode()
        writes = written if statement == "COMMIT" else not statement.lstrip().startswith(_READS)
        written = statement != "COMMIT" and (written or writes)
        counter.touches_say(said if writes else b"")
        if writes:
            counter.touches_count(b"sql", said)

    @event.listens_for(Engine, "before_cursor_execute")
    def statement(_: Any, __: Any, statement: str, *___: Any) -> None:
        say(statement)

    @event.listens_for(Engine, "commit")
    def commit(_: Any) -> None:
        say("COMMIT")

    @event.listens_for(Engine, "rollback")
    def rollback(_: Any) -> None:
        say("ROLLBACK")

    of = death.of or Touch("", "")
    how = HOWS.index(death.how) + 1
    counter.touches_begin(
        str(death.folder).encode(), log.encode(), ctypes.c_long(death.at), how, of.what.encode(), of.where.encode()
    )


def _read(log: Path) -> tuple[Touch, ...]:
    found = []
    for line in log.read_text("utf-8", errors="replace").splitlines():
        what, _, where = line.partition("\t")
        found.append(Touch(what, where if what in ("sql", "send") else _VARYING.sub("*", where)))
    return tuple(found)
