"""What somebody does to a notice by hand, at a page or at the command line: acknowledge it, call it off, call again.

Each is the body of one transaction, safe to be run again. Of two people at once, or of somebody and the key of a
telephone, one is first; the other hears who it was and when. What is done is noted in the audit with it. `wards`:
whoever sees only these finds no others. Whoever commits one pokes the outbox: a call that rings for a notice which is
over stops, whichever engine makes it (`outbox.py`).
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.audit import Hand, signed
from db.rows import locked
from db.tables.notices import AttemptRow, EventRow, NoticeRow
from notify.notices.addressee import addressee_of
from notify.notices.fate import Fate
from notify.notices.notice import over
from notify.notices.plan import Planned, plan
from notify.notices.records import Wards, later_than, seen
from notify.notices.rules import NoticeRules
from notify.notices.states import Change, State
from notify.notices.stopping import cancel

LONGEST_NAME, LONGEST_REASON = 64, 200
MOST = 200
"""Notices that are acknowledged at once."""


class Came(enum.StrEnum):
    """What came of it: done, or why not."""

    DONE = "done"
    UNKNOWN = "unknown"  # no such notice, or none of his
    ACKNOWLEDGED = "acknowledged"  # somebody took notice before, by hand
    CONFIRMED = "confirmed"  # somebody pressed the key before
    DELIVERED = "delivered"  # it was heard, and no more was asked
    CANCELLED = "cancelled"
    ENDED = "ended"  # it failed or expired before
    NOT_OVER = "not_over"  # it is being called, or will be
    CALLED_AGAIN = "called_again"  # another notice tells the same now
    TAKEN_BACK = "taken_back"  # what it tells is no longer so
    NO_RULE = "no_rule"  # notices.yaml does not know its like any more


@dataclass(frozen=True, slots=True)
class Acted:
    """What came of it; who was first, when and where, as far as it is known."""

    came: Came
    by: str = ""
    """A name, or the telephone where the key was pressed."""
    at: datetime | None = None
    notice: int | None = None
    """The notice that tells the same now."""

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.came is Came.DONE


def acknowledge(session: Session, notice_id: int, hand: Hand, wards: Wards = None, by: str = "") -> Acted:
    """Somebody took notice without a telephone: nothing rings for it any more, and nothing is red because of it.

    One that is called, or waits to be, is confirmed by it; one that failed or expired stays what it is, and says who
    took charge of it. `by`: the name of whoever took notice, where several share one account.
    """
    notice = _notice(session, notice_id, wards)
    if notice is None:
        return Acted(Came.UNKNOWN)
    if (before := _settled(session, notice)) is not None:
        return before
    if not State(notice.state).over:
        over(notice, Change.CONFIRM, hand.at)
        notice.heard_at = notice.heard_at or hand.at
    _sign(notice, hand, by)
    hand.note(session, "acknowledge", "notice", notice_id, state=notice.state, by=notice.acknowledged_by)
    return Acted(Came.DONE)


def acknowledge_all(
    session: Session, notice_ids: Collection[int], hand: Hand, wards: Wards = None, by: str = ""
) -> Mapping[int, Acted]:
    """As `acknowledge`, of several, each with its row in the audit; what came of each. When one of them is unknown to
    who asks, nothing is done."""
    ids = sorted(set(notice_ids))
    theirs = set(session.scalars(select(NoticeRow.id).where(NoticeRow.id.in_(ids), *seen(wards))))
    if theirs != set(ids):
        return {id: Acted(Came.UNKNOWN) for id in ids}
    return {id: acknowledge(session, id, hand, wards, by) for id in ids}


def call_off(session: Session, notice_id: int, hand: Hand, wards: Wards = None) -> Acted:
    """Stop a notice that is not over: a call that rings ends, a listener hears that it is called off."""
    notice = _notice(session, notice_id, wards)
    if notice is None:
        return Acted(Came.UNKNOWN)
    if State(notice.state).over:
        return _settled(session, notice) or Acted(Came.ENDED, at=notice.ended_at)
    who, _ = signed(hand.by)
    cancel(session, notice_id, hand.at, f"{who}: {hand.reason}" if hand.reason else who)
    hand.note(session, "cancel", "notice", notice_id)
    return Acted(Came.DONE)


def call_again(session: Session, rules: NoticeRules, notice_id: int, hand: Hand, wards: Wards = None) -> Acted:
    """Tell once more what failed, expired or was cancelled: a fresh notice by its rule, from the first step on.

    The old one stays as it ended. There is never more than one that tells the same.
    """
    event_id = session.scalar(select(NoticeRow.event_id).where(NoticeRow.id == notice_id))
    if event_id is None:
        return Acted(Came.UNKNOWN)
    # The event first, as `taken_back.py` does: what takes it back must see the fresh notice, or we what it did.
    event = session.scalars(locked(select(EventRow).where(EventRow.id == event_id))).one()
    notice = _notice(session, notice_id, wards)
    if notice is None:
        return Acted(Came.UNKNOWN)
    if not State(notice.state).over:
        return Acted(Came.NOT_OVER)
    if notice.state in (State.CONFIRMED, State.DELIVERED):
        return _settled(session, notice) or Acted(Came.CONFIRMED)
    if event.fate == Fate.TAKEN_BACK:
        return Acted(Came.TAKEN_BACK, at=notice.ended_at)
    if (later := later_than(session, notice)) is not None:
        return Acted(Came.CALLED_AGAIN, notice.acknowledged_by, notice.acknowledged_at, later)
    rule = rules.rules.get(notice.kind)
    if rule is None:
        return Acted(Came.NO_RULE)
    fresh = Planned(event_id, rule, addressee_of(notice), notice.variables, hand.at, notice.listener)
    [number] = plan(session, [fresh], hand.at)
    session.get_one(NoticeRow, number).again_of = notice.id
    if notice.acknowledged_at is None:
        _sign(notice, hand)
    hand.note(session, "call again", "notice", notice_id, by_notice=number)
    return Acted(Came.DONE, notice=number)


def _notice(session: Session, notice_id: int, wards: Wards) -> NoticeRow | None:
    return session.scalars(locked(select(NoticeRow).where(NoticeRow.id == notice_id, *seen(wards)))).one_or_none()


def _sign(notice: NoticeRow, hand: Hand, by: str = "") -> None:
    notice.acknowledged_at = hand.at
    notice.acknowledged_by = (by.strip() or signed(hand.by)[0])[:LONGEST_NAME]
    notice.acknowledged_why = hand.reason[:LONGEST_REASON]
    notice.report_due = None  # somebody knows


def _settled(session: Session, notice: NoticeRow) -> Acted | None:
    """Who was first; None when nobody took notice yet."""
    if notice.acknowledged_at is not None:
        if (later := later_than(session, notice)) is not None:
            return Acted(Came.CALLED_AGAIN, notice.acknowledged_by, notice.acknowledged_at, later)
        return Acted(Came.ACKNOWLEDGED, notice.acknowledged_by, notice.acknowledged_at)
    match State(notice.state):
        case State.CONFIRMED:
            pressed = select(AttemptRow.target).where(AttemptRow.notice_id == notice.id, AttemptRow.confirmed)
            return Acted(Came.CONFIRMED, session.scalar(pressed.limit(1)) or "", notice.ended_at)
        case State.DELIVERED:
            return Acted(Came.DELIVERED, at=notice.ended_at)
        case State.CANCELLED:
            return Acted(Came.CANCELLED, notice.reason, notice.ended_at)
    return None
