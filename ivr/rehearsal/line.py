"""The line of a rehearsed call: a switch without SIP, and a leg that says when it waits for a key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twisted.internet.task import Clock

from ivr.call.errands.keys import LATE_KEY
from ivr.call.leg import Leg
from ivr.rehearsal.voice import RehearsedVoice
from ivr.switch.fake import FakeSwitch


class RehearsedSwitch(FakeSwitch):
    """Asks the voice how long a clip is."""

    def __init__(self, clock: Clock, voice: RehearsedVoice) -> None:
        super().__init__(clock, lines=1)
        self._voice = voice

    def seconds(self, clip: Path) -> float:
        """As the voice says."""
        return self._voice.seconds(clip)


class WaitingLeg(Leg):
    """Says when it is quiet and waits for a key."""

    def __init__(self, clock: Clock, waits: Callable[[float], None]) -> None:
        super().__init__(clock)
        self._waits = waits
        self.listening = False

    async def next_key(self, timeout: float) -> str | None:
        """As `Leg.next_key`."""
        if not self.has_keys and timeout > LATE_KEY:  # not the moment in which a late key is waited for
            self.listening = True
            self._waits(timeout)
        try:
            return await super().next_key(timeout)
        finally:
            self.listening = False
