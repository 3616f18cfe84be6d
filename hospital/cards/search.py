"""Cards found by what a clerk has in hand: a number or its beginning, a piece of the name, the end of a telephone."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.cards import Card, LedgerEntry
from hospital.cards.cards import CardRecord, record

MOST = 50


@reading
def search(session: Session, wanted: str, limit: int = MOST) -> list[CardRecord]:
    """Cards by number; all of them for an empty search, `limit` at most."""
    total = func.coalesce(func.sum(LedgerEntry.amount), 0)
    query = select(Card, total).outerjoin(LedgerEntry, LedgerEntry.card_id == Card.id).group_by(Card.id)
    wanted = wanted.strip()
    if wanted:
        number = Card.number.startswith(wanted, autoescape=True)
        name = Card.patient.icontains(wanted, autoescape=True)
        digits = "".join(filter(str.isdigit, wanted))
        bare = func.replace(func.replace(Card.phone, " ", ""), "-", "")
        phone = bare.endswith(digits, autoescape=True) if len(digits) >= 3 else number
        query = query.where(or_(number, name, phone))
    rows = session.execute(query.order_by(Card.number).limit(limit))
    return [record(card, int(amount)) for card, amount in rows]
