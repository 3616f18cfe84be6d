"""The end of notices, told to other systems. Neither patient, person nor number is named: who may know asks the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from db.tables.notices import NoticeRow
from notify.notices.addressee import Kind
from notify.notices.states import State
from webhooks.outbox import listeners, tell, tell_all
from webhooks.what import What

_WHAT = {
    State.CONFIRMED: What.NOTICE_CONFIRMED,
    State.DELIVERED: What.NOTICE_CONFIRMED,
    State.FAILED: What.NOTICE_FAILED,
    State.EXPIRED: What.NOTICE_FAILED,
    State.CANCELLED: What.NOTICE_CANCELLED,
}


def tell_end(notice: NoticeRow, now: datetime) -> None:
    """A notice is over."""
    session = object_session(notice)
    if session is not None:
        tell(session, _WHAT[State(notice.state)], facts(notice), now)


def tell_expired(session: Session, ids: Sequence[int], now: datetime) -> None:
    """These ran out of time."""
    listening = listeners(session) if ids else {}
    if What.NOTICE_FAILED in listening:
        found = select(NoticeRow).where(NoticeRow.id.in_(ids)).execution_options(populate_existing=True)
        tell_all(session, What.NOTICE_FAILED, map(facts, session.scalars(found)), now, listening)


def tell_flood(session: Session, kind: str, ward: str, count: int, ids: tuple[int, int], now: datetime) -> None:
    """So many ran out of time at once."""
    told = {"kind": kind, "ward": ward, "count": count, "first_notice": ids[0], "last_notice": ids[1]}
    tell(session, What.NOTICES_EXPIRED, told, now)


def facts(notice: NoticeRow) -> Mapping[str, Any]:
    """What is told of a notice."""
    return {
        "notice": notice.id,
        "kind": notice.kind,
        "priority": notice.priority,
        "for": notice.addressee_kind,
        "ward": notice.addressee if notice.addressee_kind == Kind.WARD else "",
        "state": notice.state,
        "reason": notice.reason,
        "attempts": notice.attempts,
        "created_at": notice.created_at,
        "ended_at": notice.ended_at,
    }
