"""The telephone line: the switch with its workers, the switchboard that gives each call its flow, the trunk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twisted.logger import Logger

from actions.action import Action
from background.spawn import spawn
from ivr.call.errands import errands
from ivr.call.errands.errand import Errand
from ivr.call.switchboard import Switchboard
from ivr.switch.pool import Pool
from ivr.switch.settings import SwitchSettings
from ivr.trunks.trunk import Trunk
from ivr.trunks.trunk_lines import TrunkLines
from wardbell.assembly.calls import Calls
from wardbell.assembly.closed_numbers import ClosedNumbers
from wardbell.assembly.ground import GRACE, Ground
from wardbell.assembly.on_air import EditionOnAir
from wardbell.parts import wallclock
from wardbell.settings import Settings

log = Logger()


class TelephoneLine:
    """Talks, gathers keys and asks; `can` what goes beyond that once it was told how."""

    def __init__(
        self,
        ground: Ground,
        edition: EditionOnAir,
        actions: Mapping[str, Action],
        calls: Calls,
        numbers: ClosedNumbers,
    ) -> None:
        settings = ground.settings
        self._drain = settings.sip.drain
        trunk = Trunk(settings.trunk.target, settings.trunk.caller_id)
        self.switchboard = Switchboard(
            edition.live.air,
            actions,
            calls.in_progress,
            ground.reactor,
            wallclock,
            ground.zone,
            numbers.closings,
            prompt=ground.metrics.prompt.observe,
        )
        self.pool = Pool(ground.reactor, _switch_settings(settings), self.switchboard)
        self.way_out = TrunkLines(self.pool, trunk)

    def can(self, *beyond: Errand[Any]) -> None:
        """What calls can do beyond the line. Told afterwards: who carries it out dials on this line's switch."""
        self.switchboard.errands = errands(*beyond)

    async def start(self) -> None:
        """Take calls."""
        await self.pool.start()

    async def drain(self) -> None:
        """Take no more calls, and let those in progress end."""
        await self.pool.drain(self._drain)

    async def settle(self) -> None:
        """Wait for what calls whose lines are gone still do."""
        await self.switchboard.settle(GRACE)

    def hurry(self) -> None:
        """End the calls in progress now."""
        spawn(self.pool.stop(), "stopping the switch at once")


def _switch_settings(settings: Settings) -> SwitchSettings:
    sip = settings.sip
    return SwitchSettings(
        address=sip.host,
        port=sip.port,
        public_address=sip.public_host,
        lines=sip.lines_per_worker,
        min_workers=sip.workers_min,
        max_workers=sip.workers_max,
        rtp_port=sip.rtp_first,
        rtp_last=sip.rtp_end,
        memory=settings.data_dir,
        media_timeout=sip.media_timeout,
        silence_timeout=sip.silence_timeout,
        hold_timeout=sip.hold_timeout,
        log_level=sip.log_level,
        trunks=settings.trunk.believed,
    )
