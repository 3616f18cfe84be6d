"""*Fees*: patients in the hospital, the bill of a stay with its shares, and what the hospital's system sent and could
not be taken."""

from __future__ import annotations

from fastapi import HTTPException
from fastapi.responses import RedirectResponse, Response

from accounts.rights import Right
from hospital.errors import HospitalError, Unknown
from hospital.fees import set_aside, statement, stays
from hospital.fees.class_names import CLASS_NAMES
from hospital.fees.intake import NEEDED, OPTIONAL, Terms
from hospital.fees.scheme import Names, Scope
from hospital.fees.stays import StayRecord
from web.page import N_, Page
from web.visit import Visit, Visiting

PAGE = Page("fees", N_("Fees"), "/fees", Right.FEES, N_("Clinic"))

SCOPES = {Scope.IN: N_("in scope"), Scope.PARTLY: N_("partly"), Scope.OUT: N_("out of scope")}
DONE = {"taken": N_("It is taken."), "dropped": N_("It is dropped.")}
LONGEST = 64


@PAGE.get("/fees")
def finds(visit: Visiting, q: str = "") -> Response:
    """Stays of a card, the stay of a number, or everybody who is in the hospital."""
    wanted, run = q.strip()[:LONGEST], visit.site.database.run_now
    found: list[StayRecord] = []
    if not wanted:
        found = run(stays.in_house)
    else:
        try:
            return RedirectResponse(f"/fees/stays/{run(stays.find, wanted).number}", 303)
        except Unknown:
            try:
                found = run(stays.of_card, wanted)
            except Unknown:
                found = []
    return visit.render("fees/list.html", q=wanted, found=found, aside=run(set_aside.count))


@PAGE.get("/fees/stays/{number}")
def shows(visit: Visiting, number: str) -> Response:
    """The bill of one stay, up to now."""
    site = visit.site
    try:
        bill = site.database.run_now(statement.of_stay, number, site.insurance(), site.zone, visit.now)
    except Unknown:
        raise HTTPException(404) from None
    return visit.render(
        "fees/stay.html", bill=bill, stay=bill.stay, called=Called(visit.language), classes=CLASS_NAMES, scopes=SCOPES
    )


@PAGE.get("/fees/aside")
def waits(visit: Visiting, done: str = "") -> Response:
    """What could not be taken, the oldest first."""
    return _aside(visit, done=DONE.get(done, ""))


@PAGE.post("/fees/aside/{number}/take", right=Right.FEES_EDIT)
def takes(visit: Visiting, number: int) -> Response:
    """Take an entry, with what was mended of it."""
    site = visit.site
    try:
        one = site.database.run_now(set_aside.find, number)
    except Unknown:
        raise HTTPException(404) from None
    given = {name: str(visit.form.get(name, ""))[:200] for name in (*NEEDED, *OPTIONAL) if name in visit.form}
    mended = {name: value for name, value in given.items() if value != one.values.get(name, "")}
    try:
        terms = Terms(site.insurance(), site.zone)
        site.database.run_now(set_aside.take, number, mended, terms, visit.hand())
    except HospitalError as wrong:
        return _aside(visit, wrong=str(wrong), number=number, status=422)
    return visit.go("/fees/aside?done=taken")


@PAGE.post("/fees/aside/{number}/drop", right=Right.FEES_EDIT)
def drops(visit: Visiting, number: int) -> Response:
    """It will not be taken."""
    try:
        visit.site.database.run_now(set_aside.drop, number, visit.hand())
    except Unknown:
        raise HTTPException(404) from None
    except HospitalError as wrong:
        return _aside(visit, wrong=str(wrong), number=number, status=409)
    return visit.go("/fees/aside?done=dropped")


def _aside(visit: Visit, *, done: str = "", wrong: str = "", number: int = 0, status: int = 200) -> Response:
    found = visit.site.database.run_now(set_aside.waiting)
    return visit.render(
        "fees/aside.html", status, found=found, done=done, wrong=wrong, number=number,
        may_edit=visit.may(Right.FEES_EDIT),
    )  # fmt: skip


class Called:
    """What something is called in the visitor's language, else in English."""

    def __init__(self, language: str) -> None:
        self._language = language

    def __call__(self, names: Names) -> str:
        return names.get(self._language) or names.get("en", "")
