"""The console and the API, in threads of their own, and the doors through which they reach the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivr.in_progress.hang_ups import HangUps
from wardbell.assembly.calls import Calls
from wardbell.assembly.ground import Ground
from wardbell.assembly.hl7 import Hl7Port
from wardbell.assembly.line import TelephoneLine
from wardbell.assembly.notices import Notices
from wardbell.assembly.on_air import EditionOnAir
from wardbell.assembly.outgoing import OutgoingCalls
from wardbell.parts import wallclock
from wardbell.watched_engine import WatchedEngine
from wardbell.web_door import EngineDoor

if TYPE_CHECKING:
    from wardbell.web_side import WebSide


class Console:
    """`start`, then `stop`, which blocks for seconds; `tick` each second for what other engines' consoles want."""

    def __init__(
        self,
        ground: Ground,
        edition: EditionOnAir,
        calls: Calls,
        line: TelephoneLine,
        outgoing: OutgoingCalls,
        notices: Notices,
        hl7: Hl7Port,
    ) -> None:
        self._ground = ground
        reactor, live = ground.reactor, edition.live
        watched = WatchedEngine(reactor, ground.settings.engine, calls.in_progress, line.pool, hl7.door, live)
        door = EngineDoor(reactor, line.pool, notices.outbox, hl7.intake, live.rules, live.numbers, watched)
        self._hang_ups = HangUps(ground.database, ground.settings.engine, watched.end, wallclock)
        self._side = _side(ground, door, calls, line, outgoing, edition)

    def tick(self) -> None:
        """Hang up what somebody at another engine's console ends."""
        self._hang_ups.tick()

    async def start(self) -> None:
        """Serve it, when it is wanted."""
        if self._side is not None:
            await self._ground.slow(self._side.start)

    def stop(self) -> None:
        """Let requests in progress end, and close."""
        if self._side is not None:
            self._side.stop()


def _side(
    ground: Ground, door: EngineDoor, calls: Calls, line: TelephoneLine, outgoing: OutgoingCalls, edition: EditionOnAir
) -> WebSide | None:
    """The console, when it is wanted; its libraries are half a second and 40 MB that nobody else needs."""
    if not ground.settings.web.port:
        return None
    from wardbell.api_line import EngineApiLine
    from wardbell.web_side import WebSide

    reserve = ground.settings.outbound.reserve
    asked = EngineApiLine(ground.reactor, door, line.pool, calls.in_progress, outgoing.originator, reserve)
    return WebSide(ground.parts, door, asked, ground.metrics, edition.live.insurance)
