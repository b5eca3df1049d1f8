"""The chain, and the catalogue of snapshots and runs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("at", sa.String, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("digest", sa.String, nullable=False, unique=True),
    )
    op.create_index("ix_entry_kind", "entry", ["kind"])
    op.create_table(
        "snapshot",
        sa.Column("seq", sa.Integer, sa.ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
        sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("table", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("file_digest", sa.String, nullable=False),
        sa.Column("sheet", sa.String, nullable=False),
        sa.Column("exported", sa.String, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("set_aside", sa.Integer, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
    )
    for column in ("digest", "table", "file_digest"):
        op.create_index(f"ix_snapshot_{column}", "snapshot", [column])
    op.create_table(
        "run",
        sa.Column("seq", sa.Integer, sa.ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
        sa.Column("run", sa.String, nullable=False, unique=True),
        sa.Column("receipt", sa.String, nullable=False),
        sa.Column("result", sa.String, nullable=False),
        sa.Column("policy", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("as_of", sa.String, nullable=False),
    )
    op.create_index("ix_run_state", "run", ["state"])


def downgrade() -> None:
    for table in ("run", "snapshot", "entry"):
        op.drop_table(table)
