"""The queue of a room on a day: who waits, who is called, who was not there, and where somebody stands in it.

Every change locks the room first, so that two people who press "next" at once call two patients. What one takes is
reckoned by `waits.py`.

    waiting -> called -> done          the next one's call ends the one before
                  |----> missed -> waiting (back in line, behind the next two)
    any but done  -----> cancelled
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from db.tables.exams import Exam, ExamKind, ExamRoom
from hospital.clinic.calendar import HospitalCalendar
from hospital.errors import NotAllowed, Unknown
from hospital.exams import rooms, waits
from hospital.exams.hooks import tell_exam
from hospital.exams.waits import Expected, Past, Turn
from hospital.names import names_of
from webhooks.what import What

BEHIND = 2
"""Who was not there when called comes back behind so many who wait."""
REMEMBERED = 60
"""Examinations of before that are looked at to say what the next one takes."""


@dataclass(frozen=True, slots=True)
class ExamRecord:
    """An examination as people at the desk see it. `at` is empty for who comes without an appointed time."""

    number: str
    room: str
    room_name: dict[str, str]
    kind: str
    kind_name: dict[str, str]
    date: date
    at: str
    state: str
    patient: str
    ward: str
    bed: str
    called_at: datetime | None
    ended_at: datetime | None
    times_missed: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """It is to come today: so many are before it, and when it will be its turn."""

    exam: ExamRecord
    preparation: str
    ahead: int
    expected: Expected


@dataclass(frozen=True, slots=True)
class Later:
    """It is on another day, on which nobody knows the queue yet."""

    exam: ExamRecord
    preparation: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Nothing to reckon: `called` (go in now), `missed`, `done`, `cancelled`, `closed` (the room is, `why` says why),
    `over` (its day is past, and it was not made)."""

    exam: ExamRecord
    how: str
    why: str = ""


Place: TypeAlias = Waiting | Later | Standing


@reading
def place(session: Session, number: str, calendar: HospitalCalendar, now: datetime) -> Place:
    """Where an examination stands in its queue (docs/features.md, 13 and 14). Raises Unknown."""
    exam, room, kind = _one(session, number)
    record, today = _record(exam, room, kind), calendar.today(now)
    if exam.state in ("called", "done", "cancelled"):
        return Standing(record, exam.state)
    if exam.date < today:
        return Standing(record, "over")
    if exam.date > today:
        return Later(record, kind.preparation)
    if room.closed_why:
        return Standing(record, "closed", room.closed_why)
    if exam.state == "missed":
        return Standing(record, "missed")
    before = [one for one, _ in _line(session, room.id, exam.date, "waiting") if one.turn < exam.turn]
    return Waiting(record, kind.preparation, len(before), _expected(session, room, exam, before, calendar, now))


@reading
def today(session: Session, room: str, calendar: HospitalCalendar, now: datetime) -> list[ExamRecord]:
    """All examinations of the room today, in their order: who is in it, who waits, who is through."""
    row = session.execute(select(ExamRoom).where(ExamRoom.code == room)).scalar_one_or_none()
    if row is None:
        raise Unknown(f'no room "{room}" for examinations')
    order = {"called": 0, "waiting": 1, "missed": 2, "done": 3, "cancelled": 4}
    line = _line(session, row.id, calendar.today(now))
    return [_record(exam, row, kind) for exam, kind in sorted(line, key=lambda one: order[one[0].state])]


def call_next(session: Session, room: str, calendar: HospitalCalendar, hand: Hand) -> ExamRecord | None:
    """The next one's turn: whoever was called before is done. None when nobody waits. Raises Unknown, NotAllowed."""
    row = rooms.lock_room(session, room)
    if row.closed_why:
        raise NotAllowed(f"room {room} is closed ({row.closed_why}): open it first")
    day = calendar.today(hand.at)
    for exam, _ in _line(session, row.id, day, "called"):
        _end(session, exam, row, "done", hand)
    waiting = _line(session, row.id, day, "waiting")
    if not waiting:
        return None
    exam, kind = waiting[0]
    exam.state, exam.called_at = "called", hand.at
    session.flush()
    tell_exam(session, What.EXAM_CALLED, exam, row, kind, hand.at)
    hand.note(session, "call", "examination", exam.number, room=room)
    return _record(exam, row, kind)


def missed(session: Session, number: str, hand: Hand) -> ExamRecord:
    """Who was called is not there. Others are told, so that somebody fetches the patient (docs/features.md, 15).
    A second time changes nothing. Raises Unknown, NotAllowed."""
    exam, room, kind = _locked(session, number)
    if exam.state == "missed":
        return _record(exam, room, kind)
    if exam.state != "called":
        raise NotAllowed(f"{number} was not called: it is {exam.state}")
    exam.state = "missed"
    exam.times_missed += 1
    session.flush()
    tell_exam(session, What.EXAM_MISSED, exam, room, kind, hand.at)
    hand.note(session, "missed", "examination", number, room=room.code)
    return _record(exam, room, kind)


def back_in_line(session: Session, number: str, calendar: HospitalCalendar, hand: Hand) -> ExamRecord:
    """Who was not there has come: behind the next two who wait. Raises Unknown, NotAllowed."""
    exam, room, kind = _locked(session, number)
    if exam.state == "waiting":
        return _record(exam, room, kind)
    if exam.state != "missed":
        raise NotAllowed(f"{number} was not missed: it is {exam.state}")
    if exam.date != calendar.today(hand.at):
        raise NotAllowed(f"{number} was for {exam.date}")
    line = [one for one, _ in _line(session, room.id, exam.date, "waiting")]
    exam.state, exam.called_at = "waiting", None
    line.insert(min(BEHIND, len(line)), exam)
    _number(line)
    hand.note(session, "back in line", "examination", number, room=room.code)
    return _record(exam, room, kind)


def done(session: Session, number: str, hand: Hand) -> ExamRecord:
    """It was made, whether the room called it here or not (another system says so). Raises Unknown, NotAllowed."""
    exam, room, kind = _locked(session, number)
    if exam.state == "cancelled":
        raise NotAllowed(f"{number} is cancelled")
    if exam.state != "done":
        _end(session, exam, room, "done", hand)
    return _record(exam, room, kind)


def cancel(session: Session, number: str, hand: Hand) -> ExamRecord:
    """It will not be made. A second time changes nothing. Raises Unknown, NotAllowed."""
    exam, room, kind = _locked(session, number)
    if exam.state == "done":
        raise NotAllowed(f"{number} is done")
    if exam.state != "cancelled":
        _end(session, exam, room, "cancelled", hand)
    return _record(exam, room, kind)


def put_in_line(session: Session, exam: Exam) -> None:
    """Give a new examination its turn: by its appointed time, then by the order of making. For this package."""
    same_day = select(func.max(Exam.turn)).where(Exam.room_id == exam.room_id, Exam.date == exam.date)
    last = session.execute(same_day).scalar_one() or 0
    line = [one for one, _ in _line(session, exam.room_id, exam.date, "waiting") if one is not exam]
    later = next((place for place, one in enumerate(line) if exam.at and one.at > exam.at), len(line))
    if later == len(line):
        exam.turn = last + 1
    else:
        line.insert(later, exam)
        _number(line)


# Reading


def _one(session: Session, number: str) -> tuple[Exam, ExamRoom, ExamKind]:
    row = session.execute(_joined().where(Exam.number == number)).one_or_none()
    if row is None:
        raise Unknown(f"no examination {number}")
    return row[0], row[1], row[2]


def _joined() -> Select[Exam, ExamRoom, ExamKind]:
    query = select(Exam, ExamRoom, ExamKind).join(ExamRoom, ExamRoom.id == Exam.room_id)
    return query.join(ExamKind, ExamKind.id == Exam.kind_id)


def _line(session: Session, room_id: int, day: date, state: str | None = None) -> list[tuple[Exam, ExamKind]]:
    query = select(Exam, ExamKind).join(ExamKind, ExamKind.id == Exam.kind_id)
    query = query.where(Exam.room_id == room_id, Exam.date == day)
    if state is not None:
        query = query.where(Exam.state == state)
    return [(exam, kind) for exam, kind in session.execute(query.order_by(Exam.turn, Exam.id))]


def _expected(
    session: Session,
    room: ExamRoom,
    exam: Exam,
    before: Sequence[Exam],
    calendar: HospitalCalendar,
    now: datetime,
) -> Expected:
    called = _line(session, room.id, exam.date, "called")
    need: dict[int, timedelta] = {}
    for one in (*before, *(inside for inside, _ in called)):
        if one.kind_id not in need:
            need[one.kind_id] = _usual(session, room.id, one.kind_id, now)
    inside = max(
        ((need[one.kind_id], one.called_at) for one, _ in called if one.called_at is not None),
        key=lambda pair: pair[1],
        default=None,
    )
    return waits.expect(
        now,
        _moment(exam.date, room.opens, calendar),
        inside,
        [Turn(need[one.kind_id], _moment(one.date, one.at or room.opens, calendar)) for one in before],
        _moment(exam.date, exam.at or room.opens, calendar),
    )


def _usual(session: Session, room_id: int, kind_id: int, now: datetime) -> timedelta:
    query = select(Exam.called_at, Exam.ended_at).where(Exam.room_id == room_id, Exam.kind_id == kind_id)
    query = query.where(Exam.state == "done", Exam.called_at.is_not(None), Exam.ended_at.is_not(None))
    rows = session.execute(query.order_by(Exam.ended_at.desc()).limit(REMEMBERED))
    past = [Past(ended, ended - called) for called, ended in rows if called is not None and ended is not None]
    return waits.usual(past, timedelta(minutes=session.get_one(ExamKind, kind_id).minutes), now)


def _moment(day: date, clock: str, calendar: HospitalCalendar) -> datetime:
    hours, minutes = int(clock[:2]), int(clock[3:])
    return datetime.combine(day, time(), calendar.zone) + timedelta(hours=hours, minutes=minutes)


# Changing


def _locked(session: Session, number: str) -> tuple[Exam, ExamRoom, ExamKind]:
    _, room, _ = _one(session, number)
    rooms.lock_room(session, room.code)
    session.expire_all()  # what stood there before the lock may be old
    return _one(session, number)


def _end(session: Session, exam: Exam, room: ExamRoom, how: str, hand: Hand) -> None:
    exam.state, exam.ended_at = how, hand.at
    session.flush()
    what = What.EXAM_DONE if how == "done" else What.EXAM_CANCELLED
    tell_exam(session, what, exam, room, session.get_one(ExamKind, exam.kind_id), hand.at)
    hand.note(session, "done" if how == "done" else "cancel", "examination", exam.number, room=room.code)


def _number(line: Sequence[Exam]) -> None:
    """Turns in this order; only those that change are written."""
    turns = sorted(exam.turn or 0 for exam in line)
    lowest = next((turn for turn in turns if turn), 1)
    for place, exam in enumerate(line):
        if exam.turn != lowest + place:
            exam.turn = lowest + place


def _record(exam: Exam, room: ExamRoom, kind: ExamKind) -> ExamRecord:
    return ExamRecord(
        exam.number,
        room.code,
        names_of(room),
        kind.code,
        names_of(kind),
        exam.date,
        exam.at,
        exam.state,
        exam.patient,
        exam.ward,
        exam.bed,
        exam.called_at,
        exam.ended_at,
        exam.times_missed,
    )
