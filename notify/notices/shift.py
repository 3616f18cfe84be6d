"""The machine's clock was set: what notices wait for moves with it, in one transaction.

When, is for `background.steady_clock`; how long they wait, for their rules.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from twisted.logger import Logger

from db.tables.editions import EngineRow
from db.tables.notices import NoticeRow
from notify.notices.states import State

log = Logger()

ALIVE = timedelta(minutes=5)
"""An engine seen within this time is at work."""


def shift(session: Session, by: timedelta, owner: str, now: datetime) -> int:
    """Move the times of every notice that is not over by `by`; how many. `now` as before the move.

    None of them while other engines are at work on this database: it is one machine's clock that was wrong, and the
    rows are everybody's.
    """
    others = select(EngineRow.name).where(EngineRow.name != owner, EngineRow.seen_at > now - ALIVE)
    if session.scalars(others.limit(1)).first() is not None:
        log.warn("other engines share the database: the times of its notices stay")
        return 0
    columns = (NoticeRow.id, NoticeRow.due_at, NoticeRow.expires_at, NoticeRow.lease_until)
    waiting = select(*columns).where(NoticeRow.state.in_([State.WAITING, State.IN_AIR])).with_for_update()
    rows = [
        {
            "id": row.id,
            "due_at": row.due_at + by,
            "expires_at": row.expires_at + by,
            "lease_until": row.lease_until + by if row.lease_until is not None else None,
        }
        for row in session.execute(waiting)
    ]
    if rows:
        session.execute(update(NoticeRow), rows)
    return len(rows)
