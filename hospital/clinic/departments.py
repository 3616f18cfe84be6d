"""Departments and their general clinic: what callers may choose from today."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from db.reading import reading
from db.rows import insert_missing, locked
from db.tables.clinic import Department, Duty, GeneralDay
from hospital.clinic.calendar import HospitalCalendar
from hospital.errors import NotAllowed, Unknown
from hospital.names import LONGEST, names_of, put_names

_CODE = re.compile(r"[a-z0-9_-]{1,40}")
_UNTIL = re.compile(r"([01]\d|2[0-3]):[0-5]\d|24:00")
_IN_ORDER = select(Department).order_by(Department.position, Department.code)
_WITH_EXPERTS = (
    select(Duty.department_id)
    .where(Duty.date.between(bindparam("first"), bindparam("last")), Duty.capacity > 0)
    .distinct()
)


@dataclass(frozen=True, slots=True)
class DepartmentRecord:
    """A department; `name` by language, `general_fee` in minor units."""

    code: str
    name: dict[str, str]
    position: int
    general_capacity: int
    general_fee: int
    general_weekdays: str
    general_until: str


def store(session: Session, record: DepartmentRecord) -> None:
    """Add the department or change it. Raises NotAllowed."""
    if not _CODE.fullmatch(record.code):
        raise NotAllowed(f'"{record.code}" is not a code: lowercase letters, digits, _ and -')
    if not _UNTIL.fullmatch(record.general_until):
        raise NotAllowed(f'"{record.general_until}" is not a time such as 17:00')
    if not set(record.general_weekdays) <= set("1234567"):
        raise NotAllowed(f'"{record.general_weekdays}" are not weekdays: 1 is Monday, 7 Sunday')
    if not (0 <= record.general_capacity <= 10_000 and 0 <= record.general_fee <= 100_000_000):
        raise NotAllowed("places are 0 to 10000, a fee 0 to 1000000")
    row = session.execute(select(Department).where(Department.code == record.code)).scalar_one_or_none()
    new = row is None
    row = row or Department(code=record.code)
    put_names(row, record.name, f"department {record.code} needs its names, up to {LONGEST} characters each")
    if new:
        session.add(row)
    row.position = record.position
    row.general_capacity = record.general_capacity
    row.general_fee = record.general_fee
    row.general_weekdays = record.general_weekdays
    row.general_until = record.general_until
    session.flush()


@reading
def every(session: Session) -> list[DepartmentRecord]:
    """All departments in the order in which callers hear them."""
    return [department_record(row) for row in session.execute(_IN_ORDER).scalars()]


@reading
def offered(session: Session, calendar: HospitalCalendar, now: datetime) -> list[DepartmentRecord]:
    """Departments with an open general clinic or an expert to come, in the callers' order (docs/features.md, 25)."""
    today = calendar.today(now)
    last = today + timedelta(calendar.days_ahead - 1)
    with_experts = set(session.execute(_WITH_EXPERTS, {"first": today, "last": last}).scalars())
    return [
        department_record(row)
        for row in session.execute(_IN_ORDER).scalars()
        if row.id in with_experts or (row.general_capacity > 0 and is_open(row, calendar, now))
    ]


@reading
def cheapest(session: Session) -> int:
    """The least that any general clinic takes, minor units; 0 when there is none (docs/features.md, 24)."""
    least = select(func.min(Department.general_fee)).where(Department.general_capacity > 0)
    return int(session.execute(least).scalar_one() or 0)


def is_open(row: Department, calendar: HospitalCalendar, now: datetime) -> bool:
    """Whether a place in today's general clinic can still be given, if there is one left."""
    weekday = str(calendar.today(now).isoweekday())
    return weekday in row.general_weekdays and calendar.clock(now) < row.general_until


def row(session: Session, code: str) -> Department:
    """The table's row, for this package. Raises Unknown."""
    found = session.execute(select(Department).where(Department.code == code)).scalar_one_or_none()
    if found is None:
        raise Unknown(f'no department "{code}"')
    return found


def lock_day(session: Session, department: Department, day: date) -> GeneralDay:
    """The places of the general clinic on a day, locked to the end of the transaction; made when it is the first."""
    insert_missing(
        session, GeneralDay, department_id=department.id, date=day, capacity=department.general_capacity, taken=0
    )
    where = (GeneralDay.department_id == department.id, GeneralDay.date == day)
    return session.execute(locked(select(GeneralDay).where(*where))).scalar_one()


def department_record(row: Department) -> DepartmentRecord:
    """What leaves this package."""
    return DepartmentRecord(
        row.code,
        names_of(row),
        row.position,
        row.general_capacity,
        row.general_fee,
        row.general_weekdays,
        row.general_until,
    )
