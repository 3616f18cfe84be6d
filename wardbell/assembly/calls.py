"""The rows of calls: those in progress, those of before, and the calls of older versions."""

from __future__ import annotations

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.spawn import spawn
from ivr.in_progress.board import CallsInProgress
from ivr.record.older_calls import tell_older
from ivr.record.trace import CallBook
from wardbell.assembly.ground import Ground
from wardbell.assembly.on_air import EditionOnAir
from wardbell.metrics.calls import MeasuredBook
from wardbell.parts import wallclock

log = Logger()

PAUSE = 0.05
"""Seconds between two slices of work that can wait."""


class Calls:
    """`adopt` before the first call, `flush` after the last."""

    def __init__(self, ground: Ground, edition: EditionOnAir) -> None:
        self._ground = ground
        reactor = ground.reactor
        self._book = CallBook(ground.database, reactor, wallclock, ground.settings.engine)
        measured = MeasuredBook(self._book, ground.metrics, reactor.seconds)
        self.in_progress = CallsInProgress(measured, edition.live.edition, reactor, wallclock)
        self._older: Deferred[None] | None = None
        """Work that can wait for the next start."""

    async def adopt(self) -> None:
        """Close the rows of calls that an earlier life of this engine left."""
        closed = await self._ground.patiently(self._book.adopt)
        if closed:
            log.warn("{n} calls were in progress when this engine last stopped", n=closed)

    def tell_older(self) -> None:
        """Calls of a version before get their legs."""
        self._older = spawn(self._tell_older(), "giving legs to older calls")

    def stop(self) -> None:
        """Leave what can wait."""
        if self._older is not None:
            self._older.cancel()

    async def flush(self) -> None:
        """Write what is left of the traces."""
        await self._ground.within_grace(self._book.flush(), "writing the last call traces")

    async def _tell_older(self) -> None:
        told = 0
        while some := await self._ground.patiently(lambda: self._ground.database.run(tell_older)):
            told += some
            await self._ground.pause(PAUSE)
        if told:
            log.info("{n} older calls have legs now", n=told)
