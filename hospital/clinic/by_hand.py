"""What somebody does to the rota and the departments by hand, at the command line or through the API: the change and
its rows in the audit, in one. The page's week is `hospital.clinic.week`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from accounts.audit import Hand
from hospital.clinic import departments, rota
from hospital.clinic.departments import DepartmentRecord
from hospital.clinic.rota import NewDuty


def store_duties(session: Session, duties: Sequence[NewDuty], hand: Hand) -> int:
    """As `rota.store`."""
    stored = rota.store(session, duties)
    for one in duties:
        key = duty_key(one.date, one.half, one.department, one.expert)
        hand.note(session, "store", "duty", key, capacity=one.capacity, fee=one.fee)
    return stored


def remove_duty(session: Session, day: date, half: str, department: str, expert: str, hand: Hand) -> None:
    """As `rota.remove`."""
    rota.remove(session, day, half, department, expert)
    hand.note(session, "remove", "duty", duty_key(day, half, department, expert))


def store_department(session: Session, record: DepartmentRecord, hand: Hand) -> None:
    """As `departments.store`."""
    departments.store(session, record)
    clinic = {"places": record.general_capacity, "fee": record.general_fee, "weekdays": record.general_weekdays}
    hand.note(session, "store", "department", record.code, **clinic, until=record.general_until)


def duty_key(day: date, half: str, department: str, expert: str) -> str:
    """How the audit names a duty."""
    return f"{day} {half} {department} {expert}"
