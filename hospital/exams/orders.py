"""Examinations that are ordered: by a clerk, or by the hospital's system for a patient on a ward."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.tables.cards import Card
from db.tables.exams import Exam
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.slips import RANDOM, Draw, new_slip
from hospital.errors import NotAllowed, Unknown
from hospital.exams import queue, rooms

_NUMBER = re.compile(r"\d{3,12}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Order:
    """What is ordered. `number` empty: one is drawn; `at` empty: by the order of coming. `sender` and `order` name it
    in the system that it comes from: the same ones again are the same examination, changed."""

    room: str
    kind: str
    date: date
    at: str = ""
    number: str = ""
    card: str = ""
    patient: str = ""
    ward: str = ""
    bed: str = ""
    sender: str = ""
    order: str = ""


def store(
    session: Session, order: Order, calendar: HospitalCalendar, hand: Hand, draw: Draw = RANDOM
) -> tuple[str, bool]:
    """Put it into its queue, or change the one that is there; its number, and whether it is new.

    Raises Unknown, NotAllowed: another day than one to come, a number that another one has, a change of what is over.
    """
    room = rooms.lock_room(session, order.room)
    kind = rooms.kind(session, order.kind)
    if order.at and not _CLOCK.fullmatch(order.at):
        raise NotAllowed(f'"{order.at}" is not a time such as 09:20')
    if order.number and not _NUMBER.fullmatch(order.number):
        raise NotAllowed(f'"{order.number}" is not a booking number: 3 to 12 digits')
    if order.date < calendar.today(hand.at):
        raise NotAllowed(f"{order.date} is past")
    card_id = _card(session, order.card)
    exam = _standing(session, order)
    new = exam is None
    if exam is None:
        if order.number and _taken(session, order.number):
            raise NotAllowed(f"the booking number {order.number} belongs to another examination")
        exam = Exam(number=order.number or _unused(session, draw), made_at=hand.at, turn=0, state="waiting")
        exam.sender, exam.order_number = order.sender or None, order.order or None
    elif exam.state in ("done", "called"):
        raise NotAllowed(f"{exam.number} is {exam.state}: it cannot be changed any more")
    moved = new or (exam.room_id, exam.date, exam.at) != (room.id, order.date, order.at)
    exam.room_id, exam.kind_id, exam.card_id, exam.date, exam.at = room.id, kind.id, card_id, order.date, order.at
    exam.patient, exam.ward, exam.bed = order.patient[:80], order.ward[:40], order.bed[:20]
    if moved:
        exam.state, exam.called_at = "waiting", None
        with session.no_autoflush:
            queue.put_in_line(session, exam)
    if new:
        session.add(exam)
    session.flush()
    hand.note(session, "order" if new else "change", "examination", exam.number, room=room.code, date=str(order.date))
    return exam.number, new


def _standing(session: Session, order: Order) -> Exam | None:
    if not order.sender or not order.order:
        return None
    query = select(Exam).where(Exam.sender == order.sender, Exam.order_number == order.order)
    return session.execute(query).scalar_one_or_none()


def _card(session: Session, number: str) -> int | None:
    if not number:
        return None
    card_id = session.execute(select(Card.id).where(Card.number == number)).scalar_one_or_none()
    if card_id is None:
        raise Unknown(f"no card {number}")
    return card_id


def _taken(session: Session, number: str) -> bool:
    return session.execute(select(Exam.id).where(Exam.number == number)).first() is not None


def _unused(session: Session, draw: Draw) -> str:
    while True:
        number = new_slip(draw)
        if not _taken(session, number):
            return number
