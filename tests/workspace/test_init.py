"""A workspace is made by one command, whole or not yet; what is in the way is told."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.locations import locations
from cli.main import main
from cli.options import CommandError
from cli.options_workspace import name_of
from engine.problems import InputError
from tests.cli.conftest import Ran, hotline
from tests.running import POLICY, ROOT
from tests.workspace.disks import run_on_disk
from tests.workspace.looking import kinds, rights, snapshot_of
from tests.workspace.making import Postgres, make
from tests.workspace.processes import ended, killed_at, started
from workspace import durable
from workspace.address import SQLITE
from workspace.database import entries
from workspace.layout import Layout
from workspace.opening import open_workspace
from workspace.private import fingerprint

__all__ = ["hotline"]  # a fixture

Hotline = Callable[..., Ran]


def options(database: str) -> list[str]:
    return [] if database == SQLITE else ["--database", database]


def test_init_makes_a_workspace(hotline: Hotline, database: str, tmp_path: Path) -> None:
    """Promise: one command makes a whole workspace: settings, key, policies, a chain that begins with its settings."""
    ran = hotline(
        "init", tmp_path / "甲 区", *options(database), "--digest", "sm3", "--personal", "drop", "--by", " 王 "
    )
    assert (ran.code, ran.err) == (0, "")
    workspace = open_workspace(Layout(tmp_path / "甲 区"))
    assert (workspace.settings.digest, workspace.settings.personal) == ("sm3", "drop")
    assert kinds(workspace) == ["init"]
    with workspace.store.reading() as session:
        (entry,) = entries(session)
    assert entry.by == "王"
    assert entry.content["settings"] == workspace.settings.record()
    assert entry.content["key"] == fingerprint(workspace.private.key())
    for path in POLICY.rglob("*.yaml"):
        assert (workspace.layout.policies / "2026" / path.relative_to(POLICY)).read_bytes() == path.read_bytes()
    assert workspace.settings.database in ran.out and "hotline import" in ran.out


def test_init_here(hotline: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: without a folder the current one becomes the workspace; files of one's own in it are left alone."""
    (tmp_path / "工单.xlsx").write_bytes(b"mine")
    (tmp_path / "objects").mkdir()
    monkeypatch.chdir(tmp_path)
    assert hotline("init").code == 0
    assert kinds(open_workspace(Layout(tmp_path))) == ["init"]
    assert (tmp_path / "工单.xlsx").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["objects", "policies", "private", "scratch", "hotline.db"])
def test_what_is_in_the_way_is_told(hotline: Hotline, tmp_path: Path, name: str) -> None:
    """Promise: files of one's own under a name that a workspace needs are neither used nor touched."""
    mine = tmp_path / name if "." in name else tmp_path / name / "mine"
    mine.parent.mkdir(exist_ok=True)
    mine.write_bytes(b"mine")
    ran = hotline("init", tmp_path)
    assert ran.code == 2 and name in ran.err and "移走" in ran.err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]
    assert mine.read_bytes() == b"mine"


def test_a_workspace_is_not_made_twice(hotline: Hotline, database: str, tmp_path: Path) -> None:
    """Promise: init on a workspace, or inside one, changes nothing and says so."""
    workspace = make(tmp_path / "office", database)
    before = snapshot_of(tmp_path)
    other = ["--personal", "drop"]
    for words in ([tmp_path / "office"], [tmp_path / "office", *other], [tmp_path / "office" / "policies" / "x"]):
        ran = hotline("init", *words, *options(database))
        assert ran.code == 2 and ("已是工作区" in ran.err or "已有工作区" in ran.err)
    assert snapshot_of(tmp_path) == before
    assert kinds(workspace) == ["init"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--database", "oracle://u:geheim@h/d"], "只能是 SQLite 或 PostgreSQL"),
        (["--database", "sqlite:////tmp/x.db"], "文件夹里的一个 .db 文件"),
        (["--personal", "some"], "--personal 不能是 some"),
        (["--digest", "md5"], "--digest 不能是 md5"),
        (["--by", " "], "--by 不能是空的"),
        (["--by", "甲\n乙"], "控制字符"),
        (["--by", "甲" * 101], "不能超过 100 字"),
    ],
)
def test_wrong_words_make_nothing(hotline: Hotline, tmp_path: Path, words: list[str], said: str) -> None:
    """Promise: what was typed wrongly is told before anything is made."""
    ran = hotline("init", tmp_path / "office", *words)
    assert ran.code == 2 and said in ran.err and "geheim" not in ran.err
    assert not (tmp_path / "office").exists()


def test_what_this_machine_lacks_is_told(hotline: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: without a PostgreSQL driver or without SM3, the message says what to install, and nothing is made."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    ran = hotline("init", tmp_path / "office", "--database", "postgresql://u@h/d")
    assert ran.code == 2 and "pip install" in ran.err

    def lacking(*_: object, **__: object) -> None:
        raise ValueError("unsupported hash type sm3")

    monkeypatch.setattr("hashlib.new", lacking)
    ran = hotline("init", tmp_path / "office", "--digest", "sm3")
    assert ran.code == 2 and "SM3" in ran.err and "--digest sha256" in ran.err
    assert not (tmp_path / "office" / "workspace.yaml").exists()


def test_the_folder_may_not_be_a_file(hotline: Hotline, tmp_path: Path) -> None:
    """Promise: a wrong place is told in Chinese with its name."""
    (tmp_path / "file").write_bytes(b"")
    ran = hotline("init", tmp_path / "file")
    assert ran.code == 2 and str(tmp_path / "file") in ran.err
    assert hotline("init", tmp_path / "file" / "office").code == 2


def test_who_acts_is_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: without --by the login name is taken; where there is none, it has to be typed."""
    monkeypatch.setenv("LOGNAME", "wang")
    assert name_of(None) == "wang"

    def unknown() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", unknown)
    with pytest.raises(CommandError, match="--by"):
        name_of(None)


def _making(root: Path, database: str, policies: Path, seed: int = 0) -> None:
    make(root, database, policies=policies, seed=seed)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Policies of two files, so that there are few points to be killed at."""
    (tmp_path / "small" / "2026" / "cases").mkdir(parents=True)
    for name in ("policy.yaml", "cases/gates.yaml"):
        shutil.copyfile(POLICY / name, tmp_path / "small" / "2026" / name)
    return tmp_path / "small"


def test_a_killed_init_is_finished_by_another(database: str, tmp_path: Path, small: Path) -> None:
    """Promise: killed at any touch of a file, init can be run again with the same options and gives a whole workspace;
    until then the folder is no workspace, and opening it says how to go on."""
    refused = 0
    for point in range(1, 1000):
        root = tmp_path / f"office-{point}"
        if not killed_at(point, root, _making, root, database, small):
            break
        if (root / "workspace.yaml").exists():
            try:
                open_workspace(Layout(root))
            except InputError as error:
                assert "再运行一次 hotline init" in str(error)
                refused += 1
            else:
                break  # the first entry was there already
        if database == SQLITE:
            make(root, database, policies=small)
            check_whole(root, small)
    assert point > 30 and refused > 20
    check_whole(root, small)


def check_whole(root: Path, policies: Path) -> None:
    workspace = open_workspace(Layout(root))
    assert kinds(workspace) == ["init"]
    with workspace.store.reading() as session:
        assert entries(session)[0].content["key"] == fingerprint(workspace.private.key())
    copied = {
        path.relative_to(workspace.layout.policies): data
        for path, data in snapshot_of(workspace.layout.policies).items()
    }
    assert not list(root.rglob("*.part"))
    assert copied == {path.relative_to(policies): data for path, data in snapshot_of(policies).items()}


def test_several_inits_at_once_make_one_workspace(database: str, tmp_path: Path, small: Path) -> None:
    """Promise: when several people make the same workspace at once, one does and the others are told that it is one."""
    root = tmp_path / "office"
    makers = [started(_making, root, database, small, seed) for seed in range(4)]
    assert sorted(ended(maker) or 0 for maker in makers) == [0, 1, 1, 1]
    check_whole(root, small)


def test_a_database_with_other_tables_is_refused(postgres: Postgres, tmp_path: Path) -> None:
    """Promise: tables of another program are not taken for ours, nor touched."""
    import psycopg

    address = postgres.new_database()
    with psycopg.connect(make_url(address), autocommit=True) as connection:
        connection.execute("CREATE TABLE entry (x int)")
    with pytest.raises(InputError, match="已有别的表：entry"):
        make(tmp_path / "office", address)
    assert not (tmp_path / "office" / "workspace.yaml").exists()
    postgres.drop(address)


def make_url(address: str) -> str:
    return address.replace("postgres:@", "postgres@")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_private_is_the_owners_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Promise: the key and personal data are only the owner's to read, however generous or strict the umask is."""
    before = os.umask(umask)
    try:
        workspace = make(tmp_path / "office")
        with workspace.objects.scratch_folder() as folder:
            (folder / "x").write_bytes(b"x")
            assert rights(folder) == 0o700
            workspace.private.adopt(folder / "x", workspace.layout.personal / "x.parquet")
        workspace.private.write(workspace.layout.password, b"x")
    finally:
        os.umask(before)
    assert rights(workspace.layout.private) == rights(workspace.layout.personal) == 0o700
    for path in (workspace.layout.key, workspace.layout.password, workspace.layout.personal / "x.parquet"):
        assert rights(path) == 0o600


def test_a_full_disk_during_init_is_told(tmp_path: Path) -> None:
    """Promise: where the disk is too small, init says so in Chinese, and with more room it goes on."""
    script = """
set +e
head -c 10000000 /dev/zero > $DISK/filler 2> /dev/null
truncate -s -60k $DISK/filler
$HOTLINE init $DISK/office --by 甲
echo $?
rm $DISK/filler
$HOTLINE init $DISK/office --by 甲 > /dev/null
echo $?
$HOTLINE settings --workspace $DISK/office
"""
    ran = run_on_disk(tmp_path / "disk", "2m", script)
    assert ran.stdout.splitlines()[:2] == ["2", "0"] and ran.returncode == 0
    assert "磁盘满了" in ran.stderr and "Traceback" not in ran.stderr and ran.stderr.count("\n") == 1


def _refused_without_rights(root: Path, policies: Path) -> None:
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)
    with pytest.raises(InputError) as caught:
        make(root, policies=policies)
    assert "没有权限" in str(caught.value) and str(root.parent) in str(caught.value)


def test_without_rights_init_tells(small: Path) -> None:
    """Promise: where the user may not write, the message says so and names the place."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o555)
        assert ended(started(_refused_without_rights, Path(place, "office"), small)) == 0
        Path(place).chmod(0o755)


def test_a_changed_file_is_whole_or_untouched(tmp_path: Path) -> None:
    """Promise: a file that is written anew keeps its old content until the new one is complete."""
    path = tmp_path / "file"
    durable.replace(path, b"old")
    point = 1
    while killed_at(point, tmp_path, durable.replace, path, b"new"):
        assert path.read_bytes() in (b"old", b"new")
        point += 1
    assert path.read_bytes() == b"new"


def test_rights_are_exact_whatever_the_umask(tmp_path: Path) -> None:
    """Promise: a file that is given its rights has these and no others."""
    before = os.umask(0o277)
    try:
        durable.replace(tmp_path / "file", b"x", 0o600)
    finally:
        os.umask(before)
    assert rights(tmp_path / "file") == 0o600


def test_bundled_policies_are_what_is_copied() -> None:
    """Promise: init starts from the versions that the program carries."""
    assert locations().released.samefile(ROOT / "policies")
    assert main(["--version"]) == 0
