"""Speaks prompts into one leg, in the language and at the pace of the moment, and traces what was heard.

Where clips come from is the voice's; when something is said, and what a key then means, the conversation's.
While clips are rendered a caller who would hear nothing is asked for a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from twisted.internet.defer import Deferred
from twisted.logger import Logger

from background.reactor import call_later
from background.spawn import spawn
from ivr.call.leg import Leg
from ivr.call.notes import Notes
from ivr.call.voice import Spoken, Voice
from ivr.flow.commands import Prompt
from ivr.switch.line import PAD, LineGone, SwitchRefused

log = Logger()

SILENCE = 0.6
"""Seconds that a caller may hear nothing while a text is rendered; then he is asked for a moment."""


@dataclass(frozen=True, slots=True)
class Heard:
    """How a play went: to its `finished` end, `whole` when no text was missing either; `seconds` that sounded."""

    finished: bool = False
    whole: bool = False
    seconds: float = 0.0
    silence: float = 0.0
    """Seconds for which the other side had given no sign of life at the end."""


class Speaker:
    """The voice on a line."""

    def __init__(self, leg: Leg, voice: Voice, trace: Notes, language: str) -> None:
        self._leg = leg
        self._voice = voice
        self._trace = trace
        self.language = language
        self.slow = False

    def turn_to(self, language: str, slow: bool) -> None:
        """What is said from now on is said in `language`, and slower for those who asked for it."""
        if (language, slow) != (self.language, self.slow):
            self.language, self.slow = language, slow
            self._trace.event("speak", language=language, slow=slow)

    async def say(
        self, prompts: Sequence[Prompt], *, locked: bool = False, keep_keys: bool = False, secret: bool = False
    ) -> Heard:
        """Say it to the end, or to a key; keys typed ahead skip it. A locked one is said to its end whatever is
        pressed; keys pressed meanwhile are dropped, or kept for what comes next. Before a locked `secret` one nothing
        else is said."""
        if not locked and self._leg.has_keys:
            self._trace.event("prompt", prompts=_told(prompts), skipped=True)
            return Heard()
        before = self._leg.typed
        heard = await self.play(prompts, locked=locked, alone=locked and secret)
        if locked and not keep_keys:
            self._leg.forget_keys(but=before)
        return heard

    async def play(self, prompts: Sequence[Prompt], *, locked: bool = False, alone: bool = False) -> Heard:
        """Say it and trace whether it was heard to its end, also when the caller hangs up in the middle. `alone`:
        nothing is said while it is rendered."""
        heard = Heard()
        try:
            heard = await self._sound(prompts, locked, alone)
        finally:
            self._trace.event("prompt", prompts=_told(prompts), heard=heard.whole)
        return heard

    async def _sound(self, prompts: Sequence[Prompt], locked: bool, alone: bool) -> Heard:
        stop_on = "" if locked else PAD
        spoken = await self._clips(prompts, stop_on, alone)
        if not locked and self._leg.has_keys:  # a key came while a text was rendered
            return Heard()
        began = self._leg.clock.seconds()
        try:
            played = await self._leg.play(spoken.clips, stop_on=stop_on)
        except SwitchRefused as refused:  # a clip was deleted under us: make it again, once
            log.warn("call {call}: {refused}; rendering it again", call=self._leg.call_id, refused=refused)
            spoken = self._noted(await self._voice.renewed(self.language, prompts, self.slow))
            played = await self._leg.play(spoken.clips, stop_on=stop_on)
        whole = played.finished and not spoken.missing
        return Heard(played.finished, whole, self._leg.clock.seconds() - began, played.silence)

    async def _clips(self, prompts: Sequence[Prompt], stop_on: str, alone: bool) -> Spoken:
        """The clips; whoever waits for them longer is asked for a moment. The prompt's play cuts that off: it never
        waits for it."""
        coming = Deferred.fromCoroutine(self._voice.clips(self.language, prompts, self.slow))
        if alone or coming.called:
            return self._noted(await coming)
        waiting = call_later(self._leg.clock, SILENCE, lambda: spawn(self._moment(stop_on), "asking for a moment"))
        try:
            return self._noted(await coming)
        finally:
            if waiting.active():
                waiting.cancel()

    async def _moment(self, stop_on: str) -> None:
        if stop_on and self._leg.has_keys:
            return
        try:
            await self._leg.play(self._voice.moment(self.language, self.slow), stop_on=stop_on)
        except (LineGone, SwitchRefused) as gone:
            log.info("call {call} got no filler: {gone}", call=self._leg.call_id, gone=gone)

    def _noted(self, spoken: Spoken) -> Spoken:
        if spoken.missing or spoken.instead:
            self._trace.event("unspoken", prompts=list(spoken.missing), instead=list(spoken.instead))
        return spoken


def _told(prompts: Sequence[Prompt]) -> list[dict[str, Any]]:
    """Prompts as the trace keeps them."""
    return [
        {"id": prompt.id, "values": dict(prompt.values)} if prompt.values else {"id": prompt.id} for prompt in prompts
    ]
