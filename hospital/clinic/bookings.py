"""Bookings as clerks see them, and their cancellation. They are made in `hospital.clinic.registration`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from db.rows import locked
from db.tables.cards import Card
from db.tables.clinic import Booking, Department, Duty, GeneralDay
from hospital.cards import ledger
from hospital.clinic.hooks import tell_booking
from hospital.errors import Unknown
from hospital.money import show_money
from hospital.names import names_of
from webhooks.what import What


@dataclass(frozen=True, slots=True)
class BookingRecord:
    """One booking. `half` and `expert` are empty for the general clinic; `fee` in minor units."""

    slip: str
    date: date
    half: str
    department: str
    department_name: dict[str, str]
    expert: str
    expert_name: dict[str, str]
    card: str
    patient: str
    phone: str
    fee: int
    state: str
    made_at: datetime
    call_id: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The booking is cancelled. `refund` in minor units; `again`: it was before, and nothing is paid back now."""

    refund: int
    again: bool


@reading
def between(session: Session, first: date, last: date, *, cancelled: bool = False) -> list[BookingRecord]:
    """Bookings for these days, both included: by day, half day, department, time of booking."""
    query = _joined().where(Booking.date.between(first, last))
    if not cancelled:
        query = query.where(Booking.state == "booked")
    found = [_record(*row) for row in session.execute(query.order_by(Booking.id))]
    return sorted(found, key=lambda one: (one.date, one.half, one.department, one.expert))


@reading
def find(session: Session, slip: str) -> BookingRecord:
    """The booking with this slip. Raises Unknown."""
    row = session.execute(_joined().where(Booking.slip == slip)).one_or_none()
    if row is None:
        raise Unknown(f"no slip {slip}")
    return _record(*row)


def cancel(session: Session, slip: str, now: datetime, note: str = "") -> Cancelled:
    """Free the place and pay the fee back; a second time changes nothing. Raises Unknown."""
    card_id = session.execute(select(Booking.card_id).where(Booking.slip == slip)).scalar_one_or_none()
    if card_id is None:
        raise Unknown(f"no slip {slip}")
    # Card, then place: the order in which bookings lock, so that neither waits for the other for ever.
    session.execute(locked(select(Card).where(Card.id == card_id)))
    booking = session.execute(locked(select(Booking).where(Booking.slip == slip))).scalar_one()
    if booking.state == "cancelled":
        return Cancelled(booking.fee, again=True)
    place = _place(session, booking)
    place.taken -= 1
    booking.state = "cancelled"
    booking.cancelled_at = now
    session.flush()
    if booking.fee:
        key = f"booking:{booking.id}:refund"
        note = note or f"slip {slip} cancelled"
        ledger.post(session, card_id, booking.fee, "refund", key, now, booking_id=booking.id, note=note)
    tell_booking(session, What.BOOKING_CANCELLED, booking, place, now)
    return Cancelled(booking.fee, again=False)


def cancel_by_hand(session: Session, slip: str, hand: Hand) -> Cancelled:
    """As `cancel`, with its reason in the card's history and its row in the audit. Raises Unknown."""
    came = cancel(session, slip, hand.at, hand.reason)
    if not came.again:
        hand.note(session, "cancel", "booking", slip, refund=show_money(came.refund))
    return came


def _place(session: Session, booking: Booking) -> GeneralDay | Duty:
    if booking.duty_id is not None:
        return session.execute(locked(select(Duty).where(Duty.id == booking.duty_id))).scalar_one()
    return session.execute(locked(select(GeneralDay).where(GeneralDay.id == booking.general_day_id))).scalar_one()


def _joined() -> Select[Booking, Card, Department, Duty]:
    return (
        select(Booking, Card, Department, Duty)
        .join(Card, Card.id == Booking.card_id)
        .outerjoin(GeneralDay, GeneralDay.id == Booking.general_day_id)
        .outerjoin(Duty, Duty.id == Booking.duty_id)
        .join(Department, or_(Department.id == GeneralDay.department_id, Department.id == Duty.department_id))
    )


def _record(booking: Booking, card: Card, department: Department, duty: Duty | None) -> BookingRecord:
    return BookingRecord(
        slip=booking.slip,
        date=booking.date,
        half=duty.half if duty else "",
        department=department.code,
        department_name=names_of(department),
        expert=duty.expert if duty else "",
        expert_name=names_of(duty) if duty else {},
        card=card.number,
        patient=card.patient,
        phone=card.phone,
        fee=booking.fee,
        state=booking.state,
        made_at=booking.made_at,
        call_id=booking.call_id,
    )
