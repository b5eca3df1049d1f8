"""Changing the settings of a workspace: an entry of the chain first, then the file.

Knows which settings may change; must not know what they are for, but for personal data, which goes when it is no longer
to be kept.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from workspace import durable
from workspace.address import Address
from workspace.layout import Layout
from workspace.opening import Workspace, assemble, recorded, same_workspace
from workspace.private import Private
from workspace.settings import Personal, Settings, read_settings, settings_text
from workspace.trouble import told


def change(layout: Layout, database: Address | None, personal: Personal | None, by: str, at: dt.datetime) -> Workspace:
    """Apply what is not None to the settings that the chain holds; what holds already makes no entry.

    Another ``database`` must have the same workspace in it already. Raises InputError.
    """
    file = read_settings(layout.settings)
    password = None if database is None else database.password
    reached = assemble(layout, file if database is None else replace(file, database=database.text), password)
    with reached.store.writing() as writing:
        found = recorded(writing.connection)
        same_workspace(reached, found)
        held = Settings(**found.settings[-1])
        settings = replace(held, database=reached.settings.database, personal=personal or held.personal)
        if settings.record() != found.settings[-1]:
            writing.append("settings", {"settings": settings.record()}, by, at)
    if password is not None:
        Private(layout).write(layout.password, password.encode())
    with reached.store.writing() as writing:  # no other change in between
        settings = Settings(**recorded(writing.connection).settings[-1])
        with told(layout.settings):
            durable.replace(layout.settings, settings_text(settings).encode())
    if settings.personal == "drop":
        _forget(layout.personal)
    return assemble(layout, settings, password)


def _forget(personal: Path) -> None:
    with told(personal):
        for path in sorted(personal.iterdir()) if personal.is_dir() else ():
            path.unlink()
