"""Making a workspace, and opening one: settings, objects and database as one value.

Knows the order in which a workspace comes into being, and what has to agree when it is opened; must not know what is
kept in it.

A workspace is made in an order that a kill cannot spoil: first ``workspace.yaml``, last the transaction with the first
entry. A folder with the one and without the other is unfinished, and making it again finishes it.
"""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

from workspace import durable, migrations
from workspace.database import Store, postgresql_store, sqlite_store
from workspace.layout import Layout
from workspace.objects import Objects
from workspace.private import Private, fingerprint
from workspace.settings import Settings, read_settings, settings_text
from workspace.trouble import told


@dataclass(frozen=True)
class Workspace:
    """A workspace that is open. Holds no connection and no lock; everything may be used from several processes."""

    layout: Layout
    settings: Settings
    objects: Objects
    store: Store

    @property
    def private(self) -> Private:
        return Private(self.layout)


@dataclass(frozen=True)
class Making:
    """What a new workspace is made of. ``policies`` holds the versions to begin with; ``key`` is random."""

    settings: Settings
    password: str | None
    key: bytes
    policies: Path
    program: str
    by: str
    at: dt.datetime


def create(root: Path, making: Making) -> Workspace:
    """Make ``root`` a workspace. Raises InputError, and then ``root`` is none, or an unfinished one."""
    layout = Layout(root)
    with told(root):
        durable.make_folder(root)
        layout.settings.write_text(settings_text(making.settings), "utf-8")
        layout.objects.mkdir()
        layout.scratch.mkdir()
        Private(layout).prepare()
        Private(layout).write(layout.key, making.key)
        if making.password is not None:
            Private(layout).write(layout.password, making.password.encode())
        shutil.copytree(making.policies, layout.policies)
    workspace = _workspace(layout, making.settings, new=True)
    with workspace.store.writing() as writing:
        migrations.upgrade(writing.connection)
        body = {"settings": making.settings.record(), "key": fingerprint(making.key), "program": making.program}
        writing.append("init", body, making.by, making.at)
    return workspace


def open_workspace(layout: Layout) -> Workspace:
    """Open a workspace, and bring its database to the shape of this program. Raises InputError."""
    return _workspace(layout, read_settings(layout.settings), new=False)


def _workspace(layout: Layout, settings: Settings, *, new: bool) -> Workspace:
    address = settings.address
    if address.kind == "sqlite":
        store = sqlite_store(layout.root / address.name, settings.digest, new=new)
    else:
        store = postgresql_store(address, Private(layout).password(), settings.digest)
    return Workspace(layout, settings, Objects(layout, settings.digest), store)
