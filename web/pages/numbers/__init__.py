"""*Numbers and hours*: what answers each number now and at any time, a week of it drawn; closing and opening.

What answers is the look-up's (`ivr.numbers.plan`), asked of the edition on the air; what can be closed, until when, is
`ivr.numbers.switching`. Every engine knows of a switching within about a second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, HTTPException
from fastapi.responses import Response

from accounts.rights import Right
from ivr.numbers import Numbers, closings
from ivr.numbers.closings import Switched
from ivr.numbers.switching import (
    EVERY,
    CannotSwitch,
    Why,
    chosen,
    closed_until,
    closed_until_opening,
    opened,
    read_time,
)
from ivr.numbers.week import week
from web.page import N_, Page
from web.pages.numbers.drawing import drawn
from web.pages.numbers.standing import NOBODY, over, standing_at, tried_at
from web.pages.numbers.words import DOORS, REFUSALS, UNTIL, answers
from web.visit import Visit, Visiting

PAGE = Page("numbers", N_("Numbers and hours"), "/numbers", Right.FLOWS, N_("The line"))
LAST = 12
"""Switchings that a page shows."""


@PAGE.get("/numbers")
def every(visit: Visiting, number: str = "", at: str = "", caller: str = "", done: int = 0) -> Response:
    """Every number with what it does now; with `number`, what would answer it at a time."""
    return _every(visit, number, at, caller, done=done)


def _every(
    visit: Visit,
    number: str = "",
    at: str = "",
    caller: str = "",
    *,
    done: int = 0,
    refusal: str = "",
    status: int = 200,
) -> Response:
    numbers, now = visit.site.door.numbers(), _now(visit)
    shut = visit.site.database.run_now(closings.closed_numbers)
    standing = [standing_at(plan, shut.get(key), now) for key, plan in numbers.plans.items()]
    tried, wrong = None, ""
    if number:
        try:
            tried = tried_at(numbers, shut, number, caller, read_time(at, now, past=True) if at else now)
        except CannotSwitch as refused:
            wrong = visit._(REFUSALS[refused.why])
    return visit.render(
        "numbers/list.html", status,
        standing=standing, doors=DOORS, codes=_codes(visit, numbers), tried=tried, wrong=wrong, number=number, at=at,
        caller=caller, history=visit.site.database.run_now(closings.history, LAST), done=done, told=answers(visit),
        until=UNTIL, refusal=refusal, every=EVERY, over=over(numbers, now),
    )  # fmt: skip


@PAGE.get("/numbers/of/{number}")
def one(visit: Visiting, number: str, day: date | None = None, caller: str = NOBODY, done: int = 0) -> Response:
    """A week of one number, and closing it."""
    return _one(visit, number, day, caller or NOBODY, done=done)


@PAGE.post("/numbers/close", right=Right.NUMBERS)
def close(
    visit: Visiting,
    number: Annotated[str, Form(max_length=60)],
    until: Annotated[str, Form(max_length=10)] = "opened",
    time: Annotated[str, Form(max_length=20)] = "",
    why: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Close a number, or all, with a reason."""
    numbers, now, who = visit.site.door.numbers(), _now(visit), visit.visitor.name
    why = why.strip()
    try:
        plans = chosen(numbers, number)
        if not why:
            raise CannotSwitch(Why.NO_REASON, "no reason")
        match until:
            case "opening":
                rows = closed_until_opening(plans, who, why, now)
            case "time":
                rows = closed_until(plans, read_time(time, now), who, why, now)
            case "opened":
                rows = closed_until(plans, None, who, why, now)
            case _:
                raise HTTPException(422)
    except CannotSwitch as refused:
        return _refused(visit, number, refused)
    return _switched(visit, number, rows, why)


@PAGE.post("/numbers/open", right=Right.NUMBERS)
def open_(
    visit: Visiting, number: Annotated[str, Form(max_length=60)], why: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Give a number, or all, back to its timetable."""
    try:
        plans = chosen(visit.site.door.numbers(), number)
    except CannotSwitch as refused:
        return _refused(visit, number, refused)
    return _switched(visit, number, opened(plans, visit.visitor.name, why.strip(), _now(visit)), why.strip())


def _switched(visit: Visit, number: str, rows: Sequence[Switched], why: str) -> Response:
    """Stored, with a row in the audit for each number."""
    visit.site.database.run_now(closings.switch_by_hand, rows, visit.hand(why))
    return visit.go("/numbers?done=1" if number == EVERY or number not in _keys(visit) else f"{_at(number)}?done=1")


def _refused(visit: Visit, number: str, refused: CannotSwitch) -> Response:
    """Shown where it was asked, with the reason."""
    told = visit._(REFUSALS[refused.why])
    if number == EVERY:
        return _every(visit, refusal=told, status=422)
    if refused.why is Why.NO_NUMBER:
        raise HTTPException(404)
    return _one(visit, number, None, NOBODY, refusal=told, status=422)


def _one(
    visit: Visit, number: str, day: date | None, caller: str, *, done: int = 0, refusal: str = "", status: int = 200
) -> Response:
    numbers, now = visit.site.door.numbers(), _now(visit)
    plan = numbers.by_key(number)
    if plan is None:
        raise HTTPException(404)
    shut = visit.site.database.run_now(closings.closed_numbers).get(plan.number)
    first = day or now.date() - timedelta(now.weekday())
    if not date(2000, 1, 1) <= first <= date(2100, 1, 1):
        raise HTTPException(422)
    days = week(plan, numbers.dialling.same(caller), first, visit.site.zone, shut)
    history = [one for one in visit.site.database.run_now(closings.history, 200) if one.number == plan.number][:LAST]
    return visit.render(
        "numbers/one.html",
        status,
        standing=standing_at(plan, shut, now), doors=DOORS, days=days, picture=drawn(visit, plan, days), first=first,
        before=first - timedelta(7), after=first + timedelta(7), caller=caller, nobody=NOBODY, history=history,
        done=done, told=answers(visit), until=UNTIL, refusal=refusal, address=_at(plan.number),
    )  # fmt: skip


@dataclass(frozen=True)
class _Code:
    code: str
    numbers: str
    callers: str
    pin: str


def _codes(visit: Visit, numbers: Numbers) -> list[_Code]:
    """The codes by which a telephone closes and opens numbers, and what they want."""
    made = []
    for one in numbers.codes.values():
        pin = visit._("the list of callers is enough")
        if one.pin:
            there = visit.site.database.run_now(closings.pin_of, one.code) is not None
            pin = visit._("a PIN") if there else visit._("a PIN, and none is set yet")
        made.append(_Code(one.code, ", ".join(one.numbers), ", ".join(some.name for some in one.callers), pin))
    return made


def _now(visit: Visit) -> datetime:
    return visit.now.astimezone(visit.site.zone)


def _keys(visit: Visit) -> Sequence[str]:
    return list(visit.site.door.numbers().plans)


def _at(number: str) -> str:
    return f"/numbers/of/{quote(number, safe='')}"
