"""What waits for one telephone, in the order in which whoever answers there should hear it. Part of transactions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db.tables.notices import NoticeRow
from notify.notices.ladder import Chosen, Ladder
from notify.notices.states import State

MOST = 50
"""Rows that are looked at for the next notice to tell."""

COLUMNS = (
    NoticeRow.id,
    NoticeRow.kind,
    NoticeRow.priority,
    NoticeRow.ward,
    NoticeRow.language,
    NoticeRow.variables,
    NoticeRow.due_at,
    NoticeRow.step,
    NoticeRow.round,
    NoticeRow.place,
    NoticeRow.attempts,
    NoticeRow.listener,
)


def waiting(
    session: Session, ladder: Ladder, telephone: str, ward: str, now: datetime, most: int = MOST
) -> Iterator[tuple[Row[Any], Chosen]]:
    """What waits to be told at `telephone`, the most urgent first: notices that were found to wait for it, and those
    of `ward` that no claim has come to yet. One that waits for its next round there is among them: somebody is on the
    telephone now."""
    found = (
        select(*COLUMNS)
        .where(
            NoticeRow.state == State.WAITING,
            NoticeRow.expires_at > now,
            or_(NoticeRow.telephone == telephone, and_(NoticeRow.telephone == "", NoticeRow.ward == ward)),
            or_(NoticeRow.due_at <= now, NoticeRow.attempts > 0),
        )
        .order_by(NoticeRow.priority, NoticeRow.due_at, NoticeRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    for row in session.execute(found).all():
        chosen = ladder.next(row)
        if isinstance(chosen, Chosen) and chosen.telephone == telephone:
            yield row, chosen
