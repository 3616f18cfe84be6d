"""Calls that another engine is to hang up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hang_ups",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("engine", sa.String(length=64), nullable=False),
        sa.Column("asked_at", db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_hang_ups")),
    )
    op.create_index("ix_hang_ups_engine", "hang_ups", ["engine"])


def downgrade() -> None:
    op.drop_table("hang_ups")
