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
from db.reading import reading
from hospital.cards import cards
from hospital.cards.pins import Pins
from hospital.clinic import departments, rota
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty
from hospital.errors import NotAllowed
from hospital.exams import demo_exams
from hospital.fees import demo_stays
from hospital.wards import wards
from hospital.wards.wards import WardContacts


@dataclass(frozen=True, slots=True)
class DemoCard:
    """A card of the demo hospital, with its PIN; `opening` is what was put on it first, minor units."""

    number: str
    pin: str
    patient: str
    phone: str
    opening: int
    what_for: str


def _names(zh: str, en: str, ru: str, pl: str) -> dict[str, str]:
    return {"zh": zh, "en": en, "ru": ru, "pl": pl}


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
    ("neike", _names("内科", "Internal medicine", "терапия", "interna"), 40),
    ("waike", _names("外科", "Surgery", "хирургия", "chirurgia"), 40),
    ("wuguanke", _names("五官科", "Ear, nose and throat", "ухо, горло, нос", "laryngologia"), 30),
    ("erke", _names("儿科", "Paediatrics", "педиатрия", "pediatria"), 30),
    (
        "fuchanke",
        _names("妇产科", "Obstetrics and gynaecology", "акушерство и гинекология", "ginekologia i położnictwo"),
        30,
    ),
    ("guke", _names("骨科", "Orthopaedics", "ортопедия", "ortopedia"), 20),
)

EXPERTS = {
    "neike": (
        ("1", _names("陈文华", "Dr Chen Wenhua", "доктор Чэнь Вэньхуа", "doktor Chen Wenhua")),
        ("2", _names("刘淑珍", "Dr Liu Shuzhen", "доктор Лю Шучжэнь", "doktor Liu Shuzhen")),
    ),
    "waike": (
        ("1", _names("张国栋", "Dr Zhang Guodong", "доктор Чжан Годун", "doktor Zhang Guodong")),
        ("2", _names("黄志远", "Dr Huang Zhiyuan", "доктор Хуан Чжиюань", "doktor Huang Zhiyuan")),
    ),
    "wuguanke": (
        ("1", _names("吴秀英", "Dr Wu Xiuying", "доктор У Сюин", "doktor Wu Xiuying")),
        ("2", _names("徐海涛", "Dr Xu Haitao", "доктор Сюй Хайтао", "doktor Xu Haitao")),
    ),
    "erke": (("1", _names("马晓燕", "Dr Ma Xiaoyan", "доктор Ма Сяоянь", "doktor Ma Xiaoyan")),),
    "fuchanke": (
        ("1", _names("朱玉梅", "Dr Zhu Yumei", "доктор Чжу Юймэй", "doktor Zhu Yumei")),
        ("2", _names("胡美玲", "Dr Hu Meiling", "доктор Ху Мэйлин", "doktor Hu Meiling")),
    ),
}
"""The first is on duty in the morning, the second in the afternoon; orthopaedics has nobody, so that this can be
heard, too."""

WARDS = (
    ("W3", _names("内科三病区", "Medical ward three", "терапевтическое отделение номер 3",
                  "oddział wewnętrzny numer 3"),
     "neike", "8301", "8302"),
    ("W5", _names("外科五病区", "Surgical ward five", "хирургическое отделение номер 5",
                  "oddział chirurgiczny numer 5"),
     "waike", "8501", "8502"),
    ("W6", _names("儿科六病区", "Children's ward six", "детское отделение номер 6", "oddział dziecięcy numer 6"),
     "erke", "8601", "8602"),
)  # fmt: skip
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
    for position, (code, names, places) in enumerate(DEPARTMENTS, start=1):
        if code not in known:
            clinic = DepartmentRecord(code, names, position, places, _GENERAL_FEE, "1234567", "24:00")
            departments.store(session, clinic)
    for ward in WARDS:
        _ward(session, *ward)
    for card in CARDS:
        if card.number in hashes:
            cards.add(session, card.number, card.patient, card.phone, now, demo=True)
            cards.change(session, card.number, pin_hash=hashes[card.number])
            cards.top_up(session, card.number, card.opening, f"demo:{card.number}", now, "opening balance")
    demo_stays.make(session, calendar.zone, now)
    demo_exams.make(session, calendar, now)
    duties = _rota(session, calendar.today(now), calendar.days_ahead)
    return Made(duties, tuple((card, cards.find(session, card.number).balance) for card in CARDS))


@reading
def _cards_there(session: Session) -> list[cards.CardRecord]:
    found = cards.every(session)
    if any(not card.demo for card in found):
        raise NotAllowed("this database holds real cards: the demo hospital, whose PINs are known, is not made here")
    return found


def _ward(session: Session, code: str, names: dict[str, str], department: str, station: str, head_nurse: str) -> None:
    if wards.contacts(session, code) is None:
        ward = WardContacts(code, names, department, {}, (station,), (head_nurse,), (_DUTY_MANAGER,))
        wards.store(session, ward)


def _rota(session: Session, today: date, days: int) -> int:
    last = today + timedelta(days)  # one more than can be booked, so that tomorrow is not empty after midnight
    there = {(one.date, one.half, one.department, one.expert) for one in rota.between(session, today, last)}
    new = [
        NewDuty(today + timedelta(n), half, department, code, names["zh"], names["en"], 10, _EXPERT_FEE, names)
        for n in range(days + 1)
        for department, experts in EXPERTS.items()
        for half, (code, names) in zip(HALVES, experts, strict=False)
    ]
    return rota.store(session, [one for one in new if (one.date, one.half, one.department, one.expert) not in there])
