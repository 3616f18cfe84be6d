"""Calls are found by the last digits of a number, by flow, outcome and cause; messages are marked as heard.

The numbers of all calls are written a second time, backwards: some ten seconds for a million calls.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BACKWARDS = sa.String(128).with_variant(sa.String(128, collation="C"), "postgresql")
INDEXES = {
    "ix_calls_caller_reversed": ["caller_reversed", "began_at"],
    "ix_calls_dialled_reversed": ["dialled_reversed", "began_at"],
    "ix_calls_flow": ["flow", "began_at"],
    "ix_calls_outcome": ["outcome", "began_at"],
    "ix_calls_cause": ["cause", "began_at"],
}


def upgrade() -> None:
    op.drop_index("ix_calls_caller", table_name="calls")
    for name in ("caller_reversed", "dialled_reversed"):
        op.add_column("calls", sa.Column(name, BACKWARDS, server_default=sa.text("''"), nullable=False))
    if op.get_bind().dialect.name == "sqlite":
        driver = op.get_bind().connection.driver_connection
        assert driver is not None
        driver.create_function("reverse", 1, lambda number: number[::-1], deterministic=True)
    op.execute("UPDATE calls SET caller_reversed = reverse(caller), dialled_reversed = reverse(dialled)")
    for name, columns in INDEXES.items():
        op.create_index(name, "calls", columns)
    op.add_column(
        "recordings", sa.Column("heard_by", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("recordings", sa.Column("heard_at", db.types.UtcDateTime(timezone=True), nullable=True))
    op.add_column("recordings", sa.Column("note", sa.String(length=500), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        for name in ("note", "heard_at", "heard_by"):
            batch_op.drop_column(name)
    for name in INDEXES:
        op.drop_index(name, table_name="calls")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        for name in ("dialled_reversed", "caller_reversed"):
            batch_op.drop_column(name)
    op.create_index("ix_calls_caller", "calls", ["caller", "began_at"])
