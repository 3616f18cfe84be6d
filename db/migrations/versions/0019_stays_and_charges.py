"""Stays with their insurance, charges and payments; what came of the hospital's system and could not be taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = db.types.UtcDateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "set_aside",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.String(length=80), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'taken', 'dropped')", name=op.f("ck_set_aside_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside")),
        sa.UniqueConstraint("mark", name=op.f("uq_set_aside_mark")),
    )
    op.create_index("ix_set_aside_state_at", "set_aside", ["state", "at"])
    op.create_table(
        "stays",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("mother_id", sa.Integer(), nullable=True),
        sa.Column("patient", sa.String(length=80), nullable=False),
        sa.Column("ward", sa.String(length=40), nullable=False),
        sa.Column("bed", sa.String(length=20), nullable=False),
        sa.Column("admitted_at", MOMENT, nullable=False),
        sa.Column("discharged_at", MOMENT, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "discharged_at IS NULL OR discharged_at >= admitted_at", name=op.f("ck_stays_discharged_after")
        ),
        sa.CheckConstraint("mother_id IS NULL OR mother_id <> id", name=op.f("ck_stays_mother_another")),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name=op.f("fk_stays_card_id")),
        sa.ForeignKeyConstraint(["mother_id"], ["stays.id"], name=op.f("fk_stays_mother_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stays")),
        sa.UniqueConstraint("number", name=op.f("uq_stays_number")),
    )
    for column in ("card_id", "mother_id", "ward"):
        op.create_index(f"ix_stays_{column}", "stays", [column])
    op.create_table(
        "stay_covers",
        sa.Column("stay_id", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("scheme", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["stay_id"], ["stays.id"], name=op.f("fk_stay_covers_stay_id")),
        sa.PrimaryKeyConstraint("stay_id", "begins", name=op.f("pk_stay_covers")),
    )
    op.create_table(
        "charges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stay_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("of_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("of_class", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.CheckConstraint("(kind = 'charge') = (of_id IS NULL)", name=op.f("ck_charges_of_what")),
        sa.CheckConstraint("kind IN ('charge', 'correction', 'reversal')", name=op.f("ck_charges_kind_known")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_charges_amount_positive")),
        sa.CheckConstraint("quantity >= 0", name=op.f("ck_charges_quantity_positive")),
        sa.ForeignKeyConstraint(["of_id"], ["charges.id"], name=op.f("fk_charges_of_id")),
        sa.ForeignKeyConstraint(["stay_id"], ["stays.id"], name=op.f("fk_charges_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("of_id", name=op.f("uq_charges_of_id")),
        sa.UniqueConstraint("sender", "key", name=op.f("uq_charges_sender_key")),
    )
    op.create_index("ix_charges_stay_id_day", "charges", ["stay_id", "day"])
    op.create_table(
        "payments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stay_id", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payments_amount_not_zero")),
        sa.ForeignKeyConstraint(["stay_id"], ["stays.id"], name=op.f("fk_payments_stay_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("sender", "key", name=op.f("uq_payments_sender_key")),
    )
    op.create_index("ix_payments_stay_id", "payments", ["stay_id"])


def downgrade() -> None:
    for table in ("payments", "charges", "stay_covers", "stays", "set_aside"):
        op.drop_table(table)
