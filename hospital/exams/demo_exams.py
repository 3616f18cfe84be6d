"""The examinations of the demo hospital: kinds, rooms, and today's queues. All are invented."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.tables.exams import Exam
from hospital.clinic.calendar import HospitalCalendar
from hospital.exams import orders, rooms
from hospital.exams.orders import Order
from hospital.exams.rooms import KindRecord, RoomRecord


def _names(zh: str, en: str, ru: str, pl: str) -> dict[str, str]:
    return {"zh": zh, "en": en, "ru": ru, "pl": pl}


KINDS = (
    ("b_scan", _names("B超", "ultrasound scan", "УЗИ", "USG"), 12, "fasting"),
    ("chest_x_ray", _names("胸片", "chest X-ray", "рентген грудной клетки", "prześwietlenie klatki piersiowej"), 6,
     "no_metal"),
    ("blood", _names("抽血化验", "blood test", "анализ крови", "badanie krwi"), 4, "fasting"),
    ("bladder_scan", _names("膀胱B超", "bladder scan", "УЗИ мочевого пузыря", "USG pęcherza"), 10, "full_bladder"),
)  # fmt: skip
ROOMS = (
    ("us1", _names("超声一室", "ultrasound room one", "кабинет УЗИ номер 1", "gabinet USG numer 1")),
    ("xray1", _names("放射一室", "X-ray room one", "рентгеновский кабинет номер 1", "pracownia RTG numer 1")),
    ("lab", _names("检验科窗口", "the laboratory", "лаборатория", "laboratorium")),
)
EXAMS = (
    ("50001", "us1", "b_scan", "W3", "1"), ("50002", "us1", "b_scan", "W3", "4"), ("50003", "us1", "b_scan", "", ""),
    ("50004", "us1", "bladder_scan", "W5", "2"), ("50005", "xray1", "chest_x_ray", "W5", "7"),
    ("50006", "xray1", "chest_x_ray", "", ""), ("50007", "lab", "blood", "", ""),
)  # fmt: skip
"""Number, room, kind, ward and bed. Each day they are in the queue anew, so that there is always somebody to call."""


def make(session: Session, calendar: HospitalCalendar, now: datetime) -> None:
    """Make what is missing. Examinations of days past go: each day the same ones wait anew."""
    known = {one.code for one in rooms.kinds(session)}
    for position, (code, names, minutes, preparation) in enumerate(KINDS, start=1):
        if code not in known:
            rooms.store_kind(session, KindRecord(code, names, minutes, preparation, position))
    known = {one.code for one in rooms.rooms(session)}
    for position, (code, names) in enumerate(ROOMS, start=1):
        if code not in known:
            rooms.store_room(session, RoomRecord(code, names, position=position))
    hand, today = Hand("the demo hospital", now, "command"), calendar.today(now)
    session.execute(delete(Exam).where(Exam.sender == "demo", Exam.date < today))
    there = set(session.scalars(select(Exam.number).where(Exam.sender == "demo")))
    for number, room, kind, ward, bed in EXAMS:
        if number not in there:
            order = Order(room, kind, today, number=number, ward=ward, bed=bed, sender="demo", order=number)
            orders.store(session, order, calendar, hand)
