"""The shape of the database, step by step, forward and back.

Knows Alembic and a connection whose transaction somebody else holds; must not know what is in the tables. Steps are the
modules of ``versions``; none that was released is ever changed.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

TABLE = "migration"
"""Where a database keeps how far it is."""


def revisions() -> tuple[str, ...]:
    """Every step there is, the first one first."""
    steps = [step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()]
    return tuple(reversed(steps))


def current(connection: Connection) -> str | None:
    """The step that the database is at; None for one without any."""
    return MigrationContext.configure(connection, opts={"version_table": TABLE}).get_current_revision()


def upgrade(connection: Connection, to: str = "head") -> None:
    """Go forward inside the connection's transaction."""
    command.upgrade(_config(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Go back inside the connection's transaction; ``base`` is the empty database."""
    command.downgrade(_config(connection), to)


def _config(connection: Connection | None = None) -> Config:
    """A configuration without a file; ``env.py`` finds the connection in it."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
