"""Recordings of a rehearsed call: the live conversation records on a line on which nobody speaks, and the script says
for how long. Nothing is kept. Whoever hangs up in the middle of a message has left it, as on the line.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from actions.action import ActionOutcome
from background.reactor import Time, call_later
from ivr.call.notes import Position
from ivr.call.recording import RecordingFailed, Tape
from ivr.rehearsal.answers import ERROR
from ivr.switch.line import Recorded

TONE = 0.5
"""Seconds of the tone before a recording."""
SILENT = 5.0
"""Seconds after which nothing was said."""


class Tapes:
    """Implements `ivr.call.recording.Recordings`."""

    def __init__(
        self, tone: Path, clock: Time, ask: Callable[[float], Awaitable[ActionOutcome]], quiet: Callable[[], None]
    ) -> None:
        """`ask` says what a recording of at most so many seconds comes to; `quiet`: the caller has stopped speaking."""
        self.tone = tone
        self._clock = clock
        self._ask = ask
        self._quiet = quiet
        self._said = 0.0

    async def begin(self, place: Position, limit: float) -> Tape:
        """As `Recordings.begin`."""
        came = await self._ask(limit)
        if came.name == ERROR:
            raise RecordingFailed("the script says so")
        recording = came.values.get("recording")
        seconds = recording.get("seconds") if isinstance(recording, dict) else None
        self._said = float(seconds) if isinstance(seconds, int | float) and came.name == "recorded" else 0.0
        call_later(self._clock, TONE + (min(self._said, limit) or SILENT), self._quiet)
        name = recording.get("id") if isinstance(recording, dict) else None
        return Tape(str(name or "recording-1"), Path(os.devnull))

    async def finish(self, tape: Tape, recorded: Recorded) -> float:
        """As `Recordings.finish`."""
        return recorded.seconds if self._said else 0.0

    async def discard(self, tape: Tape) -> None:
        """As `Recordings.discard`."""
