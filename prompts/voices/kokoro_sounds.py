"""A text in the sounds that the Kokoro model knows: its own phonetic letters with marks for tone and stress.

Chinese goes through misaki, everything else through espeak-ng, whose letters differ in places.
Imports misaki only when Chinese is spoken: it is part of the extra `kokoro`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from prompts.errors import VoiceFailed
from prompts.voices.voice import run

TIMEOUT = 10.0
"""Seconds for espeak-ng to spell a text out; it takes milliseconds."""

_ESPEAK = {"en": "en-us", "ru": "ru", "pl": "pl"}
_MARKS = re.compile(r"([,.;:!?…—，。；：！？、])")
_PLAIN = {"，": ",", "、": ",", "。": ".", "；": ";", "：": ":", "！": "!", "？": "?"}
_LATIN = re.compile(r"[A-Za-z]+")
_DIGITS = re.compile(r"[0-9]")
_OTHER_LETTERS = str.maketrans({"\u200d": None, "\u0361": None, "\u0303": None, "ɭ": "l", "ɵ": "o", "ʌ": "a"})
_OTHER_SOUNDS = {"dʑ": "ʥ", "tɕ": "ʨ", "ts": "ʦ", "dz": "ʣ", "tʃ": "ʧ", "dʒ": "ʤ"}
_ENGLISH = {"eɪ": "A", "aɪ": "I", "oʊ": "O", "əʊ": "O", "aʊ": "W", "ɔɪ": "Y"}


def spell(text: str, language: str) -> str:
    """The sounds of `text`. Raises `VoiceFailed` for bare digits (they would come out as quantities)
    and when a program or library is missing."""
    if _DIGITS.search(text):
        raise VoiceFailed("kokoro is never given digits: they come out as quantities")
    if language == "zh":
        return _chinese(text.replace("〇", "零"))
    return _spelt(text, language)


def _chinese(text: str) -> str:
    """Latin letters within, as in B超, are said as English ones: the model's Chinese has none."""
    sounds = []
    at = 0
    for letters in _LATIN.finditer(text):
        sounds += [_mandarin()(text[at : letters.start()]), _spelt(" ".join(letters[0]), "en"), " "]
        at = letters.end()
    sounds.append(_mandarin()(text[at:]))
    return "".join(sounds)


@cache
def _mandarin() -> Callable[[str], str]:
    try:
        from misaki import zh  # part of the extra, and slow to load
    except ImportError as e:
        raise VoiceFailed(f"kokoro speaks no Chinese here: {e}") from e
    reader: Any = zh.ZHG2P()

    def sounds(text: str) -> str:
        return str(reader(text)[0]) if text.strip() else ""

    return sounds


def _spelt(text: str, language: str) -> str:
    """By espeak-ng, which drops punctuation: each part between marks is spelt alone and the marks put back."""
    said = []
    for part in _MARKS.split(text):
        if _MARKS.fullmatch(part):
            said.append(_PLAIN.get(part, part) + " ")
        elif part.strip():
            ipa = run(["espeak-ng", "-q", "--ipa=3", "-v", _ESPEAK[language], "--stdin"], text=part, timeout=TIMEOUT)
            said.append(_letters(" ".join(ipa.split()), language))
    return "".join(said).strip()


def _letters(ipa: str, language: str) -> str:
    """From espeak's letters to the model's."""
    ipa = ipa.translate(_OTHER_LETTERS) if language != "en" else ipa.replace("\u200d", "").replace("\u0361", "")
    for pair, one in {**_OTHER_SOUNDS, **(_ENGLISH if language == "en" else {})}.items():
        ipa = ipa.replace(pair, one)
    return ipa.replace("ʑ", "ʒ") if language != "en" else ipa
