"""Numbers that somebody closed, and the feature codes that close them."""

from __future__ import annotations

from collections.abc import Mapping

from actions.action import Action
from ivr.numbers.closings import Closings
from ivr.numbers.line_actions import LineActions
from wardbell.assembly.ground import Ground
from wardbell.assembly.hospital import Hospital
from wardbell.assembly.on_air import EditionOnAir
from wardbell.parts import wallclock


class ClosedNumbers:
    """`read` at the start, `tick` each second."""

    def __init__(self, ground: Ground, edition: EditionOnAir, hospital: Hospital) -> None:
        self._ground = ground
        self.closings = Closings(ground.database)
        lines = LineActions(ground.database, self.closings, edition.live.numbers, hospital.pins, wallclock, ground.zone)
        self.actions: Mapping[str, Action] = lines.actions()

    async def read(self) -> None:
        """Know them, before the first call."""
        await self._ground.patiently(self.closings.read)

    def tick(self) -> None:
        """Read again."""
        self.closings.tick()
