"""One telephone, one call of ours; emergencies are a class of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "telephones",
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=True),
        sa.Column("taken_until", db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("talked_at", db.types.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_telephones")),
    )
    waits_for = sa.Column("telephone", sa.String(length=128), server_default=sa.text("''"), nullable=False)
    op.add_column("notices", waits_for)
    waiting = sa.text("telephone != ''")
    op.create_index("ix_notices_telephone", "notices", ["telephone"], sqlite_where=waiting, postgresql_where=waiting)
    unended = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_notice_attempts_open", "notice_attempts", ["id"], sqlite_where=unended, postgresql_where=unended
    )
    # The classes were 0 alert, 1 care, 2 money. What still waits of the shipped rule for emergencies is one.
    op.execute("UPDATE notices SET priority = priority + 1")
    op.execute("UPDATE notices SET priority = 0 WHERE kind = 'urgent_admission' AND state IN ('waiting', 'in_air')")


def downgrade() -> None:
    op.execute("UPDATE notices SET priority = priority - 1 WHERE priority > 0")
    op.drop_index("ix_notice_attempts_open", table_name="notice_attempts")
    op.drop_index("ix_notices_telephone", table_name="notices")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_column("telephone")
    op.drop_table("telephones")
