"""espeak-ng, the voice that is always there: offline, a few milliseconds a sentence.

Mandarin needs the voice `cmn-latn-pinyin`; the plain `cmn` reads characters out as English. A
voice whose data is not installed would fall back to English too, so each is looked up before
it is offered.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from prompts.errors import VoiceFailed
from prompts.voices.voice import check_written, run

_PROGRAM = "espeak-ng"
_VOICES = {"zh": "cmn-latn-pinyin", "en": "en-us"}
_SPEED = {"zh": 130, "en": 140}
"""Words a minute; its default of 175 is too fast for old people on a telephone."""
_PITCH = 50
_TIMEOUT = 20.0
"""Seconds; a minute of speech takes less than one."""

_SAID_OTHERWISE = {
    "重输": "虫输",
    "重选": "虫选",
    "重新": "虫新",
    "重听": "虫听",
    "重复": "虫复",
    "当日": "当日",
}
"""Words whose character espeak-ng reads with the wrong one of its sounds -> the same sounds
written so that it cannot go wrong."""
_WRONG = re.compile("|".join(_SAID_OTHERWISE))


class Espeak:
    """The program espeak-ng."""

    name = "espeak"

    @cached_property
    def version(self) -> str:
        """Program version and how it is set. Raises `VoiceFailed` when it is not installed."""
        match = re.search(r"\d+(\.\d+)+", run([_PROGRAM, "--version"], timeout=_TIMEOUT))
        return f"{match[0] if match else '?'} {_SPEED} {_PITCH} 1"

    @cached_property
    def languages(self) -> frozenset[str]:
        """Languages whose voice data is installed."""
        try:
            listed = run([_PROGRAM, "--voices"], timeout=_TIMEOUT).split()
        except VoiceFailed:
            return frozenset()
        return frozenset(language for language, voice in _VOICES.items() if voice in listed)

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`. Writes 22,050 Hz WAV."""
        if language not in self.languages:
            raise VoiceFailed(f"{_PROGRAM} has no voice {_VOICES.get(language, '')} for {language}")
        if language == "zh":
            text = _WRONG.sub(lambda m: _SAID_OTHERWISE[m[0]], text)
        command = [_PROGRAM, "-v", _VOICES[language], "-s", str(_SPEED[language]), "-p", str(_PITCH), "-b", "1"]
        run([*command, "-w", str(to), "--stdin"], text=text, timeout=_TIMEOUT)
        check_written(_PROGRAM, to)
