"""Notices: the outbox that calls people, and the board on which flows put what happened."""

from __future__ import annotations

from background.spawn import spawn
from notify.notice_board import StoredBoard
from notify.notices.budget import LineBudget
from notify.notices.line_telephone import LineTelephone
from notify.notices.outbox import Outbox, OutboxParts
from notify.notices.reports import LogReports
from notify.notices.wards import phonebook
from wardbell.assembly.clocks import Clocks
from wardbell.assembly.confirming import Confirming
from wardbell.assembly.ground import Ground
from wardbell.assembly.line import TelephoneLine
from wardbell.assembly.on_air import EditionOnAir


class Notices:
    """`start` when the line takes calls; `tick` each second."""

    def __init__(
        self, ground: Ground, clocks: Clocks, edition: EditionOnAir, line: TelephoneLine, confirming: Confirming
    ) -> None:
        settings, steady, rules = ground.settings, clocks.steady, edition.live.rules
        self._drain = settings.sip.drain
        self.outbox = Outbox(
            OutboxParts(
                clock=ground.reactor,
                wallclock=steady,
                transactions=ground.database,
                rules=rules,
                phonebook=phonebook,
                telephone=LineTelephone(line.switchboard, line.way_out, steady),
                capacity=line.pool.capacity,
                reports=LogReports(),
                owner=settings.engine,
                budget=LineBudget(settings.outbound.reserve, settings.outbound.alerts),
                confirmations=confirming.confirmations,
            )
        )
        self.board = StoredBoard(ground.database, rules, steady, self.outbox.poke)

    def start(self) -> None:
        """Go on with what an earlier life of this engine had in the air, then call."""
        spawn(self.outbox.start(), "taking over notices")

    def tick(self) -> None:
        """Call what is due, and put right what time has changed."""
        self.outbox.tick()

    async def drain(self) -> None:
        """Dial no more, and write down what becomes of the calls in progress."""
        await self.outbox.drain(self._drain)
