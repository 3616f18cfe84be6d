"""Days and hours of the hospital's clock, as stretches of time.

A day is from the first moment at which the clock shows its midnight to that of the next day: 23 or 25 hours long when
the clocks are changed. An hour that comes twice in autumn is one stretch of two hours, one that is left out in spring
is none.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from itertools import pairwise

from ivr.numbers.local_time import moment


@dataclass(frozen=True, slots=True)
class Hour:
    """From `begin` to `end` (aware UTC, not included), which the clock shows as `shown`."""

    shown: int
    begin: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """Hours of a day that follow each other; at least one."""

    hours: tuple[Hour, ...]

    @property
    def begin(self) -> datetime:
        """Of the first hour."""
        return self.hours[0].begin

    @property
    def end(self) -> datetime:
        """Of the last hour, not included."""
        return self.hours[-1].end

    def hour_at(self, at: datetime) -> int:
        """What the clock shows at a moment in it."""
        return self.hours[bisect_right(self.hours, at, key=lambda hour: hour.begin) - 1].shown

    def parts(self, number: int) -> list[Stretch]:
        """About so many stretches, no more than it has hours."""
        size = max(1, math.ceil(len(self.hours) / number))
        return [Stretch(self.hours[first : first + size]) for first in range(0, len(self.hours), size)]


def whole(day: date, zone: tzinfo) -> Stretch:
    """A day, with the hours that it has."""
    edges = [moment(day, hour * 60, zone) for hour in range(25)]
    there = enumerate(pairwise(edges))
    return Stretch(tuple(Hour(shown, begin, end) for shown, (begin, end) in there if begin < end))


def bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Begin and end of a day, UTC."""
    return moment(day, 0, zone), moment(day + timedelta(1), 0, zone)


def day_at(at: datetime, zone: tzinfo) -> date:
    """The day in which a moment lies."""
    day = at.astimezone(zone).date()
    return day + timedelta(1) if at >= bounds(day, zone)[1] else day  # a clock that goes back over midnight


def days(first: date, last: date) -> Iterator[date]:
    """All days from `first` to `last`."""
    for number in range((last - first).days + 1):
        yield first + timedelta(number)
