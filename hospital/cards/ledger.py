"""The ledger: money of cards in minor units. Entries are only added; a balance is their sum.

Whoever posts holds the card's row lock (`hospital.cards.cards.lock`), so a balance read before a posting stays true.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.cards import LedgerEntry
from hospital.errors import LedgerConflict


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry as others see it; `amount` in minor units, negative takes."""

    id: int
    amount: int
    kind: str
    key: str
    note: str
    at: datetime
    booking_id: int | None


def balance(session: Session, card_id: int) -> int:
    """Minor units on the card now."""
    total = session.execute(select(func.sum(LedgerEntry.amount)).where(LedgerEntry.card_id == card_id)).scalar_one()
    return int(total or 0)


def post(
    session: Session,
    card_id: int,
    amount: int,
    kind: str,
    key: str,
    now: datetime,
    booking_id: int | None = None,
    note: str = "",
) -> Movement:
    """Write one entry, or find the one that the same `key` wrote before. An amount of 0 is never written.

    Raises LedgerConflict when the key stands for another card or amount.
    """
    entry = session.execute(select(LedgerEntry).where(LedgerEntry.key == key)).scalar_one_or_none()
    if entry is not None:
        if (entry.card_id, entry.amount, entry.kind) != (card_id, amount, kind):
            raise LedgerConflict(f"{key} was used for another movement of money")
        return _movement(entry)
    entry = LedgerEntry(card_id=card_id, amount=amount, kind=kind, key=key, at=now, booking_id=booking_id, note=note)
    session.add(entry)
    session.flush()
    return _movement(entry)


def history(session: Session, card_id: int) -> list[Movement]:
    """Every entry of the card, oldest first."""
    entries = session.execute(select(LedgerEntry).where(LedgerEntry.card_id == card_id).order_by(LedgerEntry.id))
    return [_movement(entry) for entry in entries.scalars()]


def _movement(entry: LedgerEntry) -> Movement:
    return Movement(entry.id, entry.amount, entry.kind, entry.key, entry.note, entry.at, entry.booking_id)
