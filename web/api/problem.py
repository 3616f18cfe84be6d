"""What a client is told when a request cannot be answered: RFC 9457, `application/problem+json`.

The same for every reason that must not be told apart: what is unknown and what is somebody else's is 404.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from twisted.logger import Logger

from accounts.errors import AccountsError
from db.errors import ConstraintBroken, DatabaseError
from hospital.errors import CardBlocked, CardExists, HospitalError, LedgerConflict, Unknown
from ivr.errors import IvrError
from web.errors import EngineAway

log = Logger()

MEDIA_TYPE = "application/problem+json"
SOON = 5
"""Seconds after which something that is away is asked for again."""


class WrongValue(BaseModel):
    """One thing in the request that has no sense."""

    where: str = Field(examples=["body.department"])
    what: str = Field(examples=["Field required"])


class ProblemBody(BaseModel):
    """Why a request was not carried out."""

    type: str = Field("about:blank", examples=["urn:wardbell:full"])
    """`urn:wardbell:` and a word that a program may go by, or `about:blank`: the status says all."""
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field("", examples=["no place is left"])
    errors: list[WrongValue] = Field([], examples=[[]])


class Problem(Exception):
    """A request that is not carried out; whatever its transaction did is rolled back."""

    def __init__(self, status: int, detail: str = "", kind: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.headers = dict(headers or {})


def unknown(what: str = "there is nothing of that name") -> Problem:
    """404, with the same words whether it is not there or not theirs."""
    return Problem(404, what)


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the description of a route says of its problems."""
    every = sorted({400, 401, 403, 413, 422, 429, 500, 503, *statuses})
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in every}


def explain(app: FastAPI) -> None:
    """Errors of `app` become problems."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _senseless)
    for kind, status in _STATUS.items():
        app.add_exception_handler(kind, _expected(status))
    app.add_exception_handler(DatabaseError, _away)
    app.add_exception_handler(EngineAway, _away)
    app.add_exception_handler(Exception, lambda request, wrong: problem(500, "it is in the log of the line"))


_STATUS: Mapping[type[Exception], int] = {
    Unknown: 404,
    CardExists: 409,
    CardBlocked: 409,
    LedgerConflict: 409,
    ConstraintBroken: 409,
    HospitalError: 422,
    AccountsError: 422,
    IvrError: 422,
}


def problem(
    status: int,
    detail: str = "",
    kind: str = "",
    headers: Mapping[str, str] | None = None,
    errors: Sequence[WrongValue] = (),
) -> JSONResponse:
    """The answer itself."""
    body = ProblemBody(
        type=f"urn:wardbell:{kind}" if kind else "about:blank",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors),
    )
    return JSONResponse(body.model_dump(), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def _problem(request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, Problem)
    return problem(wrong.status, wrong.detail, wrong.kind, wrong.headers)


def _refused(request: Request, wrong: Exception) -> JSONResponse:
    assert isinstance(wrong, HTTPException)
    return problem(wrong.status_code, headers=wrong.headers)


def _senseless(request: Request, wrong: Exception) -> JSONResponse:
    """Where, and what is expected there; never what was sent: it may be a PIN."""
    assert isinstance(wrong, RequestValidationError)
    found = [WrongValue(where=".".join(map(str, one["loc"])), what=str(one["msg"])) for one in wrong.errors()[:20]]
    return problem(422, "something in this request has no sense here", errors=found)


def _expected(status: int) -> Any:
    return lambda request, wrong: problem(status, str(wrong))


def _away(request: Request, wrong: Exception) -> JSONResponse:
    log.warn("a request of the API could not be answered: {wrong}", wrong=wrong)
    return problem(503, "this cannot be had at the moment; calls go on as they can", headers={"Retry-After": str(SOON)})


class TooMuch:
    """A body that is too long is refused below, by a line of text: here that becomes a problem, too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI wants it."""
        refused = False

        async def sends(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == 413:
                refused = Headers(raw=message["headers"]).get("content-type") != MEDIA_TYPE
                if refused:
                    await problem(413, "this is more than is taken at once")(scope, receive, send)
            if not refused:
                await send(message)

        await self._app(scope, receive, sends)
