"""Examinations: kinds, rooms, and each patient's examination with its turn in the room's queue of the day."""

from __future__ import annotations

import datetime as dt
from datetime import datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.tables.names import Named


class ExamKind(Named, Base):
    """A kind of examination: `b_scan`, `chest_x_ray`, `blood`."""

    __tablename__ = "exam_kinds"
    __table_args__ = (CheckConstraint("minutes BETWEEN 1 AND 600", name="minutes_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=100)
    minutes: Mapped[int]
    """What one is planned to take, until real ones say better."""
    preparation: Mapped[str] = mapped_column(String(40), default="", server_default=text("''"))
    """The last word of the text that tells it: `fasting` is `exams.prepare_fasting`; empty: none."""


class ExamRoom(Named, Base):
    """Where examinations are made, one after the other."""

    __tablename__ = "exam_rooms"
    __table_args__ = (
        CheckConstraint("length(opens) = 5", name="opens_clock"),
        CheckConstraint("length(closes) = 5", name="closes_clock"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    position: Mapped[int] = mapped_column(default=100)
    opens: Mapped[str] = mapped_column(String(5), default="08:00", server_default=text("'08:00'"))
    closes: Mapped[str] = mapped_column(String(5), default="17:00", server_default=text("'17:00'"))
    """Local times of a working day."""
    closed_why: Mapped[str] = mapped_column(String(120), default="", server_default=text("''"))
    """Why nobody is examined now ("the machine is repaired"); empty: the room works."""


class Exam(Base):
    """One patient's examination on one day."""

    __tablename__ = "exams"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'called', 'missed', 'done', 'cancelled')", name="state_known"),
        UniqueConstraint("sender", "order_number"),
        Index("ix_exams_room_date", "room_id", "date", "turn"),
        Index("ix_exams_ended", "room_id", "kind_id", "ended_at"),
        Index("ix_exams_card", "card_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    """The booking number that the patient has on paper."""
    room_id: Mapped[int] = mapped_column(ForeignKey("exam_rooms.id"))
    kind_id: Mapped[int] = mapped_column(ForeignKey("exam_kinds.id"))
    card_id: Mapped[int | None] = mapped_column(ForeignKey("cards.id"))
    patient: Mapped[str] = mapped_column(String(80), default="")
    ward: Mapped[str] = mapped_column(String(40), default="")
    bed: Mapped[str] = mapped_column(String(20), default="")
    date: Mapped[dt.date] = mapped_column(Date)
    at: Mapped[str] = mapped_column(String(5), default="")
    """The appointed local time, `09:20`; empty: by the order of coming."""
    turn: Mapped[int]
    """Its place among those of this room and day: the lowest that waits is next."""
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    made_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    times_missed: Mapped[int] = mapped_column(default=0)
    sender: Mapped[str | None] = mapped_column(String(120))
    order_number: Mapped[str | None] = mapped_column(String(120))
    """The system that ordered it and the order's number there: the same order again is the same examination."""
