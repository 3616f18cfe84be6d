"""The table of recordings: what callers said into the line, where it lies, and how it came to an end.

Written by `ivr.recordings.store`; whoever hears a message notes it by `ivr.recordings.messages`. The
row is there before the first word, so that a crash leaves no file that nobody knows of. No foreign key:
a call's row may be written after its recording began, and a recording outlives it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class RecordingRow(Base):
    """One recording."""

    __tablename__ = "recordings"
    __table_args__ = (
        Index("ix_recordings_began_at", "began_at"),
        Index("ix_recordings_call_id", "call_id"),
        Index("ix_recordings_open", "engine", "ended"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    engine: Mapped[str] = mapped_column(String(64))
    call_id: Mapped[str] = mapped_column(String(32))
    flow: Mapped[str] = mapped_column(String(64))
    step: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seconds: Mapped[float] = mapped_column(default=0.0)
    path: Mapped[str] = mapped_column(String(200))
    """Of the WAV, relative to the folder of recordings."""
    ended: Mapped[str] = mapped_column(String(12), default="")
    """`key`, `silence`, `limit`, `stopped`, `hung_up`, `lost` (the engine or its worker died); empty while it runs."""
    key: Mapped[str] = mapped_column(String(1), default="")
    """The key that ended it."""
    heard_by: Mapped[str] = mapped_column(String(64), server_default=text("''"))
    """Who took care of the message: the name of a user."""
    heard_at: Mapped[datetime | None]
    """None: nobody yet."""
    note: Mapped[str] = mapped_column(String(500), server_default=text("''"))
    """What the hospital notes about it."""
