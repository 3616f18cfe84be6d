"""Calls with legs, and who talked with whom.

Only the tables: the legs of calls that are there come a few at a time while the line works
(`ivr.record.older_calls`). Going back drops them; where a caller had been put through, with them the row of that leg.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


_OPEN = sa.text("ended_at IS NULL")
_UNTOLD = sa.text("waited IS NULL")


def upgrade() -> None:
    op.create_table(
        "legs",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("direction", sa.String(length=3), nullable=False),
        sa.Column("party", sa.String(length=128), nullable=False),
        sa.Column("line", sa.String(length=32), nullable=False),
        sa.Column("sip_call_id", sa.String(length=255), nullable=False),
        sa.Column("worker", sa.String(length=24), nullable=False),
        sa.Column("begun_by", sa.Integer(), nullable=False),
        sa.Column("offered_at", db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rang_at", db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered_at", db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.String(length=24), nullable=False),
        sa.Column("sip_code", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_legs_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_legs")),
    )
    op.create_index("ix_legs_open", "legs", ["call_id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "segments",
        sa.Column("call_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("other", sa.Integer(), nullable=False),
        sa.Column("began_at", db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", db.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name=op.f("fk_segments_call_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_segments")),
    )
    op.create_index("ix_segments_open", "segments", ["call_id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    # Not in a batch: that would copy the whole table, and every database can add a column.
    op.add_column("calls", sa.Column("ended_by", sa.String(length=16), server_default=sa.text("''"), nullable=False))
    op.add_column("calls", sa.Column("waited", sa.Double(), nullable=True))
    op.add_column("calls", sa.Column("talked", sa.Double(), nullable=True))
    op.create_index("ix_calls_untold", "calls", ["began_at"], sqlite_where=_UNTOLD, postgresql_where=_UNTOLD)


def downgrade() -> None:
    op.drop_index("ix_calls_untold", table_name="calls")
    with op.batch_alter_table("calls", schema=None) as batch_op:
        for name in ("talked", "waited", "ended_by"):
            batch_op.drop_column(name)
    op.drop_table("segments")
    op.drop_table("legs")
