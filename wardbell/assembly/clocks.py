"""The clock that whatever waits goes by, and what moves with it when somebody sets the machine's.

Calendars, the trace and what people are shown keep to the clock on the wall.
"""

from __future__ import annotations

from datetime import timedelta

from twisted.logger import Logger

from background.spawn import spawn
from background.steady_clock import SteadyClock
from db.errors import DatabaseError
from notify.notices.shift import shift
from wardbell.assembly.ground import Ground
from wardbell.parts import boottime, wallclock

log = Logger()


class Clocks:
    """`tick` once a second."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.steady = SteadyClock(wallclock, boottime, self._shift, ground.settings.clock_note)

    def tick(self) -> None:
        """Compare the two."""
        spawn(self._look(), "comparing the clocks")

    async def _look(self) -> None:
        try:
            await self.steady.look()
        except DatabaseError as wrong:
            log.error("due times could not be moved with the clock, trying again: {wrong}", wrong=wrong)

    async def _shift(self, by: timedelta) -> None:
        await self._ground.database.run(shift, by, self._ground.settings.engine, self.steady())
