"""A call that another system has the line make: a telephone of the hospital rings first, and when somebody is there the
other one; then the two talk. Nobody outside is rung before somebody of the hospital is on the line.

Which numbers may be asked for is the asker's; how a number is dialled the trunk's.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.defer import CancelledError, Deferred
from twisted.logger import Logger

from background.reactor import Time
from background.spawn import spawn
from ivr.call.book import Book, CallBegun, CallNotes
from ivr.call.dialler import Dialler
from ivr.call.leg import Leg
from ivr.call.notes import Position
from ivr.call.way_out import WayOut
from ivr.flow.verbs.dial import DialNow
from ivr.record.redacted import Number
from ivr.switch.line import Line, LineGone

log = Logger()

UNANSWERED = "not_answered"
"""The outcome of a call whose first telephone nobody took."""


class Originator:
    """Makes such calls."""

    def __init__(self, way: WayOut, dialler: Dialler, book: Book, clock: Time) -> None:
        self._way = way
        self._dialler = dialler
        self._book = book
        self._clock = clock

    async def call(
        self,
        own: str,
        other: str,
        ring: float,
        begun: Callable[[str], object],
        failed: Callable[[Exception], object],
    ) -> None:
        """The whole call. `begun` gets its id as soon as the first telephone is dialled, else `failed` why not."""
        leg = Leg(self._clock)
        try:
            self._way.check(other)
            line = await self._way.dial(own, ring=ring, listener=leg)
        except Exception as wrong:  # noqa: BLE001 - told to whoever asked
            failed(wrong)
            return
        leg.takes(line)
        notes = self._book.begin(CallBegun(line.call_id, "out", own, self._way.caller_id, "", "", seat=line.seat))
        leg.rang.then(lambda _: notes.rang())
        leg.down.then(notes.hung_up)
        log.info("call {call} dials {own} for the API", call=line.call_id, own=Number(own))
        begun(line.call_id)
        outcome = UNANSWERED
        try:
            if await leg.picked_up():
                notes.answered()
                dial = DialNow(other, (), ring)
                talking = Deferred.fromCoroutine(self._dialler.connect(leg, dial, Position(line.call_id), notes))
                leg.down.then(lambda _: talking.cancel())
                outcome = (await talking).name
                await line.hang_up()
        except (LineGone, CancelledError):
            outcome = "hung_up"
            if not leg.down.here:  # the service stops
                await line.hang_up()
        except Exception:
            spawn(_let_go(line, leg, notes), f"hanging up call {line.call_id}")
            raise
        notes.finished(await leg.down.wait(), outcome)


async def _let_go(line: Line, leg: Leg, notes: CallNotes) -> None:
    await line.hang_up()
    notes.finished(await leg.down.wait(), "cut_off")
