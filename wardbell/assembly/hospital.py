"""The hospital's own rules as calls reach them: cards and PINs, what flows may ask; and its clerks' imports."""

from __future__ import annotations

from collections.abc import Mapping

from twisted.logger import Logger

from actions.action import Action
from background.spawn import spawn
from db.errors import DatabaseError
from hospital.actions import hospital_actions
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PepperedPins
from hospital.imports import KINDS
from hospital.staging import Staging
from wardbell.assembly.clocks import Clocks
from wardbell.assembly.ground import Ground
from wardbell.parts import wallclock

log = Logger()


class Hospital:
    """Raises `BadPepper` for a pepper that cannot be used."""

    def __init__(self, ground: Ground, clocks: Clocks) -> None:
        self._ground = ground
        self.pins = PinCheck(
            ground.database,
            PepperedPins(ground.parts.pepper),
            ground.slow,
            clocks.steady,
            ground.settings.pins.shared_callers,
            pause=ground.pause,
        )
        self.actions: Mapping[str, Action] = hospital_actions(ground.database, self.pins, ground.calendar, wallclock)

    def go_on(self) -> None:
        """Clerks' imports that were decided on and then interrupted are carried out."""
        spawn(self._go_on(), "carrying out imports")

    async def _go_on(self) -> None:
        try:
            await self._ground.slow(lambda: Staging(self._ground.database, wallclock).go_on(KINDS))
        except DatabaseError as wrong:
            log.error("interrupted imports wait for the database: {wrong}", wrong=wrong)
