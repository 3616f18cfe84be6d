"""A week of the rota as a clerk fills it: the experts of a department down, half days across, places in each field.

Only what the clerk changed is stored, all of it or nothing. What somebody else changed since the week was shown is not
written over: the clerk is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from accounts.audit import Hand
from db.reading import reading
from hospital.clinic import rota
from hospital.clinic.calendar import HALVES
from hospital.clinic.rota import DutyRecord, NewDuty
from hospital.errors import HospitalError, NotAllowed

DAYS = 7


@dataclass(frozen=True, slots=True)
class ExpertWeek:
    """One expert's half days of the week."""

    expert: str
    names: Mapping[str, str]
    fee: int
    """Minor units: of the latest of them, which a further one gets too."""
    duties: Mapping[tuple[date, str], DutyRecord]


@dataclass(frozen=True, slots=True)
class Filled:
    """What the clerk says of one half day. Places: None is off duty."""

    expert: str
    names: Mapping[str, str]
    fee: int
    day: date
    half: str
    places: int | None
    was: int | None
    """What stood there when the week was shown."""


class Why(StrEnum):
    """Why a field cannot be stored."""

    CHANGED = "changed"
    """Somebody else changed it since."""
    BOOKED = "booked"
    """More places are taken than there would be."""
    REFUSED = "refused"
    """For another reason; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A field that cannot be stored."""

    expert: str
    day: date
    half: str
    why: Why
    taken: int = 0
    sentence: str = ""


class NotFilled(HospitalError):
    """Nothing was stored; every field that stands in the way."""

    def __init__(self, refused: Sequence[Refused]) -> None:
        super().__init__(f"{len(refused)} fields cannot be stored")
        self.refused = refused


def monday_of(day: date) -> date:
    """The Monday of its week."""
    return day - timedelta(day.weekday())


def days_of(monday: date) -> list[date]:
    """The seven days."""
    return [monday + timedelta(n) for n in range(DAYS)]


@reading
def week(session: Session, department: str, monday: date) -> list[ExpertWeek]:
    """Who is on duty in that week, by code; with those of the four weeks before, so that they need no typing."""
    known: dict[str, list[DutyRecord]] = {}
    for duty in rota.between(session, monday - timedelta(4 * DAYS), monday + timedelta(DAYS - 1), department):
        known.setdefault(duty.expert, []).append(duty)
    made = [
        ExpertWeek(
            expert,
            found[-1].expert_name,
            found[-1].fee,
            {(duty.date, duty.half): duty for duty in found if duty.date >= monday and duty.capacity},
        )
        for expert, found in known.items()
    ]
    return sorted(made, key=lambda one: (int(one.expert) if one.expert.isdigit() else 10**9, one.expert))


@reading
def holes(session: Session, department: str, monday: date) -> set[tuple[date, str]]:
    """Half days of that week on which nobody of the department is on duty."""
    there = {
        (duty.date, duty.half)
        for duty in rota.between(session, monday, monday + timedelta(DAYS - 1), department)
        if duty.capacity
    }
    return {(day, half) for day in days_of(monday) for half in HALVES} - there


def fill(session: Session, department: str, fields: Sequence[Filled], hand: Hand) -> int:
    """Store what was changed; how many half days. Raises NotFilled: nothing was stored then."""
    refused: list[Refused] = []
    stored = 0
    for field in fields:
        if field.places == field.was:
            continue
        try:
            _store(session, department, field)
            stored += 1
        except _Standing as other:
            refused.append(Refused(field.expert, field.day, field.half, other.why, other.taken))
        except HospitalError as wrong:
            refused.append(Refused(field.expert, field.day, field.half, Why.REFUSED, sentence=str(wrong)))
    if refused:
        raise NotFilled(refused)
    for field in fields:
        if field.places != field.was:
            key = f"{field.day} {field.half} {department} {field.expert}"
            hand.note(session, "change", "duty", key, places=field.places, was=field.was)
    return stored


class _Standing(NotAllowed):
    """What stands there does not let itself be changed so."""

    def __init__(self, why: Why, taken: int = 0) -> None:
        super().__init__(why.value)
        self.why, self.taken = why, taken


def _store(session: Session, department: str, field: Filled) -> None:
    duties = rota.between(session, field.day, field.day, department)
    there = next((one for one in duties if (one.half, one.expert) == (field.half, field.expert)), None)
    stands = there.capacity or None if there is not None else None
    if stands != field.was:
        raise _Standing(Why.CHANGED)
    if there is not None and there.taken > (field.places or 0):
        raise _Standing(Why.BOOKED, there.taken)
    if field.places is None:
        rota.remove(session, field.day, field.half, department, field.expert)
        return
    more = {language: name for language, name in field.names.items() if language not in ("zh", "en") and name}
    zh, en = field.names.get("zh", ""), field.names.get("en", "")
    new = NewDuty(field.day, field.half, department, field.expert, zh, en, field.places, field.fee, more)
    rota.store(session, [new])
