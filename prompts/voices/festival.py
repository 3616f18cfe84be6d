"""Festival for Russian: of the offline voices the one that Russians follow best (a speech recogniser
hears nearly every word over 8 kHz; of espeak-ng's Russian hardly any). The Debian packages `festival`
and `festvox-ru`; a second a text, most of it for starting.
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

from prompts.errors import CannotSay, VoiceFailed
from prompts.voices.voice import check_written, run

_PROGRAM = "text2wave"
_TIMEOUT = 30.0
"""Seconds; a minute of speech takes some five."""
_VOICES = {"ru": "msu_ru_nsh_clunits"}
_SAID = re.compile(r"[А-Яа-яЁё ,.!?-]+")
"""What its Russian has rules for; anything else and it writes no sound at all."""
_OTHERWISE = str.maketrans({**dict.fromkeys(";:—–()", ","), **dict.fromkeys("«»„“”\"'", " "), "…": "."})
_MARKS = re.compile(r"[ ]*([,.!?])[ ,.!?]*")
"""Marks in a row: one alone between blanks is a word without a rule."""


class Festival:
    """The program text2wave of Festival."""

    name = "festival"
    quick = False
    busy = False
    at_once = True

    @cached_property
    def version(self) -> str:
        """Program version and how it is set. Raises `VoiceFailed` when it is not installed."""
        match = re.search(r"\d+(\.\d+)+", run(["festival", "--version"], timeout=_TIMEOUT))
        return f"{match[0] if match else '?'} {_VOICES} 1"

    @cached_property
    def languages(self) -> frozenset[str]:
        """Languages whose voice is installed."""
        try:
            listed = run(["festival", "--batch", "(print (voice.list))"], timeout=_TIMEOUT)
        except VoiceFailed:
            return frozenset()
        return frozenset(language for language, voice in _VOICES.items() if voice in listed)

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`. Writes 16 kHz WAV."""
        if language not in self.languages:
            raise VoiceFailed(f"festival has no voice for {language} (Debian: festival, festvox-ru)")
        text = _MARKS.sub(r"\1 ", " ".join(text.translate(_OTHERWISE).split())).strip(" ,-")
        if not _SAID.fullmatch(text):
            raise CannotSay("festival cannot say that: it knows Russian letters only")
        run([_PROGRAM, "-eval", f"(voice_{_VOICES[language]})", "-o", str(to)], text=text, timeout=_TIMEOUT)
        check_written(_PROGRAM, to)
