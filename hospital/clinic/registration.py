"""Registration: a booking takes a place and its fee in one transaction, or neither.

The card is locked first and the place second, by everybody: two callers on the last place wait in line, one gets it,
the other is told that it is full. The outcome of a booking is a value; only what should not happen is raised.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.cards import Card
from db.tables.clinic import Booking, Duty, GeneralDay
from hospital.cards import cards, ledger
from hospital.clinic import departments, rota
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.hooks import tell_booking
from hospital.clinic.slips import RANDOM, Draw, new_slip
from webhooks.what import What


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for a booking. Asked again by the same call for the same place, it finds the booking that there is."""

    card: str
    call_id: str
    now: datetime
    calendar: HospitalCalendar
    draw: Draw = RANDOM


@dataclass(frozen=True, slots=True)
class Booked:
    """A place is taken; `fee` was charged, minor units. `again`: the booking was there already, and nothing was
    charged now."""

    slip: str
    fee: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Full:
    """No place is left, or the time for it is over. Nothing was charged."""


@dataclass(frozen=True, slots=True)
class Short:
    """There is too little money on the card. No place was taken."""

    balance: int
    fee: int


@dataclass(frozen=True, slots=True)
class TakenByYou:
    """The card has a place with this expert for this half day already, from another call."""

    slip: str


def book_general(session: Session, request: Request, department: str) -> Booked | Full | Short:
    """A place in today's general clinic (docs/features.md, 25). The card's place there, if it has one, is given again.

    Raises Unknown, CardBlocked.
    """
    card = cards.lock_usable(session, request.card)
    clinic = departments.row(session, department)
    today = request.calendar.today(request.now)
    day = departments.lock_day(session, clinic, today)
    mine = Booking.general_day_id == day.id
    standing = session.execute(
        select(Booking).where(mine, Booking.card_id == card.id, Booking.state == "booked")
    ).scalar_one_or_none()
    if standing is not None:
        return Booked(standing.slip, standing.fee, again=True)
    if not departments.is_open(clinic, request.calendar, request.now):
        return Full()
    key = f"{request.call_id}:{card.number}:general:{clinic.code}:{today}"
    booking = Booking(general_day_id=day.id, date=today, fee=clinic.general_fee, key=key)
    return _take(session, request, card, day, booking)


def book_expert(session: Session, request: Request, duty_id: int) -> Booked | Full | Short | TakenByYou:
    """A place with an expert on duty (docs/features.md, 28). Raises Unknown, CardBlocked."""
    card = cards.lock_usable(session, request.card)
    duty = rota.lock(session, duty_id)
    key = f"{request.call_id}:{card.number}:expert:{duty_id}"
    standing = session.execute(
        select(Booking).where(Booking.duty_id == duty.id, Booking.card_id == card.id, Booking.state == "booked")
    ).scalar_one_or_none()
    if standing is not None:
        return Booked(standing.slip, standing.fee, again=True) if standing.key == key else TakenByYou(standing.slip)
    if not request.calendar.to_come(duty.date, duty.half, request.now):
        return Full()
    booking = Booking(duty_id=duty.id, date=duty.date, fee=duty.fee, key=key)
    return _take(session, request, card, duty, booking)


Place: TypeAlias = GeneralDay | Duty


def _take(session: Session, request: Request, card: Card, place: Place, booking: Booking) -> Booked | Full | Short:
    if place.taken >= place.capacity:
        return Full()
    balance = ledger.balance(session, card.id)
    if balance < booking.fee:
        return Short(balance, booking.fee)
    place.taken += 1
    booking.slip = _unused_slip(session, request.draw)
    booking.card_id = card.id
    booking.call_id = request.call_id
    booking.made_at = request.now
    booking.state = "booked"
    session.add(booking)
    session.flush()
    if booking.fee:
        note = f"slip {booking.slip}"
        key = f"booking:{booking.id}:fee"
        ledger.post(session, card.id, -booking.fee, "fee", key, request.now, booking_id=booking.id, note=note)
    tell_booking(session, What.BOOKING_MADE, booking, place, request.now)
    return Booked(booking.slip, booking.fee)


def _unused_slip(session: Session, draw: Draw) -> str:
    while True:
        slip = new_slip(draw)
        if not session.execute(select(Booking.id).where(Booking.slip == slip)).first():
            return slip
