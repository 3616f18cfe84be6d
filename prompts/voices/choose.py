"""The voices that the settings name, by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from prompts.voices.espeak import Espeak
from prompts.voices.gtts import Google
from prompts.voices.voice import Voice

NAMES = ("espeak", "gtts")


def choose(order: Mapping[str, Sequence[str]], *, gtts_timeout: float = 5.0) -> dict[str, list[Voice]]:
    """Language -> voices for language -> names, e.g. `{"zh": ["gtts", "espeak"]}`. Raises KeyError
    for an unknown name: the settings have checked them."""
    known: dict[str, Voice] = {"espeak": Espeak(), "gtts": Google(gtts_timeout)}
    return {language: [known[name] for name in names] for language, names in order.items()}
