"""Calls that go out on a trunk: a number becomes a SIP address, and the switch dials it."""

from __future__ import annotations

from ivr.switch.line import Line, LineListener, Switch
from ivr.trunks.trunk import Trunk


class TrunkLines:
    """Implements `ivr.call.way_out.WayOut`."""

    def __init__(self, switch: Switch, trunk: Trunk) -> None:
        self._switch = switch
        self._trunk = trunk

    @property
    def caller_id(self) -> str:
        """As `WayOut.caller_id`."""
        return self._trunk.caller_id

    def check(self, number: str) -> None:
        """As `WayOut.check`."""
        self._trunk.uri(number)

    async def dial(self, number: str, *, ring: float, listener: LineListener, beside: Line | None = None) -> Line:
        """As `WayOut.dial`."""
        return await self._switch.dial(
            self._trunk.uri(number), caller_id=self.caller_id, timeout=ring, beside=beside, listener=listener
        )
