"""Carries out in a rehearsal what lies beyond the line, whatever verb it is: whoever answers says what the outcome is.

Recordings are the live line's own (`tapes.py`).
"""

from __future__ import annotations

from ivr.call.errands.ask_hospital import AskHospital
from ivr.call.talk import Talk
from ivr.flow.commands import Ask, Beyond, Outcome

_ASKING = AskHospital()


class AskScript:
    """Implements `ivr.call.errands.errand.Errand`. Among the actions of the call stands one for the verb."""

    def __init__(self, of: type[Beyond]) -> None:
        self.of = of

    async def carry_out(self, talk: Talk, wanted: Beyond) -> Outcome:
        """As `Errand.carry_out`."""
        if wanted.prompts:
            await talk.speaker.say(wanted.prompts)
        return await _ASKING.carry_out(talk, Ask(wanted.verb, wanted.asked()))
