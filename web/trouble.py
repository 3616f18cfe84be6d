"""What a visitor sees when a page cannot be had: why, in his language, and what he can do."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from twisted.logger import Logger

from db.errors import DatabaseError
from web.errors import EngineAway
from web.language import COOKIE, choose
from web.page import N_

log = Logger()

TOLD = {
    401: N_("You are not logged in, or your session has ended."),
    403: N_("You may not do this. If you should, ask whoever runs the users of this line."),
    404: N_("There is no such page, or nothing of that name."),
    405: N_("This address does not take that."),
    413: N_("That is too much at once."),
    422: N_("Something in this request has no sense here."),
    429: N_("Too many requests. Wait a moment."),
    500: N_("Something broke here, and it is our fault. It is in the log under this number:"),
    503: N_("This cannot be had at the moment. Calls go on as they can; try again in a few seconds."),
}
"""Status -> what is said. The same for each reason, so that an answer betrays nothing."""


def explain(app: FastAPI) -> None:
    """Errors of `app` become pages."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, lambda request, _: trouble(request, 422))
    # A number or a date beyond what a table or a calendar holds.
    app.add_exception_handler(OverflowError, lambda request, _: trouble(request, 422))
    app.add_exception_handler(DatabaseError, _away)
    app.add_exception_handler(EngineAway, _away)


def trouble(request: Request, status: int, detail: str = "") -> Response:
    """The page for `status`; for whoever wants no page (a script, a part of a page) the sentence alone."""
    state = request.app.state
    accepts = request.headers.get("accept-language", "")
    language = choose(request.cookies.get(COOKIE, ""), "", accepts, state.site.language)
    paper = state.papers[language]
    sentence = paper.translate(TOLD.get(status, TOLD[422 if status < 500 else 503]))
    if "HX-Request" in request.headers:
        return HTMLResponse(paper.render("trouble_part.html", sentence=sentence, detail=detail), status)
    title = f"{status} {HTTPStatus(status).phrase}"
    return HTMLResponse(paper.render("trouble.html", title=title, sentence=sentence, detail=detail), status)


def _refused(request: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, HTTPException)
    if wrong.status_code < 400:
        return Response(status_code=wrong.status_code, headers=wrong.headers)
    answer = trouble(request, wrong.status_code)
    answer.headers.update(wrong.headers or {})
    return answer


def _away(request: Request, wrong: Exception) -> Response:
    log.warn("a page could not be had: {wrong}", wrong=wrong)
    answer = trouble(request, 503)
    answer.headers["Retry-After"] = "5"
    return answer


class Faults:
    """The outermost layer: a fault of ours is logged once, with its traceback, and answered."""

    def __init__(self, app: ASGIApp, inside: FastAPI) -> None:
        self._app = app
        self._inside = inside

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        begun = False

        async def sends(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sends)
        except Exception:  # noqa: BLE001 - logged with its traceback; the visitor gets a number to tell
            number = secrets.token_hex(4)
            log.failure("{method} {path} failed ({number})", number=number, method=_of(scope), path=_path(scope))
            if scope["type"] == "http" and not begun:
                request = Request({**scope, "app": self._inside}, receive)
                await trouble(request, 500, number)(scope, receive, send)


def _of(scope: Scope) -> str:
    return str(scope.get("method", scope["type"]))


def _path(scope: Scope) -> str:
    """The route, not the address: that can hold a patient's number."""
    return getattr(scope.get("route"), "path", "?")
