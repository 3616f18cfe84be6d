"""Closing and opening numbers by hand: which numbers are meant, until when, and whether that can be. The command line
and the page share it; what is stored is `ivr.numbers.closings`.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from ivr.numbers.closings import Switched
from ivr.numbers.local_time import moment, skipped
from ivr.numbers.plan import Numbers, Plan

EVERY = "all"
"""Stands for every number that can be closed."""


class Why(enum.Enum):
    """Why a number cannot be switched so."""

    NO_NUMBER = enum.auto()
    NO_CLOSED = enum.auto()  # the file does not say what callers get then
    NO_HOURS = enum.auto()
    NO_TIME = enum.auto()
    SKIPPED = enum.auto()  # the clocks go forward past it
    PASSED = enum.auto()
    NO_REASON = enum.auto()


class CannotSwitch(Exception):
    """It cannot be done: `why`, and in a sentence for the command line."""

    def __init__(self, why: Why, sentence: str) -> None:
        super().__init__(sentence)
        self.why = why


def chosen(numbers: Numbers, wanted: str) -> list[Plan]:
    """The entries that are meant by a number, a title or `all`, each of which can be closed. Raises `CannotSwitch`."""
    plans = numbers.plans
    if wanted == EVERY:
        return [plan for plan in plans.values() if plan.closed is not None]
    same = numbers.dialling.same(wanted)
    plan = plans.get(same) or plans.get(wanted) or next((one for one in plans.values() if one.title == wanted), None)
    if plan is None:
        raise CannotSwitch(Why.NO_NUMBER, f'no number "{wanted}" (there are {", ".join(plans)})')
    if plan.closed is None:
        raise CannotSwitch(Why.NO_CLOSED, f'{plan.number} cannot be closed: give it "closed" in flows/numbers.yaml')
    return [plan]


def closed_until(plans: Sequence[Plan], until: datetime | None, who: str, why: str, now: datetime) -> list[Switched]:
    """Close these until a moment; None: until somebody opens them."""
    return [Switched(plan.number, True, until, who, why, now.astimezone(UTC)) for plan in plans]


def closed_until_opening(plans: Sequence[Plan], who: str, why: str, now: datetime) -> list[Switched]:
    """Close these until the next window of their hours begins. Raises `CannotSwitch` where there are no hours. `now` is
    in the hospital's zone."""
    rows = []
    for plan in plans:
        opening = plan.next_opening(now)
        if opening is None:
            raise CannotSwitch(Why.NO_HOURS, f"{plan.number} has no hours: say --until, or leave both out")
        rows.append(Switched(plan.number, True, opening, who, why, now.astimezone(UTC)))
    return rows


def opened(plans: Sequence[Plan], who: str, why: str, now: datetime) -> list[Switched]:
    """Give these back to their timetable."""
    return [Switched(plan.number, False, None, who, why, now.astimezone(UTC)) for plan in plans]


def read_time(written: str, now: datetime, *, past: bool = False) -> datetime:
    """A local time as a moment (`18:00`, `2026-12-24 13:00`); a time of day is the next one that comes, unless it may
    be in the past. It and `now` are in the hospital's zone. Raises `CannotSwitch`."""
    zone = now.tzinfo
    assert zone is not None
    day, _, clock = written.strip().replace("T", " ").rpartition(" ")
    try:
        at = datetime.strptime(clock, "%H:%M").time()  # noqa: DTZ007 - a time of day
        on = date.fromisoformat(day) if day else now.date()
    except ValueError as wrong:
        raise CannotSwitch(Why.NO_TIME, f'"{written}" is not a time: write 18:00 or "2026-12-24 13:00"') from wrong
    if skipped(datetime.combine(on, at), zone):
        raise CannotSwitch(Why.SKIPPED, f"there is no {clock} on {on}: the clocks go forward past it")
    minute = at.hour * 60 + at.minute
    found = moment(on, minute, zone)
    if found <= now and not past and not day:
        found = moment(on + timedelta(1), minute, zone)
    if found <= now and not past:
        raise CannotSwitch(Why.PASSED, f"{written} has passed")
    return found.astimezone(zone)
