"""Which version a name means."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.policy.versions import HEAD, find_version
from tests.running import ROOT

RELEASED = ROOT / "policies"


@pytest.mark.parametrize("name", ["./2026", "2026/", "../mine/2026"])
def test_a_path_means_that_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: who names a folder is never answered by the version of the same name; a bare name is the version's."""
    own = tmp_path / "mine"
    (own / "2026").mkdir(parents=True)
    shutil.copy(RELEASED / "2026" / HEAD, own / "2026")
    monkeypatch.chdir(own)
    assert find_version(name, [RELEASED]).resolve() == own / "2026"
    assert find_version("2026", [RELEASED]) == RELEASED / "2026"
