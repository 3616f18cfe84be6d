"""Bookings told to other systems. Neither the card nor the patient is named: who may know asks the API by the slip."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from db.tables.clinic import Booking, Department, Duty, GeneralDay
from webhooks.outbox import tell
from webhooks.what import What


def tell_booking(session: Session, what: What, booking: Booking, place: GeneralDay | Duty, now: datetime) -> None:
    """A place was taken, or is free again."""
    facts = {
        "slip": booking.slip,
        "date": booking.date.isoformat(),
        "half": place.half if isinstance(place, Duty) else "",
        "department": session.get_one(Department, place.department_id).code,
        "expert": place.expert if isinstance(place, Duty) else "",
        "fee": booking.fee,
        "call": booking.call_id,
    }
    tell(session, what, facts, now)
