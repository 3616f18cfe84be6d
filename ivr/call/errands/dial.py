"""Puts the caller through. In a trace: `dial`, which is the dialler's, because it knows the other leg."""

from __future__ import annotations

from ivr.call.dialler import Dialler
from ivr.call.talk import Talk
from ivr.flow.commands import Outcome
from ivr.flow.verbs.dial import DialNow


class PutCallerThrough:
    """Implements `Errand`."""

    of = DialNow

    def __init__(self, dialler: Dialler) -> None:
        self._dialler = dialler

    async def carry_out(self, talk: Talk, wanted: DialNow) -> Outcome:
        """As `Errand.carry_out`. Keys pressed meanwhile were for the other side."""
        if wanted.prompts:
            await talk.speaker.say(wanted.prompts)
        outcome = await self._dialler.connect(talk.leg, wanted, talk.place, talk.trace)
        talk.leg.forget_keys()
        return outcome
