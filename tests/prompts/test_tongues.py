"""A text may hold two languages: each part is in its own, and so are the values and figures in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prompts.catalog import Catalog
from prompts.speech import fixed_texts, marked_texts, speak
from prompts.store import Store
from prompts.studio import Studio
from prompts.tongues import runs
from prompts.voices.fake import FakeVoice

SPLIT = [
    ("zh", "您好。中文请按1。For English, press 2.", ["zh", "en"]),
    ("zh", "For English, press 9. 中文请按1。", ["en", "zh"]),
    ("zh", "请到CT室，按1", ["zh"]),
    ("zh", "中文请按1，9 for English", ["zh", "en"]),
    ("zh", "请 Dr. Smith 接电话", ["zh", "en", "zh"]),
    ("zh", "...", ["zh"]),
    ("yue", "您好。For English, press 9.", ["yue", "en"]),
    ("en", "Hello. 中文请按9。", ["en", "zh"]),
    ("pl", "Witamy. Для русского нажмите 3.", ["pl", "ru"]),
    ("ru", "Добро пожаловать. For English, press 2. Спасибо.", ["ru", "en", "ru"]),
]


@pytest.mark.parametrize(("around", "text", "languages"), SPLIT)
def test_letters_tell_where_another_language_begins(around: str, text: str, languages: list[str]) -> None:
    found = list(runs(text, around))
    assert [language for _, language in found] == languages
    assert "".join(words for words, _ in found) == text


def test_the_shipped_texts_are_each_in_one_language() -> None:
    catalog = Catalog.load()
    for language in catalog.languages:
        for id in catalog.ids:
            assert {part.language for part in catalog.phrase(language, id).parts} == {language}, id


def catalog_of(text: str, language: str) -> Catalog:
    """A catalogue of one text in one language, which is all that the line speaks."""
    spoken = f"languages: [{language}]\n".encode()
    return Catalog.read({f"texts/{language}.yaml": f"a.b: {text}\n".encode(), "texts/languages.yaml": spoken})


@pytest.mark.parametrize(
    ("language", "text", "values", "said"),
    [
        ("zh", "您好。中文请按1。For English, press 9.", {}, ("您好。中文请按一。", "For English, press nine.")),
        ("en", "Hello. 中文请按9。", {}, ("Hello.", "中文请按九。")),
        ("zh", "您好。For English, press {key:key}", {"key": "9"}, ("您好。", "For English, press", "nine")),
        ("ru", "Здравствуйте. 中文请按2。", {}, ("Здравствуйте.", "中文请按二。")),
    ],
)
def test_figures_and_values_are_read_in_the_language_around_them(
    language: str, text: str, values: dict[str, Any], said: tuple[str, ...]
) -> None:
    assert speak(catalog_of(text, language), language, "a.b", values) == said


def test_a_part_can_be_marked_where_letters_do_not_tell() -> None:
    catalog = catalog_of("'Hello. {pl: Po polsku, naciśnij 9.}'", "en")
    assert speak(catalog, "en", "a.b", {}) == ("Hello.", "Po polsku, naciśnij dziewięć.")
    assert marked_texts(catalog) == {("en", "Po polsku, naciśnij dziewięć."): "pl"}
    assert catalog.keys_named("en", "a.b") == ("9",)


def test_recordings_of_a_text_in_two_languages_have_a_number_each() -> None:
    catalog = catalog_of("您好。For English, press 9.", "zh")
    assert [name for name, _ in fixed_texts(catalog, "zh") if name.startswith("a.b")] == ["a.b.1", "a.b.2"]


@pytest.mark.parametrize(("text", "keys"), [("中文请按1。For English, press 9.", ("1", "9")), ("您好。", ())])
def test_the_keys_of_both_languages_are_named(text: str, keys: tuple[str, ...]) -> None:
    assert catalog_of(text, "zh").keys_named("zh", "a.b") == keys


def test_the_voice_of_the_marked_language_speaks_it(tmp_path: Path) -> None:
    voices = {one: [FakeVoice(one, [one])] for one in ("en", "pl", "zh")}
    studio = Studio(catalog_of("'Hello. {pl: Po polsku, naciśnij 9.} 中文请按2。'", "en"), Store(tmp_path), voices)
    spoken = [studio.source_of("en", text) for text in speak(studio.catalog, "en", "a.b", {})]
    assert spoken == ["en", "pl", "zh"]
