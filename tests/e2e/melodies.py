"""Prompts as melodies: each text its own row of tones, a third of a second long, made in no time.

The service under test plays whatever its store holds under a text's name. Melodies there make calls short
and each prompt unmistakable for a telephone that listens; which text is said when is then
tested as with a voice. `test_spoken.py` does it with the real one.
"""

from __future__ import annotations

import hashlib
import time
import wave
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from prompts.catalog import Catalog
from prompts.errors import VoiceFailed
from prompts.render import Known, render_all, texts_ahead
from prompts.store import Store
from prompts.studio import Missing, Studio
from prompts.voices.espeak import Espeak

RATE = 8000
TONE = RATE // 25
TONES = 6
"""How many tones of 40 ms, their pitches follow from the text; then quiet, as clips have."""
PATIENCE = 15.0
"""Seconds in which the service must have made a clip that was not sung ahead."""


def melody(text: str, to: Path) -> None:
    """Write the melody of a text as 8 kHz mono 16-bit WAV."""
    digest = hashlib.sha256(text.encode()).digest()
    pitches = [300 + int.from_bytes(digest[2 * i : 2 * i + 2], "big") % 2700 for i in range(TONES)]
    phase = np.concatenate([[0.0], np.cumsum(np.repeat(pitches, TONE))[:-1]]) * 2 * np.pi / RATE
    sound = np.concatenate([9000 * np.sin(phase), np.zeros(TONE)]).astype("<i2")
    with wave.open(str(to), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(sound.tobytes())


class MelodyStudio(Studio):
    """A studio whose voice sings. It takes espeak's name and version, so that the service finds its clips."""

    def _speak(self, source: Any, language: str, text: str, to: Path) -> None:
        melody(f"{language}:{text}", to)


def studio(catalog: Catalog, store: Path) -> MelodyStudio:
    """A melody studio on the service's own store."""
    voice = Espeak()
    if not voice.languages >= set(catalog.languages):
        raise VoiceFailed("espeak-ng with its Mandarin voice is needed: apt-get install espeak-ng")
    return MelodyStudio(catalog, Store(store), {language: [voice] for language in catalog.languages})


def sing_ahead(singer: MelodyStudio, catalog: Catalog, known: list[Known]) -> None:
    """Fill the store with everything that can be known before a call."""
    summary = render_all(singer, texts_ahead(catalog, known), progress=False)
    if summary.failed:
        raise VoiceFailed(f"{len(summary.failed)} texts could not be sung: {summary.failed[0]}")


def said(singer: MelodyStudio) -> Callable[..., list[Path]]:
    """`said("zh", "registration.general_confirm", department=...)`: the clips of a text, in order.

    What was not sung ahead is the service's to render when it says it (by espeak): two makers of one clip would
    each have their own sound. So it is waited for.
    """

    def clips(language: str, id: str, values: Mapping[str, Any] | None = None, *, slow: bool = False) -> list[Path]:
        until = time.monotonic() + PATIENCE
        while True:
            found = singer.clips(language, id, values or {}, slow)
            missing = [one.text for one in found if isinstance(one, Missing)]
            if not missing:
                return [one for one in found if isinstance(one, Path)]
            if time.monotonic() > until:
                raise AssertionError(f"{id} in {language}: nobody has made the clip of {missing[0]!r}")
            time.sleep(0.05)

    return clips
