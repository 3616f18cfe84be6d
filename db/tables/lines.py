"""Tables of the numbers that are answered: who closed and opened them, and the PINs of feature codes.

Written by `ivr.numbers.closings`. A switching is never changed nor removed: the newest row of a number is its state,
all of them are the record of who did what.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class LineSwitchRow(Base):
    """Somebody closed a number, or gave it back to its timetable."""

    __tablename__ = "line_switches"
    __table_args__ = (Index("ix_line_switches_number", "number", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(40))
    """Its key in the file of numbers."""
    closed: Mapped[bool]
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """None with `closed`: until somebody opens it."""
    who: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(String(200), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    call_id: Mapped[str] = mapped_column(String(32), default="")
    """The call in which it was done; empty: on the command line."""


class LinePinRow(Base):
    """The PIN of a feature code."""

    __tablename__ = "line_pins"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(255))
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
