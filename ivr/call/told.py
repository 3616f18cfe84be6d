"""How far a call that was ordered has come: its leg, and how the last flow on it went."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from ivr.call.conversation import Finished
from ivr.call.leg import Leg
from ivr.call.order import CallResult
from ivr.call.talk import BREATH
from ivr.switch.line import Cause


class Told:
    """Of one call. `now`: the clock by which its result has its moments."""

    def __init__(self, leg: Leg, now: Callable[[], datetime]) -> None:
        self._leg = leg
        self._now = now
        self.finished = Finished("", {})

    def result(self, cause: Cause) -> CallResult:
        """Of what was told so far. Whoever gave a sign after the end of a text, later, has heard it."""
        leg, finished = self._leg, self.finished
        vouched = finished.unvouched is not None and leg.down.here and leg.last_sign > finished.unvouched - BREATH
        return CallResult(
            cause,
            answered=leg.up.here,
            heard=finished.heard or vouched,
            outcome=finished.outcome,
            variables=finished.variables,
            call_id=leg.call_id,
            rang_at=self._at(leg.rang.value),
            answered_at=self._at(leg.up.value),
        )

    def _at(self, second: float | None) -> datetime | None:
        """A second of the clock as a moment."""
        return None if second is None else self._now() - timedelta(seconds=self._leg.clock.seconds() - second)
