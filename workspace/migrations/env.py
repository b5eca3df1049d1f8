"""Run by Alembic: the steps asked for, on the connection that was handed over and in its transaction."""

from __future__ import annotations

from alembic import context

from workspace.migrations import TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=TABLE,
    render_as_batch=True,
)
context.run_migrations()
