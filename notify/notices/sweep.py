"""What the outbox looks after between calls: leases that ran out, calls whose engine died, what was claimed and never
dialled, what is over, and what nobody has been told of. Bodies of transactions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from db.tables.notices import IS_IN_AIR, AttemptRow, NoticeRow
from notify.notices import telephone_locks
from notify.notices.attempts import close_lost, go_on
from notify.notices.escalation import Missed
from notify.notices.expiry import expire
from notify.notices.notice import close, release
from notify.notices.reports import Unreported, unreported
from notify.notices.rules import NoticeRules
from notify.notices.states import State

AT_ONCE = 50
"""Rows that one sweep takes; the next takes the rest."""

# Built once: each tick asks them.
_IN_AIR = select(NoticeRow).where(NoticeRow.state == State.IN_AIR).limit(AT_ONCE).with_for_update(skip_locked=True)
_RAN_OUT = _IN_AIR.where(NoticeRow.lease_until <= bindparam("now"))
_LEASED = _IN_AIR.where(NoticeRow.lease_owner == bindparam("owner"), IS_IN_AIR)
_ATTEMPT = select(AttemptRow).where(
    AttemptRow.notice_id == bindparam("notice_id"), AttemptRow.number == bindparam("number")
)
_ORPHANS = (
    select(AttemptRow, NoticeRow.ended_at)
    .join(NoticeRow, NoticeRow.id == AttemptRow.notice_id)
    .where(AttemptRow.ended_at.is_(None), NoticeRow.state.not_in((State.WAITING, State.IN_AIR)))
    .limit(AT_ONCE)
)
_OURS = select(NoticeRow.id).where(NoticeRow.lease_owner == bindparam("owner"), IS_IN_AIR)


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did, and what must be reported to whom."""

    lost: int
    """Notices whose lease had run out under a call."""
    released: int
    """Notices claimed by us but never dialled."""
    expired: int
    """Notices whose time was over; `AT_ONCE` of them may be the first of a flood."""
    unreported: Unreported


def take_over(session: Session, rules: NoticeRules, owner: str, now: datetime) -> int:
    """At start: whatever an earlier life of `owner` had in the air is lost, and goes on by its rule. How many."""
    telephone_locks.let_go_lost(session, owner, (), now)
    return _lost(session, rules, session.scalars(_LEASED, {"owner": owner}).all(), now)


def sweep(
    session: Session,
    rules: NoticeRules,
    owner: str,
    in_air: Mapping[int, int],
    held: Collection[int],
    now: datetime,
    flooded: bool = False,
) -> Swept:
    """Put things right. `in_air`: the notices that this outbox tells or dials for now, with their attempts; `held`: the
    attempts by which it holds telephones. Nothing is claimed meanwhile. `flooded`: what is over is closed elsewhere."""
    telephone_locks.let_go_lost(session, owner, held, now)
    _end_orphans(session, owner, set(in_air.values()), now)
    lost = _lost(session, rules, session.scalars(_RAN_OUT, {"now": now}).all(), now, but=in_air)
    released = _release_strays(session, owner, in_air, now)
    expired = 0 if flooded else expire(session, now, AT_ONCE)
    whole = not flooded and expired < AT_ONCE
    return Swept(lost, released, expired, unreported(session, floods=whole))


def _lost(
    session: Session, rules: NoticeRules, found: Sequence[NoticeRow], now: datetime, but: Collection[int] = ()
) -> int:
    count = 0
    for notice in found:
        if notice.id in but:
            continue  # ours, and alive: the renewal was late
        attempt = session.scalars(_ATTEMPT, {"notice_id": notice.id, "number": notice.attempts}).one()
        if attempt.ended_at is None:
            close_lost(attempt, now)
        go_on(rules, notice, attempt, Missed.LOST, now)
        count += 1
    return count


def _end_orphans(session: Session, owner: str, in_air: Collection[int], now: datetime) -> None:
    """Attempts without an end whose notice is over and whose call is gone: their engine died, say during the thanks."""
    for attempt, notice_ended in session.execute(_ORPHANS).all():
        alive = attempt.id in in_air if attempt.owner == owner else telephone_locks.held_by(session, attempt.owner, now)
        if not alive:
            close(attempt, "confirmed" if attempt.confirmed else Missed.LOST, notice_ended or now)


def _release_strays(session: Session, owner: str, in_air: Collection[int], now: datetime) -> int:
    """Claimed by us, but the commit's answer never came back: nobody dialled these."""
    strays = set(session.scalars(_OURS, {"owner": owner})) - set(in_air)
    if not strays:
        return 0
    found = select(NoticeRow).where(NoticeRow.id.in_(strays), NoticeRow.lease_owner == owner)
    held = session.scalars(found.with_for_update(skip_locked=True)).all()
    for notice in held:
        release(session, notice, now)
    return len(held)
