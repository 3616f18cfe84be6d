"""What waits for one telephone, in the order in which whoever answers there should hear it. Part of transactions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, union_all
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db.tables.notices import IS_WAITING, NoticeRow
from notify.notices.ladder import Chosen, Ladder

MOST = 50
"""Rows that are looked at for the next notice to tell."""

COLUMNS = (
    NoticeRow.id,
    NoticeRow.kind,
    NoticeRow.priority,
    NoticeRow.addressee_kind,
    NoticeRow.addressee,
    NoticeRow.addressee_name,
    NoticeRow.telephones,
    NoticeRow.zone,
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
    session: Session, ladder: Ladder, telephone: str, beside: NoticeRow, now: datetime, most: int = MOST
) -> Iterator[tuple[Row[Any], Chosen]]:
    """What waits to be told at `telephone`, the most urgent first: notices that were found to wait for it, and those
    for the addressee of `beside` that no claim has come to yet. One that waits for its next round there is among them:
    somebody is on the telephone now."""
    ready = (IS_WAITING, NoticeRow.expires_at > now, or_(NoticeRow.due_at <= now, NoticeRow.attempts > 0))
    # Two questions, each with an index of its own: what waits for later, or for others, is not read.
    there = select(NoticeRow.id).where(NoticeRow.telephone != "", NoticeRow.telephone == telephone, *ready)
    theirs = select(NoticeRow.id).where(
        NoticeRow.addressee == beside.addressee, NoticeRow.telephone == "", NoticeRow.id != beside.id, *ready
    )
    ids = session.scalars(union_all(there, theirs)).all()
    if not ids:
        return
    found = (
        select(*COLUMNS)
        .where(NoticeRow.id.in_(ids), *ready)
        .order_by(NoticeRow.priority, NoticeRow.due_at, NoticeRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    for row in session.execute(found).all():
        chosen = ladder.next(row)
        if isinstance(chosen, Chosen) and chosen.telephone == telephone:
            yield row, chosen
