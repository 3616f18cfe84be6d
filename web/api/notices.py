"""Notices: whom the line calls because something happened; who took notice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from accounts.rights import Right
from notify.notices import by_hand
from notify.notices.by_hand import Acted, Came
from notify.notices.listing import Asked as Search
from notify.notices.listing import search
from notify.notices.records import AttemptRecord, NoticeRecord, show_notice
from notify.notices.states import State
from web.api.asked import Asked, Asking
from web.api.line import ApiLine
from web.api.noun import Code, Id, Line, Moment, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem, unknown

NOUN = Noun("notices")


class AttemptTold(Told):
    """One dial of it."""

    number: int
    role: str = Field(examples=["station"])
    target: str = Field(examples=["8101"])
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    cause: str = Field(examples=["no_answer"])
    heard: bool
    confirmed: bool
    call: str
    """The call's id."""

    @classmethod
    def of(cls, one: AttemptRecord) -> AttemptTold:
        """From its record."""
        return cls(
            number=one.number,
            role=one.role,
            target=one.target,
            began_at=one.began_at,
            answered_at=one.answered_at,
            ended_at=one.ended_at,
            cause=one.cause,
            heard=one.heard,
            confirmed=one.confirmed,
            call=one.call_id,
        )


class NoticeTold(Told):
    """A notice. `attempts` has every dial when one notice is asked for."""

    id: int = Field(examples=[4711])
    kind: str = Field(examples=["admission"])
    priority: int = Field(examples=[1])
    """0 emergency, 1 alert, 2 care, 3 money."""
    addressed: str = Field(examples=["ward"])
    """`ward`, `patient`, `person` or `number`."""
    addressee: str = Field(examples=["W3"])
    state: State
    created_at: datetime
    due_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    dialled: int
    """How often it was dialled."""
    reason: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    event: int
    attempts: list[AttemptTold] = Field([], examples=[[]])

    @classmethod
    def of(cls, one: NoticeRecord) -> NoticeTold:
        """From its record."""
        return cls(
            id=one.id,
            kind=one.kind,
            priority=int(one.priority),
            addressed=one.addressee.kind.value,
            addressee=one.addressee.key,
            state=one.state,
            created_at=one.created_at,
            due_at=one.due_at,
            expires_at=one.expires_at,
            ended_at=one.ended_at,
            dialled=one.attempts,
            reason=one.reason,
            acknowledged_at=one.acknowledged_at,
            acknowledged_by=one.acknowledged_by,
            event=one.event_id,
            attempts=[AttemptTold.of(attempt) for attempt in one.made],
        )


class NoticesTold(Told):
    """A page of notices, the newest first."""

    notices: list[NoticeTold]
    next: str | None = Field(examples=["4660"])
    """The `cursor` of older ones; none: there are none."""


class Taken(Wanted):
    """Who takes notice, calls it off or has it called again, and why."""

    by: Annotated[Line, Field(min_length=1, max_length=60, examples=["nurse Li"])]
    reason: Annotated[Line, Field(max_length=200, examples=["told at the bed"])] = ""


class ActedTold(Told):
    """It was done."""

    notice: int = Field(examples=[4711])
    """That notice; of one called again: the fresh one."""


@NOUN.get("/notices", Right.NOTICES, "listNotices", response_model=NoticesTold)
def list_notices(
    asked: Asking,
    state: Annotated[list[State], Query(description="Of these states.", max_length=7)] = [],  # noqa: B006
    ward: Annotated[Line, Query(max_length=64)] = "",
    kind: Annotated[Code | None, Query()] = None,
    since: Annotated[Moment | None, Query()] = None,
    until: Annotated[Moment | None, Query()] = None,
    unconfirmed: Annotated[bool, Query(description="Only those that nobody took notice of.")] = False,
    cursor: Annotated[Id | None, Query(description="`next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> NoticesTold:
    """Notices, the newest first."""
    wanted = Search(tuple(state), ward, kind or "", since, until, unconfirmed)
    found = asked.site.database.run_now(search, wanted, None, cursor, limit)
    return NoticesTold(
        notices=[NoticeTold.of(one) for one in found.notices],
        next=None if found.before is None else str(found.before),
    )


Which = Annotated[Id, Path(examples=[4711])]


@NOUN.get("/notices/{notice}", Right.NOTICES, "getNotice", 404, response_model=NoticeTold)
def get_notice(asked: Asking, notice: Which) -> NoticeTold:
    """One notice with every dial of it."""
    found = asked.site.database.run_now(show_notice, notice)
    if found is None:
        raise unknown()
    return NoticeTold.of(found)


@NOUN.post("/notices/{notice}/acknowledge", Right.NOTICES_ACT, "acknowledgeNotice", 404, response_model=ActedTold)
def acknowledge(asked: Asking, request: Request, notice: Which, taken: Taken) -> JSONResponse:
    """Somebody took notice without a telephone: it rings no more."""
    return _act(asked, request, "acknowledge", notice, taken)


@NOUN.post("/notices/{notice}/cancel", Right.NOTICES_ACT, "cancelNotice", 404, response_model=ActedTold)
def cancel(asked: Asking, request: Request, notice: Which, taken: Taken) -> JSONResponse:
    """Call a notice off that is not over."""
    return _act(asked, request, "cancel", notice, taken)


@NOUN.post("/notices/{notice}/repeat", Right.NOTICES_ACT, "repeatNotice", 404, response_model=ActedTold)
def repeat(asked: Asking, request: Request, notice: Which, taken: Taken) -> JSONResponse:
    """Call again for one that failed, expired or was cancelled."""
    return _act(asked, request, "call_again", notice, taken)


def _act(asked: Asked, request: Request, action: str, notice: int, taken: Taken) -> JSONResponse:
    line: ApiLine = request.app.state.behind.line
    hand = asked.hand(": ".join(filter(None, (taken.by, taken.reason))))
    rules = line.notice_rules()

    def work(session: Session) -> Reply:
        if action == "acknowledge":
            acted = by_hand.acknowledge(session, notice, asked.hand(taken.reason), by=taken.by)
        elif action == "cancel":
            acted = by_hand.call_off(session, notice, hand)
        else:
            acted = by_hand.call_again(session, rules, notice, hand)
        if not acted.done:
            raise _why_not(acted)
        return Reply.of(200, ActedTold(notice=acted.notice or notice), line.look_for_notices)

    return asked.once(work)


def _why_not(acted: Acted) -> Problem:
    if acted.came is Came.UNKNOWN:
        return unknown()
    told = acted.came.value.replace("_", " ")
    whom = f" by {acted.by}" if acted.by else ""
    at = f" at {acted.at.isoformat()}" if acted.at is not None else ""
    return Problem(409, f"it is {told}{whom}{at}", acted.came.value.replace("_", "-"))
