"""Patients' cards: who holds them, how much is on them. PINs are checked in `hospital.pin_check`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.cards import Card, LedgerEntry
from hospital import ledger
from hospital.errors import CardBlocked, CardExists, NotAllowed, Unknown

NUMBER = re.compile(r"[0-9]{4,20}")
"""A card number: digits that can be keyed in."""

PIN = re.compile(r"[0-9]{4,6}")
"""A PIN."""


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card as clerks see it; `balance` in minor units."""

    number: str
    patient: str
    phone: str
    balance: int
    has_pin: bool
    blocked: bool
    demo: bool


def add(session: Session, number: str, patient: str, phone: str, now: datetime, *, demo: bool = False) -> None:
    """Register a card without PIN and money. Raises CardExists, NotAllowed."""
    if not NUMBER.fullmatch(number):
        raise NotAllowed(f'"{number}" is not a card number: 4 to 20 digits')
    if not patient.strip():
        raise NotAllowed(f"card {number} needs the patient's name")
    if session.execute(select(Card.id).where(Card.number == number)).first():
        raise CardExists(f"card {number} is there already")
    session.add(Card(number=number, patient=patient.strip(), phone=phone.strip(), made_at=now, demo=demo))
    session.flush()


def change(
    session: Session,
    number: str,
    *,
    patient: str | None = None,
    phone: str | None = None,
    pin_hash: str | None = None,
    blocked: bool | None = None,
) -> None:
    """Change what is given of a card. Raises Unknown."""
    card = row(session, number)
    if patient is not None:
        card.patient = patient.strip()
    if phone is not None:
        card.phone = phone.strip()
    if pin_hash is not None:
        card.pin_hash = pin_hash
    if blocked is not None:
        card.blocked = blocked


def find(session: Session, number: str) -> CardRecord:
    """The card. Raises Unknown."""
    card = row(session, number)
    return _record(card, ledger.balance(session, card.id))


def every(session: Session) -> list[CardRecord]:
    """All cards by number."""
    total = func.coalesce(func.sum(LedgerEntry.amount), 0)
    rows = session.execute(
        select(Card, total)
        .outerjoin(LedgerEntry, LedgerEntry.card_id == Card.id)
        .group_by(Card.id)
        .order_by(Card.number)
    )
    return [_record(card, int(amount)) for card, amount in rows]


def top_up(session: Session, number: str, amount: int, key: str, now: datetime, note: str = "") -> int:
    """Put money on a card, minor units; the new balance. The same `key` again changes nothing. Raises Unknown."""
    if amount <= 0:
        raise NotAllowed("a top-up is more than nothing")
    card = lock(session, number)
    ledger.post(session, card.id, amount, "top_up", key, now, note=note)
    return ledger.balance(session, card.id)


def history(session: Session, number: str) -> list[ledger.Movement]:
    """Every movement of the card's money, oldest first. Raises Unknown."""
    return ledger.history(session, row(session, number).id)


def row(session: Session, number: str) -> Card:
    """The table's row, for this package. Raises Unknown."""
    card = session.execute(select(Card).where(Card.number == number)).scalar_one_or_none()
    if card is None:
        raise Unknown(f"no card {number}")
    return card


def lock(session: Session, number: str) -> Card:
    """The row, locked to the end of the transaction: its money does not move meanwhile. Raises Unknown."""
    card = session.execute(select(Card).where(Card.number == number).with_for_update()).scalar_one_or_none()
    if card is None:
        raise Unknown(f"no card {number}")
    return card


def lock_usable(session: Session, number: str) -> Card:
    """As `lock`. Raises CardBlocked too."""
    card = lock(session, number)
    if card.blocked:
        raise CardBlocked(f"card {number} is blocked")
    return card


def _record(card: Card, amount: int) -> CardRecord:
    return CardRecord(card.number, card.patient, card.phone, amount, card.pin_hash is not None, card.blocked, card.demo)
