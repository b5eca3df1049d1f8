"""One office for all tests that only look at it, or leave it as they found it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workspace.audit.making import Office, office


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Office:
    return office(tmp_path_factory.mktemp("audited"), cache)
