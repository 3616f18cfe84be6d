"""Opening hours: windows of the clock on the wall by weekday, and what a calendar of holidays makes of them.

A window that goes past midnight belongs to the day on which it begins: Saturday's night shift ends on Sunday.
See docs/features.md, 112.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

from ivr.numbers.local_time import MINUTES, clock, moment

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """From `begin` to `end`, the end not included: minutes after the midnight on which its day begins.

    An `end` above 1,440 is on the next day.
    """

    begin: int
    end: int

    def __str__(self) -> str:
        return f"{clock(self.begin)}-{clock(self.end)}"


@dataclass(frozen=True, slots=True)
class Special:
    """What a calendar says of a day: a holiday, open for some hours perhaps, or worked as another weekday."""

    title: str = ""
    open: tuple[Window, ...] | None = None
    """None: as the hours themselves say of holidays."""
    worked_as: int | None = None
    """Counts from 0 for Monday: a Saturday that is worked for a holiday (调休)."""

    @property
    def holiday(self) -> bool:
        """Whether the day is off, wholly or in part."""
        return self.worked_as is None


@dataclass(frozen=True, slots=True)
class Calendar:
    """The special days of one calendar of `flows/holidays.yaml`. A date goes before a day of every year."""

    name: str = ""
    dates: Mapping[date, Special] = field(default_factory=dict)
    yearly: Mapping[tuple[int, int], Special] = field(default_factory=dict)
    """By month and day."""

    def on(self, day: date) -> Special | None:
        """What it says of `day`, if anything."""
        return self.dates.get(day) or self.yearly.get((day.month, day.day))

    def holiday(self, day: date) -> Special | None:
        """The holiday on `day`, if it is one."""
        special = self.on(day)
        return special if special is not None and special.holiday else None


@dataclass(frozen=True, slots=True)
class Hours:
    """Named hours. `now` is always aware and in the hospital's zone."""

    name: str
    week: tuple[tuple[Window, ...], ...]
    """By weekday from Monday."""
    calendar: Calendar | None = None
    """None: holidays are days as any other."""
    on_holidays: tuple[Window, ...] = ()

    def windows(self, day: date) -> tuple[Window, ...]:
        """The windows that begin on `day`."""
        special = self.calendar.on(day) if self.calendar is not None else None
        if special is None:
            return self.week[day.weekday()]
        if special.worked_as is not None:
            return self.week[special.worked_as]
        return self.on_holidays if special.open is None else special.open

    def spans(self, first: date, days: int, zone: tzinfo) -> Iterator[tuple[datetime, datetime]]:
        """Begin and end, in UTC, of what begins on the `days` days from `first` on."""
        for n in range(days):
            day = first + timedelta(n)
            for window in self.windows(day):
                begin, end = moment(day, window.begin, zone), moment(day, window.end, zone)
                if begin < end:  # on the day of a change a window may vanish
                    yield begin, end

    def open_at(self, now: datetime) -> bool:
        """Whether `now` lies in a window."""
        assert now.tzinfo is not None
        # From yesterday for what goes past midnight, to tomorrow for a clock that is put back over midnight.
        spans = self.spans(now.date() - timedelta(1), 3, now.tzinfo)
        return any(begin <= now < end for begin, end in spans)

    @property
    def always(self) -> bool:
        """Whether it is never closed."""
        return self.calendar is None and all(day == (Window(0, MINUTES),) for day in self.week)

    @property
    def never(self) -> bool:
        """Whether no weekday has a window: only a calendar's dates could."""
        return not any(self.week) and not self.on_holidays
