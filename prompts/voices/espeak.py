"""espeak-ng, the voice that is always there: offline, a few milliseconds a sentence.

Mandarin needs the voice `cmn-latn-pinyin`; the plain `cmn` reads characters out as English. A
voice whose data is not installed would fall back to English too, so each is looked up before
it is offered.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from prompts.errors import VoiceFailed
from prompts.voices.voice import check_written, run

_PROGRAM = "espeak-ng"
_TIMEOUT = 20.0
"""Seconds; a minute of speech takes less than one."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a language is spoken. `speed` in words a minute: the program's own 175 is too fast for
    old people on a telephone. `gap`: quiet between words in units of 10 ms."""

    voice: str
    variant: str
    speed: int
    gap: int


# Chosen by what a speech recogniser made of each over 8 kHz: the female variant halves the
# errors in Mandarin, the gap keeps 按一 from running together.
_MANNERS = {
    "zh": _Manner("cmn-latn-pinyin", "+f3", 130, 2),
    "yue": _Manner("yue", "+f3", 130, 2),
    "en": _Manner("en-us", "+f2", 140, 0),
    "ru": _Manner("ru", "+f2", 140, 0),
    "pl": _Manner("pl", "+f2", 140, 0),
}
_AMPLITUDE = 80
"""Of 200; at its own 100 loud vowels are clipped."""

_SAID_OTHERWISE = {
    "重输": "虫输",
    "重选": "虫选",
    "重新": "虫新",
    "重听": "虫听",
    "重复": "虫复",
}
"""Words whose character espeak-ng reads with the wrong one of its sounds -> the same sounds
written so that it cannot go wrong."""
_WRONG = re.compile("|".join(_SAID_OTHERWISE))
_KEY_AFTER_PRESS = re.compile("按(?=[一二三四五六七八九零])")


class Espeak:
    """The program espeak-ng."""

    name = "espeak"
    quick = True
    busy = False
    at_once = True

    @cached_property
    def version(self) -> str:
        """Program version and how it is set. Raises `VoiceFailed` when it is not installed."""
        match = re.search(r"\d+(\.\d+)+", run([_PROGRAM, "--version"], timeout=_TIMEOUT))
        return f"{match[0] if match else '?'} {_AMPLITUDE} {_MANNERS} 2"

    @cached_property
    def languages(self) -> frozenset[str]:
        """Languages whose voice data is installed."""
        try:
            listed = run([_PROGRAM, "--voices"], timeout=_TIMEOUT).split()
        except VoiceFailed:
            return frozenset()
        return frozenset(language for language, manner in _MANNERS.items() if manner.voice in listed)

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`. Writes 22,050 Hz WAV."""
        if language not in self.languages:
            known = _MANNERS.get(language)
            raise VoiceFailed(f"{_PROGRAM} has no voice {known.voice if known else ''} for {language}")
        if language == "zh":
            text = _WRONG.sub(lambda m: _SAID_OTHERWISE[m[0]], text)
            text = _KEY_AFTER_PRESS.sub("按、", text)
        manner = _MANNERS[language]
        command = [_PROGRAM, "-b", "1", "-v", manner.voice + manner.variant, "-s", str(manner.speed)]
        command += ["-g", str(manner.gap), "-a", str(_AMPLITUDE), "-w", str(to), "--stdin"]
        run(command, text=text, timeout=_TIMEOUT)
        check_written(_PROGRAM, to)
