"""A flood of notices that expired at once, closed in slices beside the ticks of the outbox.

On SQLite everybody waits for a writer: a slice is as large as its predecessors' pace allows within `HELD`. If somebody
waited for its end, the database is left to others for as long as it was held; if nobody did, for a moment, in which
another process can have its turn. On PostgreSQL nobody waits, and slices are larger.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.reactor import Time, Timer, call_later
from db.database import Transactions
from db.errors import DatabaseError
from notify.notices.expiry import expire_slice

log = Logger()

HELD, APART = 0.025, 0.25
"""Seconds that a slice should take: where it holds up every other writer, and where it holds up none."""
MOMENT = 0.1
"""The share of its time for which a slice that nobody waited for leaves the database to others."""


class Pace:
    """How many rows the next slice takes, by what the last one took."""

    LEAST, FIRST, MOST = 200, 400, 20_000
    """The least takes a quiet machine 3 ms: fewer at a time would only mean more turns."""

    def __init__(self) -> None:
        self.rows = self.FIRST

    def took(self, seconds: float, wanted: float) -> None:
        """A slice is done."""
        change = min(max(wanted / max(seconds, 1e-6), 0.25), 2.0)
        self.rows = min(max(int(self.rows * change), self.LEAST), self.MOST)


class Flood:
    """Closes what is over until nothing is left."""

    def __init__(self, transactions: Transactions, clock: Time, wallclock: Callable[[], datetime]) -> None:
        self._transactions = transactions
        self._clock = clock
        self._wallclock = wallclock
        self._stopped = False
        self._rest: tuple[Timer, Deferred[None]] | None = None
        self.running = False
        self.longest = 0.0
        """Seconds that the longest slice took."""

    async def close(self) -> None:
        """Returns when all is closed, the database went away, or it was stopped. Then the next sweep goes on."""
        self.running = True
        pace, after, closed = Pace(), None, 0
        began = self._clock.seconds()
        try:
            while not self._stopped:
                most = pace.rows
                slice_ = await self._transactions.run(expire_slice, self._wallclock(), most, after, self._clock.seconds)
                took = self._clock.seconds() - slice_.began
                self.longest = max(self.longest, took)
                closed, after = closed + slice_.closed, slice_.last
                if slice_.closed < most:
                    break
                pace.took(took, HELD if slice_.alone else APART)
                if slice_.alone:
                    await self._leave_room(took if slice_.awaited else took * MOMENT)
        except DatabaseError as wrong:
            log.error("expired notices could not be closed, so it will be tried again: {wrong}", wrong=wrong)
        finally:
            self.running = False
            took = self._clock.seconds() - began
            log.warn("expired notices closed: {n} in {seconds} s", n=closed, seconds=round(took, 1))

    def stop(self) -> None:
        """No more slices."""
        self._stopped = True
        if self._rest is not None:
            timer, over = self._rest
            timer.cancel()
            over.callback(None)

    async def _leave_room(self, seconds: float) -> None:
        over: Deferred[None] = Deferred()
        self._rest = (call_later(self._clock, seconds, lambda: over.callback(None)), over)
        try:
            await over
        finally:
            self._rest = None
