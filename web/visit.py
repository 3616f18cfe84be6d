"""One request of somebody who may make it: who, from where, in which language; what a page answers through.

Every route wants one right. Who is not logged in is shown the way there; who may not is refused; a change wants a
request that comes from our own pages (OWASP, cross-site request forgery: origin check and token).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData

from accounts.audit import Hand
from accounts.rights import Right
from accounts.visitor import Visitor
from accounts.visits import note_use, whose
from web.language import COOKIE, choose
from web.paper import Paper
from web.site import Site

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FIELDS = 10_000
"""Fields of one form: a week of a large department has some thousand."""
TOKEN_FIELD = "csrf"
TOKEN_HEADER = "X-CSRF-Token"
SECOND_FACTOR = "/login/code"
LOGIN = "/login"


def session_cookie(site: Site) -> str:
    """With TLS the prefix that binds the cookie to this host and to TLS (RFC 6265bis, 4.1.3.2)."""
    return "__Host-wardbell" if site.address.tls else "wardbell"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, allowed."""

    site: Site
    request: Request
    language: str
    who: Visitor | None
    """None on the few pages that are for everybody."""
    now: datetime
    page: str = ""
    """The page whose words are spoken."""

    @property
    def visitor(self) -> Visitor:
        """Who is logged in; on every page that wants a right there is somebody."""
        assert self.who is not None
        return self.who

    @property
    def address(self) -> str:
        """Where the request comes from; behind a proxy that is believed, who asked the proxy."""
        return self.request.client.host if self.request.client else ""

    @property
    def here(self) -> str:
        """The address of this page, to come back to it; after a change that of the page it was made on."""
        if self.request.method in SAFE:
            return self.request.url.path + (f"?{self.request.url.query}" if self.request.url.query else "")
        return urlsplit(self.request.headers.get("referer", "/")).path or "/"

    def stands_on(self, home: str) -> bool:
        """Whether this page is `home` or below it."""
        path = self.request.url.path
        return path == home or path.startswith(f"{home}/")

    @property
    def csrf(self) -> Markup:
        """The hidden field that every form that changes something holds: `{{ visit.csrf }}`."""
        return Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN_FIELD, self.visitor.csrf)

    @property
    def partial(self) -> bool:
        """Whether only a part of a page is asked for, by htmx."""
        return "HX-Request" in self.request.headers and "HX-Boosted" not in self.request.headers

    @property
    def _(self) -> Callable[[str], str]:
        """A sentence in the visitor's language."""
        return self.paper.translate

    @property
    def paper(self) -> Paper:
        """What pages are written on, in the visitor's language."""
        papers: Mapping[str, Paper] = self.request.app.state.papers
        return papers[self.language].of(self.page)

    @property
    def form(self) -> FormData:
        """The fields of a form whose names only its page knows."""
        return getattr(self.request.state, "form", FormData())

    def may(self, right: Right) -> bool:
        """Whether the visitor has `right`."""
        return self.who is not None and self.who.may(right)

    def render(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A page from `template` (`calls/list.html`)."""
        return HTMLResponse(self.paper.render(template, visit=self, **values), status)

    def go(self, to: str) -> Response:
        """After a change: on to another page, which a reload does not repeat."""
        if self.partial:
            return Response(status_code=204, headers={"HX-Redirect": to})
        return RedirectResponse(to, 303)

    def hand(self, reason: str = "") -> Hand:
        """Whose hand a change is, for the audit: noted in the transaction of the change itself."""
        return Hand(self.who or "nobody", self.now, "page", self.address, reason)


def the_visit(request: Request) -> Visit:
    """What the guard of the route let in."""
    visit: Visit = request.state.visit
    return visit


Visiting = Annotated[Visit, Depends(the_visit)]
"""The parameter of every endpoint that answers people."""


class Guard:
    """Lets in who has `right`; None: everybody, also who is not logged in."""

    def __init__(self, right: Right | None, token: bool = True, page: str = "") -> None:
        self.right = right
        self._page = page
        self._token = token

    async def __call__(self, request: Request) -> None:
        """The dependency of a route."""
        site: Site = request.app.state.site
        now = site.wallclock()
        who = await run_in_threadpool(_whose, site, request, now)
        language = choose(
            request.cookies.get(COOKIE, ""),
            who.language if who is not None else "",
            request.headers.get("accept-language", ""),
            site.language,
        )
        request.state.visit = Visit(site, request, language, who, now, self._page)
        if request.method not in SAFE:
            await self._comes_from_us(request, who)
        if self.right is None:
            return
        if who is None:
            raise _elsewhere(request, LOGIN)
        if who.totp_pending:
            raise _elsewhere(request, SECOND_FACTOR)
        if not who.may(self.right):
            raise HTTPException(403)

    async def _comes_from_us(self, request: Request, who: Visitor | None) -> None:
        if not _own_origin(request):
            raise HTTPException(403)
        if who is None or not self._token:
            return
        token = request.headers.get(TOKEN_HEADER, "")
        if request.headers.get("content-type", "").startswith(FORMS):
            request.state.form = await request.form(max_fields=FIELDS)
            token = token or str(request.state.form.get(TOKEN_FIELD, ""))
        if not compare_digest(token.encode(), who.csrf.encode()):
            raise HTTPException(403)


def _whose(site: Site, request: Request, now: datetime) -> Visitor | None:
    token = request.cookies.get(session_cookie(site), "")
    who = site.database.run_now(whose, token, now) if token else None
    if who is not None and who.to_note:
        site.database.run_now(note_use, who.session_id, now)
    return who


def _own_origin(request: Request) -> bool:
    """By what the browser says of where the form stood: nothing else can write these headers."""
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin") or request.headers.get("referer")
    if origin is None:  # no browser that we support leaves out all three
        return False
    return urlsplit(origin).netloc == request.headers.get("host")


def _wants_a_page(request: Request) -> bool:
    accepts = request.headers.get("accept", "*/*")
    return "text/html" in accepts or "*/*" in accepts


def _elsewhere(request: Request, page: str) -> HTTPException:
    """On to `page`; a part of a page cannot be one, so the whole page goes."""
    if "HX-Request" in request.headers:
        return HTTPException(401, headers={"HX-Redirect": page})
    if request.method not in SAFE or not _wants_a_page(request):
        return HTTPException(401)
    there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    to = page if there == "/" else f"{page}?next={quote(there)}"
    return HTTPException(303, headers={"Location": to})
