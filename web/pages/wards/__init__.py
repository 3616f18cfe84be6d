"""Wards: whom to call there, what rings and what rang there last; their telephones are changed by those who may."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Form, HTTPException, Path
from fastapi.responses import Response

from accounts.rights import Right
from hospital.errors import HospitalError
from hospital.wards import wards as rules
from hospital.wards.wards import Rewired, WardContacts
from notify.notices import listing
from notify.notices.states import State
from web.page import N_, Page
from web.pages.notices import shown, words
from web.pages.notices.routes import wards_of
from web.visit import Visit, Visiting

PAGE = Page("wards", N_("Wards and telephones"), "/wards", Right.NOTICES, group=N_("Wards"))

Code = Annotated[str, Path(max_length=40)]
Telephones = Annotated[str, Form(max_length=400)]
OPEN = (State.WAITING, State.IN_AIR)


@PAGE.get("/wards")
def wards(visit: Visiting) -> Response:
    """All wards that the visitor may see."""
    theirs = wards_of(visit)
    found = [one for one in visit.site.database.run_now(rules.every) if theirs is None or one.code in theirs]
    red = {one.code: visit.site.database.run_now(listing.count_unconfirmed, (one.code,)) for one in found}
    return visit.render("wards/list.html", wards=found, red=red, **_told(visit))


@PAGE.get("/wards/{code}")
def ward(visit: Visiting, code: Code) -> Response:
    """One ward."""
    return _shown(visit, _ward(visit, code))


@PAGE.post("/wards/{code}/telephones", right=Right.WARDS_EDIT)
def telephones(
    visit: Visiting,
    code: Code,
    station: Telephones = "",
    head_nurse: Telephones = "",
    duty_manager: Telephones = "",
    seen: Annotated[str, Form(max_length=1300)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Other telephones, unless somebody else was quicker."""
    found = _ward(visit, code)
    given = {"station": station, "head_nurse": head_nurse, "duty_manager": duty_manager}
    wanted = {role: tuple(filter(None, re.split(r"[;,，；\s]+", numbers))) for role, numbers in given.items()}
    looked_at = dict(zip(rules.ROLES, (tuple(part.split()) for part in seen.split("|")), strict=False))
    try:
        done = visit.site.database.run_now(rules.rewire, found.code, wanted, visit.hand(reason.strip()), looked_at)
    except HospitalError as wrong:
        return _shown(visit, found, 422, str(wrong), given)
    if not isinstance(done, Rewired):
        sentence = visit._("Somebody changed these telephones meanwhile. What they are now stands here.")
        return _shown(visit, _ward(visit, code), 409, sentence)
    return visit.go(f"/wards/{found.code}")


def _ward(visit: Visit, code: str) -> WardContacts:
    found = visit.site.database.run_now(rules.contacts, code)
    theirs = wards_of(visit)
    if found is None or (theirs is not None and found.code not in theirs):
        raise HTTPException(404)
    return found


def _shown(
    visit: Visit, found: WardContacts, status: int = 200, wrong: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    run, theirs = visit.site.database.run_now, wards_of(visit)
    numbers = {number for role in rules.ROLES for number in found.of(role)}
    return visit.render(
        "wards/ward.html",
        status,
        ward=found,
        telephones={role: typed[role] if typed else "; ".join(found.of(role)) for role in rules.ROLES},
        seen="|".join(" ".join(found.of(role)) for role in rules.ROLES),
        wrong=wrong,
        edits=visit.may(Right.WARDS_EDIT),
        open=run(listing.search, listing.Asked(OPEN, found.code), theirs, None, 20).notices,
        red=run(listing.search, listing.Asked(ward=found.code, unconfirmed=True), theirs, None, 20).notices,
        rang=run(listing.rang_last, numbers, theirs),
        **_told(visit),
    )


def _told(visit: Visit) -> dict[str, Any]:
    paper, rules_of_notices = visit.paper, visit.site.door.notice_rules()
    return {
        "roles": {role: words.ROLES[role] for role in rules.ROLES},
        "states": words.STATES,
        "badges": words.BADGES,
        "named": lambda names: shown.named(names, paper),
        "title": lambda kind: shown.title_of(kind, rules_of_notices, paper),
        "brief": lambda one: shown.brief(one, paper),
        "how": lambda call, over: shown.how(call, over, paper),
    }
