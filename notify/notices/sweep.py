"""What the outbox looks after between calls: leases that ran out, notices whose time is over, failures
that nobody has been told of. Bodies of transactions, like `notices.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session
from twisted.logger import Logger

from db.tables.notices import AttemptRow, NoticeRow
from notify.notices import telephone_locks
from notify.notices.attempts import close_lost, go_on
from notify.notices.escalation import Missed
from notify.notices.notice import close, expire, release
from notify.notices.rules import NoticeRules
from notify.notices.states import State

log = Logger()

AT_ONCE = 50
"""Rows that one sweep takes; the next takes the rest."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A notice that ended without anybody confirming."""

    notice_id: int
    kind: str
    ward: str
    state: State
    """`failed` or `expired`."""
    reason: str
    attempts: int


class Reports(Protocol):
    """Who is told that a notice reached nobody."""

    async def unreached(self, notice: Unreached) -> None:
        """Tell it loudly. Raising means that it's told again; so the same may come twice after a crash."""


class LogReports:
    """Reports into the log, as an error: the least that every site has."""

    async def unreached(self, notice: Unreached) -> None:
        """As `Reports.unreached`."""
        log.error(
            "NOBODY CONFIRMED notice {id} ({kind}, ward {ward}): {reason}; {attempts} calls",
            id=notice.notice_id,
            kind=notice.kind,
            ward=notice.ward,
            reason=notice.reason,
            attempts=notice.attempts,
        )


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, and who must be told of what."""

    lost: int
    """Notices whose lease had run out under a call."""
    released: int
    """Notices claimed by us but never dialled."""
    expired: int
    unreported: tuple[Unreached, ...]


def take_over(session: Session, rules: NoticeRules, owner: str, now: datetime) -> int:
    """At start: whatever an earlier life of `owner` had in the air is lost, and goes on by its rule. How many."""
    telephone_locks.let_go_lost(session, owner, (), now)
    return _lost(session, rules, NoticeRow.lease_owner == owner, now)


def sweep(
    session: Session,
    rules: NoticeRules,
    owner: str,
    in_air: Mapping[int, int],
    held: Collection[int],
    now: datetime,
) -> Swept:
    """Put things right. `in_air`: the notices that this outbox tells or dials for now, with their attempts; `held`: the
    attempts by which it holds telephones. Nothing is claimed meanwhile."""
    telephone_locks.let_go_lost(session, owner, held, now)
    _end_orphans(session, owner, set(in_air.values()), now)
    lost = _lost(session, rules, NoticeRow.lease_until <= now, now, but=in_air)
    return Swept(lost, _release_strays(session, owner, in_air, now), _expire(session, now), _unreported(session))


def reported(session: Session, notice_ids: Sequence[int]) -> None:
    """Somebody was told of these."""
    session.execute(
        update(NoticeRow)
        .where(NoticeRow.id.in_(notice_ids))
        .values(report_due=None)
        .execution_options(synchronize_session=False)
    )


def _lost(
    session: Session, rules: NoticeRules, which: ColumnElement[bool], now: datetime, but: Collection[int] = ()
) -> int:
    found = select(NoticeRow).where(which, NoticeRow.state == State.IN_AIR)
    found = found.limit(AT_ONCE).with_for_update(skip_locked=True)
    count = 0
    for notice in session.scalars(found).all():
        if notice.id in but:
            continue  # ours, and alive: the renewal was late
        attempt = session.scalars(
            select(AttemptRow).where(AttemptRow.notice_id == notice.id, AttemptRow.number == notice.attempts)
        ).one()
        if attempt.ended_at is None:
            close_lost(attempt, now)
        go_on(rules, notice, attempt, Missed.LOST, now)
        count += 1
    return count


def _end_orphans(session: Session, owner: str, in_air: Collection[int], now: datetime) -> None:
    """Attempts without an end whose notice is over and whose call is gone: their engine died, say during the thanks."""
    found = (
        select(AttemptRow, NoticeRow.ended_at)
        .join(NoticeRow, NoticeRow.id == AttemptRow.notice_id)
        .where(AttemptRow.ended_at.is_(None), NoticeRow.state.not_in((State.WAITING, State.IN_AIR)))
        .limit(AT_ONCE)
    )
    for attempt, notice_ended in session.execute(found).all():
        alive = attempt.id in in_air if attempt.owner == owner else telephone_locks.held_by(session, attempt.owner, now)
        if not alive:
            close(attempt, "confirmed" if attempt.confirmed else Missed.LOST, notice_ended or now)


def _release_strays(session: Session, owner: str, in_air: Collection[int], now: datetime) -> int:
    """Claimed by us, but the commit's answer never came back: nobody dialled these."""
    ours = select(NoticeRow.id).where(NoticeRow.lease_owner == owner, NoticeRow.state == State.IN_AIR)
    strays = set(session.scalars(ours)) - set(in_air)
    if not strays:
        return 0
    found = select(NoticeRow).where(NoticeRow.id.in_(strays), NoticeRow.lease_owner == owner)
    held = session.scalars(found.with_for_update(skip_locked=True)).all()
    for notice in held:
        release(session, notice, now)
    return len(held)


def _expire(session: Session, now: datetime) -> int:
    found = select(NoticeRow).where(NoticeRow.state == State.WAITING, NoticeRow.expires_at <= now)
    over = session.scalars(found.limit(AT_ONCE).with_for_update(skip_locked=True)).all()
    for notice in over:
        expire(notice, now)
    return len(over)


def _unreported(session: Session) -> tuple[Unreached, ...]:
    found = select(NoticeRow).where(NoticeRow.report_due.is_not(None)).order_by(NoticeRow.id).limit(AT_ONCE)
    return tuple(
        Unreached(row.id, row.kind, row.ward, State(row.state), row.reason, row.attempts)
        for row in session.scalars(found)
    )
