"""Says texts. In a trace: `prompt`, which is the speaker's."""

from __future__ import annotations

from ivr.call.talk import Talk
from ivr.flow.commands import Say


class SayTexts:
    """Implements `Errand`."""

    of = Say

    async def carry_out(self, talk: Talk, wanted: Say) -> None:
        """As `Errand.carry_out`."""
        talk.said.append(await talk.speaker.say(wanted.prompts, locked=wanted.locked, keep_keys=wanted.keep_keys))
