"""Reads notices and received messages back, for the clerk's commands. Bodies of transactions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import AttemptRow, EventRow, MessageRow, NoticeRow
from db.types import UtcDateTime
from notify.notices.addressee import Addressee, addressee_of
from notify.notices.fate import Fate
from notify.notices.states import State


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One dial of a notice; `cause` is empty while in the air."""

    number: int
    role: str
    target: str
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str
    heard: bool
    confirmed: bool
    call_id: str


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice; `made` is empty in lists."""

    id: int
    kind: str
    addressee: Addressee
    state: State
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    attempts: int
    reason: str
    variables: dict[str, Any]
    telephone: str
    """The telephone that it waits for while a call of ours holds it."""
    made: tuple[AttemptRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """A received HL7 message; `raw` only of a rejected one."""

    id: int
    state: str
    received_at: datetime
    repeated_at: datetime | None
    times: int
    peer: str
    sender: str
    control_id: str
    type: str
    answer: str
    reason: str
    encoding: str
    raw: bytes | None
    odd: str = ""
    """What was unusual in its form, though it was read."""


@dataclass(frozen=True, slots=True)
class Uncalled:
    """Events of one kind that were accepted and called nobody, with why."""

    kind: str
    why: str
    count: int
    last_at: datetime
    fate: Fate = Fate.NOBODY

    def __str__(self) -> str:
        times = "1 event" if self.count == 1 else f"{self.count} events"
        return f'{times} "{self.kind}" called nobody: {self.why}'


@reading
def list_uncalled(session: Session, since: datetime) -> list[Uncalled]:
    """What called nobody since then, the most frequent first."""
    count = func.count()
    query = (
        select(EventRow.kind, EventRow.why, count, func.max(EventRow.received_at, type_=UtcDateTime()), EventRow.fate)
        .where(EventRow.fate.in_((Fate.NOBODY, Fate.UNMATCHED, Fate.STALE)), EventRow.received_at >= since)
        .group_by(EventRow.kind, EventRow.why, EventRow.fate)
        .order_by(count.desc(), EventRow.kind)
    )
    return [Uncalled(kind, why, times, last, Fate(fate)) for kind, why, times, last, fate in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Odd:
    """What is unusual in a sender's messages."""

    sender: str
    odd: str
    count: int


@reading
def list_odd(session: Session, since: datetime, limit: int = 20) -> list[Odd]:
    """What was read though its form is not as it should be, the most frequent first."""
    count = func.count()
    states = ("accepted", "ignored")  # said for the index
    query = (
        select(MessageRow.sender, MessageRow.odd, count)
        .where(MessageRow.state.in_(states), MessageRow.received_at >= since, MessageRow.odd != "")
        .group_by(MessageRow.sender, MessageRow.odd)
        .order_by(count.desc(), MessageRow.sender)
        .limit(limit)
    )
    return [Odd(*row) for row in session.execute(query)]


@reading
def count_refused(session: Session, since: datetime) -> int:
    """How many messages were refused since then."""
    query = select(func.coalesce(func.sum(MessageRow.times), 0)).where(
        MessageRow.state == "rejected", func.coalesce(MessageRow.repeated_at, MessageRow.received_at) >= since
    )
    return int(session.scalar(query) or 0)


@reading
def list_notices(session: Session, states: Collection[State] = (), limit: int = 50) -> list[NoticeRecord]:
    """The newest notices, of these states if any are named."""
    query = select(NoticeRow).order_by(NoticeRow.id.desc()).limit(limit)
    if states:
        query = query.where(NoticeRow.state.in_([str(state) for state in states]))
    return [_notice(row) for row in session.scalars(query)]


@reading
def show_notice(session: Session, notice_id: int) -> NoticeRecord | None:
    """One notice with every dial of it."""
    row = session.get(NoticeRow, notice_id)
    if row is None:
        return None
    attempts = session.scalars(select(AttemptRow).where(AttemptRow.notice_id == notice_id).order_by(AttemptRow.number))
    return _notice(row, tuple(_attempt(attempt) for attempt in attempts))


@reading
def list_messages(session: Session, every: bool = False, limit: int = 50) -> list[MessageRecord]:
    """The newest messages that were refused or that call nobody, or the newest of all."""
    query = select(MessageRow).order_by(MessageRow.received_at.desc(), MessageRow.id.desc()).limit(limit)
    if not every:
        query = query.where(MessageRow.reason != "")
    return [_message(row) for row in session.scalars(query)]


@reading
def show_message(session: Session, message_id: int) -> MessageRecord | None:
    """One message."""
    row = session.get(MessageRow, message_id)
    return None if row is None else _message(row)


def _notice(row: NoticeRow, made: tuple[AttemptRecord, ...] = ()) -> NoticeRecord:
    return NoticeRecord(
        row.id,
        row.kind,
        addressee_of(row),
        State(row.state),
        row.created_at,
        row.due_at,
        row.expires_at,
        row.ended_at,
        row.attempts,
        row.reason,
        dict(row.variables),
        row.telephone,
        made,
    )


def _attempt(row: AttemptRow) -> AttemptRecord:
    return AttemptRecord(
        row.number,
        row.role,
        row.target,
        row.began_at,
        row.answered_at,
        row.ended_at,
        row.cause,
        row.heard,
        row.confirmed,
        row.call_id,
    )


def _message(row: MessageRow) -> MessageRecord:
    return MessageRecord(
        row.id,
        row.state,
        row.received_at,
        row.repeated_at,
        row.times,
        row.peer,
        row.sender,
        row.control_id,
        row.type,
        row.answer,
        row.reason,
        row.encoding,
        row.raw,
        row.odd,
    )
