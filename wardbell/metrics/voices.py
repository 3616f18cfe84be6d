"""Voices measured: how long a clip takes, and when none comes."""

from __future__ import annotations

import time
from pathlib import Path

from prompts.errors import VoiceFailed
from prompts.voices import Voice
from wardbell.metrics.metrics import Metrics


class MeasuredVoice:
    """Implements `Voice` over another one."""

    def __init__(self, voice: Voice, metrics: Metrics) -> None:
        self._voice = voice
        self._metrics = metrics

    @property
    def name(self) -> str:
        """As `Voice.name`."""
        return self._voice.name

    @property
    def version(self) -> str:
        """As `Voice.version`."""
        return self._voice.version

    @property
    def languages(self) -> frozenset[str]:
        """As `Voice.languages`."""
        return self._voice.languages

    @property
    def quick(self) -> bool:
        """As `Voice.quick`."""
        return self._voice.quick

    @property
    def busy(self) -> bool:
        """As `Voice.busy`."""
        return self._voice.busy

    @property
    def at_once(self) -> bool:
        """As `Voice.at_once`."""
        return self._voice.at_once

    def render(self, text: str, language: str, to: Path) -> None:
        """As `Voice.render`."""
        began = time.monotonic()
        try:
            self._voice.render(text, language, to)
        except VoiceFailed:
            self._metrics.voice_failures.labels(self.name).inc()
            raise
        self._metrics.voice.labels(self.name).observe(time.monotonic() - began)
