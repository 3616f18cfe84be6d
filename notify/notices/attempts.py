"""The end of an attempt: what is written down, and what follows for its notice and for those that waited beside it.

What waited for a telephone while it rang in vain has had its round through that call. What waited while somebody
talked has lost nothing. Bodies of transactions, safe to be run again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow, NoticeRow
from ivr.call.order import CallResult
from ivr.switch.line import Cause
from notify.notices import telephone_locks
from notify.notices.escalation import Confirm, Missed, Rung, missed, next_rung
from notify.notices.ladder import LAST_RESORT, UNANSWERED, Ladder, Phonebook, with_last_resort
from notify.notices.notice import close, fail, locked_notice, over, to_waiting
from notify.notices.rules import NoticeRules
from notify.notices.states import Change, State
from notify.notices.telephone_locks import Hold
from notify.notices.waiting import waiting

NO_LINE_PAUSE = timedelta(seconds=1)
"""Until a notice that found no free line is tried again."""
GIVEN_WAY = "given_way"
"""How an attempt ended whose line an emergency took while it rang."""
TAKEN_BACK = "taken_back"
"""How an attempt ended whose notice was over before anybody confirmed it in this call."""
_IN_VAIN = frozenset(Missed) - {Missed.HUNG_UP, Missed.LOST}
"""Ends that count for everything that waited: nobody there will confirm now. Somebody who hangs up early is there, and
may."""
MOST_SHARED = 500


def end_call(
    session: Session,
    rules: NoticeRules,
    phonebook: Phonebook,
    attempt_id: int,
    result: CallResult,
    now: datetime,
    hold: Hold,
    further: bool = False,
) -> State | None:
    """A call is over: write down how its last attempt ended and what follows, and let its telephone go.

    `further`: others were confirmed in this call before, so the notice that was told last loses no round by it.
    """
    attempt = session.get(AttemptRow, attempt_id)
    off_hook = (
        attempt is not None
        and result.cause is Cause.BUSY
        and telephone_locks.just_talked(session, hold.telephone, attempt.began_at)
    )
    telephone_locks.let_go(session, hold, now, talked=result.answered, rests=off_hook)
    if attempt is None:
        return None
    keeps_round = further or off_hook or result.taken_back
    state, why = _finish(session, rules, attempt, result, now, keeps_round=keeps_round)
    if why in _IN_VAIN and result.dialled and not keeps_round:
        _share(session, rules, phonebook, attempt, why, hold, now)
    return state


def finish(session: Session, rules: NoticeRules, attempt_id: int, result: CallResult, now: datetime) -> State | None:
    """Write down how an attempt ended and what follows; the notice's state now. Saying it twice counts once.

    An attempt whose lease went to somebody else meanwhile only closes its own row. None: it's not there any more.
    """
    attempt = session.get(AttemptRow, attempt_id)
    return None if attempt is None else _finish(session, rules, attempt, result, now)[0]


def _finish(
    session: Session,
    rules: NoticeRules,
    attempt: AttemptRow,
    result: CallResult,
    now: datetime,
    *,
    keeps_round: bool = False,
) -> tuple[State, Missed | None]:
    """The state of the notice now, and by which cause it goes on (None when it doesn't go on by this attempt)."""
    notice = locked_notice(session, attempt.notice_id)
    session.refresh(attempt)  # the lock may have waited for the one who wrote it
    current = notice.state == State.IN_AIR and notice.attempts == attempt.number
    if attempt.ended_at is not None:
        return State(notice.state), None
    if not result.dialled:
        session.delete(attempt)
        if current:
            to_waiting(notice, Change.RELEASE, now + NO_LINE_PAUSE)
        return State(notice.state), None
    enough = is_enough(rules, notice, result)
    close_told(session, rules, notice, attempt, result, now)
    if enough or not current:
        return State(notice.state), None
    why = _why(result)
    if keeps_round:
        _again(rules, notice, attempt, result, now)
    else:
        go_on(rules, notice, attempt, why, now)
    return State(notice.state), why


def is_enough(rules: NoticeRules, notice: NoticeRow, result: CallResult) -> bool:
    """Whether the rule asks for no more than came of the call."""
    rule = rules.rules.get(notice.kind)
    if rule is None or _why(result) is Missed.LOST:
        return False
    return (rule.confirm is Confirm.HEARD and result.heard) or (rule.confirm is Confirm.ANSWERED and result.answered)


def close_told(
    session: Session, rules: NoticeRules, notice: NoticeRow, attempt: AttemptRow, result: CallResult, now: datetime
) -> None:
    """The end of an attempt in its row; its notice is delivered when that is enough."""
    if attempt.ended_at is not None:
        return
    why: str = _why(result)
    if attempt.confirmed:
        why = "confirmed"
    elif result.taken_back:
        why = TAKEN_BACK if State(notice.state).over else GIVEN_WAY
    close(attempt, why, now)
    attempt.heard = result.heard
    attempt.call_id = result.call_id
    attempt.rang_at = attempt.rang_at or result.rang_at
    attempt.answered_at = attempt.answered_at or result.answered_at
    if result.heard and notice.heard_at is None:
        notice.heard_at = now
    if is_enough(rules, notice, result) and not State(notice.state).over:
        over(notice, Change.HEAR, now)


def go_on(rules: NoticeRules, notice: NoticeRow, attempt: AttemptRow, why: Missed, now: datetime) -> None:
    """After an attempt that didn't do: another target, another round, the next step, or the end."""
    rule = rules.rules.get(notice.kind)
    if rule is None:
        fail(notice, now, f'notices.yaml has no rule "{notice.kind}" any more')
        return
    rung = Rung(attempt.step, attempt.round, attempt.place)
    ladder = with_last_resort(rule, rules.last_resort) if attempt.role == LAST_RESORT else rule
    following = next_rung(ladder, rung, attempt.places, why)
    if following is None:
        fail(notice, now, UNANSWERED)
        return
    rung, wait = following
    notice.step, notice.round, notice.place = rung.step, rung.round, rung.place
    to_waiting(notice, Change.RETRY, now + wait)


def _again(rules: NoticeRules, notice: NoticeRow, attempt: AttemptRow, result: CallResult, now: datetime) -> None:
    """The same rung once more. Somebody who hung up gets the rule's pause; a call that gave way keeps its turn."""
    due = notice.due_at
    rule = rules.rules.get(notice.kind)
    if result.answered and not result.taken_back and rule is not None and attempt.step < len(rule.steps):
        waits = rule.steps[attempt.step].waits.get(_why(result), ())
        due = now + (waits[min(attempt.round, len(waits) - 1)] if waits else telephone_locks.REST)
    to_waiting(notice, Change.RETRY, due)


def _share(
    session: Session,
    rules: NoticeRules,
    phonebook: Phonebook,
    attempt: AttemptRow,
    why: Missed,
    hold: Hold,
    now: datetime,
) -> None:
    """All that was due before the call began and waited for its telephone: it was rung for them, too."""
    notice = session.get_one(NoticeRow, attempt.notice_id)
    ladder = Ladder(session, rules, phonebook)
    for row, chosen in list(waiting(session, ladder, hold.telephone, notice, now, MOST_SHARED)):
        if row.due_at > attempt.began_at:
            continue
        values: dict[str, Any] = {
            "notice_id": row.id,
            "number": row.attempts + 1,
            "step": chosen.rung.step,
            "round": chosen.rung.round,
            "place": chosen.rung.place,
            "places": chosen.places,
            "role": chosen.role,
            "target": chosen.target,
            **{name: getattr(attempt, name) for name in ("owner", "began_at", "rang_at", "answered_at", "call_id")},
            "ended_at": now,
            "cause": why,
        }
        made = session.scalars(insert(AttemptRow).returning(AttemptRow), values).one()
        shared = session.get_one(NoticeRow, row.id, populate_existing=True)
        shared.attempts, shared.telephone = made.number, ""
        go_on(rules, shared, made, why, now)


def close_lost(attempt: AttemptRow, now: datetime) -> None:
    """Nobody knows what became of it."""
    close(attempt, Missed.LOST, now)


def _why(result: CallResult) -> Missed:
    return missed(result.cause, answered=result.answered, heard=result.heard)
