"""Patients' cards, the ledger of their money, and the wrong PIN entries of late."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, event, false
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from db.errors import DatabaseFault
from db.tables.base import Base


class Card(Base):
    """A patient's card: who holds it, and the hash of its PIN. Its money is the sum of its ledger entries."""

    __tablename__ = "cards"
    __table_args__ = (CheckConstraint("length(number) BETWEEN 4 AND 20", name="number_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    patient: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(32), default="")
    pin_hash: Mapped[str | None] = mapped_column(String(255))
    """None until the clerk has set a PIN: no entry is right then."""
    blocked: Mapped[bool] = mapped_column(default=False)
    slow: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The patient wants the line to speak slowly and to wait longer for keys."""
    demo: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[datetime]


class LedgerEntry(Base):
    """One movement of a card's money: minor units, negative takes. Written once, never changed, never removed."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        CheckConstraint("kind IN ('top_up', 'fee', 'refund', 'correction')", name="kind_known"),
        CheckConstraint(
            "(kind IN ('top_up', 'refund') AND amount > 0) OR (kind = 'fee' AND amount < 0) OR kind = 'correction'",
            name="amount_sign",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id"), index=True)
    amount: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(16))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Idempotency: the same movement asked for twice is written once."""
    note: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime]


class WrongEntries(Base):
    """Wrong PIN entries of one subject (a card number as entered, or a caller), and until when it has to wait."""

    __tablename__ = "wrong_entries"
    __table_args__ = (CheckConstraint("count >= 0", name="count_positive"),)

    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    """`card:<digest of the digits>` or `caller:<number>`. Also of cards that do not exist: a caller must not hear
    the difference."""
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    wait_until: Mapped[datetime]


@event.listens_for(LedgerEntry, "before_update")
@event.listens_for(LedgerEntry, "before_delete")
def _append_only(_mapper: Mapper[LedgerEntry], _connection: Connection, entry: LedgerEntry) -> None:
    raise DatabaseFault(f"ledger entry {entry.id} is written: correct it with another entry")
