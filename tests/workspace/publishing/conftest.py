"""What the tests of publishing share: on each database an office that publishes and corrects."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.workspace.making import Postgres, make
from tests.workspace.publishing.office import MARCH, Office, office, published
from tests.workspace.ready import Ready
from tests.workspace.runs.stocked import request, stock
from workspace.layout import Layout
from workspace.opening import Workspace, open_workspace


@pytest.fixture(scope="package")
def offices(tmp_path_factory: pytest.TempPathFactory, postgres: Postgres, golden_year: Ready) -> dict[str, Office]:
    """The same history on SQLite and on PostgreSQL. Tests change nothing in it."""
    root = tmp_path_factory.mktemp("offices")
    other = make(root / "postgresql", postgres.new_database())
    stock(other)
    workspaces = {"sqlite": golden_year.with_import(root / "sqlite"), "postgresql": other}
    return {name: office(workspace, golden_year.cache) for name, workspace in workspaces.items()}


@pytest.fixture
def golden(tmp_path: Path, golden_year: Ready) -> Workspace:
    """The golden year, imported into a workspace of the test's own."""
    return golden_year.with_import(tmp_path / "office")


@pytest.fixture(scope="package")
def march(tmp_path_factory: pytest.TempPathFactory, golden_year: Ready) -> Path:
    """A workspace that has published March. Not to be changed: see ``announced``."""
    workspace = golden_year.with_run(tmp_path_factory.mktemp("march") / "office")
    published(workspace, request(workspace, golden_year.cache), MARCH)
    return workspace.layout.root


@pytest.fixture
def announced(march: Path, tmp_path: Path) -> Workspace:
    """A copy of a workspace that has published March."""
    shutil.copytree(march, tmp_path / "office")
    return open_workspace(Layout(tmp_path / "office"))
