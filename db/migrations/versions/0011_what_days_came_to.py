"""What past days came to, for reports. The figures are made by the running service."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

Columns = list[tuple[str, Any]]
HOUR = ("hour", sa.Integer())
FIGURES: dict[str, tuple[Columns, Columns]] = {
    "report_calls": (
        [HOUR, ("direction", sa.String(3)), ("flow", sa.String(64)), ("outcome", sa.String(64))],
        [
            *((name, sa.Integer()) for name in ("calls", "answered", "waited", "gave_up", "talked")),
            *((name, sa.BigInteger()) for name in ("line_ms", "waited_ms", "talked_ms")),
        ],
    ),
    "report_waits": ([HOUR, ("fate", sa.String(12)), ("seconds", sa.Integer())], [("calls", sa.Integer())]),
    "report_keys": (
        [("flow", sa.String(64)), ("step", sa.String(64)), ("did", sa.String(8))],
        [("times", sa.Integer())],
    ),
    "report_alerts": (
        [
            HOUR,
            ("ward", sa.String(64)),
            ("kind", sa.String(64)),
            ("priority", sa.Integer()),
            ("state", sa.String(12)),
            ("seconds", sa.Integer()),
        ],
        [("notices", sa.Integer())],
    ),
    "report_dials": (
        [HOUR, ("kind", sa.String(64)), ("priority", sa.Integer()), ("role", sa.String(32)), ("cause", sa.String(24))],
        [("dials", sa.Integer()), ("confirmed", sa.Integer())],
    ),
}


def upgrade() -> None:
    op.create_table(
        "report_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rules", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("calls", "calls_open", "notices", "notices_open", "dials", "dials_open")
        ),
        sa.Column("made_at", UtcDateTime(), nullable=True),
        sa.Column("thinned_at", UtcDateTime(), nullable=True),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_report_days")),
    )
    for table, (keys, values) in FIGURES.items():
        op.create_table(
            table,
            sa.Column("day", sa.Date(), nullable=False),
            *(sa.Column(name, kind, nullable=False, autoincrement=False) for name, kind in keys),
            *(sa.Column(name, kind, nullable=False) for name, kind in values),
            sa.PrimaryKeyConstraint("day", *(name for name, _ in keys), name=op.f(f"pk_{table}")),
            sqlite_with_rowid=False,
        )


def downgrade() -> None:
    for table in reversed([*FIGURES]):
        op.drop_table(table)
    op.drop_table("report_days")
