"""Objects: immutable, named by what they hold, whole before they have their name."""

from __future__ import annotations

import hashlib
import os
import random
from pathlib import Path

import pytest

from engine.problems import InputError
from tests.workspace.disks import run_on_disk
from tests.workspace.processes import ended, killed_at, started
from workspace.digests import ALGORITHMS, Algorithm, digest_bytes
from workspace.layout import Layout
from workspace.objects import Objects


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """An empty store of a folder that is otherwise no workspace."""
    return Objects(Layout(tmp_path), "sha256")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_name_says_the_content(tmp_path: Path, algorithm: Algorithm) -> None:
    """Promise: the name is the digest of the bytes, as any other tool computes it, and the bytes come back."""
    objects = Objects(Layout(tmp_path), algorithm)
    digest = objects.put_bytes("工单".encode(), ".json")
    assert digest == hashlib.new(algorithm, "工单".encode()).hexdigest()
    assert objects.path(digest, ".json") == tmp_path / "objects" / digest[:2] / f"{digest}.json"
    assert objects.read(digest, ".json") == "工单".encode()
    with objects.open(digest, ".json") as file:
        assert file.read() == "工单".encode()
    assert objects.verify(digest, ".json") is None


def test_the_same_again_changes_nothing(objects: Objects) -> None:
    """Promise: what is kept already is kept once, whether it comes as bytes or as a file."""
    digest = objects.put_bytes(b"one", ".json")
    before = objects.path(digest, ".json").stat()
    with objects.scratch_folder() as folder:
        (folder / "part").write_bytes(b"one")
        assert objects.put_file(folder / "part", ".json") == digest
        assert list(folder.iterdir()) == []
    after = objects.path(digest, ".json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert list(objects.layout.scratch.iterdir()) == []


def test_objects_are_listed_and_strangers_named(objects: Objects) -> None:
    """Promise: everything in the folder is either an object or a stranger."""
    assert list(objects.listed()) == [] and list(objects.strangers()) == []
    kept = {(objects.put_bytes(bytes([n]), suffix), suffix) for n in range(20) for suffix in (".json", ".parquet")}
    first = objects.path(*min(kept))
    others = [first.with_name(first.name[1:]), first.parent.parent / first.name, first.with_name("notes.txt")]
    for other in others:
        other.write_bytes(b"x")
    assert list(objects.listed()) == sorted(kept)
    assert set(objects.strangers()) == set(others)


def test_any_changed_byte_is_found(objects: Objects) -> None:
    """Promise: whichever byte of an object changes, the object is named, and is never read as if it were sound."""
    data = random.Random(1).randbytes(300)
    digest = objects.put_bytes(data, ".parquet")
    path = objects.path(digest, ".parquet")
    path.chmod(0o644)
    for spot in range(len(data)):
        path.write_bytes(data[:spot] + bytes([data[spot] ^ 1]) + data[spot + 1 :])
        problem = objects.verify(digest, ".parquet")
        assert problem is not None and str(path) in str(problem) and "被改动过" in str(problem)
    with pytest.raises(InputError, match="被改动过"):
        objects.read(digest, ".parquet")
    path.unlink()
    assert "不见了" in str(objects.verify(digest, ".parquet"))
    with pytest.raises(InputError, match="没有这个文件"):
        objects.read(digest, ".parquet")


def test_a_changed_object_is_not_relied_upon(objects: Objects) -> None:
    """Promise: keeping content whose object was changed is refused; the change is not covered up."""
    digest = objects.put_bytes(b"sound", ".json")
    path = objects.path(digest, ".json")
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(InputError, match="被改动过"):
        objects.put_bytes(b"sound", ".json")
    assert path.read_bytes() == b"other"


def test_objects_resist_a_slip_of_the_hand(objects: Objects) -> None:
    """Promise: an object is not writable, not even for its owner."""
    path = objects.path(objects.put_bytes(b"x", ".json"), ".json")
    assert path.stat().st_mode & 0o222 == 0


def test_content_is_on_the_disk_before_its_name(objects: Objects, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: a loss of power finds no name without content: file forced out, then renamed, then its folders."""
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def spied_fsync(opened: int) -> None:
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{opened}") else "file")  # noqa: PTH112
        fsync(opened)

    def spied_replace(self: Path, target: Path) -> Path:
        done.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", spied_fsync)
    monkeypatch.setattr(Path, "replace", spied_replace)
    objects.put_bytes(b"x", ".json")
    after = done[done.index("file") :]
    assert "rename" in after and after.index("file") < after.index("rename")
    assert after[after.index("rename") + 1 :].count("folder") == 2


def _put_many(objects: Objects, seed: int) -> None:
    order = list(range(60))
    random.Random(seed).shuffle(order)
    for number in order:
        objects.put_bytes(f"{number}".encode() * 1000, ".json")


def test_several_keep_the_same_at_once(objects: Objects) -> None:
    """Promise: processes that keep the same content at the same time all succeed, and one sound object is there."""
    processes = [started(_put_many, objects, seed) for seed in range(4)]
    assert [ended(process) for process in processes] == [0] * 4
    found = list(objects.listed())
    assert {digest for digest, _ in found} == {digest_bytes(f"{n}".encode() * 1000, "sha256") for n in range(60)}
    assert [objects.verify(*item) for item in found] == [None] * 60


def test_a_kill_leaves_whole_objects_only(objects: Objects) -> None:
    """Promise: killed at any touch of a file, there is the whole object or none, and keeping it again works."""
    point = 1
    while killed_at(point, objects.layout.root, objects.put_bytes, f"{point}".encode() * 5000, ".json"):
        assert [objects.verify(*item) for item in objects.listed()] == [None] * len(list(objects.listed()))
        assert list(objects.strangers()) == []
        digest = objects.put_bytes(f"{point}".encode() * 5000, ".json")
        assert objects.verify(digest, ".json") is None
        point += 1
    assert point > 5


_PUT = (
    "from pathlib import Path; from workspace.layout import Layout; from workspace.objects import Objects; import sys\n"
)
_PUT += "from engine.problems import InputError\n"
_PUT += "kept = Objects(Layout(Path(sys.argv[1])), 'sha256')\n"


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    """Promise: when the disk fills, the message says so in Chinese, and every object that is there is sound."""
    script = f"""
cat > $DISK/put.py <<'PYTHON'
{_PUT}
try:
    for number in range(100):
        kept.put_bytes(bytes([number]) * 50_000, ".json")
except InputError as error:
    print(error, len(list(kept.listed())), [kept.verify(*item) for item in kept.listed()], list(kept.strangers()))
    print(list(kept.layout.scratch.iterdir()))
PYTHON
PYTHONPATH=. $PYTHON $DISK/put.py $DISK
"""
    ran = run_on_disk(tmp_path / "disk", "400k", script)
    assert (ran.returncode, ran.stderr) == (0, "")
    first, second = ran.stdout.splitlines()
    assert "磁盘满了" in first and "腾出空间" in first and "被改动过" not in first
    assert second == "[]"


def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    """Promise: where nothing can be written, the message says so and names the place."""
    script = f"""
cat > $DISK/put.py <<'PYTHON'
{_PUT}
try:
    kept.put_bytes(b"x", ".json")
except InputError as error:
    print(error)
PYTHON
mount -o remount,ro $DISK
PYTHONPATH=. $PYTHON $DISK/put.py $DISK
"""
    ran = run_on_disk(tmp_path / "disk", "400k", script)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "只读" in ran.stdout and str(tmp_path / "disk") in ran.stdout
