"""What the tests of publishing share: compiled rules, and on each database an office that publishes and corrects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workspace.making import Postgres, make
from tests.workspace.publishing.office import MARCH, Office, office, published
from tests.workspace.runs.stocked import request, stock
from workspace.address import SQLITE
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace


@pytest.fixture(scope="package")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules are compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="package")
def offices(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, cache: Path) -> dict[str, Office]:
    """The same history on SQLite and on PostgreSQL. Tests change nothing in it."""
    root = tmp_path_factory.mktemp("offices")
    databases = {"sqlite": SQLITE, "postgresql": postgres.new_database()}
    return {name: office(make(root / name, address), cache) for name, address in databases.items()}


@pytest.fixture
def golden(tmp_path: Path) -> Workspace:
    """The golden year, imported into a workspace of the test's own."""
    workspace = make(tmp_path / "office")
    stock(workspace)
    return workspace


@pytest.fixture(scope="package")
def march(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """A workspace that has published March. Not to be changed: see ``announced``."""
    workspace = make(tmp_path_factory.mktemp("march") / "office")
    stock(workspace)
    published(workspace, request(workspace, cache), MARCH)
    return workspace.layout.root


@pytest.fixture
def announced(march: Path, tmp_path: Path) -> Workspace:
    """A copy of a workspace that has published March."""
    shutil.copytree(march, tmp_path / "office")
    return open_workspace(Layout(tmp_path / "office"))
