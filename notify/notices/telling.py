"""What is told in a call of ours: at the answer, and after each notice that somebody confirmed in it.

Whoever answers hears the most urgent notice that waits for this telephone, then the next, each with an attempt of its
own on the same call. A notice that is waiting is never held by the call: it stays in its row until it is told, so
whatever ends the call, the rest is as it was. Bodies of transactions.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow
from ivr.call.order import CallResult
from notify.notices.attempts import close_told, is_enough
from notify.notices.claim import Lease, begin
from notify.notices.escalation import Priority
from notify.notices.ladder import Ladder, Phonebook
from notify.notices.notice import locked_notice, release
from notify.notices.rules import NoticeRules
from notify.notices.states import State
from notify.notices.telephone import NoticeOrder
from notify.notices.waiting import waiting


@dataclass(frozen=True, slots=True)
class First:
    """What the answering listener hears first: the notice that was dialled for (`as_dialled`), another one, or none."""

    as_dialled: bool
    order: NoticeOrder | None = None


def tell_first(
    session: Session,
    rules: NoticeRules,
    phonebook: Phonebook,
    attempt_id: int,
    telephone: str,
    owner: str,
    now: datetime,
    lease: timedelta,
) -> First:
    """The telephone was answered. A more urgent notice that waits for it takes the place of the one that was dialled
    for, which waits on as if it had never been claimed; so does any when that one is over meanwhile."""
    attempt = session.get(AttemptRow, attempt_id)
    if attempt is None:
        return First(False)
    notice = locked_notice(session, attempt.notice_id)
    ours = notice.state == State.IN_AIR and notice.attempts == attempt.number
    for row, chosen in waiting(session, Ladder(session, rules, phonebook), telephone, notice, now):
        if ours and row.priority >= notice.priority:
            break
        if ours:
            due = notice.due_at
            release(session, notice, due)
            notice.telephone = telephone
        shared = {"began_at": attempt.began_at, "call_id": attempt.call_id}
        session.flush()
        return First(False, begin(session, [(row, chosen)], Lease(owner, now, now + lease), talking=shared)[0])
    return First(ours)


def tell_next(
    session: Session,
    rules: NoticeRules,
    phonebook: Phonebook,
    attempt_id: int,
    result: CallResult,
    telephone: str,
    owner: str,
    now: datetime,
    lease: timedelta,
    least: Priority = Priority.MONEY,
) -> NoticeOrder | None:
    """A notice was told to its end while the listener is still there; the next one to tell, or None to say goodbye.

    Nothing more is told after one that nobody confirmed, and nothing less urgent than `least`. The attempt that was
    told ends with this; the last one of a call ends with the call.
    """
    attempt = session.get(AttemptRow, attempt_id)
    if attempt is None:
        return None
    notice = locked_notice(session, attempt.notice_id)
    if not State(notice.state).over and not is_enough(rules, notice, result):
        return None
    for row, chosen in waiting(session, Ladder(session, rules, phonebook), telephone, notice, now):
        if row.priority > least:
            break
        close_told(session, rules, notice, attempt, result, now)
        shared = {"call_id": result.call_id, "answered_at": now}
        return begin(session, [(row, chosen)], Lease(owner, now, now + lease), talking=shared)[0]
    return None
