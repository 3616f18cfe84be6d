"""A recording of the fake switch: a tone stands in its file for what the peer said."""

from __future__ import annotations

import math
import struct
import wave
from dataclasses import dataclass
from pathlib import Path

from twisted.internet.defer import Deferred

from background.reactor import Timer
from ivr.switch.line import Recorded, RecordEnd


@dataclass
class FakeRecording:
    """One that is under way since the clock's second `started`."""

    path: Path
    started: float
    silence: float
    end_keys: str
    done: Deferred[Recorded]
    limit: Timer

    def end(self, now: float, ended: RecordEnd, key: str, *, speaks: bool) -> None:
        """Write its file and say so. Without `speaks` nothing was said."""
        if self.limit.active():
            self.limit.cancel()
        seconds = now - self.started
        spoken = seconds - (self.silence if ended is RecordEnd.SILENCE else 0.0) if speaks else 0.0
        _write_sound(self.path, max(0.0, spoken), seconds)
        self.done.callback(Recorded(self.path, seconds, ended, key))


def _write_sound(path: Path, spoken: float, seconds: float) -> None:
    """A WAV of `seconds`, the first `spoken` of them a tone of 500 Hz, the rest silence."""
    tone = struct.pack("<16h", *(int(8000 * math.sin(math.tau * i / 16)) for i in range(16)))
    samples = int(seconds * 8000)
    sound = (tone * (int(spoken * 500) + 1))[: 2 * min(samples, int(spoken * 8000))]
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(sound.ljust(2 * samples, b"\0"))
