"""Hears keys in the voice band (ITU-T Q.23), for callers whose telephone sends them in no other way.

Each piece of 12.75 ms is looked at on the eight frequencies (one term each of a Fourier transform, Goertzel's way). A
key is two of them, one of each group, that hold nearly all of the energy, alike enough in level (twist), clearly above
their neighbours, without a second harmonic, and steady over two pieces. Speech passes one of these by chance, never
all. Pure; works on 16-bit samples at 8 kHz. `python -m bench.tones` measures it on speech and on tones.
"""

from __future__ import annotations

import math
from array import array
from operator import mul

PIECE = 102
"""Samples: 12.75 ms. The bins of such a piece lie 78 Hz apart, as the frequencies do."""
LOW, HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")
WEAKEST = 400.0
"""Amplitude of one tone below which nothing is heard: about -35 dBm0."""
PURE = 0.80
"""Part of the energy that must stand on the two frequencies."""
ABOVE = 6.3
"""By this factor (8 dB) a frequency must stand above the others of its group."""
LOW_STRONGER, HIGH_STRONGER = 6.3, 4.0
"""Twist: 8 dB when the low tone is the louder one, as at the end of a long line, 6 dB the other way round."""
HARMONIC = 20.0
"""By this factor (13 dB) the second harmonics must be weaker: those of a voice are not."""
BESIDE = 200
"""Hz; nearer to the high tone the harmonic of the low one cannot be distinguished from it."""
STEADY = 2.5
"""From piece to piece the energy may change by this factor: 4 dB."""
HITS = 2
"""Pieces that must agree before it is a key: any key of 40 ms, as ITU-T Q.24 wants it, and none of 20."""
MISSES = 3
"""Pieces without it after which it is over: a pause of 38 ms to 51 ms."""


def _waves(hertz: float) -> tuple[array[float], array[float]]:
    steps = [math.tau * hertz * n / 8000 for n in range(PIECE)]
    return array("d", map(math.cos, steps)), array("d", map(math.sin, steps))


_LOW, _HIGH = tuple(map(_waves, LOW)), tuple(map(_waves, HIGH))
_LOW_TWICE, _HIGH_TWICE = tuple(_waves(2 * hertz) for hertz in LOW), tuple(_waves(2 * hertz) for hertz in HIGH)
_FLOOR = PIECE * WEAKEST * WEAKEST / 2


class VoiceBand:
    """The keys in the sound of one call."""

    def __init__(self) -> None:
        self._rest = b""
        self._key = ""
        """The one that is down."""
        self._candidate = ""
        self._hits = 0
        self._misses = 0
        self._energy = 0.0

    def feed(self, data: bytes) -> str:
        """The keys that begin in what comes next, 16-bit samples in this machine's order."""
        data = self._rest + data
        whole = len(data) // (2 * PIECE) * 2 * PIECE
        self._rest = data[whole:]
        samples = array("h", data[:whole])
        return "".join(self._piece(samples[at : at + PIECE]) for at in range(0, len(samples), PIECE))

    def _piece(self, piece: array[int]) -> str:
        energy = float(sum(map(mul, piece, piece)))
        key = _key_of(piece, energy) if energy > _FLOOR else ""
        is_steady = energy <= self._energy * STEADY and self._energy <= energy * STEADY
        self._energy = energy
        if self._key:
            self._misses = 0 if key == self._key else self._misses + 1
            if self._misses >= MISSES:
                self._key = ""
        if not key or key == self._key:
            self._candidate, self._hits = key, 0
            return ""
        self._hits = self._hits + 1 if key == self._candidate and is_steady else 1
        self._candidate = key
        if self._hits < HITS:
            return ""
        self._key, self._misses = key, 0
        return key


def _key_of(piece: array[int], energy: float) -> str:
    """The key that a piece may be part of, or empty."""
    low = [_power(piece, waves) for waves in _LOW]
    row = low.index(max(low))
    if low[row] < energy * PURE / (1 + HIGH_STRONGER):
        return ""
    high = [_power(piece, waves) for waves in _HIGH]
    column = high.index(max(high))
    first, second = low[row], high[column]
    if first + second < PURE * energy or first > second * LOW_STRONGER or second > first * HIGH_STRONGER:
        return ""
    if sum(each * ABOVE > first for each in low) > 1 or sum(each * ABOVE > second for each in high) > 1:
        return ""
    if _power(piece, _HIGH_TWICE[column]) * HARMONIC > second:
        return ""
    if abs(2 * LOW[row] - HIGH[column]) > BESIDE and _power(piece, _LOW_TWICE[row]) * HARMONIC > first:
        return ""
    return KEYS[row][column]


def _power(piece: array[int], waves: tuple[array[float], array[float]]) -> float:
    """The energy of a piece that stands on one frequency."""
    real, imaginary = sum(map(mul, piece, waves[0])), sum(map(mul, piece, waves[1]))
    return float((real * real + imaginary * imaginary) * 2 / PIECE)
