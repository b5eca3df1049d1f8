"""The catalogue of months made known and of their corrections, from the entries that tell of them."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ENTRY = sa.table("entry", sa.column("seq"), sa.column("kind"), sa.column("body"))


def upgrade() -> None:
    made = op.create_table(
        "publication",
        sa.Column("seq", sa.Integer, sa.ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
        sa.Column("month", sa.String, nullable=False),
        sa.Column("run", sa.Integer, sa.ForeignKey("run.seq"), nullable=False),
        sa.Column("standing", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("replaces", sa.Integer, sa.ForeignKey("publication.seq"), nullable=True, unique=True),
    )
    op.create_index("ix_publication_month", "publication", ["month"])
    told = ENTRY.c.kind.in_(("publication", "correction"))
    query = sa.select(ENTRY.c.seq, ENTRY.c.body).where(told).order_by(ENTRY.c.seq)
    nothing = {"reason": "", "replaces": None}
    for seq, body in op.get_bind().execute(query).all():
        op.get_bind().execute(made.insert(), {**nothing, **json.loads(body), "seq": seq})


def downgrade() -> None:
    op.drop_table("publication")
