"""The hospital's messages: the port that they come in at, and what is answered to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from twisted.internet.error import CannotListenError

from notify.hl7.character_sets import reading_order
from notify.mllp.bills import Bills
from notify.mllp.door import MllpDoor
from notify.mllp.intake import Intake, Interface
from notify.mllp.limits import MllpLimits
from notify.mllp.messages import Freshness
from notify.notices.wards import variables
from wardbell.assembly.clocks import Clocks
from wardbell.assembly.ground import Ground
from wardbell.assembly.notices import Notices
from wardbell.assembly.on_air import EditionOnAir
from wardbell.errors import CannotStart
from wardbell.settings import Hl7


class Hl7Port:
    """`listen`, then `close`."""

    def __init__(self, ground: Ground, clocks: Clocks, edition: EditionOnAir, notices: Notices) -> None:
        self._reactor = ground.reactor
        own = self._own = ground.settings.hl7
        self.intake = Intake(
            ground.database,
            edition.live.rules,
            variables,
            clocks.steady,
            notices.outbox.poke,
            _interface(own, ground.zone),
            ground.reactor,
            answered=ground.metrics.hl7_answered,
            bills=Bills(edition.live.insurance, ground.zone).take,
        )
        limits = MllpLimits(longest=own.longest, connections=own.connections)
        self.door = MllpDoor(ground.reactor, self.intake, own.peers, limits)
        self._port: Any = None

    def listen(self) -> None:
        """Take messages. Raises `CannotStart` when the port is taken."""
        own = self._own
        try:
            self._port = self._reactor.listenTCP(own.port, self.door, interface=own.host)
        except CannotListenError as taken:
            raise CannotStart(f"HL7 cannot listen on {own.host}:{own.port}: {taken.socketError}") from taken

    async def close(self) -> None:
        """Take no more messages, and answer those that came."""
        if self._port is not None:
            await self._port.stopListening()
            await self.door.drain()


def _interface(own: Hl7, zone: ZoneInfo) -> Interface:
    return Interface(
        order=reading_order(own.encoding, own.guess, zone.key),
        freshness=Freshness(zone, timedelta(hours=own.stale_hours), timedelta(minutes=own.same_visit_minutes)),
        hold=own.hold,
        keeps=own.keep_days > 0,
    )
