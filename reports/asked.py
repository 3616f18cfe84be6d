"""A question over a period: figures of past days out of the book, of today live, added up by what is asked for.

What a question did not get to see is said with its answer: days that are not made yet, and days of which calls were
deleted before they were counted.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import Base
from db.tables.reports import ReportDayRow
from reports.counting import COUNTS, Counted, Key, keys_of, values_of
from reports.day_book import book, first_day
from reports.days import day_at, days, whole

LIVE_DAYS = 3
"""Days that are counted live when they are not in the book yet: today, and yesterday just after midnight."""
LONGEST = 3_660
"""Days that a period may have."""


class By(enum.StrEnum):
    """What the lines of an answer are."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    WEEKDAY = "weekday"

    def of(self, day: date, hour: int) -> date | int:
        """The line that an hour of a day belongs to: a number, or the first day of a week or a month."""
        match self:
            case By.HOUR:
                return hour
            case By.DAY:
                return day
            case By.WEEK:
                return day - timedelta(day.weekday())
            case By.MONTH:
                return day.replace(day=1)
            case By.WEEKDAY:
                return day.weekday()


class BadPeriod(ValueError):
    """A period that cannot be asked for; the message says why."""


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last one, both included, by the hospital's clock."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise BadPeriod(f"{self.last} is before {self.first}")
        if (self.last - self.first).days >= LONGEST:
            raise BadPeriod(f"a period has {LONGEST} days at most")

    def lines(self, by: By) -> Sequence[date | int]:
        """Every line that there could be, in order: an hour without calls is a line too."""
        match by:
            case By.HOUR:
                return range(24)
            case By.WEEKDAY:
                return range(7)
            case _:
                return sorted({by.of(day, 0) for day in days(self.first, self.last)})


@dataclass(frozen=True, slots=True)
class Seen:
    """Which days an answer is made of."""

    live: tuple[date, ...] = ()
    """Counted when it was asked."""
    missing: tuple[date, ...] = ()
    """Not counted at all: not made yet."""
    thinned: tuple[date, ...] = ()
    """Some of their calls are deleted by now; their figures are those of before."""


class Sums:
    """The figures of a period, for one question in one transaction."""

    def __init__(self, session: Session, period: Period, zone: tzinfo, now: datetime) -> None:
        self._session = session
        self._period = period
        self._zone = zone
        self.today = day_at(now, zone)
        in_book = book(session, period.first, period.last)
        made = {day for day, one in in_book.items() if one.made_at is not None and day < self.today}
        began = first_day(session, zone)
        unmade = [day for day in days(period.first, min(period.last, self.today)) if day not in made]
        unmade = [day for day in unmade if began is not None and (day >= began or day == self.today)]
        live = [day for day in unmade if (self.today - day).days < LIVE_DAYS]
        thinned = tuple(sorted(day for day in made if in_book[day].thinned_at is not None))
        self._made = made
        self.seen = Seen(tuple(live), tuple(day for day in unmade if day not in live), thinned)
        self._live: dict[type[Base], dict[date, Counted]] = {}

    def weekdays(self) -> dict[int, int]:
        """How many Mondays (0), Tuesdays ... are counted."""
        counted = [day.weekday() for day in (*self._made, *self.seen.live)]
        return {weekday: counted.count(weekday) for weekday in range(7)}

    def by(
        self, table: type[Base], columns: Sequence[str], where: Mapping[str, Any] | None = None
    ) -> dict[Key, list[int]]:
        """Figures of `table` added up by these columns, `day` among them perhaps. `where`: the value that a column has;
        of a list of values, one of them."""
        wanted = {name: set(given) if isinstance(given, list) else {given} for name, given in (where or {}).items()}
        found = Counted()
        for key, values in self._stored(table, columns, wanted):
            found.add(table, key, values)
        places = {name: place for place, name in enumerate(keys_of(table))}
        for day, counted in self._counted(table).items():
            for key, values in counted.figures.get(table, {}).items():
                if all(key[places[name]] in some for name, some in wanted.items()):
                    shown = tuple(day if name == "day" else key[places[name]] for name in columns)
                    found.add(table, shown, values)
        return found.figures.get(table, {})

    def _stored(
        self, table: Any, columns: Sequence[str], wanted: Mapping[str, set[Any]]
    ) -> list[tuple[Key, list[int]]]:
        if not self._made:
            return []
        shown = [getattr(table, name) for name in columns]
        sums = [func.sum(getattr(table, name)) for name in values_of(table)]
        query = select(*shown, *sums).where(table.day.between(min(self._made), max(self._made)))
        if unmade := (*self.seen.live, *self.seen.missing):  # half written, or made meanwhile
            query = query.where(table.day.not_in(unmade))
        for name, some in wanted.items():
            query = query.where(getattr(table, name).in_(some))
        if shown:
            query = query.group_by(*shown)
        rows = [tuple(row) for row in self._session.execute(query)]
        width = len(columns)
        return [(row[:width], [int(value or 0) for value in row[width:]]) for row in rows]

    def _counted(self, table: type[Base]) -> Mapping[date, Counted]:
        """The days that are counted live."""
        if table not in self._live:
            count, tables = next((count, tables) for count, tables in COUNTS.items() if table in tables)
            by_day: dict[date, Counted] = {}
            for day in self.seen.live:
                by_day[day] = Counted()
                count(self._session, whole(day, self._zone), by_day[day])
            self._live.update(dict.fromkeys(tables, by_day))
        return self._live[table]


def made_until(session: Session) -> date | None:
    """The last day whose figures are made."""
    found: date | None = session.scalar(select(func.max(ReportDayRow.day)).where(ReportDayRow.made_at.is_not(None)))
    return found
