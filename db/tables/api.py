"""The table of what the API answered to changes that carried an `Idempotency-Key`: a repetition changes nothing.

Written by `accounts.api_answers` in the transaction of the change itself.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base


class ApiAnswerRow(Base):
    """One answer. `status` 0: the change is under way, or the engine died in it."""

    __tablename__ = "api_answers"
    __table_args__ = (Index("ix_api_answers_made_at", "made_at"),)

    key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    """What the client wrote into `Idempotency-Key`."""
    asked: Mapped[str] = mapped_column(String(64))
    """Digest of method, path and body."""
    status: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
