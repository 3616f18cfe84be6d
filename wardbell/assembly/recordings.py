"""What callers said: kept, taken over after a crash, deleted when the hospital wants it no longer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from twisted.logger import Logger

from background.spawn import spawn
from ivr.call.tones import Tones
from ivr.recordings.rows import RecordingRecord
from ivr.recordings.store import RecordingStore
from wardbell.assembly.ground import Ground
from wardbell.parts import wallclock

log = Logger()


class Recordings:
    """`left_over` before the first call, then `take_over`; `night` once a day."""

    def __init__(self, ground: Ground, tones: Tones) -> None:
        self._ground = ground
        settings = ground.settings
        self.store = RecordingStore(
            settings.callers_dir, tones.beep, ground.database, ground.slow, wallclock, settings.engine
        )

    async def left_over(self) -> Sequence[RecordingRecord]:
        """Recordings that ran when this engine last stopped."""
        return await self._ground.patiently(self.store.left_over)

    def take_over(self, left: Sequence[RecordingRecord]) -> None:
        """Keep what of these is on disk."""
        spawn(self._take_over(left), "taking over recordings")

    def night(self) -> None:
        """What callers said is kept no longer than the hospital wants."""
        spawn(self._sweep(), "sweeping old recordings")

    async def _take_over(self, left: Sequence[RecordingRecord]) -> None:
        found = await self.store.adopt(left)
        if found:
            log.warn("{n} recordings were running when this engine last stopped: they are kept", n=found)

    async def _sweep(self) -> None:
        days = self._ground.settings.recordings.keep_days
        swept = await self.store.sweep(timedelta(days=days))
        if swept:
            log.info("{n} recordings were older than {days} days", n=swept, days=days)
