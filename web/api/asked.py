"""One request of another system, allowed: by which key, when, from where, and whether it is a repetition.

Every route wants one right. Without a key, or with one that opens nothing, the answer is 401; with one that lacks the
right, 403; with too many requests, 429.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from accounts.audit import Hand
from accounts.keys import note_use, whose_key
from accounts.rights import Right
from accounts.visitor import KeyHolder
from web.api import once
from web.api.once import Reply
from web.api.problem import Problem
from web.site import Site

T = TypeVar("T")

SCHEME = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="A key of the API (`wardbell keys add`): `Authorization: Bearer wbk_...`",
)
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """The request."""

    site: Site
    key: KeyHolder
    now: datetime
    address: str
    name: str
    """What stands in `Idempotency-Key`; empty: nothing."""
    asked: str
    """Digest of method, path and body."""

    def hand(self, reason: str = "") -> Hand:
        """Whose hand a change is, for the audit: noted in the transaction of the change itself."""
        return Hand(self.key, self.now, "api", self.address, reason)

    def once(self, work: Callable[[Session], Reply]) -> JSONResponse:
        """A change in one transaction. Asked again with the same `Idempotency-Key`, it is answered as before."""
        run = self.site.database.run_now
        reply = run(once.answered, self.key.key_id, self.name, self.asked, work, self.now) if self.name else run(work)
        return reply.response()

    def once_outside(self, work: Callable[[], Reply]) -> JSONResponse:
        """The same for what the engine does, not a transaction. Whether it was done is not known when the engine dies
        in between; then the key is used up."""
        if not self.name:
            return work().response()
        run = self.site.database.run_now
        before = run(once.begin, self.key.key_id, self.name, self.asked, self.now)
        if before is not None:
            return before.response()
        try:
            reply = work()
        except Exception:
            run(once.take_back, self.key.key_id, self.name)
            raise
        run(once.keep, self.key.key_id, self.name, reply)
        return reply.response()


def the_asked(request: Request) -> Asked:
    """What the guard of the route let in."""
    asked: Asked = request.state.asked
    return asked


Asking = Annotated[Asked, Depends(the_asked)]
"""The parameter of every endpoint."""


class KeyGuard:
    """Lets in whose key has `right`."""

    def __init__(self, right: Right) -> None:
        self.right = right

    async def __call__(self, request: Request, _: Annotated[Any, Depends(SCHEME)]) -> None:
        """The dependency of a route."""
        site: Site = request.app.state.site
        now = site.wallclock()
        address = request.client.host if request.client else ""
        key = await run_in_threadpool(self._whose, site, request, now, address)
        _wait(request.app.state.limits.take(key.key_id, now.timestamp()))
        if not key.may(self.right):
            raise Problem(403, f"this key has not the right {self.right}")
        body = await request.body()
        _readable(request, body)
        named = request.headers.get("idempotency-key", "")
        if len(named) > LONGEST_NAME or not named.isprintable():
            raise Problem(422, f"an Idempotency-Key has up to {LONGEST_NAME} printable characters")
        told = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + body).hexdigest()
        request.state.asked = Asked(site, key, now, address, named, told)

    @staticmethod
    def _whose(site: Site, request: Request, now: datetime, address: str) -> KeyHolder:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        shown = secret.strip() if scheme.lower() == "bearer" else ""
        key = site.database.run_now(whose_key, shown, now) if shown else None
        if key is None:
            if shown:
                _wait(request.app.state.strangers.take(address, now.timestamp()))
            wanted = "this wants a key: Authorization: Bearer wbk_..."
            raise Problem(401, wanted, headers={"WWW-Authenticate": "Bearer"})
        if key.to_note:
            site.database.run_now(note_use, key.key_id, now, address)
        return key


def _wait(seconds: float) -> None:
    if seconds:
        raise Problem(429, "too many requests", headers={"Retry-After": str(math.ceil(seconds))})


def _readable(request: Request, body: bytes) -> None:
    """What no table can hold is refused here: characters that are none, numbers that are none."""
    values = (*request.query_params.values(), *map(str, request.path_params.values()))
    if any("\0" in value for value in values):
        raise Problem(422, "a text has a character 0")
    if body:
        try:
            read = json.loads(body, parse_constant=_no_number)
            plain = json.dumps(read, ensure_ascii=False)
            plain.encode()
        except (ValueError, RecursionError) as wrong:
            raise Problem(422, "the body is no JSON that can be kept") from wrong
        if "\\u0000" in plain:
            raise Problem(422, "a text has a character 0")


def _no_number(word: str) -> float:
    raise ValueError(f"{word} is no number")
