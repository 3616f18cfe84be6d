"""Kinds of examinations and the rooms where they are made, as data that the hospital keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from db.rows import locked
from db.tables.exams import ExamKind, ExamRoom
from hospital.errors import NotAllowed, Unknown
from hospital.names import LONGEST, check_names, names_of, put_names

_CODE = re.compile(r"[a-z0-9_-]{1,40}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
MOST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class KindRecord:
    """A kind of examination; `name` by language, `minutes` as planned, `preparation` the last word of its text."""

    code: str
    name: dict[str, str]
    minutes: int
    preparation: str = ""
    position: int = 100


@dataclass(frozen=True, slots=True)
class RoomRecord:
    """A room; `opens` and `closes` are local times. `closed_why` is empty while it works."""

    code: str
    name: dict[str, str]
    opens: str = "08:00"
    closes: str = "17:00"
    closed_why: str = ""
    position: int = 100


def check_kind(record: KindRecord) -> None:
    """Whether it could be stored. Raises NotAllowed."""
    _check_code(record.code)
    if not 1 <= record.minutes <= MOST_MINUTES:
        raise NotAllowed(f"an examination takes 1 to {MOST_MINUTES} minutes, not {record.minutes}")
    if record.preparation and not _CODE.fullmatch(record.preparation):
        raise NotAllowed(f'"{record.preparation}" is not a word: lowercase letters, digits, _ and -')
    check_names(record.name, f"examination {record.code} {_REFUSAL}")


def store_kind(session: Session, record: KindRecord) -> None:
    """Add the kind or change it. Raises NotAllowed."""
    check_kind(record)
    row = session.execute(select(ExamKind).where(ExamKind.code == record.code)).scalar_one_or_none()
    new, row = row is None, row or ExamKind(code=record.code)
    put_names(row, record.name, f"examination {record.code} {_REFUSAL}")
    row.minutes, row.preparation, row.position = record.minutes, record.preparation, record.position
    if new:
        session.add(row)
    session.flush()


def check_room(record: RoomRecord) -> None:
    """Whether it could be stored. Raises NotAllowed."""
    _check_code(record.code)
    for clock in (record.opens, record.closes):
        if not _CLOCK.fullmatch(clock):
            raise NotAllowed(f'"{clock}" is not a time such as 08:00')
    if record.opens >= record.closes:
        raise NotAllowed(f"a room that opens at {record.opens} cannot close at {record.closes}")
    check_names(record.name, f"room {record.code} {_REFUSAL}")


def store_room(session: Session, record: RoomRecord) -> None:
    """Add the room or change it; whether it is closed stays. Raises NotAllowed."""
    check_room(record)
    row = session.execute(select(ExamRoom).where(ExamRoom.code == record.code)).scalar_one_or_none()
    new, row = row is None, row or ExamRoom(code=record.code)
    put_names(row, record.name, f"room {record.code} {_REFUSAL}")
    row.opens, row.closes, row.position = record.opens, record.closes, record.position
    if new:
        session.add(row)
    session.flush()


_REFUSAL = f"needs its names, up to {LONGEST} characters each"


def close(session: Session, room: str, hand: Hand) -> None:
    """Nobody is examined there for now; the reason is the hand's. Raises Unknown, NotAllowed."""
    if not hand.reason:
        raise NotAllowed("why is it closed? Patients who wait are owed a reason")
    row = lock_room(session, room)
    row.closed_why = hand.reason[:120]
    hand.note(session, "close", "exam room", room)


def reopen(session: Session, room: str, hand: Hand) -> None:
    """The room works again. Raises Unknown."""
    row = lock_room(session, room)
    if row.closed_why:
        row.closed_why = ""
        hand.note(session, "open", "exam room", room)


@reading
def kinds(session: Session) -> list[KindRecord]:
    """All kinds, in the order in which callers hear them."""
    rows = session.scalars(select(ExamKind).order_by(ExamKind.position, ExamKind.code))
    return [KindRecord(row.code, names_of(row), row.minutes, row.preparation, row.position) for row in rows]


@reading
def rooms(session: Session) -> list[RoomRecord]:
    """All rooms, in the hospital's order."""
    return [room_record(row) for row in session.scalars(select(ExamRoom).order_by(ExamRoom.position, ExamRoom.code))]


def room_record(row: ExamRoom) -> RoomRecord:
    """What leaves this package."""
    return RoomRecord(row.code, names_of(row), row.opens, row.closes, row.closed_why, row.position)


def lock_room(session: Session, code: str) -> ExamRoom:
    """The row, locked to the end of the transaction: who changes a queue does so first. Raises Unknown."""
    row = session.execute(locked(select(ExamRoom).where(ExamRoom.code == code))).scalar_one_or_none()
    if row is None:
        raise Unknown(f'no room "{code}" for examinations')
    return row


def kind(session: Session, code: str) -> ExamKind:
    """The table's row, for this package. Raises Unknown."""
    row = session.execute(select(ExamKind).where(ExamKind.code == code)).scalar_one_or_none()
    if row is None:
        raise Unknown(f'no kind of examination "{code}"')
    return row


def _check_code(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise NotAllowed(f'"{code}" is not a code: lowercase letters, digits, _ and -')
