"""Drafts of flows and texts are kept per user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("who", "file", name=op.f("pk_drafts")),
    )
    op.create_index("ix_drafts_file", "drafts", ["file"])


def downgrade() -> None:
    op.drop_index("ix_drafts_file", table_name="drafts")
    op.drop_table("drafts")
