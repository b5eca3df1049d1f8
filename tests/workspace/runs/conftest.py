"""What the tests of runs share: a folder for compiled rules, and a workspace with one run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspace.making import make
from tests.workspace.runs.stocked import request, run_once, stock
from workspace.opening import Workspace
from workspace.runs import Run


@pytest.fixture(scope="package")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules are compiled once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The golden year, imported. Tests may add runs to it, nothing else."""
    workspace = make(tmp_path_factory.mktemp("office") / "office")
    stock(workspace)
    return workspace


@pytest.fixture(scope="package")
def run(office: Workspace, cache: Path) -> Run:
    """One run of it."""
    return run_once(office, request(office, cache))
