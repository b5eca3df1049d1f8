"""What the tests of comparing share: the schemas as a dictionary and the 2026 policy, read once."""

from __future__ import annotations

import pytest

from engine.diff.vocabulary import Vocabulary
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import BASE, SCHEMAS


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return Vocabulary(SCHEMAS)


@pytest.fixture(scope="session")
def base() -> Parts:
    return load_parts(BASE, SCHEMAS, {})
