"""`Idempotency-Key`: a change that is asked for again is answered as before. The rows are `accounts.api_answers`'s.

The same name with another body is a mistake of the client (422); a repetition while the first is under way waits on
the database, or is told so (409). Only what was done is kept: after a refusal the client may try again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask

from accounts import api_answers
from accounts.api_answers import take_back as take_back
from web.api.problem import Problem


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; `then` is done after the commit, of the first time only."""

    status: int
    body: str
    then: Callable[[], None] | None = None
    again: bool = False

    @classmethod
    def of(cls, status: int, body: BaseModel, then: Callable[[], None] | None = None) -> Reply:
        """From what is told."""
        return cls(status, body.model_dump_json(), then)

    def response(self) -> JSONResponse:
        """As it goes out."""
        answer = JSONResponse(None, self.status)
        answer.body = self.body.encode()
        answer.headers["content-length"] = str(len(answer.body))
        if self.again:
            answer.headers["Idempotency-Replayed"] = "true"
        elif self.then is not None:
            answer.background = BackgroundTask(self.then)
        return answer


def answered(
    session: Session, key_id: int, name: str, asked: str, work: Callable[[Session], Reply], now: datetime
) -> Reply:
    """`work` and its answer in this transaction, or the answer of before."""
    if (before := begin(session, key_id, name, asked, now)) is not None:
        return before
    reply = work(session)
    keep(session, key_id, name, reply)
    return reply


def begin(session: Session, key_id: int, name: str, asked: str, now: datetime) -> Reply | None:
    """Take the name; the answer of before when it is taken for the same request."""
    kept = api_answers.begin(session, key_id, name, asked, now)
    if kept is None:
        return None
    if kept.asked != asked:
        raise Problem(422, "this Idempotency-Key was used for another request", "key-used")
    if not kept.status:
        why = "the request with this Idempotency-Key is under way, or nobody knows what became of it"
        raise Problem(409, why, "under-way")
    return Reply(kept.status, kept.body, again=True)


def keep(session: Session, key_id: int, name: str, reply: Reply) -> None:
    """It was done."""
    api_answers.keep(session, key_id, name, reply.status, reply.body)
