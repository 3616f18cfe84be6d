"""Tables of calls: one row a call, and what happened in it step by step.

Written by `ivr.record.trace` while calls go on; never changed after the call but by the engine's
restart, which closes what a crash left open.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime


class CallRow(Base):
    """One call, in or out."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        Index("ix_calls_began_at", "began_at"),
        Index("ix_calls_open", "engine", "ended_at"),
        Index("ix_calls_caller", "caller", "began_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    engine: Mapped[str] = mapped_column(String(64))
    direction: Mapped[str] = mapped_column(String(3))
    dialled: Mapped[str] = mapped_column(String(128))
    caller: Mapped[str] = mapped_column(String(128))
    flow: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(8))
    notice: Mapped[str] = mapped_column(String(36), default="")
    edition: Mapped[int | None]
    """Which edition of flows and texts it kept to; none for calls from before there were editions."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(24), default="")
    sip_code: Mapped[int] = mapped_column(default=0)
    ended_by_peer: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str] = mapped_column(String(64), default="")


class CallEventRow(Base):
    """One event of a call; `detail` is JSON with secrets already masked."""

    __tablename__ = "call_events"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
