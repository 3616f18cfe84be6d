"""WAV files of a line (8 kHz mono 16-bit): how much is said in one, mending one that was never closed, tones.

Playing and recording are the switch's.
"""

from __future__ import annotations

import array
import math
import struct
import sys
import wave
from collections.abc import Sequence
from pathlib import Path

from ivr.switch.call_tones import CallTones

RATE = 8000
HEADER = 44


def seconds_in(path: Path) -> tuple[float, float, float]:
    """Length of a file, how much of it is louder than quiet and no tone of an exchange, and how much is such a tone.
    Reads what is there, whatever its header says.

    Raises `OSError`.
    """
    samples = array.array("h")
    data = path.read_bytes()[HEADER:]
    samples.frombytes(data[: len(data) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    sound = CallTones()
    sound.feed(samples.tobytes())
    return len(samples) / RATE, *sound.told()


def mend(path: Path) -> None:
    """Give a file the header of its length: a recorder that died wrote none. Raises `OSError`."""
    size = max(0, path.stat().st_size - HEADER) // 2 * 2
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    with path.open("r+b") as file:
        file.write(b"RIFF" + struct.pack("<I", size + 36) + b"WAVEfmt " + form + b"data" + struct.pack("<I", size))
        file.truncate(HEADER + size)


def write_tone(path: Path, parts: Sequence[tuple[float, float]], level: float = 0.2) -> None:
    """Write a tone of `parts`: hertz (0: quiet) and seconds. `level`: of the loudest. Edges of 10 ms don't click."""
    samples = array.array("h")
    for hertz, seconds in parts:
        count = int(seconds * RATE)
        edge = RATE // 100
        for i in range(count):
            swell = min(1.0, i / edge, (count - i) / edge)
            samples.append(int(32767 * level * swell * math.sin(math.tau * hertz * i / RATE)))
    if sys.byteorder == "big":
        samples.byteswap()
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
