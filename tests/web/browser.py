"""A browser as tests use it: keeps cookies, sends forms as our pages do, knows who is logged in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import add
from accounts.visits import open_session, whose
from web.site import Site
from web.visit import session_cookie

ADDRESS = "http://console.hospital.example"


class Browser(TestClient):
    """One browser. `post` sends the token of whoever is logged in; `token=False` leaves it out."""

    def __init__(self, app: FastAPI, site: Site) -> None:
        super().__init__(app, base_url=ADDRESS, follow_redirects=False, headers={"Accept-Language": "en"})
        self.site = site

    @property
    def csrf(self) -> str:
        """The token of the forms on its pages."""
        token = self.cookies.get(session_cookie(self.site), "")
        who = self.site.database.run_now(whose, token, self.site.wallclock()) if token else None
        return who.csrf if who is not None else ""

    def submit(self, path: str, *, token: bool = True, **fields: Any) -> Response:
        """A form that stands on one of our pages. Several values of a field: a list."""
        data = {"csrf": self.csrf, **fields} if token else fields
        return self.post(path, data=data, headers={"Origin": ADDRESS})


def signed_in(app: FastAPI, site: Site, role: str, wards: tuple[str, ...] = (), name: str = "") -> Browser:
    """A browser in which somebody of `role` is logged in, without a password being checked."""
    browser = Browser(app, site)
    if role == Role.NURSE:
        wards = wards or ("W5",)
    hand = Hand("whoever set this up", site.wallclock(), "command")
    user = site.database.run_now(add, name or role, "", Role(role), None, hand, wards=wards)
    token = site.database.run_now(open_session, user.id, site.wallclock(), "127.0.0.1", "a browser")
    browser.cookies.set(session_cookie(site), token)
    return browser
