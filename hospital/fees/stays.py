"""Stays in the hospital: who, in which ward, from when to when, and which insurance scheme covers them from which day.

They come from the hospital's system, which numbers them. What they cost is in `charges`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from db.reading import reading
from db.rows import locked
from db.tables.cards import Card
from db.tables.fees import Stay, StayCover
from hospital.cards import cards
from hospital.errors import NotAllowed, Unknown

LONGEST_NUMBER = 64
LONGEST_PATIENT = 80


@dataclass(frozen=True, slots=True)
class StayRecord:
    """A stay as others see it. `card` is empty of a newborn without one, `mother` the number of its mother's stay.
    `cover`: the scheme from each day on."""

    number: str
    card: str
    patient: str
    ward: str
    bed: str
    admitted_at: datetime
    discharged_at: datetime | None
    cover: tuple[tuple[date, str], ...]
    mother: str = ""

    @property
    def scheme(self) -> str:
        """The scheme that covers it now, or empty."""
        return self.cover[-1][1] if self.cover else ""


@dataclass(frozen=True, slots=True)
class Admission:
    """A patient was admitted, or what is known of the stay has changed: what is empty says nothing."""

    number: str
    at: datetime
    card: str = ""
    patient: str = ""
    ward: str = ""
    bed: str = ""
    scheme: str = ""
    from_day: date | None = None
    """The first day of the scheme; None: the whole stay."""
    mother: str = ""


def admit(session: Session, new: Admission, now: datetime) -> bool:
    """Store the stay, or what has changed of it; whether anything did. Raises Unknown, NotAllowed."""
    if not 0 < len(new.number) <= LONGEST_NUMBER:
        raise NotAllowed(f"a stay needs its number, up to {LONGEST_NUMBER} characters")
    stay = _locked(session, new.number)
    made = stay is None
    if stay is None:
        stay = Stay(number=new.number, admitted_at=new.at, patient="", ward="", bed="", made_at=now)
    changed = made
    if new.card:
        card = cards.row(session, new.card)
        changed |= stay.card_id != card.id
        stay.card_id = card.id
    if new.mother:
        mother = row(session, new.mother)
        if mother.number == new.number:
            raise NotAllowed(f"stay {new.number} cannot be its own mother's")
        changed |= stay.mother_id != mother.id
        stay.mother_id = mother.id
    for name, value, longest in (
        ("patient", new.patient, LONGEST_PATIENT),
        ("ward", new.ward, 40),
        ("bed", new.bed, 20),
    ):
        if value and getattr(stay, name) != value[:longest]:
            setattr(stay, name, value[:longest])
            changed = True
    if stay.admitted_at != new.at:
        if stay.discharged_at is not None and new.at > stay.discharged_at:
            raise NotAllowed(f"stay {new.number} ended on {stay.discharged_at:%Y-%m-%d}: it cannot begin after that")
        stay.admitted_at = new.at
        changed = True
    session.add(stay)
    session.flush()
    if new.scheme:
        changed |= _cover(session, stay, new.scheme, new.from_day)
    return changed


def _cover(session: Session, stay: Stay, scheme: str, from_day: date | None) -> bool:
    """Without a day it is the scheme of the whole stay; with one, from that day on whatever was said of later days."""
    begins = from_day or date.min
    there = list(session.scalars(select(StayCover).where(StayCover.stay_id == stay.id).order_by(StayCover.begins)))
    earlier = [one for one in there if one.begins < begins]
    later = [one for one in there if one.begins >= begins]
    if [(one.begins, one.scheme) for one in later] == [(begins, scheme)]:
        return False
    if earlier and earlier[-1].scheme == scheme and not later:
        return False
    for one in later:
        session.delete(one)
    session.flush()
    session.add(StayCover(stay_id=stay.id, begins=begins, scheme=scheme))
    session.flush()
    return True


def discharge(session: Session, number: str, at: datetime | None) -> bool:
    """The patient left, or (None) has not left after all; whether that is news. Raises Unknown, NotAllowed."""
    stay = lock(session, number)
    if at is not None and at < stay.admitted_at:
        raise NotAllowed(f"stay {number} began on {stay.admitted_at:%Y-%m-%d}: it cannot end before that")
    news = stay.discharged_at != at
    stay.discharged_at = at
    session.flush()
    return news


@reading
def find(session: Session, number: str) -> StayRecord:
    """The stay. Raises Unknown."""
    return records(session, [row(session, number)])[0]


@reading
def of_card(session: Session, card: str) -> list[StayRecord]:
    """Stays that a card may ask of, the newest first: its own, and those of newborns without a card of their own.
    Raises Unknown."""
    holder = cards.row(session, card)
    mother = aliased(Stay)
    query = (
        select(Stay)
        .outerjoin(mother, mother.id == Stay.mother_id)
        .where(or_(Stay.card_id == holder.id, Stay.card_id.is_(None) & (mother.card_id == holder.id)))
        .order_by(Stay.admitted_at.desc(), Stay.id.desc())
    )
    return records(session, list(session.scalars(query)))


@reading
def in_house(session: Session, ward: str = "", limit: int = 500) -> list[StayRecord]:
    """Patients who have not left, by ward and bed."""
    query = select(Stay).where(Stay.discharged_at.is_(None)).order_by(Stay.ward, Stay.bed, Stay.id).limit(limit)
    if ward:
        query = query.where(Stay.ward == ward)
    return records(session, list(session.scalars(query)))


def row(session: Session, number: str) -> Stay:
    """The table's row, for this package. Raises Unknown."""
    stay = session.scalars(select(Stay).where(Stay.number == number)).one_or_none()
    if stay is None:
        raise Unknown(f"no stay {number}")
    return stay


def lock(session: Session, number: str) -> Stay:
    """The row, locked to the end of the transaction. Raises Unknown."""
    stay = _locked(session, number)
    if stay is None:
        raise Unknown(f"no stay {number}")
    return stay


def _locked(session: Session, number: str) -> Stay | None:
    return session.execute(locked(select(Stay).where(Stay.number == number))).scalar_one_or_none()


def records(session: Session, rows: Sequence[Stay]) -> list[StayRecord]:
    """As others see them, in the same order."""
    ids = [stay.id for stay in rows]
    covers: dict[int, list[tuple[date, str]]] = {}
    query = select(StayCover).where(StayCover.stay_id.in_(ids)).order_by(StayCover.begins)
    for cover in session.scalars(query):
        covers.setdefault(cover.stay_id, []).append((cover.begins, cover.scheme))
    holders = select(Card.id, Card.number).where(Card.id.in_({stay.card_id for stay in rows if stay.card_id}))
    numbers: dict[int, str] = {one.id: one.number for one in session.execute(holders)}
    mothers = select(Stay.id, Stay.number).where(Stay.id.in_({stay.mother_id for stay in rows if stay.mother_id}))
    of_mothers: dict[int, str] = {one.id: one.number for one in session.execute(mothers)}
    return [
        StayRecord(
            stay.number,
            numbers.get(stay.card_id or 0, ""),
            stay.patient,
            stay.ward,
            stay.bed,
            stay.admitted_at,
            stay.discharged_at,
            tuple(covers.get(stay.id, ())),
            of_mothers.get(stay.mother_id or 0, ""),
        )
        for stay in rows
    ]
