"""What the service measures of itself, shown: what is asked when somebody looks, and the port for it."""

from __future__ import annotations

from collections import Counter

from ivr.in_progress.line_now import line_now
from wardbell.assembly.calls import Calls
from wardbell.assembly.ground import Ground
from wardbell.assembly.hl7 import Hl7Port
from wardbell.assembly.line import TelephoneLine
from wardbell.assembly.on_air import EditionOnAir
from wardbell.engine_thread import EngineThread
from wardbell.metrics.standing import EngineStanding, Standing
from wardbell.metrics.web import MetricsPort
from wardbell.parts import wallclock


class Measurements:
    """`start`, then `stop`, which blocks."""

    def __init__(self, ground: Ground, edition: EditionOnAir, calls: Calls, line: TelephoneLine, hl7: Hl7Port) -> None:
        self._ground = ground
        self._live = edition.live
        self._calls = calls.in_progress
        self._pool = line.pool
        self._senders = hl7.door
        self._thread = EngineThread(ground.reactor)
        ground.metrics.add(Standing(ground.database, self._asked, wallclock))
        own = ground.settings.metrics
        self._port = MetricsPort(ground.metrics, own.host, own.port) if own.port else None

    async def start(self) -> None:
        """Serve them, when that is wanted."""
        if self._port is not None:
            await self._ground.slow(self._port.start)

    def stop(self) -> None:
        """Serve them no more."""
        if self._port is not None:
            self._port.stop()

    def _asked(self) -> EngineStanding:
        return self._thread.ask(self._stands)

    def _stands(self) -> EngineStanding:
        calls = Counter(call.direction for call in self._calls.calls())
        line = line_now(self._pool, self._calls.trunk)
        return EngineStanding(line, calls, self._senders.connections, self._live.now.head.number)
