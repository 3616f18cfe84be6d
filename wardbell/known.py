"""Values that callers will hear and that are known before they call: their clips are rendered ahead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from db.reading import reading
from hospital.clinic import departments, rota
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.fees.class_names import CLASS_NAMES
from hospital.wards import wards
from prompts.render import Known


@reading
def known_values(session: Session, calendar: HospitalCalendar, now: datetime) -> list[Known]:
    """Names of departments, wards, days, classes of charges and the experts on duty; fees of the coming days."""
    today = calendar.today(now)
    duties = rota.between(session, today, today + timedelta(days=calendar.days_ahead))
    clinics = departments.every(session)
    names: list[dict[str, str]] = [
        *HALVES.values(),
        *(day.name for day in calendar.days(now)),
        *(clinic.name for clinic in clinics),
        *(duty.expert_name for duty in duties),
        *(ward.name for ward in wards.every(session)),
        *(dict(name) for name in CLASS_NAMES.values()),
    ]
    fees = {*(clinic.general_fee for clinic in clinics), *(duty.fee for duty in duties)}
    return [*(Known("name", name) for name in _once(names)), *(Known("money", fee) for fee in sorted(fees))]


def _once(names: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    found: dict[tuple[tuple[str, str], ...], dict[str, str]] = {}
    for name in names:
        found.setdefault(tuple(sorted(name.items())), name)
    return list(found.values())
