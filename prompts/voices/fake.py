"""A voice for tests: a tone whose length follows the text. Remembers what it was asked."""

from __future__ import annotations

import array
import math
import wave
from collections.abc import Collection
from pathlib import Path

from prompts.errors import VoiceFailed

_RATE = 16000
_SECONDS_A_CHARACTER = 0.05


class FakeVoice:
    """Speaks in tones. Texts in `failing` fail, as does everything while `away` is set, and nothing ever waits
    for others unless `busy` is set."""

    def __init__(
        self,
        name: str = "fake",
        languages: Collection[str] = ("zh", "en"),
        failing: Collection[str] = (),
        *,
        quick: bool = False,
    ) -> None:
        self.name = name
        self.quick = quick
        self.busy = False
        self.at_once = True
        self.version = "1"
        self.languages = frozenset(languages)
        self.failing = set(failing)
        self.away = False
        self.asked: list[tuple[str, str]] = []
        """(language, text) of every call of `render`, failed ones too."""

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`. Writes 16 kHz WAV: 50 ms a character, one pitch for each text."""
        self.asked.append((language, text))
        if self.away or text in self.failing or language not in self.languages:
            to.write_bytes(b"")
            raise VoiceFailed(f"{self.name} cannot say that")
        pitch = 400 + sum(text.encode()) % 800
        samples = range(int(_RATE * _SECONDS_A_CHARACTER * max(2, len(text))))
        tone = array.array("h", (int(12000 * math.sin(2 * math.pi * pitch * n / _RATE)) for n in samples))
        with wave.open(str(to), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(_RATE)
            out.writeframes(tone.tobytes())
