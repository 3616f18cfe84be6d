"""Logging in and out: name and password, then the second factor; the link of the first user."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

import segno
from fastapi import Form, HTTPException
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.orm import Session

from accounts import first_user, users, visits
from accounts.audit import Hand
from accounts.errors import AccountsError
from accounts.login import Entered, Outcome, Wait
from accounts.passwords import Crowded, weakness
from accounts.second_factor import Offer
from accounts.visitor import Visitor
from web.account_words import WEAK, refusal
from web.page import N_, Page
from web.pages.home import here
from web.visit import SECOND_FACTOR, Visit, Visiting, session_cookie

PAGE = Page("login", N_("Log in"), "/login", None)

WRONG = N_("Name or password is wrong.")
WRONG_CODE = N_("This code is wrong, or was used before. A telephone shows another one every half minute.")
CROWDED = N_("Many people log in at this moment. Try again in a few seconds.")
OTHERWISE = N_("The two passwords are not the same.")

Text = Annotated[str, Form(max_length=1000)]


@PAGE.get("/login")
def shows(visit: Visiting, next: str = "/") -> Response:
    """Asks for name and password."""
    if visit.who is not None and not visit.who.totp_pending:
        return RedirectResponse(here(next), 303)
    return visit.render("login/login.html", name="", next=here(next), wrong="")


@PAGE.post("/login", token=False)
def enters(visit: Visiting, name: Text, password: Text, next: Text = "/") -> Response:
    """Lets in, or says no in the same words whatever was wrong."""
    try:
        came = visit.site.login.enter(name, password, visit.address, agent(visit), visit.who)
    except Crowded:
        return visit.render("login/login.html", 503, name=name, next=here(next), wrong=visit._(CROWDED))
    if isinstance(came, Entered):
        to = f"{SECOND_FACTOR}?next={quote(here(next))}" if came.totp_pending else here(next)
        return with_session(visit, visit.go(to), came.token)
    wrong = told(visit, came, WRONG)
    return visit.render("login/login.html", status_of(came), name=name, next=here(next), wrong=wrong)


@PAGE.get(SECOND_FACTOR)
def asks(visit: Visiting, next: str = "/") -> Response:
    """Asks for the second factor, or to set one up where the role must have it."""
    who = pending(visit)
    return who if isinstance(who, Response) else _second(visit, who, next)


@PAGE.post(SECOND_FACTOR)
def gives(visit: Visiting, code: Text, next: Text = "/") -> Response:
    """The second factor is given, or confirmed for the first time."""
    who = pending(visit)
    if isinstance(who, Response):
        return who
    if not visit.site.database.run_now(users.find, who.name).second_factor:
        return _sets_up(visit, who, code, next)
    came = visit.site.login.second(who, code, visit.address, agent(visit))
    if isinstance(came, Entered):
        return with_session(visit, visit.go(here(next)), came.token)
    return _second(visit, who, next, told(visit, came, WRONG_CODE), status_of(came))


@PAGE.post("/logout")
def leaves(visit: Visiting) -> Response:
    """The session is over."""

    def work(session: Session, who: Visitor) -> None:
        visits.end(session, who.session_id, visit.now)
        visit.hand().note(session, "log out", "user", who.name)

    if visit.who is not None:
        visit.site.database.run_now(work, visit.who)
    answer = visit.go("/login")
    answer.delete_cookie(session_cookie(visit.site), path="/", secure=visit.site.address.tls, httponly=True)
    return answer


@PAGE.get("/first/{secret}")
def invites(visit: Visiting, secret: str) -> Response:
    """Whoever has the link becomes the first user."""
    if not visit.site.database.run_now(first_user.holds, secret, visit.now):
        raise HTTPException(404)
    return visit.render("login/first.html", name="", shown="", wrong="")


@PAGE.post("/first/{secret}", token=False)
def begins(visit: Visiting, secret: str, name: Text, password: Text, again: Text, shown: Text = "") -> Response:
    """The first user is there and logged in."""
    if not visit.site.database.run_now(first_user.holds, secret, visit.now):
        raise HTTPException(404)

    def refused(sentence: str, status: int = 422) -> Response:
        return visit.render("login/first.html", status, name=name, shown=shown, wrong=visit._(sentence))

    if weak := weakness(password, users.folded(name)):
        return refused(WEAK[weak])
    if password != again:
        return refused(OTHERWISE)
    login = visit.site.login

    def work(session: Session, hashed: str) -> str | None:
        hand = Hand("first link", visit.now, "page", visit.address)
        user = first_user.take(session, secret, name, shown, hashed, hand)
        if user is None:
            return None
        pending = login.wants_factor(user)
        own = Hand(user.name, visit.now, "page", visit.address)
        return login.begin(session, user.id, visit.address, agent(visit), own, totp_pending=pending)

    try:
        token = visit.site.database.run_now(work, login.passwords.hash(password))
    except Crowded:
        return refused(CROWDED, 503)
    except AccountsError as wrong:
        return refused(refusal(wrong))
    if token is None:
        raise HTTPException(404)
    return with_session(visit, visit.go("/"), token)


def with_session(visit: Visit, answer: Response, token: str) -> Response:
    """The answer, with which the browser is logged in."""
    tls = visit.site.address.tls
    answer.set_cookie(session_cookie(visit.site), token, path="/", httponly=True, samesite="lax", secure=tls)
    return answer


def pending(visit: Visit) -> Visitor | Response:
    """Who has given his password and not yet the second factor; where to go for everybody else."""
    if visit.who is None:
        return visit.go("/login")
    return visit.who if visit.who.totp_pending else visit.go("/")


def agent(visit: Visit) -> str:
    """The browser, as it calls itself."""
    return visit.request.headers.get("user-agent", "")


def told(visit: Visit, came: Outcome | Wait, wrong: str) -> str:
    """Why he was not let in."""
    if isinstance(came, Wait):
        sentence = visit.paper.ngettext(
            "Too many wrong entries. Wait %(num)d second.",
            "Too many wrong entries. Wait %(num)d seconds.",
            came.seconds,
        )
        return sentence % {"num": came.seconds}
    return visit._(wrong)


def status_of(came: Outcome | Wait) -> int:
    """Of the answer that does not let in."""
    return 429 if isinstance(came, Wait) else 401


def picture(offer: Offer) -> str:
    """The code to scan, as the address of an image that stands in the page itself."""
    return segno.make(offer.uri, error="m").svg_data_uri(scale=5, border=3, dark="#000", light="#fff")


def grouped(secret: str) -> str:
    """A secret to be typed, in fours."""
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _second(visit: Visit, who: Visitor, next: str, wrong: str = "", status: int = 200) -> Response:
    login = visit.site.login

    def look(session: Session) -> Offer | None:
        if users.find(session, who.name).second_factor:
            return None
        return login.factors.offer(session, who.user_id, "Wardbell")

    offer = visit.site.database.run_now(look)
    if offer is None:
        return visit.render("login/code.html", status, next=here(next), wrong=wrong)
    values = {"picture": picture(offer), "secret": grouped(offer.secret)}
    return visit.render("login/set_up.html", status, next=here(next), wrong=wrong, **values)


def _sets_up(visit: Visit, who: Visitor, code: str, next: str) -> Response:
    """His role must have a second factor, and he has none yet."""
    login = visit.site.login

    def work(session: Session) -> tuple[tuple[str, ...], str] | None:
        if users.find(session, who.name).second_factor:  # in another browser, a moment ago
            return None
        codes = login.factors.confirm(session, who.user_id, code, visit.hand())
        if codes is None:
            return None
        visits.end(session, who.session_id, visit.now)
        return codes, login.begin(session, who.user_id, visit.address, agent(visit), visit.hand())

    came = visit.site.database.run_now(work)
    if came is None:
        return _second(visit, who, next, visit._(WRONG_CODE), 401)
    codes, token = came
    return with_session(visit, visit.render("login/codes.html", codes=codes, next=here(next)), token)
