"""When no voice speaks: the words that come with Wardbell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prompts.catalog import Catalog
from prompts.fallbacks import FOLDER, IDS, PLAIN, WORDS, fallback, make, words
from prompts.store import is_clip, seconds
from prompts.voices.fake import FakeVoice

LANGUAGES = Catalog.load().languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_fallback_ready_to_play(language: str) -> None:
    for id in IDS:
        file = FOLDER / language / f"{id}.wav"
        assert is_clip(file), file
        assert seconds(file) > 0.8


def test_the_files_say_what_the_texts_say() -> None:
    """After a change of these texts: python -m prompts.fallbacks"""
    assert json.loads((FOLDER / WORDS).read_text(encoding="utf-8")) == words(Catalog.load())


def test_every_alert_has_words_without_values() -> None:
    """A text that every alert may say, and that has values, is also there without them."""
    catalog = Catalog.load()
    said = [id for id in catalog.ids if id.startswith(("ward_admission.", "ward_discharge.", "ward."))]
    for id in said:
        plain = id if id.endswith(PLAIN) or not catalog.fields(id) else f"{id}{PLAIN}"
        assert plain in IDS
        assert not catalog.fields(plain)


def test_a_text_gets_its_own_words_or_is_told_to_be_unspeakable() -> None:
    def found(id: str) -> str:
        file = fallback("zh", id)
        assert file is not None
        return file.name

    assert found("ward.thanks") == "ward.thanks.wav"
    assert found("ward_admission.urgent") == "ward_admission.urgent.plain.wav"
    assert found("registration.slip") == "system.unspoken.wav"
    assert fallback("xx", "ward.thanks") is None


def test_they_can_be_made_anew(tmp_path: Path) -> None:
    voice = FakeVoice(languages=LANGUAGES)
    made = list(make(Catalog.load(), dict.fromkeys(LANGUAGES, voice), tmp_path))
    assert len(made) == len(LANGUAGES) * len(IDS)
    assert all(is_clip(file) for file in made)
    assert not list(tmp_path.glob("*/.*"))
