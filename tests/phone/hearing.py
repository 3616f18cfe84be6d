"""Whether a prompt was heard: looks for a clip in what a telephone recorded.

Normalised cross-correlation in pieces of a tenth of a second, so that a packet lost or a
frame that a jitter buffer left out does not hide a prompt. Knows nothing of calls.
"""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Sound = npt.NDArray[np.float32]

NOTHING: Sound = np.zeros(0, dtype=np.float32)
RATE = 8000
PIECE = RATE // 10
SMALLEST = RATE // 25
"""A clip is cut into pieces of `PIECE` samples; a short one into six, but none smaller than this."""
ANCHOR = RATE // 2
"""What is looked for in the whole recording, at most, three times a clip; pieces are then looked for where
they should be."""
DRIFT = RATE // 12
"""How far a piece may lie from where the piece before says, in samples."""
ALIKE = 0.75
"""Correlation from which a piece counts as heard. G.711 leaves 0.99; other speech stays under 0.5."""
MOST = 0.65
"""Share of the pieces that must be heard; some among the first three and among the last three."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a clip was heard, in samples of the recording, and the share of it that matched."""

    start: int
    end: int
    share: float


def load(path: Path) -> Sound:
    """A WAV file of 8 kHz mono 16-bit, which may still be growing (its header then lies)."""
    data = path.read_bytes()
    at = data.find(b"data")
    body = data[at + 8 :] if at >= 0 else b""
    return np.frombuffer(body[: len(body) // 2 * 2], dtype="<i2").astype(np.float32)


def load_clip(path: Path, seconds: float | None = None) -> Sound:
    """A prompt without the silence around it; only its first `seconds` when given."""
    with wave.open(str(path), "rb") as clip:
        if (clip.getnchannels(), clip.getsampwidth(), clip.getframerate()) != (1, 2, RATE):
            raise ValueError(f"{path} is not 8 kHz mono 16-bit")
    sound = load(path)
    loud = np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max(initial=1.0))
    if loud.size == 0:
        raise ValueError(f"{path} is silent")
    sound = sound[loud[0] : loud[-1] + 1]
    return sound if seconds is None else sound[: int(seconds * RATE)]


def likeness(piece: Sound, sound: Sound) -> Sound:
    """Normalised correlation of `piece` with every place of `sound`, -1..1."""
    length = piece.size
    if sound.size < length:
        return np.zeros(0, dtype=np.float32)
    size = 1 << int(sound.size + length - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(piece, size)), size)
    dots = product[: sound.size - length + 1]
    energy = np.concatenate(([0.0], np.cumsum(np.square(sound, dtype=np.float64))))
    local = np.maximum(energy[length:] - energy[:-length], 1.0)
    alike: Sound = (dots / np.sqrt(local * float(np.dot(piece, piece)))).astype(np.float32)
    return alike


def pieces(clip: Sound) -> list[tuple[int, Sound]]:
    """The pieces of the clip that are loud enough to tell anything, with their offsets."""
    length = min(clip.size, PIECE, max(SMALLEST, clip.size // 6))
    cuts = [(at, clip[at : at + length]) for at in range(0, clip.size - length + 1, length)]
    if clip.size > length and clip.size % length > length // 4:
        cuts.append((clip.size - length, clip[-length:]))
    powers = [float(np.mean(np.square(cut))) for _, cut in cuts]
    floor = max(powers) * 0.01
    return [cut for cut, power in zip(cuts, powers, strict=True) if power > floor]


def find(clip: Sound, sound: Sound) -> Found | None:
    """The first place where the whole `clip` was heard, or None."""
    parts = pieces(clip)
    best: Found | None = None
    length = min(ANCHOR, max(clip.size // 3, min(SMALLEST, clip.size)))
    last = clip.size - length
    for anchor_at in sorted({0, last // 2, last}):
        anchor = clip[anchor_at : anchor_at + length]
        for place in _peaks(likeness(anchor, sound)):
            found = _follow(parts, sound, place - anchor_at, clip.size)
            if found is not None and (best is None or found.start < best.start):
                best = found
        if best is not None:
            break
    return best


def _peaks(alike: Sound) -> list[int]:
    """Places that look like the anchor, at most eight, in order of time."""
    left = alike.copy()
    places: list[int] = []
    while left.size and len(places) < 8:
        place = int(np.argmax(left))
        if left[place] < ALIKE:
            break
        places.append(place)
        left[max(0, place - DRIFT) : place + DRIFT] = 0
    return sorted(places)


def _follow(parts: list[tuple[int, Sound]], sound: Sound, start: int, length: int) -> Found | None:
    heard: list[bool] = []
    shift = 0
    for at, part in parts:
        low = start + at + shift - DRIFT
        window = sound[max(0, low) : max(0, start + at + shift + DRIFT + part.size)]
        alike = likeness(part, window)
        place = int(np.argmax(alike)) if alike.size else -1
        good = place >= 0 and float(alike[place]) >= ALIKE
        if good:
            shift = max(0, low) + place - start - at
        heard.append(good)
    share = sum(heard) / len(heard)
    if share < MOST or not any(heard[:3]) or not any(heard[-3:]):
        return None
    return Found(max(0, start), min(sound.size, start + length + shift), share)


def loudness(sound: Sound) -> float:
    """Root mean square of a sound in 16-bit units."""
    return float(np.sqrt(np.mean(np.square(sound)))) if sound.size else 0.0
