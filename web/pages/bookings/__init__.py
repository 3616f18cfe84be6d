"""*Bookings*: who is registered for which day, by department; a clerk cancels one, with a reason."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import Response

from accounts.rights import Right
from hospital.clinic import bookings, departments
from hospital.clinic.calendar import HALVES, HospitalCalendar
from hospital.errors import Unknown
from web.page import N_, Page
from web.visit import Visiting

PAGE = Page("bookings", N_("Bookings"), "/bookings", Right.ROTA, N_("Clinic"))
MOST_DAYS = 31


@PAGE.get("/bookings")
def lists(
    visit: Visiting,
    day: date | None = None,
    days: int = 1,
    department: str = "",
    cancelled: bool = False,
) -> Response:
    """The bookings of a day, or of some."""
    if not 1 <= days <= MOST_DAYS:
        raise HTTPException(422)
    first = day or HospitalCalendar(visit.site.zone).today(visit.now)
    there = visit.site.database.run_now(departments.every)
    if department and department not in {one.code for one in there}:
        raise HTTPException(404)
    last = first + timedelta(days - 1)
    found = visit.site.database.run_now(bookings.between, first, last, cancelled=cancelled)
    if department:
        found = [one for one in found if one.department == department]
    return visit.render(
        "bookings/list.html",
        found=found,
        first=first,
        days=days,
        department=department,
        cancelled=cancelled,
        before=first - timedelta(days),
        after=first + timedelta(days),
        departments=[(one.code, one.name.get(visit.language) or one.name["en"]) for one in there],
        counted=Counter(one.department for one in found if one.state == "booked"),
        halves=HALVES,
        may_edit=visit.may(Right.ROTA_EDIT),
    )


@PAGE.get("/bookings/{slip}")
def shows(visit: Visiting, slip: str, back: bool = False) -> Response:
    """One booking, and the form to cancel it."""
    try:
        found = visit.site.database.run_now(bookings.find, slip)
    except Unknown:
        raise HTTPException(404) from None
    may_edit = visit.may(Right.ROTA_EDIT)
    return visit.render("bookings/one.html", one=found, back=back, halves=HALVES, may_edit=may_edit)


@PAGE.post("/bookings/{slip}/cancel", right=Right.ROTA_EDIT)
def cancels(visit: Visiting, slip: str, reason: Annotated[str, Form(max_length=150)] = "") -> Response:
    """Free the place and pay the fee back."""
    try:
        visit.site.database.run_now(bookings.cancel_by_hand, slip, visit.hand(reason.strip()))
    except Unknown:
        raise HTTPException(404) from None
    return visit.go(f"/bookings/{slip}?back=true")
