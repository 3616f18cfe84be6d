"""Says what can be pressed and gathers the keys. In a trace: `keys` (a secret is masked), `no_input`, `too_soon`.

How keys make an input is the flow's (`ivr.flow.gathering`).
"""

from __future__ import annotations

from dataclasses import replace

from ivr.call.notes import HIDDEN
from ivr.call.speaker import Heard
from ivr.call.talk import Talk
from ivr.flow.commands import Collect, Keys, NoInput
from ivr.flow.gathering import Gathering
from ivr.switch.line import LineGone

TOO_SOON = 0.6
"""Seconds of a confirmation of money or a booking that must have been heard before a key counts."""
HASTE = 3
"""How often such a confirmation starts over before the line just waits for a key."""
LATE_KEY = 0.2
"""The key that stopped a play may arrive a moment after the play's end."""


class GatherKeys:
    """Implements `Errand`."""

    of = Collect

    async def carry_out(self, talk: Talk, wanted: Collect) -> Keys | NoInput:
        """As `Errand.carry_out`."""
        talk.asked = True
        if talk.unasked:  # the first input: whatever was pressed so far answers nothing
            talk.unasked, wanted = False, replace(wanted, typed_ahead=False)
        if not wanted.typed_ahead:
            talk.leg.forget_keys()
        if wanted.prompts and (wanted.locked or not talk.leg.has_keys):
            talk.said_all([await _offer(talk, wanted)])
        answer = await _gather(talk, wanted)
        if isinstance(answer, Keys):
            talk.leg.input_at = talk.leg.clock.seconds()
            talk.trace.event("keys", keys=HIDDEN if wanted.secret else answer.digits)
        else:
            talk.trace.event("no_input")
        return answer


async def _offer(talk: Talk, wanted: Collect) -> Heard:
    """Play the prompts of an input. A confirmation that a key cuts off before one could have heard it
    is played again: that key was meant for what came before."""
    for _ in range(HASTE):
        heard = await _said(talk, wanted)
        if wanted.typed_ahead or heard.finished or heard.seconds >= TOO_SOON:
            return heard
        await talk.leg.next_key(LATE_KEY)
        talk.leg.forget_keys()
        talk.trace.event("too_soon")
    return heard


async def _said(talk: Talk, wanted: Collect) -> Heard:
    """The prompts of an input. Somebody who pressed a key and hung up in the same moment has answered."""
    began = talk.leg.clock.seconds()
    talk.offering = not wanted.locked
    try:
        return await talk.speaker.say(
            wanted.prompts, locked=wanted.locked, keep_keys=wanted.keep_keys, secret=wanted.secret
        )
    except LineGone:
        if not talk.key_waits:
            raise
        return Heard(seconds=talk.leg.clock.seconds() - began)
    finally:
        talk.offering = False


async def _gather(talk: Talk, wanted: Collect) -> Keys | NoInput:
    """Keys until the input is complete. The time counts from now: the prompts are over, or a key cut them off."""
    leg, gathering = talk.leg, Gathering(wanted)
    began = leg.clock.seconds()
    while True:
        key = await leg.next_key(gathering.patience(leg.clock.seconds() - began))
        answer = gathering.over() if key is None else gathering.key(key)
        if answer is None:
            continue
        if wanted.end_key and key not in (None, wanted.end_key):
            leg.pass_over(wanted.end_key)
        return answer
