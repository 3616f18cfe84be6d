"""Past days, added up for the reports and healed."""

from __future__ import annotations

import os
from datetime import date, timedelta

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.spawn import spawn
from db.errors import DatabaseError
from reports.days import day_at
from reports.rolling import Rolling
from wardbell.assembly.ground import Ground
from wardbell.parts import wallclock

log = Logger()

DAYS_LOOKED_AT = 600.0
"""Seconds between two rounds of the book of days."""
LATELY = timedelta(days=3)
"""Days that each of these rounds looks at, whatever it expects; that of the night looks at all."""


class BookOfDays:
    """`look` every `DAYS_LOOKED_AT`, `night` once a day; one round at a time."""

    def __init__(self, ground: Ground) -> None:
        self._zone = ground.zone
        owner = f"{ground.settings.engine}:{os.getpid()}"
        self._rolling = Rolling(ground.database, wallclock, ground.zone, owner, ground.pause)
        self._round: Deferred[None] | None = None
        """One that goes on, or the last."""

    def look(self) -> None:
        """The last days."""
        self._begin(day_at(wallclock(), self._zone) - LATELY)

    def night(self) -> None:
        """Every day that there is."""
        self._begin(date.min)

    def stop(self) -> None:
        """Leave the round that goes on to the next start."""
        if self._round is not None:
            self._round.cancel()

    def _begin(self, since: date) -> None:
        if self._round is None or self._round.called:
            self._round = spawn(self._look(since), "adding up past days")

    async def _look(self, since: date) -> None:
        try:
            healed = await self._rolling.round(since)
        except DatabaseError as wrong:
            log.error("past days wait for the database: {wrong}", wrong=wrong)
            return
        if healed.made:
            log.info("{n} days were added up for the reports", n=len(healed.made))
        for day in healed.thinned:
            log.warn("calls of {day} were deleted: the reports keep its figures of before", day=str(day))
