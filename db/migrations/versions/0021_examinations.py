"""Examinations, their kinds and rooms, and the queue before each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

EMPTY = sa.text("''")


def _names() -> list[sa.Column[str]]:
    return [
        sa.Column("name_zh", sa.String(80), nullable=False),
        sa.Column("name_en", sa.String(80), nullable=False),
        sa.Column("name_ru", sa.String(80), server_default=EMPTY, nullable=False),
        sa.Column("name_pl", sa.String(80), server_default=EMPTY, nullable=False),
    ]


def upgrade() -> None:
    op.create_table(
        "exam_kinds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("preparation", sa.String(40), server_default=EMPTY, nullable=False),
        *_names(),
        sa.CheckConstraint("minutes BETWEEN 1 AND 600", name=op.f("ck_exam_kinds_minutes_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_kinds")),
        sa.UniqueConstraint("code", name=op.f("uq_exam_kinds_code")),
    )
    op.create_table(
        "exam_rooms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("opens", sa.String(5), server_default=sa.text("'08:00'"), nullable=False),
        sa.Column("closes", sa.String(5), server_default=sa.text("'17:00'"), nullable=False),
        sa.Column("closed_why", sa.String(120), server_default=EMPTY, nullable=False),
        *_names(),
        sa.CheckConstraint("length(opens) = 5", name=op.f("ck_exam_rooms_opens_clock")),
        sa.CheckConstraint("length(closes) = 5", name=op.f("ck_exam_rooms_closes_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exam_rooms")),
        sa.UniqueConstraint("code", name=op.f("uq_exam_rooms_code")),
    )
    op.create_table(
        "exams",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(12), nullable=False),
        sa.Column("room_id", sa.Integer(), nullable=False),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("patient", sa.String(80), nullable=False),
        sa.Column("ward", sa.String(40), nullable=False),
        sa.Column("bed", sa.String(20), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_at", db.types.UtcDateTime(), nullable=False),
        sa.Column("called_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("ended_at", db.types.UtcDateTime(), nullable=True),
        sa.Column("times_missed", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(120), nullable=True),
        sa.Column("order_number", sa.String(120), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'called', 'missed', 'done', 'cancelled')", name=op.f("ck_exams_state_known")
        ),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_exams_card_id")),
        sa.ForeignKeyConstraint(["kind_id"], ["exam_kinds.id"], name=op.f("fk_exams_kind_id")),
        sa.ForeignKeyConstraint(["room_id"], ["exam_rooms.id"], name=op.f("fk_exams_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exams")),
        sa.UniqueConstraint("number", name=op.f("uq_exams_number")),
        sa.UniqueConstraint("sender", "order_number", name=op.f("uq_exams_sender_order_number")),
    )
    op.create_index("ix_exams_room_date", "exams", ["room_id", "date", "turn"])
    op.create_index("ix_exams_ended", "exams", ["room_id", "kind_id", "ended_at"])
    op.create_index("ix_exams_card", "exams", ["card_id"])


def downgrade() -> None:
    for table in ("exams", "exam_rooms", "exam_kinds"):
        op.drop_table(table)
