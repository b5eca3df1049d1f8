"""Making a workspace: what may be in the way, and an order that a kill cannot spoil.

First ``workspace.yaml``, last the transaction with the first entry. A folder with the one and without the other is
unfinished, and making it again finishes it. Knows what a new workspace consists of; must not know what will be kept
in it.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlmodel import SQLModel

from engine.problems import InputError, Place, Problem
from workspace import durable, migrations
from workspace.digests import hasher
from workspace.layout import Layout, find
from workspace.opening import Workspace, assemble, nothing_kept, recorded
from workspace.private import KEY_BYTES, Private, fingerprint
from workspace.settings import Settings, read_settings, settings_text
from workspace.trouble import told

_ALREADY = ("这里已是工作区", "", "直接使用即可；另建一个请换一个文件夹")


@dataclass(frozen=True)
class Making:
    """What a new workspace is made of.

    ``password`` of the database, where it has one. ``key``: random bytes. ``policies`` holds the versions to begin
    with. ``program`` is the version of this program.
    """

    settings: Settings
    password: str | None
    key: bytes
    policies: Path
    program: str
    by: str
    at: dt.datetime


def create(root: Path, making: Making) -> Workspace:
    """Make ``root`` a workspace. Raises InputError, and then it is none yet: making it again is all it takes."""
    layout = Layout(root.resolve())
    hasher(making.settings.digest)  # refused before anything is made
    with told(root):
        _refuse_inside_another(layout)
        durable.make_folder(layout.root)
        with _alone(layout.root):
            unfinished = layout.settings.exists()
            if unfinished:
                settings = _begun(layout, making.settings)
            else:
                settings = making.settings
                _refuse_what_is_there(layout, settings)
            workspace = assemble(layout, settings, making.password, new=True)
            if unfinished or settings.address.kind != "sqlite":
                with workspace.store.reading() as session:
                    _refuse_database(workspace, session.connection())
            for path in layout.own:
                durable.sweep(path)
            if not unfinished:
                durable.replace(layout.settings, settings_text(settings).encode())
            key = _fill(layout, making)
            with workspace.store.writing() as writing:
                _refuse_database(workspace, writing.connection)
                migrations.upgrade(writing.connection)
                body = {"settings": settings.record(), "key": fingerprint(key), "program": making.program}
                writing.append("init", body, making.by, making.at)
    return assemble(layout, settings, making.password)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """Nobody else makes a workspace of this folder meanwhile; ends with the process, however it ends."""
    opened = os.open(root, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _refuse_inside_another(layout: Layout) -> None:
    outer = find(layout.root.parent)
    if outer is not None:
        what = f"上层文件夹 {outer.root} 已是工作区，工作区里不能再建工作区"
        raise InputError([Problem(Place(str(layout.root)), what, "", "请换一个位置")])


def _refuse_what_is_there(layout: Layout, settings: Settings) -> None:
    """Empty folders are in nobody's way."""
    address = settings.address
    own = [*layout.own, *([layout.root / address.name] if address.kind == "sqlite" else [])]
    taken = [path for path in own if path.exists() and not (path.is_dir() and not any(path.iterdir()))]
    if taken:
        names = "、".join(sorted(path.name for path in taken))
        what = f"文件夹里已有工作区要用的名称：{names}"
        raise InputError([Problem(Place(str(layout.root)), what, "", "请移走它们，或换一个空的文件夹")])


def _begun(layout: Layout, wanted: Settings) -> Settings:
    """The settings of a workspace that is perhaps unfinished; its id stays. Raises InputError where it is finished."""
    settings, place = read_settings(layout.settings), Place(str(layout.root))
    if not nothing_kept(layout):
        raise InputError([Problem(place, *_ALREADY)])
    if replace(wanted, id=settings.id) != settings:
        what = "这里已有工作区，设置与这次写的不同"
        instead = "直接使用即可；上次没有建完的，用同样的选项再运行，或移走文件夹里建了一半的内容"
        raise InputError([Problem(place, what, "", instead)])
    return settings


def _refuse_database(workspace: Workspace, connection: Connection) -> None:
    """Raises InputError unless the database is free for this workspace."""
    place = Place(workspace.store.place)
    if connection.dialect.name == "postgresql":
        encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
        if encoding != "UTF8":
            what, instead = "数据库的编码须是 UTF8", "请管理员另建：createdb -E UTF8 -T template0 名称"
            raise InputError([Problem(place, what, str(encoding), instead)])
    taken = sorted({migrations.TABLE, *SQLModel.metadata.tables} & set(inspect(connection).get_table_names()))
    if not taken:
        return
    found = recorded(connection)
    if found.id == workspace.settings.id:
        raise InputError([Problem(Place(str(workspace.layout.root)), *_ALREADY)])
    what = f"这个数据库已属于另一个工作区（编号 {found.id}）" if found.id else f"数据库里已有别的表：{'、'.join(taken)}"
    raise InputError([Problem(place, what, "", "请给新的工作区一个空的数据库")])


def _fill(layout: Layout, making: Making) -> bytes:
    """Folders, key, password and policies; the key. What an interrupted making left is put in place again."""
    for folder in (layout.objects, layout.scratch):
        durable.make_folder(folder)
    private = Private(layout)
    private.prepare()
    if not layout.key.exists():
        if len(making.key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        private.write(layout.key, making.key)
    if making.password is not None:
        private.write(layout.password, making.password.encode())
    for source in sorted(making.policies.rglob("*")):
        target = layout.policies / source.relative_to(making.policies)
        if source.is_file() and "__pycache__" not in source.parts:
            durable.make_folder(target.parent)
            durable.replace(target, source.read_bytes())
    durable.make_folder(layout.policies)
    return private.key()
