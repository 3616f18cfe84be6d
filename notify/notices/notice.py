"""Transactions on notices: plan, confirm, cancel, and the small changes that the rest is made of.

Every function is the body of one transaction, `(session, ...) -> frozen record`, and safe to be run
again. Whose turn it is to be called is `claim.py`'s, what is told in a call `telling.py`'s, the end of a call
`attempts.py`'s; what nobody finished is picked up by `sweep.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, delete, insert, select, update
from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import AttemptRow, NoticeRow
from notify.notices.escalation import Rule
from notify.notices.states import Change, State, changed


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice to be made."""

    event_id: int
    rule: Rule
    ward: str
    variables: Mapping[str, Any]
    due_at: datetime
    listener: str = ""
    """Of one that takes back or corrects: the telephone where somebody had heard."""


def plan(session: Session, planned: Sequence[Planned], now: datetime) -> list[int]:
    """Make notices that wait for their time; their ids in order."""
    if not planned:
        return []
    rows = [
        {
            "event_id": one.event_id,
            "kind": one.rule.name,
            "priority": int(one.rule.priority),
            "ward": one.ward,
            "language": one.rule.language,
            "variables": dict(one.variables),
            "state": State.WAITING,
            "created_at": now,
            "due_at": one.due_at,
            "expires_at": one.due_at + one.rule.expires_after,
            "listener": one.listener,
        }
        for one in planned
    ]
    statement = insert(NoticeRow).returning(NoticeRow.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


# The reference that travels through the call


def reference(notice_id: int, attempt_id: int) -> str:
    """What a flow holds in its variable `notice`."""
    return f"{notice_id}.{attempt_id}"


def read_reference(text: str) -> tuple[int, int] | None:
    """Notice and attempt of a reference, or None when it isn't one."""
    notice, _, attempt = text.partition(".")
    if notice.isascii() and notice.isdigit() and attempt.isascii() and attempt.isdigit() and len(text) < 40:
        return int(notice), int(attempt)
    return None


# What people do


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


# Leases


def renew(session: Session, owner: str, notice_ids: Sequence[int], until: datetime) -> int:
    """Hold the leases of calls in the air until `until`; how many are still ours."""
    statement = (
        update(NoticeRow)
        .where(NoticeRow.id.in_(notice_ids), NoticeRow.lease_owner == owner, NoticeRow.state == State.IN_AIR)
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )
    done: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return done.rowcount


@reading
def over_of(session: Session, notice_ids: Sequence[int]) -> dict[int, State]:
    """Those of them that are over, with their state."""
    found = select(NoticeRow.id, NoticeRow.state).where(
        NoticeRow.id.in_(notice_ids), NoticeRow.state.not_in((State.WAITING, State.IN_AIR))
    )
    return {id: State(state) for id, state in session.execute(found)}


def release(session: Session, notice: NoticeRow, now: datetime) -> None:
    """Give a notice back that was claimed and never dialled, as if it had not been claimed."""
    session.execute(delete(AttemptRow).where(AttemptRow.notice_id == notice.id, AttemptRow.number == notice.attempts))
    to_waiting(notice, Change.RELEASE, now)


# Small changes


def fail(notice: NoticeRow, now: datetime, reason: str) -> None:
    """The end without success; it's reported until somebody took notice."""
    over(notice, Change.GIVE_UP, now, reason)
    notice.report_due = now


def expire(notice: NoticeRow, now: datetime) -> None:
    """Its time is over; reported as a failure is."""
    over(notice, Change.EXPIRE, now, "its time ran out before anybody confirmed")
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


def close(attempt: AttemptRow, cause: str, now: datetime) -> None:
    """The attempt has ended."""
    attempt.ended_at = now
    attempt.cause = cause


def give_up(session: Session, notice_id: int, now: datetime, reason: str) -> None:
    """As `fail`, for a notice that was only read."""
    fail(session.get_one(NoticeRow, notice_id), now, reason)
