"""Bookings: a place in the general clinic of today or with an expert on duty, made and cancelled."""

from __future__ import annotations

import datetime as dt
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator
from sqlalchemy.orm import Session

from accounts.rights import Right
from hospital.clinic import bookings, registration
from hospital.clinic.bookings import BookingRecord
from hospital.clinic.calendar import HospitalCalendar
from hospital.clinic.registration import Booked, Full, Request, Short, TakenByYou
from web.api.asked import Asking
from web.api.noun import Code, Day, Digits, Id, Line, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem

NOUN = Noun("bookings")
MOST_DAYS = 7


class BookingTold(Told):
    """One booking. `half` and `expert` are empty in the general clinic; `fee` in minor units."""

    slip: str = Field(examples=["482913"])
    date: dt.date
    half: str = Field(examples=["am"])
    department: str = Field(examples=["neike"])
    expert: str = Field(examples=["1"])
    card: str = Field(examples=["100001"])
    patient: str = Field(examples=["张伟"])
    phone: str = Field(examples=["13900000001"])
    fee: int = Field(examples=[2000])
    state: str = Field(examples=["booked"])
    made_at: datetime
    call: str = Field(examples=[""])

    @classmethod
    def of(cls, one: BookingRecord) -> BookingTold:
        """From its record."""
        names = [name for name in cls.model_fields if name != "call"]
        return cls(**{name: getattr(one, name) for name in names}, call=one.call_id)


class BookingsTold(Told):
    """Bookings by day, half day, department."""

    bookings: list[BookingTold]


class NewBooking(Wanted):
    """What is booked: `department` (its general clinic, today) or `duty` (an expert's half day, from the rota)."""

    card: Digits = Field(examples=["100001"])
    department: Code | None = Field(None, examples=["neike"])
    duty: Id | None = Field(None, examples=[None])

    @model_validator(mode="after")
    def _one_place(self) -> NewBooking:
        if (self.department is None) == (self.duty is None):
            raise ValueError("say either department or duty")
        return self


class BookedTold(Told):
    """The place is taken and the fee charged. `again`: the card had this place already."""

    slip: str = Field(examples=["482913"])
    fee: int = Field(examples=[2000])
    again: bool = Field(examples=[False])


class CancelledTold(Told):
    """The place is free and the fee paid back. `again`: it was before."""

    refund: int = Field(examples=[2000])
    again: bool = Field(examples=[False])


class Cancelling(Wanted):
    """Why."""

    reason: Line = Field("", examples=["the patient called"])


Slip = Annotated[str, Path(pattern=r"^[0-9A-Za-z]{1,12}$", examples=["482913"])]


@NOUN.get("/bookings", Right.ROTA, "listBookings", response_model=BookingsTold)
def list_bookings(
    asked: Asking,
    first: Annotated[Day, Query(examples=["2026-11-28"])],
    last: Annotated[Day | None, Query(description=f"At most {MOST_DAYS} days; empty: the first.")] = None,
    cancelled: Annotated[bool, Query(description="Cancelled ones, too.")] = False,
) -> BookingsTold:
    """Bookings of some days."""
    end = last or first
    if not timedelta(0) <= end - first < timedelta(days=MOST_DAYS):
        raise Problem(422, f"ask for one to {MOST_DAYS} days")

    found = asked.site.database.run_now(bookings.between, first, end, cancelled=cancelled)
    return BookingsTold(bookings=[BookingTold.of(one) for one in found])


@NOUN.get("/bookings/{slip}", Right.ROTA, "getBooking", 404, response_model=BookingTold)
def get_booking(asked: Asking, slip: Slip) -> BookingTold:
    """One booking by its slip."""
    return BookingTold.of(asked.site.database.run_now(bookings.find, slip))


@NOUN.post("/bookings", Right.ROTA_EDIT, "makeBooking", 404, status_code=201, response_model=BookedTold)
def make_booking(asked: Asking, new: NewBooking) -> JSONResponse:
    """Take a place and charge its fee, or neither."""

    def work(session: Session) -> Reply:
        calendar = HospitalCalendar(asked.site.zone)
        request = Request(new.card, "", asked.now, calendar)
        came: Booked | Full | Short | TakenByYou
        if new.department is not None:
            came = registration.book_general(session, request, new.department)
        else:
            came = registration.book_expert(session, request, new.duty or 0)
        match came:
            case Booked(slip, fee, again):
                if not again:
                    asked.hand().note(session, "book", "booking", slip, card=new.card)
                return Reply.of(201, BookedTold(slip=slip, fee=fee, again=again))
            case Full():
                raise Problem(409, "no place is left, or the time for it is over", "full")
            case Short(balance, fee):
                raise Problem(409, f"there are {balance} on the card, and {fee} are needed", "short")
        raise Problem(409, f"the card has this place already: slip {came.slip}", "taken-by-you")

    return asked.once(work)


@NOUN.post("/bookings/{slip}/cancel", Right.ROTA_EDIT, "cancelBooking", 404, response_model=CancelledTold)
def cancel_booking(asked: Asking, slip: Slip, why: Cancelling) -> JSONResponse:
    """Free the place and pay the fee back."""

    def work(session: Session) -> Reply:
        done = bookings.cancel_by_hand(session, slip, asked.hand(why.reason))
        return Reply.of(200, CancelledTold(refund=done.refund, again=done.again))

    return asked.once(work)
