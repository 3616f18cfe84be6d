"""*Numbers and hours*: what answers each number now and at any time, a week of it drawn; closing and opening.

What answers is the look-up's (`ivr.numbers.plan`), asked of the edition on the air; what can be closed, until when, is
`ivr.numbers.switching`. Every engine knows of a switching within about a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

from fastapi import Form, HTTPException
from fastapi.responses import Response
from markupsafe import Markup

from accounts.rights import Right
from ivr.numbers import Answer, Closing, Found, Numbers, Plan, Route, closings
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
from ivr.numbers.week import DayPlan, Door, door, week
from web.charts.hours import Block, hours
from web.page import N_, Page
from web.visit import Visit, Visiting

PAGE = Page("numbers", N_("Numbers and hours"), "/numbers", Right.FLOWS, N_("The line"))
NOBODY = "nobody"
"""A caller who is on no list."""
LAST = 12
"""Switchings that a page shows."""
DOORS = {
    Door.OPEN: (N_("open"), "good"),
    Door.CLOSED: (N_("closed by its hours"), ""),
    Door.BY_HAND: (N_("closed by hand"), "bad"),
    Door.REFUSED: (N_("call refused"), "warn"),
}
"""How a number stands: its word and the look of its badge; in the order of the drawing's looks."""
LOOKS = [Door.OPEN, Door.CLOSED, Door.REFUSED, Door.BY_HAND]
REFUSALS = {
    Why.NO_NUMBER: N_("There is no such number."),
    Why.NO_CLOSED: N_("It cannot be closed by hand: the file of numbers does not say what callers would get."),
    Why.NO_HOURS: N_(
        "A number without hours cannot be closed until they begin: say until when, or leave it open-ended."
    ),
    Why.NO_TIME: N_("There is no such time: write 18:00 or 2026-12-24 13:00."),
    Why.SKIPPED: N_("There is no such time: the clocks go forward past it."),
    Why.PASSED: N_("That time has passed."),
    Why.NO_REASON: N_("Say why: those who come after you read it."),
}
UNTIL = (
    ("opened", N_("until somebody opens it")),
    ("opening", N_("until its hours begin again")),
    ("time", N_("until")),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a number does at a moment for somebody who is on no list."""

    plan: Plan
    found: Found
    stands: Door
    closing: Closing | None
    """Of somebody who has closed it, while that holds."""
    change: datetime | None
    then: Answer | None

    @property
    def can_be_closed(self) -> bool:
        """Whether the file says what callers get then."""
        return self.plan.closed is not None


@dataclass
class Tried:
    """Somebody asked what would answer."""

    number: str
    at: datetime
    caller: str
    found: Found
    lines: list[tuple[str, Answer, str, bool]]
    """The lines of the number's entry: where, what they answer, why they fit (or not), whether it is the one."""


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
    standing = [_standing(plan, shut.get(key), now) for key, plan in numbers.plans.items()]
    tried, wrong = None, ""
    if number:
        try:
            tried = _try(numbers, shut, number, caller, read_time(at, now, past=True) if at else now)
        except CannotSwitch as refused:
            wrong = visit._(REFUSALS[refused.why])
    return visit.render(
        "numbers/list.html", status,
        standing=standing, doors=DOORS, codes=_codes(visit, numbers), tried=tried, wrong=wrong, number=number, at=at,
        caller=caller, history=visit.site.database.run_now(closings.history, LAST), done=done, told=_told(visit),
        until=UNTIL, refusal=refusal, every=EVERY, over=_over(numbers, now),
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
        standing=_standing(plan, shut, now), doors=DOORS, days=days, picture=_drawn(visit, plan, days), first=first,
        before=first - timedelta(7), after=first + timedelta(7), caller=caller, nobody=NOBODY, history=history,
        done=done, told=_told(visit), until=UNTIL, refusal=refusal, address=_at(plan.number),
    )  # fmt: skip


def _drawn(visit: Visit, plan: Plan, days: Sequence[DayPlan]) -> Markup:
    told = _told(visit)
    rows = []
    for day in days:
        blocks = []
        for stretch in day.stretches:
            begin = stretch.begin.hour + stretch.begin.minute / 60
            end = 24.0 if stretch.end.date() > day.day else stretch.end.hour + stretch.end.minute / 60
            word = visit._(DOORS[stretch.door][0])
            words = told.of(stretch.found.answer)
            about = f"{stretch.begin:%H:%M}-{'24:00' if end == 24 else format(stretch.end, '%H:%M')} {word}: {words}"
            if end > begin:  # an hour that comes twice is drawn once
                blocks.append(Block(begin, end, LOOKS.index(stretch.door), words, about))
        holiday = f" {day.holiday}" if day.holiday else ""
        rows.append((visit.paper.day_short(day.day) + holiday[:8], blocks))
    title = visit._("What answers %(number)s this week") % {"number": plan.number}
    return hours("week", title, title, rows, [visit._(DOORS[look][0]) for look in LOOKS])


def _standing(plan: Plan, closing: Closing | None, now: datetime) -> Standing:
    holds = closing if closing is not None and closing.holds(now) and plan.closed is not None else None
    found = plan.decide(NOBODY, now, closing)
    change = plan.next_change(NOBODY, now, closing)
    return Standing(
        plan,
        found,
        door(plan, found, by_hand=holds is not None),
        holds,
        change[0] if change is not None else None,
        change[1].answer if change is not None else None,
    )


def _try(numbers: Numbers, shut: Mapping[str, Closing], number: str, caller: str, at: datetime) -> Tried:
    then = {key: one for key, one in shut.items() if one.since is None or one.since <= at}
    found = numbers.find(number, caller, at, then)
    plan, who = numbers.by_key(found.number), numbers.dialling.same(caller)
    closing = then.get(found.number)
    closed = plan is not None and plan.closed is not None and closing is not None and closing.holds(at)
    lines = []
    for line in plan.lines if plan is not None else ():
        passed = closed and line.by_time
        why = "" if passed else line.fits(who, at)
        lines.append((line.place, line.answer, why, line.place == found.place and why == found.why))
    return Tried(number, at, caller, found, lines)


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


def _over(numbers: Numbers, now: datetime) -> list[tuple[str, date]]:
    """Calendars whose last day has passed: holidays of the time to come are missing."""
    ends = [(name, max(calendar.dates)) for name, calendar in numbers.calendars.items() if calendar.dates]
    return [(name, last) for name, last in ends if last < now.date()]


@dataclass(frozen=True)
class _Words:
    refused: str

    def of(self, answer: Answer | None) -> str:
        """What answers, in words."""
        if answer is None:
            return ""
        return f"{answer.flow} ({answer.language})" if isinstance(answer, Route) else self.refused


def _told(visit: Visit) -> _Words:
    return _Words(visit._("call refused"))


def _now(visit: Visit) -> datetime:
    return visit.now.astimezone(visit.site.zone)


def _keys(visit: Visit) -> Sequence[str]:
    return list(visit.site.door.numbers().plans)


def _at(number: str) -> str:

    return f"/numbers/of/{quote(number, safe='')}"
