"""A small hospital for end-to-end tests: two departments, three experts, two wards, cards by need.

It lies in a time zone where it is about ten in the morning, so that clinics are open whenever the
tests run.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from sqlalchemy.orm import Session

from accounts.audit import Hand
from hospital.cards import cards
from hospital.cards.pins import PepperedPins
from hospital.clinic import departments, rota
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty
from hospital.exams import orders, rooms
from hospital.exams.orders import Order
from hospital.exams.rooms import KindRecord, RoomRecord
from hospital.wards import wards
from hospital.wards.wards import WardContacts
from wardbell.parts import Parts
from wardbell.settings import Settings

PIN = "470815"
"""Of every card. A PIN that is found anywhere in a log or a database was leaked: no other number holds it."""
PATIENTS_PHONE = "13900000000"
"""On every card."""
MEDICINE = {"zh": "内科", "en": "internal medicine"}
SURGERY = {"zh": "外科", "en": "surgery"}
GENERAL_FEE, EXPERT_FEE = 600, 3000
BALANCE = 10_000
LONE, EARLY, LATE = (
    {"zh": "王医生", "en": "Doctor Wang"},
    {"zh": "李医生", "en": "Doctor Li"},
    {"zh": "张医生", "en": "Doctor Zhang"},
)
MORNING, AFTERNOON = {"zh": "上午", "en": "morning"}, {"zh": "下午", "en": "afternoon"}
TODAY, TOMORROW = {"zh": "当日", "en": "today"}, {"zh": "明日", "en": "tomorrow"}
WARD, OTHER_WARD = "W3", "W5"
WARD_NAME = {"zh": "内科三病区", "en": "ward three"}
STATION, HEAD_NURSE, DUTY_MANAGER = "8301", "8302", "8309"
OTHER_STATION = "8501"
DESK = "8000"
BEDS = ("12", "7", "加3")
BILLED = (2000_50, 900_38, 1100_12, 1500_00, 399_88)
"""Amounts of a bill that are said."""
SCAN, SCAN_ROOM = {"zh": "B超", "en": "ultrasound scan"}, {"zh": "超声一室", "en": "ultrasound room one"}
EXAMS = ("70001", "70002", "70003", "70004")
"""Scans of ten minutes in room `us1`, which never closes, in this order."""


def morning_zone(now: datetime) -> str:
    """A zone in which it is ten o'clock something."""
    east = (10 - now.astimezone(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


class SmallHospital:
    """The hospital in a data folder: its settings, its database (in the folder, unless told), its cards."""

    def __init__(self, data: Path, zone: str, database: str = "") -> None:
        self.parts = Parts(Settings(data_dir=data, zone=zone, database=database))
        self._pins = PepperedPins(self.parts.pepper)
        self._numbers = count(6001)

    @property
    def today(self) -> date:
        """The date there."""
        return datetime.now(self.parts.zone).date()

    def open(self) -> None:
        """Departments, the rota of three days, wards."""
        self.parts.database.run_now(_furnish, self.today)
        self.parts.database.run_now(_line_up, HospitalCalendar(self.parts.zone))

    def card(self, balance: int = BALANCE) -> str:
        """A new patient's card with the PIN and money; its number."""
        number = str(next(self._numbers))
        self.parts.database.run_now(_issue, number, self._pins.hash(number, PIN), balance)
        return number


def _furnish(session: Session, today: date) -> None:
    for position, (code, name) in enumerate({"medicine": MEDICINE, "surgery": SURGERY}.items()):
        departments.store(session, DepartmentRecord(code, name, position, 50, GENERAL_FEE, "1234567", "24:00"))
    duties = []
    for ahead in range(3):
        day = today + timedelta(ahead)
        duties.append(_duty(day, "am", "medicine", "1", LONE))
        duties.append(_duty(day, "am", "surgery", "1", EARLY))
        duties.append(_duty(day, "pm", "surgery", "2", LATE))
    rota.store(session, duties)
    for code, name, station in ((WARD, WARD_NAME, STATION), (OTHER_WARD, SURGERY, OTHER_STATION)):
        wards.store(
            session,
            WardContacts(code, name, "medicine", MEDICINE, (station,), (HEAD_NURSE,), (DUTY_MANAGER,)),
        )


def _line_up(session: Session, calendar: HospitalCalendar) -> None:
    rooms.store_kind(session, KindRecord("b_scan", SCAN, 10, "fasting"))
    rooms.store_room(session, RoomRecord("us1", SCAN_ROOM, "00:00", "24:00"))
    hand = Hand("the tests", datetime.now(UTC), "command")
    for number in EXAMS:
        order = Order(
            "us1",
            "b_scan",
            calendar.today(hand.at),
            number=number,
            ward=WARD,
            bed=BEDS[0],
            sender="tests",
            order=number,
        )
        orders.store(session, order, calendar, hand)


def _duty(day: date, half: str, department: str, code: str, name: dict[str, str]) -> NewDuty:
    return NewDuty(day, half, department, code, name["zh"], name["en"], 20, EXPERT_FEE)


def _issue(session: Session, number: str, pin_hash: str, balance: int) -> None:
    now = datetime.now(UTC)
    cards.add(session, number, "测试病人", PATIENTS_PHONE, now)
    cards.change(session, number, pin_hash=pin_hash)
    if balance:
        cards.top_up(session, number, balance, f"e2e-{number}", now)
