"""The tones that a line makes itself: the one before a recording, and the ringing that a caller hears."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ivr.call.sound_file import write_tone

BEEP = ((1000.0, 0.4),)
"""No quiet behind it: people begin to speak at once."""
RINGING = ((450.0, 1.0), (0.0, 4.0))
"""Ringing tone as in China and, at 425 Hz, in most of Europe (ITU-T E.180 supplement 2)."""


@dataclass(frozen=True, slots=True)
class Tones:
    """Clips of tones."""

    beep: Path
    ringing: Path
    ringing_seconds: float = sum(seconds for _, seconds in RINGING)

    @classmethod
    def in_folder(cls, folder: Path) -> Tones:
        """Write them anew. Raises `OSError`."""
        folder.mkdir(parents=True, exist_ok=True)
        tones = cls(folder / "beep.wav", folder / "ringing.wav")
        for path, parts in ((tones.beep, BEEP), (tones.ringing, RINGING)):
            aside = path.with_suffix(".new")  # a call of a rival engine may play the old one
            write_tone(aside, parts)
            aside.replace(path)
        return tones
