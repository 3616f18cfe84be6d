"""What can be booked and what is booked: departments, their general clinic, experts on duty, bookings."""

from __future__ import annotations

import datetime as dt
from datetime import datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.tables.names import Named

PLACES = "taken BETWEEN 0 AND capacity"
"""The last line of defence: whatever goes wrong above, a place is never given twice."""


def _booked_once(name: str, *columns: str) -> Index:
    """What only one booking that holds may have: cancelled ones may have it too."""
    holds = text("state = 'booked'")
    return Index(name, *columns, unique=True, sqlite_where=holds, postgresql_where=holds)


class Department(Named, Base):
    """A department with its general clinic. `general_capacity` 0: it has none."""

    __tablename__ = "departments"
    __table_args__ = (
        CheckConstraint("general_capacity >= 0", name="capacity_positive"),
        CheckConstraint("general_fee >= 0", name="fee_positive"),
        CheckConstraint("length(general_until) = 5", name="until_clock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=100)
    """Its place in the list that callers hear."""
    general_capacity: Mapped[int]
    general_fee: Mapped[int]
    general_weekdays: Mapped[str] = mapped_column(String(7), default="1234567")
    """ISO weekdays on which the general clinic is open; 1 is Monday."""
    general_until: Mapped[str] = mapped_column(String(5), default="24:00")
    """Local time after which no place for today is given."""


class GeneralDay(Base):
    """The general clinic of one department on one day; made by the first booking, or by a clerk for a special day."""

    __tablename__ = "general_days"
    __table_args__ = (
        UniqueConstraint("department_id", "date"),
        CheckConstraint("capacity >= 0", name="capacity_positive"),
        CheckConstraint(PLACES, name="places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    date: Mapped[dt.date] = mapped_column(Date)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)


class Duty(Named, Base):
    """One expert on duty: one half day in one department. The rota is the list of these.

    It holds the expert's code and names itself: S4 has them updated every day, so tomorrow's number 1 may be
    another person than today's.
    """

    __tablename__ = "rota"
    __table_args__ = (
        UniqueConstraint("date", "department_id", "half", "expert"),
        CheckConstraint("half IN ('am', 'pm')", name="half_known"),
        CheckConstraint("capacity >= 0", name="capacity_positive"),
        CheckConstraint(PLACES, name="places"),
        CheckConstraint("fee >= 0", name="fee_positive"),
        Index("ix_rota_department_date", "department_id", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    date: Mapped[dt.date] = mapped_column(Date)
    half: Mapped[str] = mapped_column(String(2))
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    expert: Mapped[str] = mapped_column(String(10))
    """The code that callers hear: `1号专家`."""
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    fee: Mapped[int]


class Booking(Base):
    """A place taken by a card: in the general clinic of a day, or with an expert on duty."""

    __tablename__ = "bookings"
    __table_args__ = (
        CheckConstraint("state IN ('booked', 'cancelled')", name="state_known"),
        CheckConstraint("(general_day_id IS NULL) <> (duty_id IS NULL)", name="one_place"),
        CheckConstraint("fee >= 0", name="fee_positive"),
        _booked_once("uq_bookings_card_general", "card_id", "general_day_id"),
        _booked_once("uq_bookings_card_duty", "card_id", "duty_id"),
        _booked_once("uq_bookings_key", "key"),
        Index("ix_bookings_date", "date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slip: Mapped[str] = mapped_column(String(12), unique=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("cards.id"))
    general_day_id: Mapped[int | None] = mapped_column(ForeignKey("general_days.id"))
    duty_id: Mapped[int | None] = mapped_column(ForeignKey("rota.id"))
    date: Mapped[dt.date] = mapped_column(Date)
    fee: Mapped[int]
    key: Mapped[str] = mapped_column(String(120))
    """Idempotency: the same request, asked again, finds the booking that stands."""
    call_id: Mapped[str] = mapped_column(String(64), default="")
    state: Mapped[str] = mapped_column(String(10), default="booked")
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
