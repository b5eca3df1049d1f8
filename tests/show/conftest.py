"""What the tests of showing share: a way to run commands, and a copy of the 2026 policy to write in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.main import main

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "schemas" / "v1"
POLICY = ROOT / "policies" / "2026"
ALL_POLICIES = sorted(head.parent for head in ROOT.glob("*policies/*/policy.yaml")) + sorted(
    head.parent for head in (ROOT / "examples" / "policies").glob("*/policy.yaml")
)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def hotline(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs ``hotline`` with the given words in this process."""

    def run(*words: object) -> Ran:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the 2026 policy that is not released."""
    copy = tmp_path / "2026"
    shutil.copytree(POLICY, copy, ignore=shutil.ignore_patterns("manifest.yaml"))
    return copy
