"""A notice as it is read back, with all its calls. Bodies of transactions. Lists and searches are `listing.py`'s.

Who sees only some wards says so in the question (`wards`); of the others nothing is read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import AttemptRow, NoticeRow
from notify.notices.addressee import Addressee, Kind, addressee_of
from notify.notices.escalation import Priority
from notify.notices.states import State

Wards: TypeAlias = Collection[str] | None
"""Codes of the wards whose notices somebody may see; None: all notices."""
UNREACHED = (State.FAILED, State.EXPIRED)


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One dial of a notice; `cause` is empty while in the air. Step, round and place count from 0."""

    number: int
    step: int
    round: int
    place: int
    places: int
    """How many telephones the step had."""
    role: str
    target: str
    began_at: datetime
    rang_at: datetime | None
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
    priority: Priority
    event_id: int
    acknowledged_at: datetime | None
    """When somebody took notice by hand; who, and why."""
    acknowledged_by: str
    acknowledged_why: str
    again_of: int | None
    """The notice that it calls again."""
    made: tuple[AttemptRecord, ...] = ()
    again_as: int | None = None
    """The notice that tells the same after it; not in lists."""

    @property
    def unconfirmed(self) -> bool:
        """Whether nobody knows of it, by a telephone or by hand."""
        return self.state in UNREACHED and self.acknowledged_at is None


@reading
def show_notice(session: Session, notice_id: int, wards: Wards = None) -> NoticeRecord | None:
    """One notice with every dial of it."""
    row = session.scalars(select(NoticeRow).where(NoticeRow.id == notice_id, *seen(wards))).one_or_none()
    if row is None:
        return None
    attempts = session.scalars(select(AttemptRow).where(AttemptRow.notice_id == notice_id).order_by(AttemptRow.number))
    return notice_record(row, tuple(attempt_record(attempt) for attempt in attempts), later_than(session, row))


def later_than(session: Session, notice: NoticeRow) -> int | None:
    """The newest notice that tells the same after this one: called again, or made anew with what was corrected."""
    same = (NoticeRow.event_id == notice.event_id, NoticeRow.kind == notice.kind, NoticeRow.id > notice.id)
    return session.scalar(select(func.max(NoticeRow.id)).where(*same))


def seen(wards: Wards) -> list[ColumnElement[bool]]:
    """What somebody of these wards may see."""
    return [] if wards is None else [NoticeRow.addressee_kind == Kind.WARD, NoticeRow.addressee.in_(wards)]


def notice_record(row: NoticeRow, made: tuple[AttemptRecord, ...] = (), again_as: int | None = None) -> NoticeRecord:
    """A row, as it leaves its transaction."""
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
        Priority(row.priority),
        row.event_id,
        row.acknowledged_at,
        row.acknowledged_by,
        row.acknowledged_why,
        row.again_of,
        made,
        again_as,
    )


def attempt_record(row: AttemptRow) -> AttemptRecord:
    """As `notice_record`, of one dial."""
    return AttemptRecord(
        row.number,
        row.step,
        row.round,
        row.place,
        row.places,
        row.role,
        row.target,
        row.began_at,
        row.rang_at,
        row.answered_at,
        row.ended_at,
        row.cause,
        row.heard,
        row.confirmed,
        row.call_id,
    )
