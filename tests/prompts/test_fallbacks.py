"""When no voice speaks: the words that come with Wardbell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prompts.catalog import Catalog
from prompts.fallbacks import FOLDER, IDS, MOMENT, PLAIN, WORDS, Fallbacks, make, words
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
    said = [id for id in catalog.ids if id.startswith("ward")]
    for id in said:
        plain = id if id.endswith(PLAIN) or not catalog.fields(id) else f"{id}{PLAIN}"
        assert plain in IDS
        assert not catalog.fields(plain)


def found(fallbacks: Fallbacks, id: str, language: str = "zh") -> str:
    file = fallbacks.of(language, id)
    return f"{file.parent.name}/{file.stem}" if file is not None else ""


def test_a_text_gets_its_own_words_or_is_told_to_be_unspeakable() -> None:
    shipped = Fallbacks(Catalog.load())
    assert found(shipped, "ward.thanks") == "zh/ward.thanks"
    assert found(shipped, "ward_admission.urgent") == "zh/ward_admission.urgent.plain"
    assert found(shipped, "registration.slip") == "zh/system.unspoken"
    assert found(shipped, "ward.thanks", "xx") == ""
    assert shipped.own("zh", "registration.slip") is None
    assert shipped.own("zh", MOMENT) is not None


def test_a_cantonese_line_says_it_in_mandarin_rather_than_nothing(tmp_path: Path) -> None:
    (tmp_path / "languages.yaml").write_text("languages: [yue, zh]\n", encoding="utf-8")
    assert found(Fallbacks(Catalog.load(tmp_path)), "ward_admission.usual", "yue") == "zh/ward_admission.usual.plain"


OWN_WORDS = [
    ("ward.thanks: 好的，谢谢。\n", "ward.thanks", "zh/system.unspoken"),  # other words than the file's
    ("ward_admission.urgent.plain: 请马上准备。确认按1，重听按2。\n", "ward_admission.urgent", "zh/system.unspoken"),
    (
        "ward_admission.urgent: '{ward.name}，{department.name}，{place}床，确认按3，重听按2。'\n",
        "ward_admission.urgent",  # another key: the file would have the nurse press the wrong one
        "zh/system.unspoken",
    ),
    ("main.welcome: 您好。\n", "ward_admission.urgent", "zh/ward_admission.urgent.plain"),
]


@pytest.mark.parametrize(("own", "id", "file"), OWN_WORDS)
def test_words_that_the_hospital_changed_are_not_said_in_the_shipped_ones(
    tmp_path: Path, own: str, id: str, file: str
) -> None:
    (tmp_path / "zh.yaml").write_text(own, encoding="utf-8")
    assert found(Fallbacks(Catalog.load(tmp_path)), id) == file


def test_they_can_be_made_anew(tmp_path: Path) -> None:
    catalog, voice = Catalog.load(languages=["en"]), FakeVoice()
    made = list(make(catalog, {"en": voice}, tmp_path))
    assert len(made) == len(IDS)
    assert all(is_clip(file) for file in made)
    assert not list(tmp_path.glob("*/.*"))
    assert list(make(catalog, {"en": voice}, tmp_path)) == []
    noted = tmp_path / WORDS
    noted.write_text(noted.read_text(encoding="utf-8").replace("Confirmed. Thank you.", "Thanks."), encoding="utf-8")
    (changed,) = make(catalog, {"en": voice}, tmp_path)
    assert changed == tmp_path / "en" / "ward.thanks.wav"
