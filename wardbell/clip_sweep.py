"""Each night: the clips that callers heard are marked, and those that nobody will miss are deleted.

What may go is the prompts room's (`prompts/sweep.py`); `wardbell prompts gc` does the same when IT asks for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from weakref import WeakSet

from twisted.logger import Logger

from db.database import Transactions
from hospital.clinic.calendar import HospitalCalendar
from prompts.render import Known, names_ahead
from prompts.studio import Studio
from prompts.sweep import Swept, sweep
from wardbell.known import known_values

log = Logger()


class ClipSweep:
    """`watch` each studio that calls may use; `night` once a day."""

    def __init__(
        self,
        transactions: Transactions,
        aside: Callable[[Callable[[], Swept]], Awaitable[Any]],
        calendar: HospitalCalendar,
        wallclock: Callable[[], datetime],
        folder: Path,
        limit: int,
    ) -> None:
        """`aside` does slow work on a thread of its own; `limit`: bytes that the clips of `folder` may take."""
        self._transactions = transactions
        self._aside = aside
        self._calendar = calendar
        self._wallclock = wallclock
        self._folder = folder
        self._limit = limit
        self._studios: WeakSet[Studio] = WeakSet()

    def watch(self, studio: Studio) -> Studio:
        """Its clips are in use from now on, as long as an edition or a call uses it."""
        self._studios.add(studio)
        return studio

    def studios(self) -> list[Studio]:
        """Those in use."""
        return list(self._studios)

    async def night(self) -> None:
        """Mark, then sweep; clips of the texts and names in use stay whatever the limit."""
        now = self._wallclock()
        known: Sequence[Known] = await self._transactions.run(known_values, self._calendar, now)
        studios = list(self._studios)

        def work() -> Swept:
            for studio in studios:
                studio.stamp(now.timestamp())
            keep = {name for studio in studios for name in names_ahead(studio, known)}
            swept = sweep(self._folder, keep, now=now.timestamp(), limit=self._limit, older=None)
            for studio in studios:
                studio.look_again()
            return swept

        swept: Swept = await self._aside(work)
        if swept.gone:
            log.info("clips: {swept}", swept=str(swept))
