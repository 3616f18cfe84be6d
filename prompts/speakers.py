"""Who can speak a language on this machine, first choice first, and who is left alone for a while after a failure.

What they make is kept by `prompts.studio`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from prompts.errors import VoiceFailed
from prompts.voices import Voice

_REST = 30
"""After a failure during calls a voice is left alone for so many texts, so that a dead network
does not cost every caller its time-out."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A voice, and the version of it that speaks here: clips of another version are not the same."""

    voice: Voice
    version: str


class Speakers:
    """The voices of each language. Safe for several threads."""

    def __init__(self, voices: Mapping[str, Sequence[Voice]], tell: Callable[[str], None]) -> None:
        """`tell` hears, once each time, that a voice fell out and that it speaks again."""
        self._tell = tell
        self._resting: dict[str, int] = {}
        self._falling = threading.Lock()
        self._lacking: list[tuple[str, str]] = []
        """Language, and what is wrong with a voice of it."""
        self._of: dict[str, list[Speaker]] = {}
        for language, wanted in voices.items():
            asked = (self._speaker(language, voice) for voice in wanted)
            self._of[language] = [speaker for speaker in asked if speaker is not None]

    def of(self, language: str) -> Sequence[Speaker]:
        """Those that can speak it here, first choice first."""
        return self._of.get(language, [])

    def lacking(self, languages: Collection[str]) -> list[str]:
        """A sentence for each voice that was wanted for one of `languages` and that this machine lacks."""
        return list(dict.fromkeys(sentence for language, sentence in self._lacking if language in languages))

    def rests(self, speaker: Speaker) -> bool:
        """Whether this text is for others; each question shortens the rest by one."""
        left = self._resting.get(speaker.voice.name, 0)
        if left > 0:
            self._resting[speaker.voice.name] = left - 1
        return left > 0

    def let_rest(self, speaker: Speaker, why: str) -> None:
        """It failed: leave it alone for some texts."""
        with self._falling:
            fresh = speaker.voice.name not in self._resting
            self._resting[speaker.voice.name] = _REST
        if fresh:
            self._tell(f"the voice {speaker.voice.name} failed, the next one speaks: {why}")

    def speaks_again(self, speaker: Speaker) -> None:
        """It did not fail."""
        if self._resting.pop(speaker.voice.name, None) is not None:
            self._tell(f"the voice {speaker.voice.name} speaks again")

    def _speaker(self, language: str, voice: Voice) -> Speaker | None:
        try:
            if language in voice.languages:
                return Speaker(voice, voice.version)
            self._lacking.append((language, f"the voice {voice.name} cannot speak {language} on this machine"))
        except VoiceFailed as e:
            self._lacking.append((language, f"the voice {voice.name}: {e}"))
        return None
