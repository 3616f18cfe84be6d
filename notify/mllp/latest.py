"""The message that came last: whether the hospital's system is heard, at a glance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import MessageRow

STATES = ("accepted", "ignored", "rejected")


@dataclass(frozen=True, slots=True)
class LatestMessage:
    """Times are aware UTC."""

    received_at: datetime
    type: str
    sender: str
    state: str
    """`accepted`, `ignored` (nobody needs it) or `rejected`."""


@reading
def latest_message(session: Session) -> LatestMessage | None:
    """Of all that reached any engine of this database; None when none ever did."""
    found = [_latest(session, state) for state in STATES]  # each by the index of its state
    return max(filter(None, found), key=lambda message: message.received_at, default=None)


def _latest(session: Session, state: str) -> LatestMessage | None:
    query = select(MessageRow).where(MessageRow.state == state).order_by(MessageRow.received_at.desc()).limit(1)
    row = session.scalars(query).one_or_none()
    return None if row is None else LatestMessage(row.received_at, row.type, row.sender, row.state)
