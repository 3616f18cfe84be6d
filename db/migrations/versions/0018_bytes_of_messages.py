"""The bytes of accepted HL7 messages, for some days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hl7_bytes",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kept_at", db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"], ["hl7_messages.id"], name=op.f("fk_hl7_bytes_message_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_hl7_bytes")),
    )
    op.create_index("ix_hl7_bytes_kept_at", "hl7_bytes", ["kept_at", "message_id", "size"])


def downgrade() -> None:
    op.drop_table("hl7_bytes")
