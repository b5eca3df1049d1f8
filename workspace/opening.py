"""A workspace that is open: settings, objects and database as one value, and what has to agree before it is used.

Knows how the parts are found and compared; must not know how a workspace is made or what is kept in it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, inspect
from sqlmodel import col, select

from engine.problems import InputError, Place, Problem
from workspace import durable, migrations
from workspace.database import Store, postgresql_store, sqlite_store
from workspace.layout import Layout
from workspace.models import Entry
from workspace.objects import Objects
from workspace.private import Private
from workspace.settings import Settings, read_settings, settings_text


@dataclass(frozen=True)
class Workspace:
    """A workspace that is open. It holds no connection and no lock, and any number of them may be open at once."""

    layout: Layout
    settings: Settings
    objects: Objects
    store: Store

    @property
    def private(self) -> Private:
        return Private(self.layout)


@dataclass(frozen=True)
class Recorded:
    """What the database says it is. ``settings``: those of the first entry and of every change, in order."""

    revision: str | None
    settings: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str | None:
        return str(self.settings[0]["id"]) if self.settings else None


def open_workspace(layout: Layout) -> Workspace:
    """Open a workspace, and bring its database to the shape of this program. Raises InputError."""
    settings = read_settings(layout.settings)
    Private(layout).tighten()
    workspace = assemble(layout, settings)
    if settings.address.kind == "sqlite" and not (layout.root / settings.address.name).exists():
        same_workspace(workspace, Recorded(None, ()))
    with workspace.store.reading() as session:
        found = recorded(session.connection())
    same_workspace(workspace, found)
    if found.revision != migrations.revisions()[-1]:
        with workspace.store.writing() as writing:
            migrations.upgrade(writing.connection)
    return _settled(workspace, found)


def assemble(layout: Layout, settings: Settings, password: str | None = None, *, new: bool = False) -> Workspace:
    """The parts, without a look at what they hold. ``password`` is taken in place of the one that is kept."""
    address = settings.address
    if address.kind == "sqlite":
        store = sqlite_store(layout.root / address.name, settings.digest, new=new)
    else:
        store = postgresql_store(address, password or Private(layout).password(), settings.digest)
    return Workspace(layout, settings, Objects(layout, settings.digest), store)


def recorded(connection: Connection) -> Recorded:
    """Read by what every database of a workspace has had from the first one on. Raises InputError."""
    if not {migrations.TABLE, str(Entry.__tablename__)} <= set(inspect(connection).get_table_names()):
        return Recorded(None, ())
    query = select(Entry.seq, Entry.body).where(col(Entry.kind).in_(("init", "settings"))).order_by(col(Entry.seq))
    settings = tuple(_said(seq, body) for seq, body in connection.execute(query))
    return Recorded(migrations.current(connection), settings)


def _said(seq: int, body: str) -> dict[str, Any]:
    """The settings that an entry holds. Raises InputError for an entry of another form."""
    try:
        said: dict[str, Any] = json.loads(body)["settings"]
        Settings(**said)
    except (LookupError, TypeError, ValueError, InputError):
        what, instead = "记下的设置看不懂，可能被改动过", "用 hotline audit verify 查看，并从备份恢复数据库"
        raise InputError([Problem(Place(f"链上第 {seq} 条记录"), what, "", instead)]) from None
    return said


def nothing_kept(layout: Layout) -> bool:
    """Whether no work can have been recorded yet: there is no object."""
    return not layout.objects.is_dir() or not any(layout.objects.iterdir())


def same_workspace(workspace: Workspace, found: Recorded) -> None:
    """Raises InputError where the database is another workspace's, a newer program's, or has no workspace in it."""
    place = Place(workspace.store.place)
    own = workspace.settings.id
    if found.id is None:
        what, instead = "数据库不见了，或者不是这个工作区的", "请从备份取回，或改回原来的数据库"
        if nothing_kept(workspace.layout):
            what = "这个工作区没有建完（hotline init 中断了）"
            instead = f"用同样的选项再运行一次 hotline init {workspace.layout.root} 即可"
        raise InputError([Problem(place, what, "", instead)])
    if found.id != own:
        what = f"这个数据库属于另一个工作区（编号 {found.id}），不是这一个（{own}）"
        raise InputError([Problem(place, what, "", "请检查 workspace.yaml 里的 database，改回原来的数据库")])
    if found.revision not in migrations.revisions():
        what = "这个工作区已由更新的程序打开过"
        raise InputError([Problem(place, what, found.revision or "", "请升级 hotline-policy")])


def _settled(workspace: Workspace, found: Recorded) -> Workspace:
    """The workspace with the settings that its chain holds.

    A file that says what held before a change was left behind by a kill, and is written anew. Raises InputError for any
    other difference: the file was changed by hand.
    """
    now, file = found.settings[-1], workspace.settings.record()
    if file == now:
        return workspace
    if file in found.settings:
        settings = Settings(**now)
        with suppress(OSError):  # whoever may write will; the settings hold anyway
            durable.replace(workspace.layout.settings, settings_text(settings).encode())
        return assemble(workspace.layout, settings)
    place = Place(str(workspace.layout.settings))
    raise InputError(
        Problem(
            place,
            f"{key} 与工作区记录的不符",
            str(value),
            f"记录的是 {now.get(key)}；请改回。要改请用 hotline settings",
        )
        for key, value in file.items()
        if value != now.get(key)
    )
