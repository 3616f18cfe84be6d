"""*Your account*: language, password, second factor, and where one is logged in."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from accounts import users, visits
from accounts.login import Wait
from accounts.passwords import Crowded, weakness
from accounts.rights import Right
from accounts.second_factor import recovery_codes_left
from accounts.users import UserRecord
from accounts.visits import SessionRecord
from web.account_words import ROLES, WEAK
from web.language import COOKIE, LANGUAGES
from web.page import N_, Page
from web.pages.login import CROWDED, OTHERWISE, WRONG_CODE, grouped, picture, told
from web.visit import Visit, Visiting

PAGE = Page("account", N_("Your account"), "/account", Right.SELF)

WRONG_PASSWORD = N_("This is not your password.")
DONE = {
    "language": N_("The language is set."),
    "password": N_("Your password is changed. You are logged out everywhere else."),
    "sessions": N_("You are logged out there."),
    "factor": N_("The second factor is removed."),
}

Text = Annotated[str, Form(max_length=1000)]


@PAGE.get("/account")
def shows(visit: Visiting, done: str = "") -> Response:
    """All of one's account."""
    return _account(visit, done=DONE.get(done, ""))


@PAGE.post("/account/language")
def speaks(visit: Visiting, language: Text = "") -> Response:
    """The language of one's pages, in every browser; empty: as each browser asks."""
    if language and language not in LANGUAGES:
        raise HTTPException(422)
    visit.site.database.run_now(users.set_language, visit.visitor.user_id, language)
    answer = visit.go("/account?done=language")
    answer.delete_cookie(COOKIE, path="/")  # what was switched on in this browser would still count for more
    return answer


@PAGE.post("/account/password")
def changes_password(visit: Visiting, current: Text, password: Text, again: Text) -> Response:
    """Another password; every other session ends."""
    who, login = visit.visitor, visit.site.login
    if weak := weakness(password, who.name):
        return _account(visit, 422, password_wrong=visit._(WEAK[weak]))
    if password != again:
        return _account(visit, 422, password_wrong=visit._(OTHERWISE))
    if wrong := _not_his(visit, current):
        return _account(visit, wrong[0], password_wrong=wrong[1])
    try:
        hashed = login.passwords.hash(password)
    except Crowded:
        return _account(visit, 503, password_wrong=visit._(CROWDED))
    visit.site.database.run_now(users.set_password, who.name, hashed, visit.hand(), who.session_id)
    return visit.go("/account?done=password")


@PAGE.get("/account/factor")
def offers(visit: Visiting) -> Response:
    """What to scan for a second factor."""
    return _offer(visit)


@PAGE.post("/account/factor")
def confirms(visit: Visiting, current: Text, code: Text) -> Response:
    """It is set up, in place of one before."""
    if wrong := _not_his(visit, current):
        return _offer(visit, wrong[0], wrong[1])
    codes = visit.site.database.run_now(visit.site.login.factors.confirm, visit.visitor.user_id, code, visit.hand())
    if codes is None:
        return _offer(visit, 422, visit._(WRONG_CODE))
    return visit.render("account/codes.html", codes=codes)


@PAGE.post("/account/factor/codes")
def renews_codes(visit: Visiting, current: Text) -> Response:
    """Other codes on paper."""
    if wrong := _not_his(visit, current):
        return _account(visit, wrong[0], factor_wrong=wrong[1])
    if not visit.site.database.run_now(users.find, visit.visitor.name).second_factor:
        raise HTTPException(404)
    codes = visit.site.database.run_now(
        visit.site.login.factors.renew_recovery_codes, visit.visitor.user_id, visit.hand()
    )
    return visit.render("account/codes.html", codes=codes)


@PAGE.post("/account/factor/remove")
def removes_factor(visit: Visiting, current: Text) -> Response:
    """The password alone is enough again, where the role allows it."""
    who = visit.visitor
    if visit.site.login.must_have_factor(who.role):
        raise HTTPException(403)
    if wrong := _not_his(visit, current):
        return _account(visit, wrong[0], factor_wrong=wrong[1])
    visit.site.database.run_now(users.remove_second_factor, who.name, visit.hand(), who.session_id)
    return visit.go("/account?done=factor")


@PAGE.post("/account/sessions/{number}/end")
def ends(visit: Visiting, number: int) -> Response:
    """Log out in one other browser."""

    def work(session: Session) -> bool:
        mine = visits.every(session, visit.now, visit.visitor.name)
        if number not in {one.id for one in mine}:
            return False
        visits.end(session, number, visit.now)
        visit.hand().note(session, "log out", "user", visit.visitor.name, sessions=1)
        return True

    if not visit.site.database.run_now(work):
        raise HTTPException(404)
    return visit.go("/account?done=sessions")


@PAGE.post("/account/sessions/end")
def ends_others(visit: Visiting) -> Response:
    """Log out everywhere but here."""

    def work(session: Session) -> None:
        ended = visits.end_all(session, visit.visitor.user_id, visit.now, but=visit.visitor.session_id)
        visit.hand().note(session, "log out", "user", visit.visitor.name, sessions=ended)

    visit.site.database.run_now(work)
    return visit.go("/account?done=sessions")


def _account(
    visit: Visit, status: int = 200, *, done: str = "", password_wrong: str = "", factor_wrong: str = ""
) -> Response:
    def look(session: Session) -> tuple[UserRecord, int, list[SessionRecord]]:
        user = users.find(session, visit.visitor.name)
        return user, recovery_codes_left(session, user.id), visits.every(session, visit.now, user.name)

    user, codes_left, sessions = visit.site.database.run_now(look)
    return visit.render(
        "account/account.html",
        status,
        user=user,
        role=visit._(ROLES[user.role]),
        codes_left=codes_left,
        sessions=sessions,
        must_have_factor=visit.site.login.must_have_factor(user.role),
        done=visit._(done) if done else "",
        password_wrong=password_wrong,
        factor_wrong=factor_wrong,
    )


def _offer(visit: Visit, status: int = 200, wrong: str = "") -> Response:
    offer = visit.site.database.run_now(visit.site.login.factors.offer, visit.visitor.user_id, "Wardbell")
    values = {"picture": picture(offer), "secret": grouped(offer.secret), "wrong": wrong}
    return visit.render("account/factor.html", status, **values)


def _not_his(visit: Visit, password: str) -> tuple[int, str] | None:
    """Status and sentence when it is not his password."""
    try:
        came = visit.site.login.is_his(visit.visitor, password, visit.address)
    except Crowded:
        return 503, visit._(CROWDED)
    if isinstance(came, Wait):
        return 429, told(visit, came, WRONG_PASSWORD)
    return None if came else (403, visit._(WRONG_PASSWORD))
