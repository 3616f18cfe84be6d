"""What waits, what is in the air and what has to be reported have indexes of their own; floods of expired notices are
counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BEFORE = {
    "ix_notices_due": ["state", "priority", "due_at"],
    "ix_notices_expiry": ["state", "expires_at"],
    "ix_notices_lease": ["lease_until"],
    "ix_notices_unreported": ["report_due"],
}
NOW = {
    "ix_notices_due": ("state = 'waiting'", ["priority", "due_at", "expires_at"]),
    "ix_notices_expiry": ("state = 'waiting'", ["expires_at", "id"]),
    "ix_notices_ward": ("state = 'waiting'", ["ward"]),
    "ix_notices_in_air": ("state = 'in_air'", ["lease_owner"]),
    "ix_notices_lease": ("lease_until IS NOT NULL", ["lease_until"]),
    "ix_notices_unreported": ("report_due IS NOT NULL", ["id"]),
}


def upgrade() -> None:
    for name in BEFORE:
        op.drop_index(name, table_name="notices")
    for name, (which, columns) in NOW.items():
        where = sa.text(which)
        op.create_index(name, "notices", columns, sqlite_where=where, postgresql_where=where)
    op.create_table(
        "notice_floods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("ward", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_floods")),
    )


def downgrade() -> None:
    op.drop_table("notice_floods")
    for name in NOW:
        op.drop_index(name, table_name="notices")
    for name, columns in BEFORE.items():
        op.create_index(name, "notices", columns)
