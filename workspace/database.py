"""The database of a workspace: many readers, one writer at a time, nobody told to come back later.

Knows SQLite, PostgreSQL and how each keeps order; must not know what an entry means. Every write is one transaction
that appends one entry of the chain and its rows of the catalogue. Waiting is the database's: a writer waits for the one
before it, minutes if need be. Keep both kinds of block short, and none inside another: long work belongs outside.
"""

from __future__ import annotations

import datetime as dt
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool
from sqlmodel import Session, col, select

from engine.problems import InputError, Place, Problem
from workspace.address import Address
from workspace.chain import NOTHING_BEFORE, Kind, canonical, entry_digest
from workspace.digests import Algorithm
from workspace.models import Entry
from workspace.trouble import database_problem

PATIENCE = 600
"""Seconds that a writer waits for others before it gives up."""

_LOCK = 0x686F746C696E65
"""The advisory lock of a workspace's writers; locks of one database do not meet those of another."""

_WRITING = "hotline_writing"


class Writing:
    """One transaction that changes the workspace. ``session`` takes the rows of the catalogue."""

    def __init__(self, session: Session, algorithm: Algorithm) -> None:
        self.session = session
        self._algorithm = algorithm
        self._appended = False

    @property
    def connection(self) -> Connection:
        return self.session.connection()

    def last(self) -> Entry | None:
        """The newest entry; nobody can add another while this transaction lasts."""
        return self.session.exec(select(Entry).order_by(col(Entry.seq).desc()).limit(1)).first()

    def append(self, kind: Kind, body: Mapping[str, Any], by: str, at: dt.datetime) -> Entry:
        """The transaction's one new entry. ``at`` has a time zone."""
        if self._appended:
            raise RuntimeError("one transaction appends one entry")
        if at.tzinfo is None:
            raise ValueError("the time of an entry needs its zone")
        last = self.last()
        entry = Entry(
            seq=1 if last is None else last.seq + 1,
            kind=kind,
            at=at.isoformat(timespec="seconds"),
            by=by,
            body=canonical(dict(body)),
            previous=NOTHING_BEFORE if last is None else last.digest,
            digest="",
        )
        entry.digest = entry_digest(entry, self._algorithm)
        self.session.add(entry)
        self.session.flush()
        self._appended = True
        return entry


class Store:
    """The database of one workspace. ``place`` names it in messages, without a password."""

    def __init__(self, engine: Engine, algorithm: Algorithm, place: str) -> None:
        self.place = place
        self._engine = engine
        self._algorithm = algorithm
        self._inside = threading.local()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """One moment of the database, whatever others write meanwhile. Raises InputError where it refuses."""
        with self._alone(), self._told(), self._session(writing=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """The only writer: kept whole at the end, or not at all. Raises InputError where the database refuses."""
        with self._alone(), self._told(), self._session(writing=True) as session:
            yield Writing(session, self._algorithm)
            session.flush()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A block inside a block of the same thread would wait for itself."""
        if getattr(self._inside, "block", False):
            raise RuntimeError("a block of the database inside another one")
        self._inside.block = True
        try:
            yield
        finally:
            self._inside.block = False

    @contextmanager
    def _session(self, *, writing: bool) -> Iterator[Session]:
        options: dict[str, Any] = {_WRITING: writing}
        if self._engine.dialect.name == "postgresql":
            options["isolation_level"] = "READ COMMITTED" if writing else "REPEATABLE READ"
            options["postgresql_readonly"] = not writing
        with self._engine.connect().execution_options(**options) as connection, connection.begin():
            if writing and self._engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            with Session(connection, expire_on_commit=False) as session:
                yield session

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            problem = database_problem(getattr(error, "orig", error), self.place)
            if problem is None:
                raise
            raise InputError([problem]) from None


def entries(session: Session, kind: Kind | None = None, upto: int | None = None) -> Sequence[Entry]:
    """The chain in order, or its entries of one kind; with ``upto``, as it was when that entry was the newest."""
    query = select(Entry).order_by(col(Entry.seq))
    if kind is not None:
        query = query.where(col(Entry.kind) == kind)
    if upto is not None:
        query = query.where(col(Entry.seq) <= upto)
    return session.exec(query).all()


def sqlite_store(path: Path, algorithm: Algorithm, *, new: bool = False) -> Store:
    """The SQLite database in ``path``, which is made only when ``new``."""
    uri = f"file:{quote(os.fsencode(path))}?mode={'rwc' if new else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(uri, uri=True, timeout=PATIENCE / 1000, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        _begin(connection.connection.dbapi_connection, writing=bool(connection.get_execution_options().get(_WRITING)))

    return Store(engine, algorithm, str(path))


def _begin(connection: Any, *, writing: bool) -> None:
    """Wait here, in short steps between which the user can interrupt; nothing later waits for anybody but readers.

    A writer takes its lock at once, since a reader that became a writer would have to be refused. Settings read the
    file too, and so may have to wait.
    """
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA synchronous = EXTRA")  # FULL may lose the last commit when the power fails
            if not writing:
                connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN IMMEDIATE" if writing else "BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            break
        except sqlite3.OperationalError as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
    connection.execute(f"PRAGMA busy_timeout = {PATIENCE * 1000}")


def postgresql_store(address: Address, password: str | None, algorithm: Algorithm) -> Store:
    """The PostgreSQL database at ``address``. Raises InputError where its driver is not installed."""
    settings = {
        "lock_timeout": f"{PATIENCE}s",
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
        "synchronous_commit": "on",
    }
    try:
        engine = create_engine(
            address.url(password),
            poolclass=NullPool,
            connect_args={"connect_timeout": 30, "client_encoding": "utf8", "application_name": "hotline-policy"},
        )
    except ModuleNotFoundError:
        what, instead = "没有安装 PostgreSQL 的驱动", "请安装：pip install 'hotline-policy[postgres]'"
        raise InputError([Problem(Place(address.text), what, "", instead)]) from None

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: object) -> None:
        """This program's own waiting and durability, whatever the server or the role is set to."""
        with connection.cursor() as cursor:
            for name, value in settings.items():
                cursor.execute("SELECT set_config(%s, %s, false)", (name, value))
        connection.commit()

    return Store(engine, algorithm, address.text)
