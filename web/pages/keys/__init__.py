"""*Keys*: with which other systems use the API; made, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import Response

from accounts import keys
from accounts.errors import AccountsError, Unknown
from accounts.rights import Right
from web.account_words import RIGHTS, refusal
from web.page import N_, Page
from web.visit import Visit, Visiting

PAGE = Page("keys", N_("Keys of the API"), "/keys", Right.USERS, N_("System"))

NO_RIGHTS = N_("A key without rights opens nothing.")
DAYS = (30, 90, 365, 730)

Text = Annotated[str, Form(max_length=500)]


@PAGE.get("/keys")
def lists(visit: Visiting) -> Response:
    """All keys, and the form for another."""
    return _list(visit)


@PAGE.post("/keys")
def makes(
    visit: Visiting,
    name: Text,
    days: Annotated[int, Form(ge=0, le=3660)],
    rights: Annotated[list[Right] | None, Form()] = None,
    reason: Text = "",
) -> Response:
    """A key, shown now and never again; 0 days: it never expires."""
    wanted = rights or []
    if not wanted:
        return _list(visit, 422, visit._(NO_RIGHTS), name, wanted)
    until = visit.now + timedelta(days=days) if days else None
    try:
        made = visit.site.database.run_now(keys.make, name.strip(), wanted, until, visit.hand(reason.strip()))
    except AccountsError as wrong:
        return _list(visit, 422, visit._(refusal(wrong)), name, wanted)
    return visit.render("keys/made.html", made=made)


@PAGE.post("/keys/{name}/revoke")
def revokes(visit: Visiting, name: str, reason: Text = "") -> Response:
    """From now on it opens nothing."""
    try:
        visit.site.database.run_now(keys.revoke, name, visit.hand(reason.strip()))
    except Unknown:
        raise HTTPException(404) from None
    return visit.go("/keys")


def _list(
    visit: Visit, status: int = 200, wrong: str = "", name: str = "", chosen: list[Right] | None = None
) -> Response:
    return visit.render(
        "keys/list.html",
        status,
        found=visit.site.database.run_now(keys.every),
        now=visit.now,
        rights=[(right.value, visit._(RIGHTS[right])) for right in Right if right in keys.FOR_KEYS],
        names={right.value: visit._(RIGHTS[right]) for right in Right},
        days=DAYS,
        wrong=wrong,
        name=name,
        chosen=[right.value for right in chosen or []],
    )
