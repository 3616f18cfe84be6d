"""A second leg beside a caller's, on the trunk: somebody is called, and the two talk.

The dialler lets the caller hear that it rings (a tone of ours: what the other exchange might play before the
answer is not heard), joins the two, and lets go of the second leg whatever happens to the first. What is said
before and after is the conversation's; which line it takes is the switch's. Both legs are on one worker.
"""

from __future__ import annotations

import math
from pathlib import Path

from twisted.logger import Logger

from background.spawn import spawn
from ivr.call.leg import Leg
from ivr.call.notes import Notes, Position
from ivr.call.tones import Tones
from ivr.call.way_out import WayOut
from ivr.flow.commands import Outcome
from ivr.flow.verbs.dial import DialNow
from ivr.record.legs import FIRST, LINE, Legs, Role
from ivr.record.redacted import Number
from ivr.switch.line import Cause, Ended, Line, LineGone, NoLineFree, SwitchRefused

log = Logger()

TALKED, BUSY, NO_ANSWER, REFUSED, ERROR = "talked", "busy", "no_answer", "refused", "error"
OUTCOMES = {Cause.BUSY: BUSY, Cause.NO_ANSWER: NO_ANSWER, Cause.REJECTED: REFUSED}
"""What a call that was not answered is for a flow; every other cause is `error`, and in the log."""


class TrunkDialler:
    """Implements `Dialler` with a call on the trunk, which is another leg of the caller's."""

    def __init__(self, way: WayOut, tones: Tones) -> None:
        self._way = way
        self._tones = tones

    async def connect(self, leg: Leg, wanted: DialNow, place: Position, notes: Notes) -> Outcome:
        """As `Dialler.connect`."""
        if leg.down.here:
            raise LineGone("the caller has hung up")
        callee = Leg(leg.clock)
        try:
            line = await self._way.dial(wanted.number, ring=wanted.ring, listener=callee, beside=leg.line)
        except (SwitchRefused, NoLineFree) as wrong:
            log.error("call {call} cannot be put through: {wrong}", call=leg.call_id, wrong=wrong)
            notes.event("dial", number=wanted.number, outcome=ERROR, why=str(wrong))
            return Outcome(ERROR)
        callee.takes(line)
        _keep(notes.legs, leg, callee, wanted)
        log.info("call {call} dials {number}", call=leg.call_id, number=Number(wanted.number))
        outcome = Outcome("hung_up")
        try:
            outcome = await self._talk(leg, callee, line, wanted.ring)
        finally:
            notes.event("dial", number=wanted.number, leg=line.call_id, outcome=outcome.name, **outcome.values)
            if not callee.down.here:
                spawn(line.hang_up(), f"letting go of {line.call_id}")
        return outcome

    async def _talk(self, leg: Leg, callee: Leg, line: Line, ring: float) -> Outcome:
        ringing = [self._tones.ringing] * (math.ceil(ring / self._tones.ringing_seconds) + 1)
        spawn(_play(leg, ringing), f"ringing in call {leg.call_id}")
        answered = await callee.picked_up()
        await leg.line.stop()
        if not answered:
            return _unanswered(await callee.down.wait(), line)
        try:
            await leg.line.bridge(line)
        except (LineGone, SwitchRefused) as wrong:  # one of the two has just hung up
            log.debug("call {call}: {wrong}", call=leg.call_id, wrong=wrong)
            spawn(line.hang_up(), f"letting go of {line.call_id}")
        await callee.down.wait()
        return Outcome(TALKED, {"seconds": round(leg.clock.seconds() - (callee.up.value or 0.0))})


def _keep(legs: Legs, leg: Leg, callee: Leg, wanted: DialNow) -> None:
    """What becomes of the second leg, to its end, whatever becomes of the first."""
    second = legs.begin(Role(wanted.who), wanted.number, seat=callee.line.seat)
    legs.waits(FIRST, second)

    def answered(_: float) -> None:
        legs.answered(second)
        legs.joined(FIRST, second)

    callee.rang.then(lambda _: legs.rang(second))
    callee.up.then(answered)
    callee.down.then(lambda end: legs.hung_up(second, end, otherwise=FIRST if leg.down.here else LINE))


def _unanswered(end: Ended, line: Line) -> Outcome:
    outcome = OUTCOMES.get(end.cause, ERROR)
    if outcome == ERROR:
        log.warn(
            "call {call} was not put through: {cause} ({code})", call=line.call_id, cause=end.cause, code=end.sip_code
        )
    return Outcome(outcome)


async def _play(leg: Leg, clips: list[Path]) -> None:
    """Until it is stopped, or the caller goes."""
    try:
        await leg.play(clips)
    except (LineGone, SwitchRefused) as silent:
        log.debug("no ringing in call {call}: {silent}", call=leg.call_id, silent=silent)
