"""The voices."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from wardbell.settings.section import Section

VoiceName = Literal["kokoro", "gtts", "festival", "espeak"]


class Voices(Section):
    """Voices by language, first choice first. One that is not installed is passed over."""

    zh: tuple[VoiceName, ...] = ("kokoro", "espeak")
    """Voices of Chinese."""
    yue: tuple[VoiceName, ...] = ("espeak",)
    """Voices of Cantonese."""
    en: tuple[VoiceName, ...] = ("kokoro", "espeak")
    """Voices of English."""
    ru: tuple[VoiceName, ...] = ("festival", "kokoro", "espeak")
    """Voices of Russian."""
    pl: tuple[VoiceName, ...] = ("kokoro", "espeak")
    """Voices of Polish."""
    gtts_timeout: float = Field(default=5.0, gt=0)
    """Seconds that Google's service may take for one text."""
    deadline: float = Field(default=1.5, gt=0)
    """Seconds in which a new sentence must be rendered during a call; past it a quick voice speaks (espeak)."""
    fill_silence: bool = True
    """Ask callers for a moment when a new sentence keeps them waiting in silence."""
    keep_loaded: bool = True
    """Keep Kokoro in memory as long as the service runs: half a gigabyte. Otherwise it is loaded with the first new
    sentence, too late for that one, and dropped five minutes after the last."""
    store_dir: Path | None = None
    """Folder of rendered clips; empty: `prompts` in `data_dir`. Engines may share one."""
    store_limit: int = Field(default=2000, ge=10)
    """Megabytes that rendered clips may take; each night the longest unheard amounts and numbers go beyond that."""

    @property
    def order(self) -> dict[str, tuple[str, ...]]:
        """Language -> voices, first choice first."""
        return {"zh": self.zh, "yue": self.yue, "en": self.en, "ru": self.ru, "pl": self.pl}
