"""The row of a notice and of its attempt: the small changes that the transactions on them are made of.

Planning is `plan.py`'s, what ends it early `stopping.py`'s, what people do `by_hand.py`'s, whose turn it is to be
called `claim.py`'s, what is told in a call `telling.py`'s, the end of a call `attempts.py`'s. What ran out of time
`expiry.py` closes, what nobody finished `sweep.py` picks up.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow, NoticeRow
from notify.notices.hooks import tell_end
from notify.notices.states import Change, State, changed


def release(session: Session, notice: NoticeRow, now: datetime) -> None:
    """Give a notice back that was claimed and never dialled, as if it had not been claimed."""
    session.execute(delete(AttemptRow).where(AttemptRow.notice_id == notice.id, AttemptRow.number == notice.attempts))
    to_waiting(notice, Change.RELEASE, now)


def fail(notice: NoticeRow, now: datetime, reason: str) -> None:
    """The end without success; it's reported until somebody took notice."""
    over(notice, Change.GIVE_UP, now, reason)
    notice.report_due = now


def locked_notice(session: Session, notice_id: int) -> NoticeRow:
    """The row as it is now, locked to the end of the transaction."""
    return session.get_one(NoticeRow, notice_id, with_for_update=True, populate_existing=True)


def to_waiting(notice: NoticeRow, change: Change, due_at: datetime) -> None:
    """It waits for its next call."""
    notice.state = changed(State(notice.state), change)
    notice.due_at = due_at
    notice.lease_owner = notice.lease_until = None


def over(notice: NoticeRow, change: Change, now: datetime, reason: str = "") -> None:
    """Nothing is dialled for it any more."""
    notice.state = changed(State(notice.state), change)
    notice.lease_owner = notice.lease_until = None
    notice.telephone = ""
    notice.ended_at = now
    notice.reason = reason[:200]
    tell_end(notice, now)


def close(attempt: AttemptRow, cause: str, now: datetime) -> None:
    """The attempt has ended."""
    attempt.ended_at = now
    attempt.cause = cause


def give_up(session: Session, notice_id: int, now: datetime, reason: str) -> None:
    """As `fail`, for a notice that was only read."""
    fail(session.get_one(NoticeRow, notice_id), now, reason)
