"""Tables of calls: one row for each call, who took part in it, who talked with whom, and what happened step by step.

Written by `ivr.record.trace` while calls go on; never changed after the call but by the engine's
restart, which closes what a crash left open.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base
from db.types import UtcDateTime

BACKWARDS = String(128).with_variant(String(128, collation="C"), "postgresql")
"""A number with its last digit first: what it ends with is found as what this begins with, by its bytes."""


class CallRow(Base):
    """One call, in or out."""

    __tablename__ = "calls"
    __table_args__ = (
        CheckConstraint("direction in ('in', 'out')", name="direction"),
        Index("ix_calls_began_at", "began_at"),
        Index("ix_calls_open", "engine", "ended_at"),
        Index("ix_calls_caller_reversed", "caller_reversed", "began_at"),
        Index("ix_calls_dialled_reversed", "dialled_reversed", "began_at"),
        Index("ix_calls_flow", "flow", "began_at"),
        Index("ix_calls_outcome", "outcome", "began_at"),
        Index("ix_calls_cause", "cause", "began_at"),
        Index(
            "ix_calls_untold", "began_at", sqlite_where=text("waited IS NULL"), postgresql_where=text("waited IS NULL")
        ),
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
    ended_by: Mapped[str] = mapped_column(String(16), server_default=text("''"))
    """Whose end it was: the role of a leg (`ivr.record.legs.Role`), `line` when the flow hung up; empty while it goes
    on, and when something broke."""
    waited: Mapped[float | None]
    """Seconds for which its first leg waited for somebody. None: it is from before there were legs, and has none
    yet."""
    talked: Mapped[float | None]
    """Seconds for which its first leg talked with people."""
    caller_reversed: Mapped[str] = mapped_column(BACKWARDS, server_default=text("''"))
    dialled_reversed: Mapped[str] = mapped_column(BACKWARDS, server_default=text("''"))


class LegRow(Base):
    """Somebody who took part in a call, or a place in which he was. The first leg is whom the call is about: who called
    in, or whom we called."""

    __tablename__ = "legs"
    __table_args__ = (
        Index(
            "ix_legs_open", "call_id", sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL")
        ),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    role: Mapped[str] = mapped_column(String(16))
    direction: Mapped[str] = mapped_column(String(3))
    """`in` or `out`; empty for a place."""
    party: Mapped[str] = mapped_column(String(128))
    """The number of who it is, or the name of the place."""
    line: Mapped[str] = mapped_column(String(32))
    """The switch's name for it, as in logs and in the header X-Wardbell-Call; empty for a place."""
    sip_call_id: Mapped[str] = mapped_column(String(255))
    worker: Mapped[str] = mapped_column(String(24))
    begun_by: Mapped[int]
    """The leg that brought it in, by a transfer, a question, a pick-up; 0: the line itself."""
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rang_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cause: Mapped[str] = mapped_column(String(24))
    sip_code: Mapped[int]
    ended_by: Mapped[int | None]
    """The leg whose doing its end was, often its own; 0: the line itself; none: it goes on, or something broke."""


class SegmentRow(Base):
    """A stretch of a call in which one leg was with another one."""

    __tablename__ = "segments"
    __table_args__ = (
        Index(
            "ix_segments_open",
            "call_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(12))
    """`talk`, `wait`, `hold` or `message` (`ivr.record.legs.Kind`)."""
    leg: Mapped[int]
    other: Mapped[int]
    """With whom `leg` talks, for whom it waits, by whom it is held, with whom it leaves a message."""
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seconds: Mapped[float | None]
    """None while it goes on, and when nobody knows: the engine was lost meanwhile."""


class CallEventRow(Base):
    """One event of a call; `detail` is JSON with secrets already masked."""

    __tablename__ = "call_events"

    call_id: Mapped[str] = mapped_column(ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(24))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


class HangUpRow(Base):
    """A call in progress that its engine is to hang up, because somebody at another engine's console says so."""

    __tablename__ = "hang_ups"

    call_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    engine: Mapped[str] = mapped_column(String(64), index=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    who: Mapped[str] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(String(200))
