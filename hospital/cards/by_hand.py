"""What somebody does to a card by hand, on a page or through the API: the change and its row in the audit, in one."""

from __future__ import annotations

from sqlalchemy.orm import Session

from accounts.audit import Hand
from hospital.cards import cards, pin_entries
from hospital.cards.cards import CardRecord
from hospital.money import show_money


def add(session: Session, number: str, patient: str, phone: str, hand: Hand) -> CardRecord:
    """Register a card. Raises CardExists, NotAllowed."""
    cards.add(session, number, patient, phone, hand.at)
    hand.note(session, "add", "card", number)
    return cards.find(session, number)


def change(
    session: Session,
    number: str,
    hand: Hand,
    *,
    patient: str | None = None,
    phone: str | None = None,
    blocked: bool | None = None,
    slow: bool | None = None,
) -> CardRecord:
    """Change what is given. Blocking and its end are rows of their own. Raises Unknown, NotAllowed."""
    cards.change(session, number, patient=patient, phone=phone, blocked=blocked, slow=slow)
    if blocked is not None:
        hand.note(session, "block" if blocked else "unblock", "card", number)
    given = {"patient": patient, "phone": phone, "slow": slow}
    if what := sorted(name for name, value in given.items() if value is not None):
        hand.note(session, "change", "card", number, what=what)
    session.flush()
    return cards.find(session, number)


def top_up(session: Session, number: str, amount: int, key: str, note: str, hand: Hand) -> int:
    """Credit a card, minor units; the new balance. The same `key` again changes nothing and is not noted. Raises
    Unknown, NotAllowed, LedgerConflict."""
    before = cards.find(session, number).balance
    balance = cards.top_up(session, number, amount, key, hand.at, note)
    if balance != before:
        hand.note(session, "top_up", "card", number, amount=show_money(amount), movement=key)
    return balance


def new_pin(session: Session, number: str, pin_hash: str, hand: Hand) -> CardRecord:
    """Another PIN, by its hash; wrong entries are forgiven. Raises Unknown."""
    cards.change(session, number, pin_hash=pin_hash)
    pin_entries.forgive(session, number)
    hand.note(session, "new PIN", "card", number)
    return cards.find(session, number)
