"""What answers a number during a week, stretch by stretch, for one caller: the picture beside the file of numbers.

Pure, as the look-up that it asks."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from ivr.numbers.closing import Closing
from ivr.numbers.local_time import moment
from ivr.numbers.plan import Answer, Found, Plan, Refusal

DAYS = 7
LONGEST = 62
"""Days that can be asked for: what the look-up looks ahead."""


class Door(enum.StrEnum):
    """How a number stands to its callers."""

    OPEN = "open"
    CLOSED = "closed"
    """By its hours: callers get what they get of a closed number."""
    BY_HAND = "by_hand"
    """Somebody has closed it."""
    REFUSED = "refused"
    """No call is taken."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `begin` to `end` (aware, in the hospital's zone, not included) callers get the same answer."""

    begin: datetime
    end: datetime
    door: Door
    found: Found


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day: what it is by the calendars that the number asks, and its stretches without a gap."""

    day: date
    holiday: str
    """Title of the holiday; empty on other days."""
    stretches: tuple[Stretch, ...]


def door(plan: Plan, found: Found, *, by_hand: bool = False) -> Door:
    """How it stands by what was found."""
    if isinstance(found.answer, Refusal):
        return Door.REFUSED
    if plan.shuts(found.answer):
        return Door.BY_HAND if by_hand else Door.CLOSED
    return Door.OPEN


def week(
    plan: Plan, caller: str, first: date, zone: tzinfo, closing: Closing | None = None, days: int = DAYS
) -> list[DayPlan]:
    """The days from `first` on. A closing counts from when somebody closed it."""
    begin, end = moment(first, 0, zone), moment(first + timedelta(days), 0, zone)
    edges = {begin, *(edge for edge in plan.changes(begin.astimezone(zone)) if edge < end)}
    edges.update(moment(first + timedelta(n), 0, zone) for n in range(days))
    if closing is not None:
        edges.update(edge for edge in (closing.since, closing.until) if edge is not None and begin < edge < end)
    stretches: list[Stretch] = []
    for at, after in _pairs(sorted(edges), end):
        local = at.astimezone(zone)
        shut = closing if closing is not None and (closing.since is None or closing.since <= at) else None
        found = plan.decide(caller, local, shut)
        stands = door(plan, found, by_hand=shut is not None and plan.closed is not None and shut.holds(at))
        last = stretches[-1] if stretches else None
        same_day = last is not None and last.begin.date() == local.date()
        if last is not None and same_day and (last.door, last.found.answer) == (stands, found.answer):
            stretches[-1] = Stretch(last.begin, after.astimezone(zone), stands, last.found)
        else:
            stretches.append(Stretch(local, after.astimezone(zone), stands, found))
    return [
        DayPlan(day, plan.holiday_on(day), tuple(one for one in stretches if one.begin.date() == day))
        for day in (first + timedelta(n) for n in range(days))
    ]


def answers(days: list[DayPlan]) -> list[Answer]:
    """The answers that there are, each once, in the order in which they come."""
    return list(dict.fromkeys(one.found.answer for day in days for one in day.stretches))


def _pairs(edges: list[datetime], end: datetime) -> Iterator[tuple[datetime, datetime]]:
    yield from zip(edges, [*edges[1:], end], strict=True)
