"""*Users*: who may use the console, in which role; added, changed, locked, each with a reason for the audit."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from accounts import login, users, visits
from accounts.errors import AccountsError, Unknown
from accounts.passwords import Crowded
from accounts.rights import Right, Role
from accounts.users import UserRecord
from accounts.visits import SessionRecord
from hospital.wards import wards
from hospital.wards.wards import WardContacts
from web.account_words import ROLES, refusal
from web.language import LANGUAGES
from web.page import N_, Page
from web.pages.login import CROWDED
from web.visit import Visit, Visiting

PAGE = Page("users", N_("Users"), "/users", Right.USERS, N_("System"))

Text = Annotated[str, Form(max_length=500)]
Codes = Annotated[list[str] | None, Form()]


@PAGE.get("/users")
def lists(visit: Visiting) -> Response:
    """All users, and the form for another."""
    return _list(visit)


@PAGE.post("/users")
def adds(
    visit: Visiting,
    name: Text,
    role: Annotated[Role, Form()],
    shown: Text = "",
    language: Text = "",
    codes: Codes = None,
) -> Response:
    """Another user, with a password that is shown now and never again."""
    password = secrets.token_urlsafe(12)
    given = {"name": name, "shown": shown, "role": role.value, "language": language, "codes": codes or []}
    try:
        hashed = visit.site.login.passwords.hash(password)
        user = visit.site.database.run_now(
            users.add, name, shown, role, hashed, visit.hand(), wards=_known(visit, codes), language=language
        )
    except Crowded:
        return _list(visit, 503, visit._(CROWDED), **given)
    except AccountsError as wrong:
        return _list(visit, 422, visit._(refusal(wrong)), **given)
    return visit.render("users/password.html", user=user, password=password)


@PAGE.get("/users/{name}")
def shows(visit: Visiting, name: str, done: bool = False) -> Response:
    """One user."""
    return _one(visit, name, done=done)


@PAGE.post("/users/{name}/change")
def changes(
    visit: Visiting,
    name: str,
    role: Annotated[Role, Form()],
    shown: Text = "",
    language: Text = "",
    reason: Text = "",
    codes: Codes = None,
) -> Response:
    """Another role, other wards, another name for people."""
    known, hand = _known(visit, codes), visit.hand(reason.strip())

    def work(session: Session) -> None:
        user = users.find(session, name)
        if user.role is not role:
            users.change_role(session, name, role, hand, known)
        elif sorted(user.wards) != sorted(known):
            users.change_wards(session, name, known, hand)
        if (user.shown, user.language) != (shown, language):
            users.rename(session, name, shown, language, hand)

    return _do(visit, name, work)


@PAGE.post("/users/{name}/password")
def sets_password(visit: Visiting, name: str, reason: Text = "") -> Response:
    """A new password, shown now and never again."""
    password = secrets.token_urlsafe(12)
    try:
        hashed = visit.site.login.passwords.hash(password)
    except Crowded:
        return _one(visit, name, 503, visit._(CROWDED))

    def work(session: Session) -> UserRecord:
        login.forgive(session, name)
        return users.set_password(session, name, hashed, visit.hand(reason.strip()))

    try:
        user = visit.site.database.run_now(work)
    except Unknown:
        raise HTTPException(404) from None
    return visit.render("users/password.html", user=user, password=password)


@PAGE.post("/users/{name}/lock")
def locks(visit: Visiting, name: str, reason: Text = "") -> Response:
    """He is logged out, and let in no more."""
    return _do(visit, name, lambda session: users.lock(session, name, visit.hand(reason.strip())))


@PAGE.post("/users/{name}/unlock")
def unlocks(visit: Visiting, name: str, reason: Text = "") -> Response:
    """He may log in again; his wrong entries are forgiven."""

    def work(session: Session) -> None:
        login.forgive(session, name)
        users.unlock(session, name, visit.hand(reason.strip()))

    return _do(visit, name, work)


@PAGE.post("/users/{name}/no-factor")
def removes_factor(visit: Visiting, name: str, reason: Text = "") -> Response:
    """For somebody who lost his telephone."""
    return _do(visit, name, lambda session: users.remove_second_factor(session, name, visit.hand(reason.strip())))


@PAGE.post("/users/{name}/log-out")
def logs_out(visit: Visiting, name: str, reason: Text = "") -> Response:
    """His sessions end, everywhere."""
    return _do(visit, name, lambda session: users.end_sessions(session, name, visit.hand(reason.strip())))


def _do(visit: Visit, name: str, work: Callable[[Session], object]) -> Response:
    try:
        visit.site.database.run_now(work)
    except Unknown:
        raise HTTPException(404) from None
    except AccountsError as wrong:
        return _one(visit, name, 422, visit._(refusal(wrong)))
    if name == visit.visitor.name and not visit.site.database.run_now(visits.runs, visit.visitor.session_id, visit.now):
        return visit.go("/login")
    return visit.go(f"/users/{name}?done=true")


def _known(visit: Visit, codes: list[str] | None) -> list[str]:
    """Wards that the hospital has; others were not offered by our page."""
    if not codes:
        return []
    there = {ward.code for ward in visit.site.database.run_now(wards.every)}
    if not there.issuperset(codes):
        raise HTTPException(422)
    return codes


def _roles(visit: Visit) -> list[tuple[str, str]]:
    return [(role.value, visit._(ROLES[role])) for role in Role]


def _wards(visit: Visit) -> list[tuple[str, str]]:
    there: list[WardContacts] = visit.site.database.run_now(wards.every)
    return [(ward.code, ward.name.get(visit.language) or ward.name["en"]) for ward in there]


def _list(visit: Visit, status: int = 200, wrong: str = "", **given: object) -> Response:
    fields = {"name": "", "shown": "", "role": Role.CLERK.value, "language": "", "codes": []} | given
    return visit.render(
        "users/list.html",
        status,
        found=visit.site.database.run_now(users.every),
        roles=_roles(visit),
        role_names=dict(_roles(visit)),
        wards=_wards(visit),
        speaks=list(LANGUAGES.items()),
        wrong=wrong,
        given=fields,
    )


def _one(visit: Visit, name: str, status: int = 200, wrong: str = "", *, done: bool = False) -> Response:
    def look(session: Session) -> tuple[UserRecord, list[SessionRecord]]:
        user = users.find(session, name)
        return user, visits.every(session, visit.now, user.name)

    try:
        user, sessions = visit.site.database.run_now(look)
    except Unknown:
        raise HTTPException(404) from None
    return visit.render(
        "users/one.html",
        status,
        user=user,
        sessions=sessions,
        roles=_roles(visit),
        role_names=dict(_roles(visit)),
        wards=_wards(visit),
        speaks=list(LANGUAGES.items()),
        wrong=wrong,
        done=done,
    )
