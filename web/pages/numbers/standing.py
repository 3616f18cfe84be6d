"""What a number does now, and what would answer it at another time; calendars that have run out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ivr.numbers import Answer, Closing, Found, Numbers, Plan
from ivr.numbers.week import Door, door

NOBODY = "nobody"
"""A caller who is on no list."""


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


def standing_at(plan: Plan, closing: Closing | None, now: datetime) -> Standing:
    """Now."""
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


def tried_at(numbers: Numbers, shut: Mapping[str, Closing], number: str, caller: str, at: datetime) -> Tried:
    """What would answer at a time."""
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


def over(numbers: Numbers, now: datetime) -> list[tuple[str, date]]:
    """Calendars whose last day has passed: holidays of the time to come are missing."""
    ends = [(name, max(calendar.dates)) for name, calendar in numbers.calendars.items() if calendar.dates]
    return [(name, last) for name, last in ends if last < now.date()]
