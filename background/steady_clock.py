"""A wall clock that does not jump: what waits, waits as long as it should, whoever sets the machine's clock.

It goes on by the time since the start of the machine. When the real clock shows another time and keeps to it, it was
set right: then this one follows, after whoever waits by it was told by how much. Calendars and what people are shown
keep to the real one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from pathlib import Path

from twisted.logger import Logger

log = Logger()

SLEW = timedelta(seconds=1)
"""Differences up to this are the work of a time server: they are followed at once."""
PATIENCE = 60.0
"""Seconds for which the real clock has to keep its new time before it is believed."""


class SteadyClock:
    """`clock()` is the time. `look` once a second; `shift` moves what was set by waiting, before the clock is moved."""

    def __init__(
        self,
        wall: Callable[[], datetime],
        seconds: Callable[[], float],
        shift: Callable[[timedelta], Awaitable[None]],
        note: Path | None = None,
    ) -> None:
        """`seconds` of a clock that nobody can set. `note`: a file for the doctor."""
        self._wall = wall
        self._seconds = seconds
        self._shift = shift
        self._note = note
        self._anchor, self._since = wall(), seconds()
        self._off: timedelta | None = None
        """How far the real clock was off when that was first seen."""
        self._seen = 0.0
        self._moving = False

    def __call__(self) -> datetime:
        """Now, aware, in UTC."""
        return self._anchor + timedelta(seconds=self._seconds() - self._since)

    async def look(self) -> None:
        """Compare the clocks. Raises what `shift` raises; then it is tried again."""
        off = self._wall() - self()
        if self._moving:
            return
        if abs(off) <= SLEW:
            if self._off is not None:
                log.warn("the machine's clock is back where it was: nothing was delayed or expired by it")
            self._off = None
            self._move(off)
        elif self._off is None or abs(off - self._off) > SLEW:
            self._off, self._seen = off, self._seconds()
            log.error(
                "the machine's clock jumped by {off}: due times keep to the old time"
                " until the new one has held for {n:.0f} s",
                off=told(off),
                n=PATIENCE,
            )
            self._remember(off)
        elif self._seconds() - self._seen >= PATIENCE:
            self._moving = True
            try:
                await self._shift(off)
            finally:
                self._moving = False
            self._off = None
            self._move(off)
            log.warn("the machine's clock was set by {off}: due times were moved with it", off=told(off))

    def _move(self, by: timedelta) -> None:
        self._anchor, self._since = self() + by, self._seconds()

    def _remember(self, off: timedelta) -> None:
        if self._note is None:
            return
        try:
            self._note.write_text(f"{self._wall().isoformat()} {off.total_seconds():.0f}\n", encoding="ascii")
        except OSError as wrong:
            log.error("the jump of the clock could not be noted for the doctor: {wrong}", wrong=wrong)


def told(off: timedelta) -> str:
    """A difference in people's words."""
    return f"{'-' if off < timedelta(0) else '+'}{str(abs(off)).partition('.')[0]}"


def last_jump(note: Path) -> tuple[datetime, timedelta] | None:
    """When the clock jumped last, and by how much; None: never, or nobody knows."""
    try:
        at, seconds = note.read_text(encoding="ascii").split()
        return datetime.fromisoformat(at), timedelta(seconds=int(seconds))
    except (OSError, ValueError):
        return None
