"""Transactions on notices: plan, claim, the end of an attempt, confirm, cancel.

Every function is the body of one transaction, `(session, ...) -> frozen record`, and safe to be run
again. A claim leases a notice to one outbox and writes its attempt down before anybody dials; whatever
happens to the process afterwards, the row says so. What nobody finished is picked up by `sweep.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, delete, insert, or_, select, update
from sqlalchemy.engine import Row
from sqlalchemy.orm import Session

from db.tables.notices import AttemptRow, NoticeRow
from notify.budget import Room
from notify.caller import CallOrder, CallResult
from notify.escalation import Confirm, Missed, Priority, Rule, Rung, missed, next_rung
from notify.rules import ROLES, NoticeRules
from notify.states import Change, State, changed

Phonebook: TypeAlias = Callable[[Session, str], Mapping[str, Sequence[str]]]
"""Ward code -> role -> numbers to call, read inside the claim, so that a change of duty counts at once."""

NO_LINE_PAUSE = timedelta(seconds=1)
"""Until a notice that found no free line is tried again."""
UNKNOWN = timedelta(seconds=30)
"""How long a notice of a rule that is not in force here is left to another engine, which may have a newer edition."""
LAST_RESORT = "last_resort"


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice to be made."""

    event_id: int
    rule: Rule
    ward: str
    variables: Mapping[str, Any]
    due_at: datetime


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
        }
        for one in planned
    ]
    statement = insert(NoticeRow).returning(NoticeRow.id, sort_by_parameter_order=True)
    return list(session.scalars(statement, rows))


# Claiming


@dataclass(frozen=True, slots=True)
class _Chosen:
    rung: Rung
    role: str
    target: str
    places: int
    ring: timedelta


def claim(
    session: Session,
    rules: NoticeRules,
    phonebook: Phonebook,
    owner: str,
    now: datetime,
    lease: timedelta,
    room: Room,
) -> list[CallOrder]:
    """Lease what is due, as much as there is `room` for, the most urgent class first, and begin its attempts.

    Two outboxes never get the same notice. A notice that has nobody to call goes on to its next step, or fails; so
    does, after a while, one whose rule nobody has any more.
    """
    orders: list[CallOrder] = []
    called: dict[str, Mapping[str, Sequence[str]]] = {}
    for priority in Priority:
        if room.of(priority) <= 0:
            continue
        due = (
            select(*_CLAIM_COLUMNS)
            .where(
                NoticeRow.state == State.WAITING,
                NoticeRow.priority == int(priority),
                NoticeRow.due_at <= now,
                NoticeRow.expires_at > now,
                or_(NoticeRow.kind.in_(list(rules.rules)), NoticeRow.due_at <= now - UNKNOWN),
            )
            .order_by(NoticeRow.due_at)
            .limit(room.of(priority))
            .with_for_update(skip_locked=True)
        )
        rows = session.execute(due).all()
        begun = _begin(session, rows, rules, phonebook, called, owner, now, lease)
        room = room.less(priority, len(begun))
        orders += begun
    return orders


_CLAIM_COLUMNS = (
    NoticeRow.id,
    NoticeRow.kind,
    NoticeRow.priority,
    NoticeRow.ward,
    NoticeRow.language,
    NoticeRow.variables,
    NoticeRow.step,
    NoticeRow.round,
    NoticeRow.place,
    NoticeRow.attempts,
)


def _begin(
    session: Session,
    rows: Sequence[Row[Any]],
    rules: NoticeRules,
    phonebook: Phonebook,
    called: dict[str, Mapping[str, Sequence[str]]],
    owner: str,
    now: datetime,
    lease: timedelta,
) -> list[CallOrder]:
    attempts: list[dict[str, Any]] = []
    leased: list[dict[str, Any]] = []
    begun: list[tuple[Row[Any], _Chosen, Rule]] = []
    for row in rows:
        rule = rules.rules.get(row.kind)
        if rule is None:
            _give_up(session, row.id, now, f'the rules file has no rule "{row.kind}" any more')
            continue
        if row.ward not in called:
            called[row.ward] = phonebook(session, row.ward)
        chosen = _choose(rule, rules.last_resort, called[row.ward], Rung(row.step, row.round, row.place), row.attempts)
        if chosen is None:
            _give_up(session, row.id, now, f"ward {row.ward} has nobody to call" if not row.attempts else UNANSWERED)
            continue
        begun.append((row, chosen, rule))
        where = {"step": chosen.rung.step, "round": chosen.rung.round, "place": chosen.rung.place}
        leased.append(
            {
                "id": row.id,
                **where,
                "state": changed(State.WAITING, Change.CLAIM),
                "attempts": row.attempts + 1,
                "lease_owner": owner,
                "lease_until": now + lease,
            }
        )
        attempts.append(
            {
                "notice_id": row.id,
                "number": row.attempts + 1,
                **where,
                "places": chosen.places,
                "role": chosen.role,
                "target": chosen.target,
                "owner": owner,
                "began_at": now,
            }
        )
    if not begun:
        return []
    session.execute(update(NoticeRow), leased)
    ids = session.scalars(insert(AttemptRow).returning(AttemptRow.id, sort_by_parameter_order=True), attempts).all()
    return [
        CallOrder(
            notice_id=row.id,
            attempt_id=attempt_id,
            target=chosen.target,
            flow=rule.flow,
            language=row.language,
            variables={**row.variables, "notice": reference(row.id, attempt_id)},
            ring=chosen.ring.total_seconds(),
            priority=row.priority,
        )
        for (row, chosen, rule), attempt_id in zip(begun, ids, strict=True)
    ]


UNANSWERED = "everybody was called, nobody confirmed"


def _choose(
    rule: Rule, last_resort: Sequence[str], numbers: Mapping[str, Sequence[str]], rung: Rung, attempts: int
) -> _Chosen | None:
    """Whom to call at `rung`; steps without a telephone are passed over.

    When nobody of the ladder could be called at all, the numbers of the last resort are one more step of it.
    """
    ladder = rule
    if rung.step >= len(rule.steps) or not attempts:
        ladder = with_last_resort(rule, last_resort)
    while rung.step < len(ladder.steps):
        targets = [
            (role, number)
            for role in ladder.steps[rung.step].call
            for number in (numbers.get(role, ()) if role in ROLES else (role,))
        ]
        if rung.place < len(targets):
            role, target = targets[rung.place]
            last = rung.step >= len(rule.steps)
            ring = ladder.steps[rung.step].ring
            return _Chosen(rung, LAST_RESORT if last else role, target, len(targets), ring)
        rung = Rung(rung.step + 1)
    return None


def with_last_resort(rule: Rule, last_resort: Sequence[str]) -> Rule:
    """`rule` with one more step, which calls the last resort as patiently as the step before it."""
    if not last_resort:
        return rule
    return replace(rule, steps=(*rule.steps, replace(rule.steps[-1], call=tuple(last_resort))))


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


# The end of an attempt


def finish(session: Session, rules: NoticeRules, attempt_id: int, result: CallResult, now: datetime) -> State | None:
    """Write down how an attempt ended and what follows; the notice's state now. Told twice, it counts once.

    An attempt whose lease went to somebody else meanwhile only closes its own row. None: it's not there any more.
    """
    attempt = session.get(AttemptRow, attempt_id)
    if attempt is None:
        return None
    notice = _locked(session, attempt.notice_id)
    session.refresh(attempt)  # the lock may have waited for the one who wrote it
    current = notice.state == State.IN_AIR and notice.attempts == attempt.number
    if attempt.ended_at is not None:
        return State(notice.state)
    if not result.dialled:
        session.delete(attempt)
        if current:
            _to_waiting(notice, Change.RELEASE, now + NO_LINE_PAUSE)
        return State(notice.state)
    why = missed(result.cause, answered=result.answered, heard=result.heard)
    _close(attempt, "confirmed" if attempt.confirmed else why, now)
    attempt.heard = result.heard
    attempt.call_id = result.call_id
    attempt.rang_at = result.rang_at
    attempt.answered_at = result.answered_at
    if result.heard and notice.heard_at is None:
        notice.heard_at = now
    rule = rules.rules.get(notice.kind)
    enough = rule is not None and (
        (rule.confirm is Confirm.HEARD and result.heard) or (rule.confirm is Confirm.ANSWERED and result.answered)
    )
    if enough and not State(notice.state).over:
        _over(notice, Change.HEAR, now)
    elif current:
        go_on(rules, notice, attempt, why, now)
    return State(notice.state)


def go_on(rules: NoticeRules, notice: NoticeRow, attempt: AttemptRow, why: Missed, now: datetime) -> None:
    """After an attempt that didn't do: another target, another round, the next step, or the end."""
    rule = rules.rules.get(notice.kind)
    if rule is None:
        fail(notice, now, f'the rules file has no rule "{notice.kind}" any more')
        return
    rung = Rung(attempt.step, attempt.round, attempt.place)
    ladder = with_last_resort(rule, rules.last_resort) if attempt.role == LAST_RESORT else rule
    following = next_rung(ladder, rung, attempt.places, why)
    if following is None:
        fail(notice, now, UNANSWERED)
        return
    rung, wait = following
    notice.step, notice.round, notice.place = rung.step, rung.round, rung.place
    _to_waiting(notice, Change.RETRY, now + wait)


def fail(notice: NoticeRow, now: datetime, reason: str) -> None:
    """The end without success; it's reported until somebody took notice."""
    _over(notice, Change.GIVE_UP, now, reason)
    notice.report_due = now


def expire(notice: NoticeRow, now: datetime) -> None:
    """Its time is over; reported as a failure is."""
    _over(notice, Change.EXPIRE, now, "its time was over before anybody confirmed")
    notice.report_due = now


def close_lost(attempt: AttemptRow, now: datetime) -> None:
    """Nobody knows what became of it."""
    _close(attempt, Missed.LOST, now)


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
    _over(notice, Change.CONFIRM, now)
    notice.heard_at = notice.heard_at or now
    attempt = session.get(AttemptRow, attempt_id)
    if attempt is not None and attempt.notice_id == notice_id:
        attempt.confirmed = True
    return Confirmed(True)


def cancel(session: Session, notice_id: int, now: datetime, reason: str) -> State | None:
    """Stop a notice that isn't over; its state now, None when there is no such notice. A call in the air goes on."""
    notice = session.get(NoticeRow, notice_id, with_for_update=True)
    if notice is None:
        return None
    if not State(notice.state).over:
        _over(notice, Change.CANCEL, now, reason)
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


def release(session: Session, notice: NoticeRow, now: datetime) -> None:
    """Give a notice back that was claimed and never dialled, as if it had not been claimed."""
    session.execute(
        delete(AttemptRow).where(AttemptRow.notice_id == notice.id, AttemptRow.number == notice.attempts)
    )
    _to_waiting(notice, Change.RELEASE, now)


# Small changes


def _locked(session: Session, notice_id: int) -> NoticeRow:
    return session.get_one(NoticeRow, notice_id, with_for_update=True, populate_existing=True)


def _to_waiting(notice: NoticeRow, change: Change, due_at: datetime) -> None:
    notice.state = changed(State(notice.state), change)
    notice.due_at = due_at
    notice.lease_owner = notice.lease_until = None


def _over(notice: NoticeRow, change: Change, now: datetime, reason: str = "") -> None:
    notice.state = changed(State(notice.state), change)
    notice.lease_owner = notice.lease_until = None
    notice.ended_at = now
    notice.reason = reason[:200]


def _close(attempt: AttemptRow, cause: str, now: datetime) -> None:
    attempt.ended_at = now
    attempt.cause = cause


def _give_up(session: Session, notice_id: int, now: datetime, reason: str) -> None:
    fail(session.get_one(NoticeRow, notice_id), now, reason)
