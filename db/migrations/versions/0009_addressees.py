"""A notice has an addressee: what was for a ward still is. Nothing is written anew: new columns have one value in all
rows that are there, and a column is renamed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.drop_index("ix_notices_ward", table_name="notices")
    op.execute("ALTER TABLE notices RENAME COLUMN ward TO addressee")
    for name, type_, default in (
        ("addressee_kind", sa.String(length=8), "'ward'"),
        ("addressee_name", sa.String(length=100), "''"),
        ("telephones", sa.String(length=400), "''"),
        ("zone", sa.String(length=40), "''"),
    ):
        op.add_column("notices", sa.Column(name, type_, server_default=sa.text(default), nullable=False))
    op.create_index("ix_notices_addressee", "notices", ["addressee"], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_index("ix_notices_addressee", table_name="notices")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        for name in ("zone", "telephones", "addressee_name", "addressee_kind"):
            batch_op.drop_column(name)
    op.execute("ALTER TABLE notices RENAME COLUMN addressee TO ward")
    op.create_index("ix_notices_ward", "notices", ["ward"], sqlite_where=WAITING, postgresql_where=WAITING)
