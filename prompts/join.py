"""Clips in a row as one file, for people who want to listen without a telephone."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from pathlib import Path

from prompts.sound import RATE


def join(clips: Sequence[Path], out: Path) -> None:
    """Write `clips` (of the store) one after the other into `out`. Raises OSError."""
    with out.open("wb") as file, wave.open(file, "wb") as whole:
        whole.setnchannels(1)
        whole.setsampwidth(2)
        whole.setframerate(RATE)
        for clip in clips:
            with wave.open(str(clip), "rb") as part:
                whole.writeframes(part.readframes(part.getnframes()))
