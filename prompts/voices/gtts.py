"""Google's voice over the network (gTTS): better to listen to, there only when the network is.

Texts leave the house: names and amounts too. A hospital that does not want that leaves it out
of its settings.
"""

from __future__ import annotations

from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import requests
from gtts import gTTS, gTTSError

from prompts.errors import VoiceFailed
from prompts.voices.voice import check_written

_CODES = {"zh": "zh-CN", "yue": "yue", "en": "en", "ru": "ru", "pl": "pl"}


class Google:
    """gTTS with a time-out; without one it would wait for ever for a silent peer."""

    name = "gtts"
    quick = False
    busy = False
    at_once = True
    languages = frozenset(_CODES)

    def __init__(self, timeout: float = 5.0) -> None:
        """`timeout`: seconds for each request; a text of some 100 characters is one request."""
        self._timeout = timeout

    @cached_property
    def version(self) -> str:
        """The library's version; the voice behind it changes without a number."""
        return version("gTTS")

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`. Writes MP3."""
        if language not in _CODES:
            raise VoiceFailed(f"gTTS is not set up for {language}")
        try:
            gTTS(text, lang=_CODES[language], lang_check=False, timeout=self._timeout).save(str(to))
        except (gTTSError, requests.RequestException, OSError, AssertionError, ValueError) as e:
            to.unlink(missing_ok=True)  # it leaves an empty file behind
            raise VoiceFailed(f"gTTS: {e}") from e
        check_written("gTTS", to)
