"""Calls read back: rows, legs and events as frozen records, for clerks and reports. Writing is in `trace.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.calls import CallEventRow, CallRow, LegRow
from ivr.call.book import IN_BAND, TURNED_AWAY
from ivr.record.leg_records import LegRecord, SegmentRecord, legs_of, segments_of

EARLY = 10
"""Events of a call among which that of its keys is, if it has one."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """A call as it is listed. Times are aware UTC."""

    call_id: str
    direction: str
    dialled: str
    caller: str
    flow: str
    language: str
    notice: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str
    sip_code: int
    outcome: str
    edition: int | None = None
    """Of flows and texts; none for calls from before there were editions."""
    ended_by: str = ""
    """The role of the leg whose doing its end was, or `line`."""
    waited: float | None = None
    """Seconds; None for calls that have no legs yet."""
    talked: float | None = None
    """Seconds with people."""
    legs: tuple[LegRecord, ...] = ()
    segments: tuple[SegmentRecord, ...] = ()
    events: tuple[CallEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class CallEvent:
    """One thing that happened in a call."""

    number: int
    at: datetime
    kind: str
    detail: Mapping[str, Any]


@reading
def list_calls(session: Session, *, since: datetime | None = None, limit: int = 50) -> list[CallRecord]:
    """The latest calls, newest first, without their events."""
    wanted = select(CallRow).order_by(CallRow.began_at.desc()).limit(limit)
    if since is not None:
        wanted = wanted.where(CallRow.began_at >= since)
    return [record_of(row) for row in session.scalars(wanted)]


@reading
def list_refused(session: Session, since: datetime) -> list[CallRecord]:
    """Calls since then that the switch turned away before a flow could answer (`ivr.call.turned_away`)."""
    refused = CallEventRow.call_id == CallRow.id, CallEventRow.kind == TURNED_AWAY
    wanted = select(CallRow).where(CallRow.began_at >= since, CallRow.outcome == "refused", exists().where(*refused))
    return [record_of(row) for row in session.scalars(wanted.order_by(CallRow.began_at))]


@reading
def show_call(session: Session, prefix: str) -> CallRecord | None:
    """One call with its legs and events, by its id or that of a leg's line, or by an unambiguous beginning of it."""
    rows = session.scalars(select(CallRow).where(CallRow.id.startswith(prefix, autoescape=True)).limit(2)).all()
    if not rows:  # a log names each leg by its line
        lines = select(LegRow.call_id).where(LegRow.line.startswith(prefix, autoescape=True))
        rows = session.scalars(select(CallRow).where(CallRow.id.in_(lines)).limit(2)).all()
    if len(rows) != 1:
        return None
    return _whole(session, rows[0])


@reading
def one_call(session: Session, call_id: str) -> CallRecord | None:
    """The call of just this id, with its legs and events."""
    row = session.get(CallRow, call_id)
    return None if row is None else _whole(session, row)


@reading
def without_key_events(session: Session, last: int = 1000) -> tuple[int, int]:
    """Of the `last` calls that were answered: how many had a telephone without key events, and how many there are."""
    latest = select(CallRow.id).where(CallRow.answered_at.is_not(None)).order_by(CallRow.began_at.desc()).limit(last)
    calls = session.scalars(latest).all()
    events = select(CallEventRow.call_id).where(CallEventRow.kind == IN_BAND, CallEventRow.number <= EARLY)
    told = session.scalars(events.where(CallEventRow.call_id.in_(calls))).all()
    return len(told), len(calls)


def _whole(session: Session, row: CallRow) -> CallRecord:
    events = session.scalars(select(CallEventRow).where(CallEventRow.call_id == row.id).order_by(CallEventRow.number))
    return replace(
        record_of(row),
        legs=legs_of(session, row.id),
        segments=segments_of(session, row.id),
        events=tuple(CallEvent(e.number, e.at, e.kind, dict(e.detail)) for e in events),
    )


def record_of(row: CallRow) -> CallRecord:
    """As it is listed: without legs and events."""
    return CallRecord(
        row.id,
        row.direction,
        row.dialled,
        row.caller,
        row.flow,
        row.language,
        row.notice,
        row.began_at,
        row.answered_at,
        row.ended_at,
        row.cause,
        row.sip_code,
        row.outcome,
        row.edition,
        row.ended_by,
        row.waited,
        row.talked,
    )
