"""What is unusual in a received message, and when it was sent.

Keys of rows that are there stay: they are hashes of sender and control id alone, so none of them is taken for a
message that comes from now on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: that would copy whole tables, and every database can add a column.
    odd = sa.Column("odd", sa.String(length=400), server_default=sa.text("''"), nullable=False)
    op.add_column("hl7_messages", odd)
    op.add_column("hl7_messages", sa.Column("stamped_at", db.types.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("hl7_messages", schema=None) as batch_op:
        for name in ("stamped_at", "odd"):
            batch_op.drop_column(name)
