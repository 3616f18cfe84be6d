"""What became of events; whose confirmation a notice takes back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WORDS = {"visit": 64, "fate": 24, "why": 200}


def upgrade() -> None:
    # Not in a batch: that would copy whole tables, and every database can add a column.
    for name, length in _WORDS.items():
        column = sa.Column(name, sa.String(length=length), server_default=sa.text("''"), nullable=False)
        op.add_column("events", column)
    op.add_column("events", sa.Column("happened_at", db.types.UtcDateTime(timezone=True), nullable=True))
    op.create_index("ix_events_visit", "events", ["visit", "kind"], unique=False)
    op.create_index("ix_events_fate", "events", ["fate", "received_at"], unique=False)
    listener = sa.Column("listener", sa.String(length=128), server_default=sa.text("''"), nullable=False)
    op.add_column("notices", listener)


def downgrade() -> None:
    op.drop_index("ix_events_visit", table_name="events")
    op.drop_index("ix_events_fate", table_name="events")
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.drop_column("listener")
    with op.batch_alter_table("events", schema=None) as batch_op:
        for name in ("happened_at", *_WORDS):
            batch_op.drop_column(name)
