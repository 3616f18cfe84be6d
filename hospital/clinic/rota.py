"""The rota: which expert is on duty on which half day, how many places there are and what one costs.

Codes and names of the experts on duty are updated every day (docs/features.md, 30): clerks do that with
`wardbell rota`, and `missing` says when a coming day has nobody yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.reading import reading
from db.rows import locked
from db.tables.clinic import Booking, Department, Duty
from hospital.clinic import departments
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.errors import NotAllowed, Unknown
from hospital.names import LONGEST, check_names, names_of, put_names

_CODE = re.compile(r"[A-Za-z0-9]{1,10}")
MOST_PLACES = 10_000
MOST_MONEY = 100_000_000


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """One expert's half day; names by language, `fee` in minor units."""

    id: int
    date: date
    half: str
    department: str
    department_name: dict[str, str]
    expert: str
    expert_name: dict[str, str]
    capacity: int
    taken: int
    fee: int

    @property
    def free(self) -> int:
        """Places left."""
        return self.capacity - self.taken


@dataclass(frozen=True, slots=True)
class NewDuty:
    """What a clerk enters: one line of the rota."""

    date: date
    half: str
    department: str
    expert: str
    name_zh: str
    name_en: str
    capacity: int
    fee: int
    more_names: Mapping[str, str] = field(default_factory=dict)
    """Names in further languages; one that is not here stays as it is."""

    @property
    def names(self) -> dict[str, str]:
        """Language -> name."""
        return {"zh": self.name_zh, "en": self.name_en, **self.more_names}


@reading
def offered(
    session: Session, department: str, day: date, calendar: HospitalCalendar, now: datetime
) -> list[DutyRecord]:
    """Experts of the department on that day whose half day is to come, in the order of the day (docs/features.md, 28).

    Those who are full are left out, unless all are: then the caller hears at the booking that they are.
    """
    to_come = [
        duty
        for duty in between(session, day, day, department)
        if duty.capacity > 0 and calendar.to_come(duty.date, duty.half, now)
    ]
    return [duty for duty in to_come if duty.free > 0] or to_come


@reading
def between(session: Session, first: date, last: date, department: str | None = None) -> list[DutyRecord]:
    """The rota of these days, both included: by day, department, half day, expert."""
    query = select(Duty, Department).join(Department, Department.id == Duty.department_id)
    query = query.where(Duty.date.between(first, last))
    if department is not None:
        query = query.where(Department.code == department)
    return [_record(*row) for row in sorted(session.execute(query), key=lambda row: _order(*row))]


def store(session: Session, duties: Iterable[NewDuty]) -> int:
    """Add these half days, or change those that are there (same day, half, department, code); how many.

    Raises NotAllowed when a duty would have fewer places than are taken; Unknown.
    """
    stored = 0
    for duty in duties:
        _store(session, duty)
        stored += 1
    session.flush()
    return stored


def remove(session: Session, day: date, half: str, department: str, expert: str) -> None:
    """Take a half day off the rota. Raises NotAllowed while somebody is booked for it, Unknown.

    With cancelled bookings it stays, without places: their slips still name it.
    """
    duty = _find(session, day, half, departments.row(session, department), expert)
    if duty is None:
        raise Unknown(f'expert "{expert}" is not on duty on {day} {half}')
    if duty.taken:
        raise NotAllowed(f'expert "{expert}" has {duty.taken} booked on {day} {half}: cancel those first')
    if session.execute(select(Booking.id).where(Booking.duty_id == duty.id)).first():
        duty.capacity = 0
    else:
        session.delete(duty)
    session.flush()


@reading
def latest(session: Session, department: str, expert: str, day: date, half: str) -> DutyRecord | None:
    """This duty if it is there, else the expert's last one in that department; None when there is none."""
    query = select(Duty, Department).join(Department, Department.id == Duty.department_id)
    query = query.where(Department.code == department, Duty.expert == expert)
    this = (Duty.date == day) & (Duty.half == half)
    found = session.execute(query.order_by(this.desc(), Duty.date.desc(), Duty.half.desc()).limit(1)).one_or_none()
    return None if found is None else _record(*found)


@reading
def missing(session: Session, calendar: HospitalCalendar, now: datetime, days: int = 1) -> Sequence[date]:
    """Of the coming days, those with nobody on duty; by default it looks at tomorrow only."""
    today = calendar.today(now)
    coming = [today + timedelta(n) for n in range(1, days + 1)]
    query = select(Duty.date).where(Duty.date.in_(coming), Duty.capacity > 0).distinct()
    there = set(session.execute(query).scalars())
    return [day for day in coming if day not in there]


def lock(session: Session, duty_id: int) -> Duty:
    """The row, locked to the end of the transaction, for this package. Raises Unknown."""
    duty = session.execute(locked(select(Duty).where(Duty.id == duty_id))).scalar_one_or_none()
    if duty is None:
        raise Unknown(f"no duty {duty_id}")
    return duty


def check(session: Session, new: NewDuty) -> None:
    """Whether it could be stored now. Raises NotAllowed, Unknown."""
    _checked(session, new)


def _checked(session: Session, new: NewDuty) -> tuple[Department, Duty | None]:
    department = departments.row(session, new.department)
    if new.half not in HALVES:
        raise NotAllowed(f'"{new.half}" is neither am nor pm')
    if not (0 <= new.capacity <= MOST_PLACES and 0 <= new.fee <= MOST_MONEY):
        raise NotAllowed(f"places are 0 to {MOST_PLACES}, a fee 0 to {MOST_MONEY // 100}")
    if not _CODE.fullmatch(new.expert):
        raise NotAllowed(f'"{new.expert}" is not an expert\'s code: up to 10 letters and digits')
    check_names(new.names, _REFUSAL)
    duty = _find(session, new.date, new.half, department, new.expert)
    if duty is not None and duty.taken > new.capacity:
        raise NotAllowed(f"{duty.taken} places are booked already, so {new.capacity} are too few")
    return department, duty


_REFUSAL = f"a name has 1 to {LONGEST} characters"


def _store(session: Session, new: NewDuty) -> None:
    department, duty = _checked(session, new)
    added = duty is None
    duty = duty or Duty(date=new.date, half=new.half, department_id=department.id, expert=new.expert, taken=0)
    put_names(duty, new.names, _REFUSAL)
    if added:
        session.add(duty)
    duty.capacity = new.capacity
    duty.fee = new.fee
    session.flush()


FAR = timedelta(366)
"""Nobody plans a rota further ahead: a slip in the year."""


@reading
def doubts(session: Session, duties: Sequence[NewDuty], today: date) -> list[tuple[int, str]]:
    """What is allowed but looks like a slip: its place in `duties`, and a sentence to ask with."""
    codes: dict[tuple[str, str], str] = {}
    wanted = {duty.department for duty in duties}
    query = select(Department.code, Duty.expert).join(Duty, Duty.department_id == Department.id)
    for department, expert in session.execute(query.where(Department.code.in_(wanted)).distinct()):
        codes.setdefault((department, _bare(expert)), expert)
    found: list[tuple[int, str]] = []
    for place, duty in enumerate(duties):
        if duty.date < today:
            found.append((place, f"{duty.date} is past"))
        elif duty.date > today + FAR:
            found.append((place, f"{duty.date} is more than a year away"))
        other = codes.setdefault((duty.department, _bare(duty.expert)), duty.expert)
        if other != duty.expert:
            found.append((place, f"expert {duty.expert} would be listed beside expert {other} of {duty.department}"))
    return found


def _bare(code: str) -> str:
    """01 and 1, A and a: to a person the same."""
    return code.lstrip("0").casefold() or "0"


def _find(session: Session, day: date, half: str, department: Department, expert: str) -> Duty | None:
    query = select(Duty).where(
        Duty.date == day, Duty.half == half, Duty.department_id == department.id, Duty.expert == expert
    )
    return session.execute(locked(query)).scalar_one_or_none()


def _record(duty: Duty, department: Department) -> DutyRecord:
    return DutyRecord(
        duty.id,
        duty.date,
        duty.half,
        department.code,
        names_of(department),
        duty.expert,
        names_of(duty),
        duty.capacity,
        duty.taken,
        duty.fee,
    )


def _order(duty: Duty, department: Department) -> tuple[date, int, str, str, int, str]:
    # "2" before "10", as a person counts.
    code = int(duty.expert) if duty.expert.isascii() and duty.expert.isdigit() else 10**9
    return duty.date, department.position, department.code, duty.half, code, duty.expert
