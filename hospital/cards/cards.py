"""Patients' cards: who holds them, how much is on them. PINs are checked in `hospital.cards.pin_check`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.rows import locked
from db.tables.cards import Card, LedgerEntry
from hospital.cards import ledger
from hospital.errors import CardBlocked, CardExists, NotAllowed, Unknown

NUMBER = re.compile(r"[0-9]{4,20}")
"""A card number: digits that can be keyed in."""

PIN = re.compile(r"[0-9]{4,6}")
"""A PIN."""

PHONE = re.compile(r"[0-9+ *#-]{0,32}")
LONGEST_NAME = 80
MOST_MONEY = 100_000_000_00


@dataclass(frozen=True, slots=True)
class CardRecord:
    """A card as clerks see it; `balance` in minor units."""

    number: str
    patient: str
    phone: str
    balance: int
    has_pin: bool
    blocked: bool
    slow: bool
    """Speech is slow for this patient, and the time for keys longer."""
    demo: bool


def add(session: Session, number: str, patient: str, phone: str, now: datetime, *, demo: bool = False) -> None:
    """Register a card without PIN and money. Raises CardExists, NotAllowed."""
    if not NUMBER.fullmatch(number):
        raise NotAllowed(f'"{number}" is not a card number: 4 to 20 digits')
    patient, phone = _name(number, patient), checked_phone(phone)
    if exists(session, number):
        raise CardExists(f"card {number} is there already")
    session.add(Card(number=number, patient=patient, phone=phone, made_at=now, demo=demo))
    session.flush()


@reading
def exists(session: Session, number: str) -> bool:
    """Whether there is a card with this number."""
    return session.execute(select(Card.id).where(Card.number == number)).first() is not None


def change(
    session: Session,
    number: str,
    *,
    patient: str | None = None,
    phone: str | None = None,
    pin_hash: str | None = None,
    blocked: bool | None = None,
    slow: bool | None = None,
) -> None:
    """Change what is given of a card. Raises Unknown."""
    card = row(session, number)
    if patient is not None:
        card.patient = _name(number, patient)
    if phone is not None:
        card.phone = checked_phone(phone)
    if pin_hash is not None:
        card.pin_hash = pin_hash
    if blocked is not None:
        card.blocked = blocked
    if slow is not None:
        card.slow = slow


@reading
def find(session: Session, number: str) -> CardRecord:
    """The card. Raises Unknown."""
    card = row(session, number)
    return record(card, ledger.balance(session, card.id))


@reading
def every(session: Session) -> list[CardRecord]:
    """All cards by number."""
    total = func.coalesce(func.sum(LedgerEntry.amount), 0)
    rows = session.execute(
        select(Card, total)
        .outerjoin(LedgerEntry, LedgerEntry.card_id == Card.id)
        .group_by(Card.id)
        .order_by(Card.number)
    )
    return [record(card, int(amount)) for card, amount in rows]


def top_up(session: Session, number: str, amount: int, key: str, now: datetime, note: str = "") -> int:
    """Credit a card, minor units; the new balance. The same `key` again changes nothing. Raises Unknown."""
    if not 0 < amount <= MOST_MONEY:
        raise NotAllowed(f"a top-up is more than nothing and at most {MOST_MONEY // 100}")
    card = lock(session, number)
    ledger.post(session, card.id, amount, "top_up", key, now, note=note)
    return ledger.balance(session, card.id)


@reading
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
    card = session.execute(locked(select(Card).where(Card.number == number))).scalar_one_or_none()
    if card is None:
        raise Unknown(f"no card {number}")
    return card


def lock_usable(session: Session, number: str) -> Card:
    """As `lock`. Raises CardBlocked too."""
    card = lock(session, number)
    if card.blocked:
        raise CardBlocked(f"card {number} is blocked")
    return card


def _name(number: str, patient: str) -> str:
    if not 0 < len(patient.strip()) <= LONGEST_NAME:
        raise NotAllowed(f"card {number} needs the patient's name, up to {LONGEST_NAME} characters")
    return patient.strip()


def checked_phone(phone: str) -> str:
    """The telephone without blanks around it. Raises NotAllowed."""
    if not PHONE.fullmatch(phone.strip()):
        raise NotAllowed(f'"{phone}" is not a telephone number: digits, spaces, + and -, up to 32')
    return phone.strip()


def record(card: Card, amount: int) -> CardRecord:
    """The card as clerks see it, for this package."""
    return CardRecord(
        card.number, card.patient, card.phone, amount, card.pin_hash is not None, card.blocked, card.slow, card.demo
    )
