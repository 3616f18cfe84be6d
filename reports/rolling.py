"""Makes the figures of past days, and heals them: days that are missing after an outage, days of which a call ended
late, or was written or deleted afterwards.

A few hours of a day are counted in one reading transaction, and what changes of its figures is stored in short ones,
with a pause between any two: calls and messages come first. Doing it again, or on several engines at once, changes
nothing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from db.database import Transactions
from db.reading import reading
from reports.counting import COUNTS, Counted
from reports.day_book import SLICE, Verdict, changes, look, mark_thinned, put, take, unmade, write
from reports.days import Stretch, day_at, whole

PAUSE = 0.02
"""Seconds between two transactions."""
AT_ONCE = 100
"""Calls that are counted in one transaction, about: what is counted keeps others from Python meanwhile."""
SETTLING = timedelta(minutes=5)
"""How long after its end a day is left alone: the last entries of its calls are on their way to the tables."""


@dataclass(frozen=True, slots=True)
class Healed:
    """What a round did."""

    looked_at: int = 0
    made: tuple[date, ...] = ()
    thinned: tuple[date, ...] = ()
    """Days of which it was found that calls or notices were deleted."""


class Rolling:
    """Keeps the book of days. `owner` names who does it, as no other at this moment; `pause` waits for others."""

    def __init__(
        self,
        transactions: Transactions,
        wallclock: Callable[[], datetime],
        zone: ZoneInfo,
        owner: str,
        pause: Callable[[float], Awaitable[object]] | None = None,
    ) -> None:
        self._transactions = transactions
        self._wallclock = wallclock
        self._zone = zone
        self._owner = owner
        self._pause = pause

    async def round(self, since: date | None = None) -> Healed:
        """Make what is missing, and look at days of which something could change; from `since` on, at all."""
        today = day_at(self._wallclock() - SETTLING, self._zone)
        due = await self._transactions.run(unmade, today, self._zone, since)
        made: list[date] = []
        thinned: list[date] = []
        for day in due:
            await self._breathe()
            found = await self._transactions.run(look, day, self._zone)
            if found.verdict is Verdict.TO_MAKE and await self.make(day, found.calls):
                made.append(day)
            elif found.verdict is Verdict.THINNED and await self._transactions.run(
                mark_thinned, day, self._wallclock()
            ):
                thinned.append(day)
        return Healed(len(due), tuple(made), tuple(thinned))

    async def make(self, day: date, calls: int) -> bool:
        """Count a day of about so many calls and store its figures; False when another engine is at it."""
        if not await self._transactions.run(take, day, self._owner, self._wallclock()):
            return False
        parts = []
        for stretch in whole(day, self._zone).parts(calls // AT_ONCE + 1):
            parts.append(await self._transactions.run(count_all, stretch))
            await self._breathe()
        counted = Counted.all_of(parts)
        todo = await self._transactions.run(changes, day, counted)
        while len(todo) > SLICE:
            if not await self._transactions.run(write, day, self._owner, todo[:SLICE], self._wallclock()):
                return False
            del todo[:SLICE]
            await self._breathe()
        return await self._transactions.run(put, day, self._owner, todo, counted.size, self._zone, self._wallclock())

    async def _breathe(self) -> None:
        if self._pause is not None:
            await self._pause(PAUSE)


@reading
def count_all(session: Session, stretch: Stretch) -> Counted:
    """Everything that happened in a stretch."""
    counted = Counted()
    for count in COUNTS:
        count(session, stretch, counted)
    return counted
