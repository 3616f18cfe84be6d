"""The bytes of accepted messages, kept for some days beside their headers: what an interface sent can be looked at when
somebody asks what it meant. Bodies of transactions.

They hold what is private of patients: read by `received.show_message`, which pages open by right and note. Bounded
three ways: the first 64 KB of a message, a number of days, and a size of all together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, delete, func, insert, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import MessageBytesRow
from notify.hl7.frame import KEPT


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long the bytes are kept, and how many of all messages together; no time: none are."""

    time: timedelta = timedelta()
    most: int = 1_000_000_000


def keep(session: Session, message_id: int, raw: bytes, now: datetime) -> None:
    """Keep a message's bytes beside its header."""
    kept = raw[:KEPT]
    session.execute(insert(MessageBytesRow).values(message_id=message_id, kept_at=now, size=len(kept), raw=kept))


@reading
def bytes_of(session: Session, message_id: int) -> bytes | None:
    """A message's bytes; None when they are not kept, or not any more."""
    return session.scalar(select(MessageBytesRow.raw).where(MessageBytesRow.message_id == message_id))


def drop_some(session: Session, keeping: Keeping, now: datetime, limit: int = 500) -> int:
    """Drop the oldest `limit` of what is older than the time, else of what is beyond the size; how many there were."""
    oldest = select(MessageBytesRow.message_id).order_by(MessageBytesRow.kept_at, MessageBytesRow.message_id)
    gone = _drop(session, oldest.where(MessageBytesRow.kept_at < now - keeping.time).limit(limit))
    if gone:
        return gone
    over = int(session.scalar(select(func.coalesce(func.sum(MessageBytesRow.size), 0))) or 0) - keeping.most
    some: list[int] = []
    for message_id, size in session.execute(oldest.add_columns(MessageBytesRow.size).limit(limit)):
        if over <= 0:
            break
        some.append(message_id)
        over -= size
    return _drop(session, some) if some else 0


def _drop(session: Session, which: Any) -> int:
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(MessageBytesRow)
        .where(MessageBytesRow.message_id.in_(which))
        .execution_options(synchronize_session=False)
    )
    return done.rowcount
