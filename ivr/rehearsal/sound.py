"""A rehearsed call as one sound file: prompts in time order, quiet where the caller waits, the tones of his keys.

Quiet is cut short, keys are pressed as fast as a finger can; secret keys are one tone for all of them.
"""

from __future__ import annotations

import array
import math
import sys
import wave
from collections.abc import Iterable
from pathlib import Path

from ivr.call.notes import HIDDEN
from ivr.rehearsal.moments import Ended, Moment, Pressed, Said, Saying
from prompts.sound import RATE

MOST_QUIET = 2.0
"""Seconds of quiet at once; nobody listens to more."""
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_PAD = ("123A", "456B", "789C", "*0#D")
_ON, _OFF = 0.12, 0.08
"""Seconds of a tone and after it (ITU-T Q.24 asks for 40 ms of each)."""
_PLAIN = (1000, 0)


def write_call(moments: Iterable[Moment], to: Path) -> float:
    """Write the call as a WAV (8 kHz mono 16-bit); gives its seconds. Raises `OSError`."""
    samples = array.array("h")
    quiet_since = 0.0
    saying: Moment | None = None
    for moment in moments:
        match moment.what:
            case Saying():
                _quiet(samples, moment.at - quiet_since)
                saying = moment
            case Said(skipped=False) if saying is not None:
                assert isinstance(saying.what, Saying)
                _clips(samples, saying.what.clips, moment.at - saying.at)
                saying, quiet_since = None, moment.at
            case Pressed(keys, secret):
                if saying is None:
                    _quiet(samples, moment.at - quiet_since)
                    quiet_since = moment.at
                for key in HIDDEN if secret else keys:
                    _tone(samples, _PLAIN if secret else _tones(key))
            case Ended():
                _quiet(samples, moment.at - quiet_since)
    if sys.byteorder == "big":
        samples.byteswap()
    with to.open("wb") as file, wave.open(file, "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    return len(samples) / RATE


def _quiet(samples: array.array[int], seconds: float) -> None:
    samples.frombytes(bytes(2 * int(min(max(0.0, seconds), MOST_QUIET) * RATE)))


def _clips(samples: array.array[int], clips: Iterable[Path], seconds: float) -> None:
    """As much of the clips as was heard."""
    left = round(seconds * RATE)
    for clip in clips:
        with wave.open(str(clip), "rb") as wav:
            data = array.array("h", wav.readframes(min(left, wav.getnframes())))
        if sys.byteorder == "big":
            data.byteswap()
        samples.extend(data)
        left -= len(data)


def _tones(key: str) -> tuple[int, int]:
    """The two frequencies of a key (RFC 4733 §3.2, ITU-T Q.23)."""
    for row, keys in zip(_ROWS, _PAD, strict=True):
        if key in keys:
            return row, _COLUMNS[keys.index(key)]
    return _PLAIN


def _tone(samples: array.array[int], pair: tuple[int, int]) -> None:
    for i in range(int(_ON * RATE)):
        swing = sum(math.sin(math.tau * hertz * i / RATE) for hertz in pair)
        samples.append(int(32767 * 0.12 * swing))
    samples.frombytes(bytes(2 * int(_OFF * RATE)))
