"""The course of a notice: every call that was made for it, what is going on, and whom it would call next and when.

What lies ahead goes by the rule in force, the telephones that the ward has at this moment, and the guess that nobody
answers (`EXPECTED`): so it is the longest way. Read only; drawing it is for pages.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.reading import reading
from db.tables.notices import NoticeRow
from notify.notices.escalation import Missed, Rule, Rung, next_rung
from notify.notices.ladder import LAST_RESORT, WORDS, Chosen, Ladder, Phonebook, with_last_resort
from notify.notices.records import AttemptRecord, NoticeRecord, Wards, show_notice
from notify.notices.rules import NoticeRules
from notify.notices.states import State

EXPECTED = Missed.NO_ANSWER
MOST = 200
"""Calls ahead that are reckoned."""
LATE = timedelta(seconds=10)
"""After its time it waits for a line, or no engine runs."""


class Standing(enum.StrEnum):
    """Where a rung of the ladder lies."""

    MADE = "made"
    NOW = "now"
    """Ringing or talking."""
    NEXT = "next"
    AHEAD = "ahead"
    NOBODY = "nobody"
    """The step has no telephone now."""


class Why(enum.StrEnum):
    """Why nobody is being called at this moment, or nobody ever was."""

    NOT_DUE = "not_due"
    """It waits for its next round."""
    SAME_TELEPHONE = "same_telephone"
    """A call of ours holds the telephone; it is told there if it can be."""
    NO_LINE = "no_line"
    """It is due, and no line is free, or no engine runs."""
    NO_TELEPHONE = "no_telephone"
    """Nobody of its ladder has a telephone."""
    NO_RULE = "no_rule"
    """notices.yaml does not know its like any more."""
    STOPPED_BEFORE = "stopped_before"
    """It was over before anybody was called."""
    RAN_OUT = "ran_out"
    """Its time ran out before anybody was called."""


@dataclass(frozen=True, slots=True)
class Place:
    """One rung: a call that was made or would be. Steps and rounds count from 1."""

    standing: Standing
    step: int
    round: int
    role: str
    """`station` and the like, `last_resort`, or a number where the rule names one."""
    telephone: str
    at: datetime | None
    """When it began, or would; None when there is nobody."""
    attempt: AttemptRecord | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A notice and its whole ladder."""

    notice: NoticeRecord
    places: tuple[Place, ...]
    steps: int
    """Of its rule; 0 when it has none any more."""
    why: Why | None = None
    ends_short: bool = False
    """Its time would run out before everybody was called."""


@dataclass(slots=True)
class _Ahead:
    """A notice as the ladder sees it, at a place further on."""

    kind: str
    addressee_kind: str
    addressee: str
    addressee_name: str
    telephones: str
    zone: str
    language: str
    listener: str
    step: int
    round: int
    place: int
    attempts: int


@reading
def course(
    session: Session, rules: NoticeRules, phonebook: Phonebook, notice_id: int, now: datetime, wards: Wards = None
) -> Course | None:
    """The course of a notice; None when there is none of that number, or not for somebody of these wards."""
    notice = show_notice(session, notice_id, wards)
    if notice is None:
        return None
    row = session.get_one(NoticeRow, notice_id)
    rule = rules.rules.get(notice.kind)
    made = [_made(one, notice) for one in notice.made]
    ahead: list[Place] = []
    short = False
    if rule is not None and not notice.state.over:
        ahead, short = _ahead(session, rules, rule, phonebook, row, notice, now)
    return Course(notice, (*made, *ahead), len(rule.steps) if rule else 0, _why(notice, rule, ahead, now), short)


def _made(attempt: AttemptRecord, notice: NoticeRecord) -> Place:
    going_on = attempt.ended_at is None and not notice.state.over
    standing = Standing.NOW if going_on else Standing.MADE
    return Place(standing, attempt.step + 1, attempt.round + 1, attempt.role, attempt.target, attempt.began_at, attempt)


def _ahead(
    session: Session,
    rules: NoticeRules,
    rule: Rule,
    phonebook: Phonebook,
    row: NoticeRow,
    notice: NoticeRecord,
    now: datetime,
) -> tuple[list[Place], bool]:
    ladder = Ladder(session, rules, phonebook)
    at, standing = max(notice.due_at, now), _standing(row)
    places: list[Place] = []
    if notice.state is State.IN_AIR and notice.made:
        last = notice.made[-1]
        step = rule.steps[min(last.step, len(rule.steps) - 1)]
        following = next_rung(
            _whole(rules, rule, last.role), Rung(last.step, last.round, last.place), last.places, EXPECTED
        )
        if following is None:
            return [], False
        rung, wait = following
        at = max(last.began_at + step.ring, now) + wait
        standing = replace(standing, step=rung.step, round=rung.round, place=rung.place)
    for _ in range(MOST):
        chosen = ladder.next(standing)
        passed = chosen.rung.step if isinstance(chosen, Chosen) else len(rule.steps)
        places += _passed_over(rule, standing, passed)
        if isinstance(chosen, str):
            break
        if at >= notice.expires_at:
            return places, True
        where = Standing.AHEAD if any(one.at for one in places) or notice.state is State.IN_AIR else Standing.NEXT
        role, rung = chosen.role, chosen.rung
        places.append(Place(where, rung.step + 1, rung.round + 1, role, chosen.target, at))
        following = next_rung(_whole(rules, rule, role), rung, chosen.places, EXPECTED)
        if following is None:
            break
        rung, wait = following
        at += chosen.ring + wait
        standing = replace(standing, step=rung.step, round=rung.round, place=rung.place, attempts=standing.attempts + 1)
    return places, False


def _standing(row: NoticeRow) -> _Ahead:
    return _Ahead(
        row.kind,
        row.addressee_kind,
        row.addressee,
        row.addressee_name,
        row.telephones,
        row.zone,
        row.language,
        row.listener,
        row.step,
        row.round,
        row.place,
        row.attempts,
    )


def _whole(rules: NoticeRules, rule: Rule, role: str) -> Rule:
    return with_last_resort(rule, rules.last_resort) if role == LAST_RESORT else rule


def _passed_over(rule: Rule, standing: _Ahead, until: int) -> Iterator[Place]:
    """Steps that the ladder passes over, for nobody there has a telephone."""
    begun = standing.round or standing.place
    for step in range(standing.step + 1 if begun else standing.step, min(until, len(rule.steps))):
        for role in rule.steps[step].call:
            if role in WORDS:
                yield Place(Standing.NOBODY, step + 1, 1, role, "", None)


def _why(notice: NoticeRecord, rule: Rule | None, ahead: list[Place], now: datetime) -> Why | None:
    if notice.state is State.WAITING:
        if rule is None:
            return Why.NO_RULE
        if notice.telephone:
            return Why.SAME_TELEPHONE
        if all(one.at is None for one in ahead):
            return Why.NO_TELEPHONE
        return Why.NO_LINE if now - notice.due_at > LATE else Why.NOT_DUE
    if notice.made or notice.state is State.IN_AIR:
        return None
    match notice.state:
        case State.FAILED:
            return Why.NO_TELEPHONE if rule is not None else Why.NO_RULE
        case State.EXPIRED:
            return Why.RAN_OUT
    return Why.STOPPED_BEFORE
