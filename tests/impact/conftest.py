"""What the tests of impact share: the golden orders taken in once, and the schemas as a dictionary."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.choosing import Taken
from engine.diff.vocabulary import Vocabulary
from engine.impact.replay import Given, Replay
from engine.intake import connect, take_in
from engine.policy.build import build_policy
from engine.policy.parts import Parts, load_parts
from tests.diff.editing import BASE, SCHEMAS
from tests.running import GOLDEN, GOLDEN_AS_OF


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return Vocabulary(SCHEMAS)


@pytest.fixture(scope="session")
def base() -> Parts:
    return load_parts(BASE, SCHEMAS, {})


@pytest.fixture(scope="session")
def taken(base: Parts) -> Taken:
    policy, connection = build_policy(base), connect(threads=1)
    return Taken(policy, take_in(policy.tables, GOLDEN, connection), connection)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(scope="session")
def given(cache: Path) -> Given:
    return Given(GOLDEN, GOLDEN_AS_OF, cache)


@pytest.fixture(scope="session")
def replay(taken: Taken, given: Given) -> Replay:
    """One for all tests: what it remembers of one version must not show in another."""
    return Replay(taken.policy, given, taken)
