"""What commands ask of a workspace, with the program's own folders, version, clock and randomness filled in.

Knows nothing of screens. Loads the workspace only when asked.
"""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cli.locations import locations
from engine.problems import Place

if TYPE_CHECKING:
    from workspace.address import Address
    from workspace.digests import Algorithm
    from workspace.layout import Layout
    from workspace.opening import Workspace
    from workspace.settings import Personal


def now(policies: Path) -> dt.datetime:
    """The moment at which a change is made, in the zone of the versions in the folder, else in this machine's."""
    from workspace.moments import office_zone

    return dt.datetime.now(dt.UTC).astimezone(office_zone(policies)).replace(microsecond=0)


def opened(layout: Layout) -> Workspace:
    """Raises InputError."""
    from workspace.opening import open_workspace

    return open_workspace(layout)


def make_workspace(folder: Path, database: str | None, personal: str, digest: str, by: str) -> Workspace:
    """A new workspace with the policies that the program carries. Raises InputError."""
    from importlib.metadata import version

    from workspace.address import SQLITE
    from workspace.creating import Making, create
    from workspace.private import KEY_BYTES
    from workspace.settings import Settings

    address = _address(SQLITE if database is None else database)
    settings = Settings(secrets.token_hex(16), address.text, cast("Personal", personal), cast("Algorithm", digest))
    making = Making(
        settings=settings,
        password=address.password,
        key=secrets.token_bytes(KEY_BYTES),
        policies=locations().released,
        program=version("hotline-policy"),
        by=by,
        at=now(locations().released),
    )
    return create(folder, making)


def change_workspace(layout: Layout, database: str | None, personal: str | None, by: str) -> Workspace:
    """Raises InputError."""
    from workspace.changing import change

    address = None if database is None else _address(database)
    return change(layout, address, cast("Personal | None", personal), by, now(layout.policies))


def _address(database: str) -> Address:
    from workspace.address import read_address

    return read_address(database, Place("--database"))
