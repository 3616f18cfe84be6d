"""The hospital's own rules as calls reach them: cards and PINs, what flows may ask; and its clerks' imports."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from twisted.logger import Logger

from actions.action import Action
from background.spawn import spawn
from db.errors import DatabaseError
from hospital.actions import hospital_actions
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PepperedPins
from hospital.fees.scheme import Insurance
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
        self._insurance: Callable[[], Insurance] = Insurance
        self.pins = PinCheck(
            ground.database,
            PepperedPins(ground.parts.pepper),
            ground.slow,
            clocks.steady,
            ground.settings.pins.shared_callers,
            pause=ground.pause,
        )
        self.actions: Mapping[str, Action] = hospital_actions(
            ground.database, self.pins, ground.calendar, wallclock, lambda: self._insurance()
        )

    def go_by(self, insurance: Callable[[], Insurance]) -> None:
        """Bills go by what is live, which is known later than what flows may ask."""
        self._insurance = insurance

    def go_on(self) -> None:
        """Clerks' imports that were decided on and then interrupted are carried out."""
        spawn(self._go_on(), "carrying out imports")

    async def _go_on(self) -> None:
        try:
            await self._ground.slow(lambda: Staging(self._ground.database, wallclock).go_on(KINDS))
        except DatabaseError as wrong:
            log.error("interrupted imports wait for the database: {wrong}", wrong=wrong)
