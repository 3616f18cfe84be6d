"""How the outbox stands at this moment: what is due, what is late, since when. A short question, for measuring."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import IS_IN_AIR, IS_WAITING, NoticeRow
from notify.notices.escalation import Priority

MOST = 10_000
"""Counted no further: who sees this number knows enough, and nobody waits for a count of millions."""
LATE = timedelta(seconds=60)
"""A notice that should have been dialled so long ago is late."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts stop at `MOST`."""

    due: int
    late: int
    in_air: int
    oldest: float
    """Seconds for which the oldest due one has waited; 0: none is due."""


@reading
def standing(session: Session, now: datetime) -> Standing:
    """By the indexes of what waits; the rest of the table is not read."""
    due = late = 0
    oldest = now
    for priority in Priority:  # by which the index begins
        waiting = IS_WAITING, NoticeRow.priority == int(priority)
        first = session.scalar(select(NoticeRow.due_at).where(*waiting).order_by(NoticeRow.due_at).limit(1))
        if first is None or first > now:
            continue
        oldest = min(oldest, first)
        due += _count(session, *waiting, NoticeRow.due_at <= now)
        late += _count(session, *waiting, NoticeRow.due_at <= now - LATE)
    return Standing(min(due, MOST), min(late, MOST), _count(session, IS_IN_AIR), (now - oldest).total_seconds())


def _count(session: Session, *which: ColumnElement[bool]) -> int:
    some = select(NoticeRow.id).where(*which).limit(MOST).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
