"""The rota: who is on duty on which half day, with how many places, at which price."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from accounts.rights import Right
from hospital.clinic import by_hand, departments, rota
from hospital.clinic.rota import MOST_MONEY, MOST_PLACES, DutyRecord, NewDuty
from web.api.asked import Asking
from web.api.noun import Code, Day, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem

NOUN = Noun("rota")
MOST_DAYS = 62
Half = Literal["am", "pm"]
Expert = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,10}$", examples=["1"])]
Named = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]+$", min_length=1, max_length=80)]


class DutyTold(Told):
    """One expert's half day; `fee` in minor units."""

    id: int = Field(examples=[17])
    date: dt.date
    half: str = Field(examples=["am"])
    department: str = Field(examples=["neike"])
    expert: str = Field(examples=["1"])
    expert_name: dict[str, str] = Field(examples=[{"zh": "王医生", "en": "Dr Wang"}])
    capacity: int = Field(examples=[20])
    taken: int = Field(examples=[3])
    fee: int = Field(examples=[2000])

    @classmethod
    def of(cls, one: DutyRecord) -> DutyTold:
        """From its record."""
        return cls.model_validate(one)


class RotaTold(Told):
    """The rota of some days."""

    duties: list[DutyTold]


class DutyWanted(Wanted):
    """One line of the rota: added, or changed when there is one of the same day, half, department and code."""

    date: Day = Field(examples=["2026-11-30"])
    half: Half = Field(examples=["am"])
    department: Code = Field(examples=["neike"])
    expert: Expert
    names: dict[Literal["zh", "en", "ru", "pl"], Named] = Field(examples=[{"zh": "王医生", "en": "Dr Wang"}])
    """`zh` and `en` at least."""
    capacity: Annotated[int, Field(ge=0, le=MOST_PLACES, examples=[20])]
    fee: Annotated[int, Field(ge=0, le=MOST_MONEY, examples=[2000])]


class RotaWanted(Wanted):
    """Lines of the rota: all of them are stored, or none."""

    duties: Annotated[list[DutyWanted], Field(min_length=1, max_length=500)]


class StoredTold(Told):
    """How many lines were stored."""

    stored: int = Field(examples=[1])


class DepartmentTold(Told):
    """A department with its general clinic; fees in minor units."""

    code: str = Field(examples=["neike"])
    name: dict[str, str] = Field(examples=[{"zh": "内科", "en": "Internal medicine"}])
    general_capacity: int = Field(examples=[50])
    general_fee: int = Field(examples=[500])


class DepartmentsTold(Told):
    """All departments."""

    departments: list[DepartmentTold]


@NOUN.get("/departments", Right.ROTA, "listDepartments", response_model=DepartmentsTold)
def list_departments(asked: Asking) -> DepartmentsTold:
    """All departments, in the order in which callers hear them."""
    found = asked.site.database.run_now(departments.every)
    return DepartmentsTold(departments=[_department(one) for one in found])


@NOUN.get("/rota", Right.ROTA, "listDuties", response_model=RotaTold)
def list_duties(
    asked: Asking,
    first: Annotated[Day, Query(examples=["2026-11-30"])],
    last: Annotated[Day | None, Query(description=f"At most {MOST_DAYS} days; empty: the first.")] = None,
    department: Annotated[Code | None, Query()] = None,
) -> RotaTold:
    """Who is on duty, with the places that are left."""
    end = last or first
    if not timedelta(0) <= end - first < timedelta(days=MOST_DAYS):
        raise Problem(422, f"ask for one to {MOST_DAYS} days")
    found = asked.site.database.run_now(rota.between, first, end, department)
    return RotaTold(duties=[DutyTold.of(one) for one in found])


@NOUN.post("/rota", Right.ROTA_EDIT, "storeDuties", 404, response_model=StoredTold)
def store_duties(asked: Asking, wanted: RotaWanted) -> JSONResponse:
    """Add or change lines of the rota."""
    for one in wanted.duties:
        if not {"zh", "en"} <= set(one.names):
            raise Problem(422, "an expert has a name in zh and in en")

    def work(session: Session) -> Reply:
        new = [
            NewDuty(
                one.date,
                one.half,
                one.department,
                one.expert,
                one.names["zh"],
                one.names["en"],
                one.capacity,
                one.fee,
                {language: name for language, name in one.names.items() if language not in ("zh", "en")},
            )
            for one in wanted.duties
        ]
        return Reply.of(200, StoredTold(stored=by_hand.store_duties(session, new, asked.hand())))

    return asked.once(work)


@NOUN.delete(
    "/rota/{date}/{half}/{department}/{expert}",
    Right.ROTA_EDIT,
    "removeDuty",
    404,
    409,
    status_code=204,
    response_class=Response,
    response_model=None,
)
def remove_duty(
    asked: Asking,
    date: Annotated[Day, Path()],
    half: Half,
    department: Annotated[Code, Path()],
    expert: Annotated[str, Path(pattern=r"^[A-Za-z0-9]{1,10}$")],
) -> Response:
    """Take a half day off the rota on which nobody is booked."""
    asked.site.database.run_now(by_hand.remove_duty, date, half, department, expert, asked.hand())
    return Response(status_code=204)


def _department(one: Any) -> DepartmentTold:
    return DepartmentTold.model_validate(one)
