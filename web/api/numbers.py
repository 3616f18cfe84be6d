"""Numbers of the line: what answers each now, closed and opened at once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Request
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlalchemy.orm import Session

from accounts.rights import Right
from ivr.numbers import closings
from ivr.numbers.closing import Closing as Standing
from ivr.numbers.closings import Switched
from ivr.numbers.plan import Plan, Route
from web.api.asked import Asked, Asking
from web.api.noun import Line, Moment, Noun, Told, Wanted
from web.api.once import Reply
from web.api.problem import Problem, unknown

NOUN = Noun("numbers")
Number = Annotated[
    str, Path(pattern=r"^(default|\+?[0-9*#]{1,24})$", description="As flows/numbers.yaml lists it.", examples=["1000"])
]


class NumberTold(Told):
    """One number."""

    number: str = Field(examples=["1000"])
    title: str = Field(examples=["General line"])
    flow: str | None = Field(examples=["main"])
    """What answers now; none: the call is refused."""
    language: str | None = Field(examples=["zh"])
    sip_code: int | None = Field(examples=[None])
    """With what a refused call is refused."""
    closed: bool = Field(examples=[False])
    """Whether somebody has closed it."""
    until: datetime | None = Field(examples=[None])
    by: str = Field(examples=[""])
    why: str = Field(examples=[""])
    closable: bool = Field(examples=[True])


class NumbersTold(Told):
    """All numbers of the line."""

    numbers: list[NumberTold]


class Closing(Wanted):
    """Close it whatever its hours say."""

    until: Moment | None = Field(None, examples=["2026-11-28T18:00:00+08:00"])
    """Empty: until it is opened."""
    reason: Annotated[Line, Field(min_length=1, examples=["the desk is ill"])]


class Opening(Wanted):
    """Give it back to its hours."""

    reason: Line = Field("", examples=["the desk is back"])


@NOUN.get("/numbers", Right.FLOWS, "listNumbers", response_model=NumbersTold)
def list_numbers(asked: Asking, request: Request) -> NumbersTold:
    """What answers each number now."""
    plans = request.app.state.behind.line.numbers().plans
    told = [_told(asked, plan) for plan in plans.values()]
    return NumbersTold(numbers=told)


@NOUN.get("/numbers/{number}", Right.FLOWS, "getNumber", 404, response_model=NumberTold)
def get_number(asked: Asking, request: Request, number: Number) -> NumberTold:
    """What answers one number now."""
    return _told(asked, _plan(request, number))


@NOUN.post("/numbers/{number}/close", Right.NUMBERS, "closeNumber", 404, response_model=NumberTold)
def close(asked: Asking, request: Request, number: Number, closing: Closing) -> JSONResponse:
    """Close a number now. Every engine knows within a second."""
    plan = _plan(request, number)
    if plan.closed is None:
        raise Problem(409, "this number cannot be closed: flows/numbers.yaml says nothing under `closed` for it")
    if closing.until is not None and closing.until <= asked.now:
        raise Problem(422, "until is past")
    until = None if closing.until is None else closing.until.astimezone(UTC)
    return asked.once(lambda session: _switch(session, asked, plan, True, until, closing.reason))


@NOUN.post("/numbers/{number}/open", Right.NUMBERS, "openNumber", 404, response_model=NumberTold)
def open_(asked: Asking, request: Request, number: Number, opening: Opening) -> JSONResponse:
    """Give a number back to its hours."""
    plan = _plan(request, number)
    return asked.once(lambda session: _switch(session, asked, plan, False, None, opening.reason))


def _switch(session: Session, asked: Asked, plan: Plan, closed: bool, until: datetime | None, why: str) -> Reply:
    who = f"key:{asked.key.name}"
    closings.switch_by_hand(session, [Switched(plan.number, closed, until, who, why, asked.now)], asked.hand(why))
    session.flush()
    return Reply.of(200, _seen(plan, closings.closed_numbers(session), asked))


def _plan(request: Request, number: str) -> Plan:
    numbers = request.app.state.behind.line.numbers()
    plan: Plan | None = numbers.plans.get(number) or numbers.plans.get(numbers.dialling.same(number))
    if plan is None:
        raise unknown()
    return plan


def _told(asked: Asked, plan: Plan) -> NumberTold:
    return _seen(plan, asked.site.database.run_now(closings.closed_numbers), asked)


def _seen(plan: Plan, closed: dict[str, Standing], asked: Asked) -> NumberTold:
    now = asked.now.astimezone(asked.site.zone)
    closing = closed.get(plan.number)
    if closing is not None and not closing.holds(now):
        closing = None
    answer = plan.decide("", now, closing).answer
    route = answer if isinstance(answer, Route) else None
    return NumberTold(
        number=plan.number,
        title=plan.title,
        flow=route.flow if route else None,
        language=route.language if route else None,
        sip_code=None if isinstance(answer, Route) else answer.sip_code,
        closed=closing is not None,
        until=closing.until if closing else None,
        by=closing.who if closing else "",
        why=closing.why if closing else "",
        closable=plan.closed is not None,
    )
