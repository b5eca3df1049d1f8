"""A released version that is not what was released is used for nothing."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.policy.manifest import MANIFEST
from engine.revise.release import manifest_text
from tests.running import GOLDEN, POLICY, SCHEMAS


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """A copy of the 2026 policy to which a line was added after its release."""
    folder = tmp_path / "policies" / "2026"
    shutil.copytree(POLICY, folder, ignore=shutil.ignore_patterns("manifest*"))
    (folder / MANIFEST).write_text(manifest_text(folder, SCHEMAS, "某科", dt.date(2026, 3, 24)), "utf-8")
    with (folder / "calendar.yaml").open("a", encoding="utf-8") as file:
        file.write("# 补一行\n")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "2026", POLICY),
        ("impact", "2026", POLICY, "--data", GOLDEN, "--as-of", "2026-11-23"),
        ("new", "2027", "--from", "2026"),
        ("test", "2026"),
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_made_of_an_altered_version(
    hotline: Callable[..., Any], altered: Path, words: tuple[object, ...]
) -> None:
    """Promise: nobody compares, replays, copies or tests a released version that is not what was released."""
    ran = hotline("policy", *words, "--policies", altered.parent)
    assert ran.code == 2 and "calendar.yaml:1:1: 发布之后被改动" in ran.err
    assert not (altered.parent / "2027").exists()
