"""One door to SQLite and PostgreSQL: one writer at a time, readers undisturbed, nobody told to come back later."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from multiprocessing.synchronize import Event
from pathlib import Path

import psycopg
import pytest

from engine.problems import InputError
from tests.workspace.disks import run_on_disk
from tests.workspace.making import AT, BY, make
from tests.workspace.processes import KILLED, ended, started
from workspace.chain import verify
from workspace.database import entries, sqlite_store
from workspace.models import Run, Snapshot
from workspace.opening import Workspace, open_workspace

WRITERS, EACH = 8, 12


def append(workspace: Workspace, name: str = "x") -> int:
    with workspace.store.writing() as writing:
        return writing.append("import", {"name": name}, BY, AT).seq


def chain_of(workspace: Workspace) -> list[str]:
    """The names that were appended, in order; the chain is sound."""
    with workspace.store.reading() as session:
        found = entries(session)
    assert verify(found, workspace.settings.digest) == ()
    return [entry.content["name"] for entry in found[1:]]


def test_what_was_appended_is_read_in_order(workspace: Workspace) -> None:
    """Promise: entries come back as they were written, in order, with their catalogue rows, and tied together."""
    with workspace.store.writing() as writing:
        seq = writing.append("run", {"文件": [1, 2], "\u0000": "引"}, BY, AT).seq
        writing.session.add(
            Run(seq=seq, run="R2", receipt="a", result="b", policy="p", version="v", state="s", as_of="")
        )
    with open_workspace(workspace.layout).store.reading() as session:
        found = entries(session)
        run = session.get(Run, seq)
        assert [entry.seq for entry in entries(session, "run")] == [2]
        assert [entry.seq for entry in entries(session, upto=1)] == [1]
    assert [(item.seq, item.kind, item.by) for item in found] == [(1, "init", BY), (2, "run", BY)]
    assert found[1].content == {"文件": [1, 2], "\u0000": "引"}
    assert found[1].at == "2026-03-02T09:30:00+08:00"
    assert run is not None and run.run == "R2"
    assert verify(found, "sha256") == ()


def test_what_fails_leaves_nothing(workspace: Workspace) -> None:
    """Promise: an entry and its rows are there together or not at all."""
    with pytest.raises(ZeroDivisionError), workspace.store.writing() as writing:
        seq = writing.append("import", {"name": "lost"}, BY, AT).seq
        writing.session.add(_snapshot(seq))
        writing.session.flush()
        raise ZeroDivisionError
    with pytest.raises(Exception, match=r"(?i)foreign key"), workspace.store.writing() as writing:
        writing.session.add(_snapshot(99))
    append(workspace, "kept")
    assert chain_of(workspace) == ["kept"]
    with workspace.store.reading() as session:
        assert session.get(Snapshot, (2, 0)) is None


def _snapshot(seq: int) -> Snapshot:
    return Snapshot(
        seq=seq,
        part=0,
        digest="d",
        table="t",
        file="f",
        file_digest="e",
        sheet="",
        exported="",
        records=1,
        set_aside=0,
        policy="p",
    )


def test_one_transaction_one_entry(workspace: Workspace) -> None:
    """Promise: a change is one entry; a block inside a block is a mistake that is told, not a wait without end."""
    with pytest.raises(RuntimeError), workspace.store.writing() as writing:
        writing.append("import", {}, BY, AT)
        writing.append("import", {}, BY, AT)
    with pytest.raises(RuntimeError), workspace.store.reading():
        append(workspace)
    with pytest.raises(ValueError, match="zone"), workspace.store.writing() as writing:
        writing.append("import", {}, BY, AT.replace(tzinfo=None))
    assert chain_of(workspace) == []


def test_readers_cannot_write(workspace: Workspace) -> None:
    """Promise: what only reads changes nothing, even by mistake."""
    with pytest.raises(InputError, match="只读"), workspace.store.reading() as session:
        session.add(_snapshot(1))
        session.flush()


def _append_many(workspace: Workspace, writer: int) -> None:
    for number in range(EACH):
        append(workspace, f"{writer}-{number}")
        if number % 4 == 0:
            names = chain_of(workspace)
            assert f"{writer}-{number}" in names


def test_eight_at_once_make_one_line(workspace: Workspace) -> None:
    """Promise: whoever writes at the same time waits its turn without an error, and nothing is lost or doubled."""
    writers = [started(_append_many, workspace, writer) for writer in range(WRITERS)]
    assert [ended(writer) for writer in writers] == [0] * WRITERS
    names = chain_of(workspace)
    assert sorted(names) == sorted(f"{writer}-{n}" for writer in range(WRITERS) for n in range(EACH))
    for writer in range(WRITERS):
        own = [name for name in names if name.startswith(f"{writer}-")]
        assert own == [f"{writer}-{n}" for n in range(EACH)]


def _hold(workspace: Workspace, holding: Event, let_go: Event) -> None:
    with workspace.store.writing() as writing:
        writing.append("import", {"name": "first"}, BY, AT)
        holding.set()
        assert let_go.wait(60)


def _events() -> tuple[Event, Event]:
    context = multiprocessing.get_context("fork")
    return context.Event(), context.Event()


def test_a_writer_waits_and_readers_do_not(workspace: Workspace) -> None:
    """Promise: while one writes, others read what was committed, and the next writer follows the first."""
    holding, let_go = _events()
    first = started(_hold, workspace, holding, let_go)
    assert holding.wait(60)
    second = started(append, workspace, "second")
    assert chain_of(workspace) == []
    time.sleep(0.3)
    assert second.is_alive()
    let_go.set()
    assert (ended(first), ended(second)) == (0, 0)
    assert chain_of(workspace) == ["first", "second"]


def test_a_waiting_writer_can_be_interrupted(workspace: Workspace) -> None:
    """Promise: whoever waits for another writer and gives up is let go at once, and nothing of it is left."""
    holding, let_go = _events()
    first = started(_hold, workspace, holding, let_go)
    assert holding.wait(60)
    second = started(append, workspace, "second")
    time.sleep(0.3)
    assert second.is_alive() and second.pid is not None
    os.kill(second.pid, signal.SIGINT)
    assert ended(second, 10) == 1
    let_go.set()
    assert ended(first) == 0
    assert chain_of(workspace) == ["first"]


def _append_when(workspace: Workspace, go: Event) -> None:
    assert go.wait(60)
    append(workspace)


def test_a_reader_sees_one_moment(workspace: Workspace) -> None:
    """Promise: a report that reads twice reads the same workspace twice, whatever is written meanwhile."""
    go, _ = _events()
    writer = started(_append_when, workspace, go)
    with workspace.store.reading() as session:
        before = len(entries(session))
        go.set()
        time.sleep(0.5)
        session.expire_all()
        assert len(entries(session)) == before
    assert ended(writer) == 0
    assert len(chain_of(workspace)) == before


def test_a_killed_writer_leaves_nothing_and_lets_the_next_in(workspace: Workspace) -> None:
    """Promise: a writer that dies in the middle of its transaction is as if it had never begun."""
    holding, let_go = _events()
    first = started(_hold, workspace, holding, let_go)
    assert holding.wait(60) and first.pid is not None
    second = started(append, workspace, "second")
    os.kill(first.pid, signal.SIGKILL)
    assert (ended(first), ended(second)) == (KILLED, 0)
    assert chain_of(workspace) == ["second"]


def test_a_full_disk_is_told_and_the_store_stays_whole(tmp_path: Path) -> None:
    """Promise: when the disk fills, the message is Chinese, what was committed is there, and room makes it go on."""
    script = """
$HOTLINE init $DISK/office --by 甲
cat > $DISK/append.py <<'PYTHON'
import datetime as dt, sys
from pathlib import Path
from engine.problems import InputError
from workspace.chain import verify
from workspace.database import entries, sqlite_store
from workspace.layout import Layout
from workspace.opening import open_workspace

office = open_workspace(Layout(Path(sys.argv[1])))
filler = Path(sys.argv[2])
at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

def append():
    with office.store.writing() as writing:
        writing.append("import", {"text": "x" * 20_000}, "乙", at)

def check():
    with office.store.reading() as session:
        found = entries(session)
    return len(found), verify(found, "sha256")

for _ in range(3):
    append()
try:
    filler.write_bytes(b"x" * 10_000_000)
except OSError:
    pass
try:
    for _ in range(3):
        append()
except InputError as error:
    print(error)
print(check())
filler.unlink()
append()
print(check())
PYTHON
PYTHONPATH=. $PYTHON $DISK/append.py $DISK/office $DISK/filler
"""
    ran = run_on_disk(tmp_path / "disk", "3m", script)
    assert (ran.returncode, ran.stderr) == (0, "")
    message, full, free = ran.stdout.splitlines()[-3:]
    assert "磁盘满了" in message and "都是完整的" in message
    assert (full, free) == ("(4, ())", "(5, ())")


def test_a_read_only_workspace_can_be_read(tmp_path: Path) -> None:
    """Promise: a workspace on a read-only disk opens; whoever writes is told why not, in Chinese."""
    script = """
$HOTLINE init $DISK/office --by 甲
mount -o remount,ro $DISK
$HOTLINE settings --workspace $DISK/office --format json
$HOTLINE settings --workspace $DISK/office --personal drop --by 乙
"""
    ran = run_on_disk(tmp_path / "disk", "3m", script)
    assert ran.returncode == 2 and '"personal": "keep"' in ran.stdout
    assert "只读" in ran.stderr and "Traceback" not in ran.stderr


def test_a_missing_database_is_told_and_not_made_anew(tmp_path: Path) -> None:
    """Promise: where the SQLite file is gone, nothing pretends to be an empty workspace."""
    workspace = make(tmp_path / "office")
    workspace.objects.put_bytes(b"work", ".json")
    database = tmp_path / "office" / "hotline.db"
    database.rename(tmp_path / "elsewhere.db")
    with pytest.raises(InputError, match="不见了"):
        open_workspace(workspace.layout)
    with pytest.raises(InputError, match="打不开"):
        append(workspace)
    assert not database.exists()
    database.write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(InputError, match="不是数据库文件"):
        open_workspace(workspace.layout)


ON_A_SERVER = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


@pytest.fixture
def admin(workspace: Workspace) -> Callable[[str], None]:
    """Runs a statement as the administrator of the workspace's server."""

    def run(statement: str) -> None:
        with psycopg.connect(workspace.settings.database, autocommit=True) as connection:
            connection.execute(statement.encode())

    return run


@ON_A_SERVER
def test_a_broken_connection_is_told(workspace: Workspace, admin: Callable[[str], None]) -> None:
    """Promise: a server that hangs up is an error in Chinese, and the transaction is as if it had never begun."""
    ours = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hotline-policy'"
    ours += " AND datname = current_database()"
    with pytest.raises(InputError, match=r"中断|断了"), workspace.store.writing() as writing:
        writing.append("import", {"name": "lost"}, BY, AT)
        admin(ours)
        writing.last()
    append(workspace, "kept")
    assert chain_of(workspace) == ["kept"]


@ON_A_SERVER
def test_what_the_server_refuses_is_told(workspace: Workspace, admin: Callable[[str], None]) -> None:
    """Promise: a full disk of the server is told as such, and nothing is half written."""
    admin(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$"
    )
    admin("CREATE TRIGGER refuse BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION refuse()")
    with pytest.raises(InputError, match="磁盘满了"):
        append(workspace)
    admin("DROP TRIGGER refuse ON entry")
    append(workspace, "kept")
    assert chain_of(workspace) == ["kept"]


@ON_A_SERVER
def test_impatient_servers_make_no_difference(workspace: Workspace, admin: Callable[[str], None]) -> None:
    """Promise: a server set to give up soon does not make a waiting writer fail."""
    name = workspace.settings.address.name
    for setting in ("lock_timeout = '50ms'", "statement_timeout = '100ms'", "synchronous_commit = off"):
        admin(f"ALTER DATABASE {name} SET {setting}")
    admin(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
    admin(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    holding, let_go = _events()
    first = started(_hold, workspace, holding, let_go)
    assert holding.wait(60)
    second = started(append, workspace, "second")
    time.sleep(0.5)
    let_go.set()
    assert (ended(first), ended(second)) == (0, 0)
    assert chain_of(workspace) == ["first", "second"]


def test_no_server_is_told(tmp_path: Path) -> None:
    """Promise: where nobody listens, the message is Chinese, says what to check, and repeats no password."""
    with pytest.raises(InputError) as caught:
        make(tmp_path / "office", f"postgresql://u:geheim@/d?host={tmp_path}")
    assert "连接不上数据库服务器" in str(caught.value) and "geheim" not in str(caught.value)
    assert not (tmp_path / "office" / "workspace.yaml").exists()


def test_a_commit_outlives_a_loss_of_power(tmp_path: Path) -> None:
    """Promise: SQLite forces out a commit and the folder in which the end of its journal shows; the tests of kills see
    the former only."""
    extra = 3
    store = make(tmp_path / "office").store
    with store.writing() as writing:
        assert writing.connection.exec_driver_sql("PRAGMA synchronous").scalar() == extra


@pytest.mark.parametrize("writing", [False, True])
def test_whoever_comes_while_all_is_locked_waits(tmp_path: Path, writing: bool) -> None:
    """Promise: a moment in which another command has the whole file to itself is waited for from the first statement
    on, and no lock error reaches the user."""
    path = tmp_path / "hotline.db"
    store = sqlite_store(path, "sha256", new=True)
    with store.writing():
        pass
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(2.0, lambda: holder.execute("COMMIT"))
    release.start()
    begun = time.monotonic()
    with store.writing() if writing else store.reading():
        assert time.monotonic() - begun > 1
    release.join()
    holder.close()
