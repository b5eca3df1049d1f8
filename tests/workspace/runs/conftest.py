"""What the tests of runs share: a workspace with one run."""

from __future__ import annotations

import pytest

from tests.workspace.ready import Ready
from workspace.opening import Workspace
from workspace.runs import Run, find_run


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory, golden_year: Ready) -> Workspace:
    """The golden year, imported, and evaluated once. Tests may add runs to it, nothing else."""
    return golden_year.with_run(tmp_path_factory.mktemp("office") / "office")


@pytest.fixture(scope="package")
def run(office: Workspace) -> Run:
    """Its first run."""
    return find_run(office, "R3")
