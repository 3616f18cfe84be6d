"""How loud a telephone heard something, and when nothing: levels, clipping, stretches of speech and of quiet.

Pure arithmetic on sound; which prompt it was is for `hearing.py`.
"""

from __future__ import annotations

import numpy as np

from tests.phone.hearing import RATE, Sound

FRAME = RATE // 100
"""Samples measured at once."""
FLOOR = 60.0
"""Root mean square of a frame, in 16-bit units, from which there is something to hear."""
BELOW_LOUDEST = 25.0
"""dB; frames further below the loudest one are pauses and do not count for the level (`prompts.sound` does it so)."""
FULL = 32_000
"""From here a sample is at the end of what G.711 can say."""


def frames(sound: Sound) -> Sound:
    """Root mean square of each 10 ms."""
    whole = sound[: sound.size // FRAME * FRAME].reshape(-1, FRAME)
    levels: Sound = np.sqrt(np.mean(np.square(whole), axis=1))
    return levels


def bursts(sound: Sound, apart: float, floor: float = FLOOR) -> list[tuple[int, int]]:
    """(start, end) in samples of each stretch in which nothing is quiet for `apart` seconds or longer."""
    heard = np.flatnonzero(frames(sound) >= floor)
    if heard.size == 0:
        return []
    breaks = np.flatnonzero(np.diff(heard) > apart * RATE / FRAME)
    starts = heard[np.concatenate(([0], breaks + 1))]
    ends = heard[np.concatenate((breaks, [heard.size - 1]))]
    return [(int(start) * FRAME, int(end + 1) * FRAME) for start, end in zip(starts, ends, strict=True)]


def quiet_since(sound: Sound) -> float:
    """Seconds of quiet at the end."""
    found = bursts(sound, 1.0)
    return (sound.size - (found[-1][1] if found else 0)) / RATE


def speech_level(sound: Sound) -> float:
    """dBFS of the frames in which somebody speaks."""
    levels = frames(sound)
    spoken = levels[levels >= levels.max() * 10 ** (-BELOW_LOUDEST / 20)]
    return float(20 * np.log10(np.sqrt(np.mean(np.square(spoken))) / 32768))


def clipped(sound: Sound) -> int:
    """Samples at the end of the scale."""
    return int(np.count_nonzero(np.abs(sound) >= FULL))
