"""Stays of the demo hospital: patients with charges up to today, a scheme each, deposits; a newborn without card.

Made again it adds the charges of the days since.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db.reading import reading
from hospital.errors import Unknown
from hospital.fees import charges, intake, stays
from hospital.fees.charges import NewPayment
from hospital.fees.insurance import shipped
from hospital.fees.intake import Terms
from hospital.fees.stays import Admission

SENDER = "demo"


@dataclass(frozen=True, slots=True)
class _Stay:
    """`once`: day since the admission -> items with their amounts; `daily` comes each day."""

    number: str
    card: str
    mother: str
    ward: str
    bed: str
    scheme: str
    days_ago: int
    deposit: int
    daily: tuple[tuple[str, str, str], ...]
    once: tuple[tuple[int, str, str, str], ...]


STAYS = (
    _Stay(
        "Z100001", "100001", "", "W3", "12", "employee", 5, 3000_00,
        (("CW1002", "1", "80.00"), ("HL1002", "1", "40.00"), ("YP2001", "2", "96.40"), ("SP1001", "1", "35.00")),
        ((0, "JY1001", "1", "25.00"), (0, "JY1002", "1", "260.00"), (1, "JC1003", "1", "420.00"),
         (2, "YP3001", "1", "378.00"), (3, "JC1002", "1", "110.00")),
    ),
    _Stay(
        "Z100003", "100003", "", "W5", "3", "resident", 4, 5000_00,
        (("CW1001", "1", "45.00"), ("HL1001", "1", "60.00"), ("YP1002", "3", "19.50")),
        ((0, "JC1001", "1", "90.00"), (1, "SS1001", "1", "2600.00"), (1, "SS1002", "1", "1180.00"),
         (1, "CL3001", "2", "176.00")),
    ),
    _Stay(
        "Z100002", "100002", "", "W3", "14", "none", 2, 1000_00,
        (("CW1001", "1", "45.00"), ("HL1002", "1", "40.00"), ("YP1003", "1", "52.80")),
        ((0, "JY1001", "1", "25.00"),),
    ),
    _Stay(
        "Z100003B", "", "Z100003", "W6", "7", "resident", 3, 0,
        (("HL1003", "1", "68.00"),),
        ((0, "JY1001", "1", "25.00"),),
    ),
)  # fmt: skip


def make(session: Session, zone: ZoneInfo, now: datetime) -> None:
    """Make them, or add what the days since have brought."""
    terms = Terms(shipped(), zone)
    for one in STAYS:
        begins = _there(session, one.number)
        if begins is None:
            begins = now - timedelta(one.days_ago)
            new = Admission(one.number, begins, one.card, "", one.ward, one.bed, one.scheme, None, one.mother)
            stays.admit(session, new, now)
            if one.deposit:
                day = begins.astimezone(zone).date()
                charges.pay(session, NewPayment(SENDER, f"{one.number}:deposit", one.number, day, one.deposit), now)
        first, today = begins.astimezone(zone).date(), now.astimezone(zone).date()
        for n in range((today - first).days + 1):
            _charge(session, one, first + timedelta(n), n, terms, now)


def _charge(session: Session, one: _Stay, day: date, n: int, terms: Terms, now: datetime) -> None:
    for code, quantity, amount in (*one.daily, *(rest for at, *rest in one.once if at == n)):
        values = {"id": f"{one.number}:{day}:{code}", "stay": one.number, "day": f"{day}", "code": code}
        entry = intake.understand({**values, "quantity": quantity, "amount": amount}, SENDER, terms, now)
        intake.take(session, entry, terms, now)


@reading
def _there(session: Session, number: str) -> datetime | None:
    try:
        return stays.row(session, number).admitted_at
    except Unknown:
        return None
