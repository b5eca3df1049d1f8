"""A workspace is found, moved, copied and changed; another one's database and changes by hand are refused."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.problems import InputError
from tests.cli.conftest import Ran, hotline
from tests.shapes import fits
from tests.workspace.looking import kinds, rights, snapshot_of
from tests.workspace.making import AT, BY, Postgres, make
from tests.workspace.processes import killed_at
from workspace.address import SQLITE
from workspace.changing import change
from workspace.database import entries
from workspace.layout import Layout, find
from workspace.opening import Workspace, open_workspace
from workspace.settings import Settings, read_settings, settings_text

__all__ = ["hotline"]  # a fixture

Hotline = Callable[..., Ran]


def test_a_workspace_is_found_from_inside(hotline: Hotline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Promise: commands find the workspace from any folder in it, or are told which; elsewhere they say what to do."""
    make(tmp_path / "office")
    inside = tmp_path / "office" / "policies" / "2026"
    found = json.loads(hotline("settings", "--workspace", tmp_path / "office", "--format", "json").out)
    fits("settings", found)
    monkeypatch.chdir(inside)
    assert json.loads(hotline("settings", "--format", "json").out) == found
    assert find(inside) == Layout(tmp_path / "office")
    monkeypatch.chdir(tmp_path)
    for words in ((), ("--workspace", inside)):
        ran = hotline("settings", *words)
        assert ran.code == 2 and "hotline init" in ran.err


@pytest.mark.parametrize(
    "body", ["{", "3", "{}", '{"settings": {"id": 7, "colour": 1}}', '{"settings": {"database": ""}}']
)
@pytest.mark.parametrize("kind", ["init", "import"])
def test_an_entry_that_was_damaged_is_one_sentence(hotline: Hotline, tmp_path: Path, kind: str, body: str) -> None:
    """Promise: whatever stands in an entry in place of its body, commands name it and lead to the verification."""
    layout = make(tmp_path / "office").layout
    with sqlite3.connect(layout.root / "hotline.db") as connection:
        connection.execute("INSERT INTO entry SELECT 2, 'import', at, by, '{\"files\": []}', digest, 'x' FROM entry")
        connection.execute("UPDATE entry SET body = ? WHERE kind = ?", (body, kind))
    ran = hotline("aside", tmp_path / "a.xlsx", "--workspace", layout.root)
    assert ran.code == 2 and f"链上第 {1 if kind == 'init' else 2} 条记录" in ran.err and "audit verify" in ran.err
    assert "程序内部出错" not in ran.err and "Traceback" not in ran.err
    ran = hotline("audit", "verify", "--workspace", layout.root)
    assert ran.code == 1 and "链上第" in ran.err


def test_a_database_of_another_workspace_is_refused(
    hotline: Hotline, database: str, postgres: Postgres, tmp_path: Path
) -> None:
    """Promise: a workspace never writes into another one's database, whether by init, by hand or by a mixed-up copy."""
    first = make(tmp_path / "first", database)
    if database == SQLITE:
        second = make(tmp_path / "second")
        shutil.copyfile(tmp_path / "first" / "hotline.db", tmp_path / "second" / "hotline.db")
    else:
        ran = hotline("init", tmp_path / "second", "--database", database)
        assert ran.code == 2 and first.settings.id in ran.err and "另一个工作区" in ran.err
        assert not (tmp_path / "second" / "workspace.yaml").exists()
        other = postgres.new_database()
        second = make(tmp_path / "second", other)
        ran = hotline("settings", "--workspace", tmp_path / "second", "--database", database)
        assert ran.code == 2 and "另一个工作区" in ran.err
        mixed = Settings(second.settings.id, first.settings.database)
        second.layout.settings.write_text(settings_text(mixed), "utf-8")
        postgres.drop(other)
    with pytest.raises(InputError, match="属于另一个工作区") as caught:
        open_workspace(second.layout)
    assert first.settings.id in str(caught.value)
    assert kinds(first) == ["init"]


def test_a_workspace_can_be_moved_and_copied(workspace: Workspace, tmp_path: Path) -> None:
    """Promise: the folder means the same wherever it lies; a copy opens, and what was private is private again."""
    digest = workspace.objects.put_bytes(b"work", ".json")
    subprocess.run(["cp", "-r", workspace.layout.root, tmp_path / "copy"], check=True)
    for path in (tmp_path / "copy" / "private", tmp_path / "copy" / "private" / "key"):
        path.chmod(0o755)
    shutil.move(workspace.layout.root, tmp_path / "moved")
    for root in (tmp_path / "copy", tmp_path / "moved"):
        found = open_workspace(Layout(root))
        assert found.settings == workspace.settings
        assert found.objects.read(digest, ".json") == b"work"
        assert kinds(found) == ["init"]
        assert rights(found.layout.private) == 0o700 and rights(found.layout.key) == 0o600


def test_the_password_lies_in_private_alone(hotline: Hotline, postgres: Postgres, tmp_path: Path) -> None:
    """Promise: the database's password is in one file that only the owner can read, and in no other byte."""
    address = postgres.new_database().replace("postgres:@", "postgres:ge%40heim@")
    ran = hotline("init", tmp_path / "office", "--database", address)
    assert ran.code == 0
    password = tmp_path / "office" / "private" / "database-password"
    assert (password.read_text(), rights(password)) == ("ge@heim", 0o600)
    for path, data in snapshot_of(tmp_path).items():
        assert path == password or (b"heim" not in data), path
    assert "heim" not in ran.out + ran.err
    shown = hotline("settings", "--workspace", tmp_path / "office")
    assert shown.code == 0 and "heim" not in shown.out + shown.err
    assert "heim" not in repr(open_workspace(Layout(tmp_path / "office")))
    postgres.drop(address)


@pytest.mark.parametrize("name", ["personal", "digest", "id"])
def test_settings_changed_by_hand_are_refused(workspace: Workspace, name: str) -> None:
    """Promise: nobody turns keeping personal data on, or the digest round, without an entry of the chain."""
    content = settings_text(workspace.settings)
    changes = {"personal": ("keep", "drop"), "digest": ("sha256", "sm3"), "id": (workspace.settings.id, "0" * 32)}
    workspace.layout.settings.write_text(content.replace(f"{changes[name][0]}", changes[name][1], 1), "utf-8")
    with pytest.raises(InputError, match=r"不符|另一个工作区"):
        open_workspace(workspace.layout)
    workspace.layout.settings.write_text("# 批注\n" + content, "utf-8")
    assert open_workspace(workspace.layout).settings == workspace.settings


def test_settings_change_through_the_chain(hotline: Hotline, workspace: Workspace) -> None:
    """Promise: a change names who made it; turning personal data off removes what was kept; the same again is none."""
    kept = workspace.layout.personal / "a.parquet"
    workspace.private.write(kept, b"x")
    for _ in range(2):
        ran = hotline("settings", "--workspace", workspace.layout.root, "--personal", "drop", "--by", "李")
        assert (ran.code, ran.err) == (0, "") and "drop" in ran.out
    assert not kept.exists() and workspace.layout.personal.is_dir()
    changed = open_workspace(workspace.layout)
    assert changed.settings.personal == "drop"
    assert kinds(changed) == ["init", "settings"]
    with changed.store.reading() as session:
        assert entries(session, "settings")[0].by == "李"


def test_a_killed_change_of_settings_is_finished(workspace: Workspace) -> None:
    """Promise: killed at any touch of a file, the settings are the old or the new ones, as the chain says."""
    wanted = ["drop", "keep"]
    point, before = 1, 1
    while killed_at(point, workspace.layout.root, change, workspace.layout, None, wanted[point % 2], BY, AT):
        opened = open_workspace(workspace.layout)
        with opened.store.reading() as session:
            newest = [entry for entry in entries(session) if "settings" in entry.content][-1]
        assert read_settings(workspace.layout.settings) == opened.settings == Settings(**newest.content["settings"])
        point += 1
    assert point > 3 and len(kinds(workspace)) > before


def test_a_moved_database_is_taken_up(hotline: Hotline, postgres: Postgres, tmp_path: Path) -> None:
    """Promise: when the server's database moves, one command takes it up, and the move is in the chain."""
    old = postgres.new_database()
    workspace = make(tmp_path / "office", old)
    new = postgres.copy(old)
    ran = hotline("settings", "--workspace", tmp_path / "office", "--database", new, "--by", "李")
    assert (ran.code, ran.err) == (0, "")
    postgres.drop(old)
    moved = open_workspace(workspace.layout)
    assert moved.settings.database != workspace.settings.database
    assert kinds(moved) == ["init", "settings"]
    postgres.drop(new)
