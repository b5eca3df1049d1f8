"""Makes workspaces for tests, on SQLite or on a real PostgreSQL, always at the same moment and by the same person.

Knows how a workspace is made; must not know what any test expects.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import psycopg
from psycopg import sql

from engine.problems import Place
from tests.running import ROOT
from workspace.address import SQLITE, read_address
from workspace.creating import Making, create
from workspace.digests import Algorithm
from workspace.opening import Workspace
from workspace.settings import Personal, Settings

Database = Literal["sqlite", "postgresql"]
AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
BY = "测试员"


@dataclass
class Postgres:
    """A running server; ``uri`` leads to its maintenance database."""

    uri: str
    made: int = 0

    def new_database(self) -> str:
        """The address of a new, empty database."""
        self.made += 1
        name = f"workspace_{self.made}"
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE template0 STRATEGY file_copy").format(sql.Identifier(name)))
        return self.uri.replace("/postgres?", f"/{name}?")

    def copy(self, address: str) -> str:
        """The address of a new database with everything that another one holds; nobody may be connected to that."""
        made = self.new_database()
        self.drop(made)
        source, target = (sql.Identifier(urlsplit(item).path.lstrip("/")) for item in (address, made))
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(target, source))
        return made

    def put_back(self, address: str, template: str) -> None:
        """Make a database anew as a copy of another one, whoever is still connected to it."""
        self.drop(address)
        made, source = (sql.Identifier(urlsplit(item).path.lstrip("/")) for item in (address, template))
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(made, source))

    def drop(self, address: str) -> None:
        """Away with a database, whoever is still connected."""
        name = urlsplit(address).path.lstrip("/")
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def settle(self) -> None:
        """Tests kill clients, never the server, so it need not wait for the disk."""
        self._run(sql.SQL("ALTER SYSTEM SET fsync = off"))
        self._run(sql.SQL("SELECT pg_reload_conf()"))

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        host = parse_qs(urlsplit(self.uri).query)["host"][0]
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement)


def make(
    root: Path,
    database: str = SQLITE,
    *,
    personal: Personal = "keep",
    digest: Algorithm = "sha256",
    policies: Path = ROOT / "policies",
    seed: int = 0,
) -> Workspace:
    """A workspace in ``root`` with the policies of the checkout; ``database`` is its address, ``seed`` gives its id."""
    id_ = hashlib.sha256(f"{root}{database}{seed}".encode()).hexdigest()[:32]
    address = read_address(database, Place("database"))
    settings = Settings(id_, address.text, personal, digest)
    return create(root, Making(settings, address.password, b"k" * 32, policies, "0.0.0", BY, AT))
