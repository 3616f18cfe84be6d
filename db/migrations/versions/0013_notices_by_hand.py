"""What people do to notices by hand is kept with them, and lists of notices and messages have their indexes. Nothing is
written anew: new columns have one value in all rows that are there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNCONFIRMED = sa.text("state IN ('failed', 'expired') AND acknowledged_at IS NULL")
AGAIN = sa.text("again_of IS NOT NULL")


def upgrade() -> None:
    op.add_column("notices", sa.Column("acknowledged_at", db.types.UtcDateTime(), nullable=True))
    for name, length in (("acknowledged_by", 64), ("acknowledged_why", 200)):
        op.add_column("notices", sa.Column(name, sa.String(length), server_default=sa.text("''"), nullable=False))
    op.add_column("notices", sa.Column("again_of", sa.Integer(), nullable=True))
    op.create_index("ix_notices_unconfirmed", "notices", ["id"], sqlite_where=UNCONFIRMED, postgresql_where=UNCONFIRMED)
    op.create_index("ix_notices_addressed", "notices", ["addressee", "id"])
    op.create_index(
        "ix_notices_again_of", "notices", ["again_of"], unique=True, sqlite_where=AGAIN, postgresql_where=AGAIN
    )
    op.create_index("ix_notice_attempts_target", "notice_attempts", ["target", "id"])
    op.add_column("hl7_messages", sa.Column("again_at", db.types.UtcDateTime(), nullable=True))
    for name, length in (("again_by", 64), ("again_answer", 2)):
        op.add_column("hl7_messages", sa.Column(name, sa.String(length), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_hl7_messages_control_id", "hl7_messages", ["control_id"])


def downgrade() -> None:
    op.drop_index("ix_hl7_messages_control_id", table_name="hl7_messages")
    with op.batch_alter_table("hl7_messages", schema=None) as batch_op:
        for name in ("again_answer", "again_by", "again_at"):
            batch_op.drop_column(name)
    op.drop_index("ix_notice_attempts_target", table_name="notice_attempts")
    for name in ("ix_notices_again_of", "ix_notices_addressed", "ix_notices_unconfirmed"):
        op.drop_index(name, table_name="notices")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        for name in ("again_of", "acknowledged_why", "acknowledged_by", "acknowledged_at"):
            batch_op.drop_column(name)
