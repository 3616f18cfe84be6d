"""The address itself leads to the first page that a visitor may see; the switch of languages."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, HTTPException
from fastapi.responses import RedirectResponse, Response

from accounts.rights import Right
from web.language import COOKIE, LANGUAGES
from web.menu import menu
from web.page import N_, Page
from web.visit import Visiting

PAGE = Page("home", N_("Home"), "/", Right.SELF)
ANYONE = Page("languages", N_("Language"), "/", None)
YEAR = 365 * 24 * 3600


@PAGE.get("/")
def first(visit: Visiting) -> Response:
    """On to the first page of the menu."""
    for group in menu(visit):
        return RedirectResponse(group.pages[0][1].home, 303)
    return visit.render("home/nothing.html")


@ANYONE.post("/language", token=False)
def speak(visit: Visiting, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/") -> Response:
    """The console speaks another language from now on, in this browser."""
    if language not in LANGUAGES:
        raise HTTPException(422)
    answer = RedirectResponse(here(back), 303)
    tls = visit.site.address.tls
    answer.set_cookie(COOKIE, language, max_age=YEAR, path="/", httponly=True, samesite="lax", secure=tls)
    return answer


def here(address: str) -> str:
    """`address` when it is one of ours, else the first page: nobody is led away by a link."""
    inside = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if inside else "/"
