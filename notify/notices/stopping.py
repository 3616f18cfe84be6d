"""What ends a notice: somebody confirms it, something cancels it. What people do by hand is `by_hand.py`'s. Bodies of
transactions, safe to run again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow, NoticeRow
from notify.notices.notice import over
from notify.notices.states import Change, State


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation came to: `fresh` is False when it came too late to count."""

    fresh: bool


def confirm(session: Session, notice_id: int, attempt_id: int, now: datetime) -> Confirmed:
    """Somebody confirmed. From now on it never rings again. Confirmed twice is confirmed; after the end it's stale."""
    notice = session.get(NoticeRow, notice_id, with_for_update=True)
    if notice is None:
        return Confirmed(False)
    if notice.state == State.CONFIRMED:
        return Confirmed(True)
    if State(notice.state).over:
        return Confirmed(False)
    over(notice, Change.CONFIRM, now)
    notice.heard_at = notice.heard_at or now
    attempt = session.get(AttemptRow, attempt_id)
    if attempt is not None and attempt.notice_id == notice_id:
        attempt.confirmed = True
    return Confirmed(True)


def cancel(session: Session, notice_id: int, now: datetime, reason: str) -> State | None:
    """Stop a notice that isn't over; its state now, None when there is no such notice.

    Its call ends by it: the outbox that makes the call looks when it is poked, and each second anyway."""
    notice = session.get(NoticeRow, notice_id, with_for_update=True)
    if notice is None:
        return None
    if not State(notice.state).over:
        over(notice, Change.CANCEL, now, reason)
    return State(notice.state)
