"""A bundle as a folder and as a zip file, checked by the real ``sha256sum``."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from engine.problems import InputError
from workspace.audit.bundle import Member, write_bundle


@pytest.fixture
def members(tmp_path: Path) -> list[Member]:
    held = tmp_path / "held.parquet"
    held.write_bytes(bytes(range(256)) * 9000)
    return [Member("说明.md", "两行\n文字\n".encode()), Member("objects/ab/held.parquet", held), Member("empty", b"")]


def _checked(folder: Path) -> str:
    ran = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=False
    )
    return ran.stdout + ran.stderr if ran.returncode else ""


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_everything_is_there_and_its_sums_hold(tmp_path: Path, members: list[Member], name: str) -> None:
    """Promise: a bundle holds every file and the sum of every file, in either form."""
    target = tmp_path / name
    assert write_bundle(target, members) == 4
    folder = target
    if target.suffix:
        folder = tmp_path / "unpacked"
        zipfile.ZipFile(target).extractall(folder)
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {"说明.md", "objects/ab/held.parquet", "empty", "SHA256SUMS"}
    assert _checked(folder) == ""
    (folder / "empty").write_bytes(b"x")
    assert "empty" in _checked(folder)


def test_the_same_content_gives_the_same_bytes(tmp_path: Path, members: list[Member]) -> None:
    """Promise: exporting twice gives the same zip file, whatever the order of its parts or the time of day."""
    write_bundle(tmp_path / "a.zip", members)
    write_bundle(tmp_path / "b.zip", members[::-1])
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_nothing_is_overwritten_and_nothing_half_is_left(tmp_path: Path, members: list[Member]) -> None:
    """Promise: what lies at the target is kept, and a bundle that could not be finished leaves nothing behind."""
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine").write_text("x")
    (tmp_path / "there.zip").write_text("x")
    for name in ("there", "there.zip", "missing/out"):
        with pytest.raises(InputError):
            write_bundle(tmp_path / name, members)
    for name in ("new", "new.zip"):
        with pytest.raises(FileNotFoundError):
            write_bundle(tmp_path / name, [*members, Member("z", tmp_path / "no such file")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["held.parquet", "there", "there.zip"]
    (tmp_path / "empty").mkdir()
    write_bundle(tmp_path / "empty", members)
    assert _checked(tmp_path / "empty") == ""
