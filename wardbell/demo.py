"""The demo hospital: departments, experts on duty for the coming days, cards with known PINs, wards.

Made again it fills in what is missing and changes nothing else, so a new day has its rota. All names are invented.
Its PINs stand in the README: it is refused where there are real cards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from db.database import Database
from hospital import cards, departments, rota, wards
from hospital.calendar import HALVES, HospitalCalendar
from hospital.departments import DepartmentRecord
from hospital.errors import NotAllowed
from hospital.pins import Pins
from hospital.rota import NewDuty
from hospital.wards import WardContacts


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A card of the demo hospital, with its PIN; `opening` is what was put on it first, minor units."""

    number: str
    pin: str
    patient: str
    phone: str
    opening: int
    what_for: str


CARDS = (
    DemoCard("100001", "1234", "王小芳", "13900000001", 500_00, "enough money for anything"),
    DemoCard("100002", "1123", "李大明", "13900000002", 500_00, "a PIN with a repeated digit"),
    DemoCard("100003", "777888", "赵玉兰", "13900000003", 200_00, "a PIN of six digits"),
    DemoCard("100004", "2468", "钱志强", "13900000004", 10_00, "enough for a general clinic, not for an expert"),
    DemoCard("100005", "1357", "孙丽华", "13900000005", 1_00, "too little money for any clinic"),
    DemoCard("100006", "9090", "周建国", "13900000006", 500_00, "for a second caller at the same time"),
)

_GENERAL_FEE, _EXPERT_FEE = 6_00, 30_00

DEPARTMENTS = (
    ("neike", "内科", "Internal medicine", 40),
    ("waike", "外科", "Surgery", 40),
    ("wuguanke", "五官科", "Ear, nose and throat", 30),
    ("erke", "儿科", "Paediatrics", 30),
    ("fuchanke", "妇产科", "Obstetrics and gynaecology", 30),
    ("guke", "骨科", "Orthopaedics", 20),
)

EXPERTS = {
    "neike": (("1", "陈文华", "Dr Chen Wenhua"), ("2", "刘淑珍", "Dr Liu Shuzhen")),
    "waike": (("1", "张国栋", "Dr Zhang Guodong"), ("2", "黄志远", "Dr Huang Zhiyuan")),
    "wuguanke": (("1", "吴秀英", "Dr Wu Xiuying"), ("2", "徐海涛", "Dr Xu Haitao")),
    "erke": (("1", "马晓燕", "Dr Ma Xiaoyan"),),
    "fuchanke": (("1", "朱玉梅", "Dr Zhu Yumei"), ("2", "胡美玲", "Dr Hu Meiling")),
}
"""The first is on duty in the morning, the second in the afternoon; orthopaedics has nobody, to hear that too."""

WARDS = (
    ("W3", "内科三病区", "Medical ward three", "neike", "8301", "8302"),
    ("W5", "外科五病区", "Surgical ward five", "waike", "8501", "8502"),
    ("W6", "儿科六病区", "Children's ward six", "erke", "8601", "8602"),
)
_DUTY_MANAGER = "8309"


@dataclass(frozen=True, slots=True)
class Made:
    """What making the demo hospital added, and its cards with their balances now (minor units)."""

    duties: int
    cards: tuple[tuple[DemoCard, int], ...]


def make(database: Database, pins: Pins, calendar: HospitalCalendar, wallclock: Callable[[], datetime]) -> Made:
    """Make the demo hospital, or fill in what is missing of it. Raises NotAllowed where there are real cards."""
    there = {card.number for card in database.run_now(_cards_there)}
    # Hashing is slow: before the transaction, and only for cards that are new.
    hashes = {card.number: pins.hash(card.number, card.pin) for card in CARDS if card.number not in there}
    return database.run_now(_make, hashes, calendar, wallclock())


def _make(session: Session, hashes: dict[str, str], calendar: HospitalCalendar, now: datetime) -> Made:
    _cards_there(session)
    known = {one.code for one in departments.every(session)}
    for position, (code, zh, en, places) in enumerate(DEPARTMENTS, start=1):
        if code not in known:
            clinic = DepartmentRecord(code, {"zh": zh, "en": en}, position, places, _GENERAL_FEE, "1234567", "24:00")
            departments.store(session, clinic)
    for ward in WARDS:
        _ward(session, *ward)
    for card in CARDS:
        if card.number in hashes:
            cards.add(session, card.number, card.patient, card.phone, now, demo=True)
            cards.change(session, card.number, pin_hash=hashes[card.number])
            cards.top_up(session, card.number, card.opening, f"demo:{card.number}", now, "opening balance")
    duties = _rota(session, calendar.today(now), calendar.days_ahead)
    return Made(duties, tuple((card, cards.find(session, card.number).balance) for card in CARDS))


def _cards_there(session: Session) -> list[cards.CardRecord]:
    found = cards.every(session)
    if any(not card.demo for card in found):
        raise NotAllowed("this database holds real cards: the demo hospital, whose PINs are known, is not made here")
    return found


def _ward(session: Session, code: str, zh: str, en: str, department: str, station: str, head_nurse: str) -> None:
    if wards.contacts(session, code) is None:
        ward = WardContacts(code, {"zh": zh, "en": en}, department, {}, (station,), (head_nurse,), (_DUTY_MANAGER,))
        wards.store(session, ward)


def _rota(session: Session, today: date, days: int) -> int:
    last = today + timedelta(days)  # one more than can be booked: tomorrow is never empty when a day passes
    there = {(one.date, one.half, one.department, one.expert) for one in rota.between(session, today, last)}
    new = [
        NewDuty(today + timedelta(n), half, department, code, zh, en, 10, _EXPERT_FEE)
        for n in range(days + 1)
        for department, experts in EXPERTS.items()
        for half, (code, zh, en) in zip(HALVES, experts, strict=False)
    ]
    return rota.store(session, [one for one in new if (one.date, one.half, one.department, one.expert) not in there])
