"""A word that is another one after each change of any notice: whoever looks at notices asks for them again then.

It is asked for each second, so it reads no notice: what is counted or looked at has an index of its own, and is little.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.accounts import AuditRow
from db.tables.notices import IS_OPEN, IS_UNCONFIRMED, AttemptRow, EventRow, NoticeRow

MOST = 1_000
"""Rows that are counted, or looked at."""


@reading
def mark_of_notices(session: Session) -> str:
    """Made, called, ended (by a telephone, by time, by hand, or taken back): each changes one of these."""
    newest = tuple(
        session.scalar(select(func.max(column))) for column in (NoticeRow.id, AttemptRow.id, EventRow.id, AuditRow.id)
    )
    calls = select(AttemptRow.id, AttemptRow.rang_at, AttemptRow.answered_at).where(AttemptRow.ended_at.is_(None))
    in_air = [tuple(call) for call in session.execute(calls.order_by(AttemptRow.id.desc()).limit(MOST))]
    counted = tuple(
        session.scalar(select(func.count()).select_from(select(NoticeRow.id).where(which).limit(MOST).subquery()))
        for which in (IS_OPEN, IS_UNCONFIRMED)
    )
    return hashlib.sha256(repr((newest, in_air, counted)).encode()).hexdigest()[:12]
