"""Each voice as the studio meets it: what it can speak here, and what happens when its program fails."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from prompts.errors import VoiceFailed
from prompts.voices import festival, kokoro
from prompts.voices.festival import Festival
from prompts.voices.kokoro import Kokoro
from prompts.voices.kokoro_sounds import spell


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kokoro]:
    """Kokoro with a program of ours beside it, which this process starts and stops as it would the real one."""
    made = Kokoro(1, patience=1.0, program="tests.prompts.speakers")
    made.__dict__["languages"] = frozenset({"zh", "en"})
    yield made
    made.close()


def test_one_process_speaks_all_texts(voice: Kokoro, tmp_path: Path) -> None:
    for text in ("one", "two"):
        voice.render(text, "en", tmp_path / text)
    pids = {(tmp_path / text).read_text().split()[0] for text in ("one", "two")}
    assert len(pids) == 1


@pytest.mark.parametrize(
    ("text", "told"), [("dies", "has ended"), ("hangs", "longer than 1 s"), ("refuses", "no words")]
)
def test_a_speaker_that_fails_at_one_text_speaks_the_next(voice: Kokoro, text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match=told):
        voice.render(text, "en", tmp_path / "a")
    voice.render("hello", "en", tmp_path / "b")
    assert (tmp_path / "b").read_text().endswith(" hello")


def test_an_idle_speaker_goes_and_comes_back(tmp_path: Path) -> None:
    voice = Kokoro(1, idle=0.05, program="tests.prompts.speakers")
    voice.__dict__["languages"] = frozenset({"en"})
    voice.render("one", "en", tmp_path / "a")
    process = voice._process
    assert process is not None
    assert process.wait(5) != 0
    voice.render("two", "en", tmp_path / "b")
    assert (tmp_path / "a").read_text().split()[0] != (tmp_path / "b").read_text().split()[0]
    voice.close()


def test_without_the_extra_it_speaks_nothing_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(kokoro, "find_spec", lambda name: None)
    voice = Kokoro()
    assert voice.languages == frozenset()
    with pytest.raises(VoiceFailed, match=r"wardbell\[kokoro\]"):
        voice.render("您好", "zh", tmp_path / "a")


def test_kokoro_is_never_given_digits() -> None:
    with pytest.raises(VoiceFailed, match="digits"):
        spell("请按1", "zh")


@pytest.mark.parametrize(
    ("language", "text", "sounds"),
    [
        ("en", "Press one, please.", "pɹˈɛs wˌʌn, plˈiːz."),
        ("en", "Today", "tədˈA"),
        ("pl", "Dzień dobry.", "ʥˈɛɲ dˈɔbrɨ."),
        ("ru", "нажмите", "naʒmʲˈitʲi"),
    ],
)
def test_words_in_the_sounds_of_the_model(language: str, text: str, sounds: str) -> None:
    assert spell(text, language) == sounds


def said_by_festival(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> str:
    given: list[str] = []

    def program(command: list[str], *, text: str, timeout: float) -> str:
        Path(command[-1]).write_bytes(b"sound")
        given.append(text)
        return ""

    monkeypatch.setattr(festival, "run", program)
    voice = Festival()
    voice.__dict__["languages"] = frozenset({"ru"})
    voice.render(text, "ru", tmp_path / "a")
    return given[0]


def test_festival_gets_only_what_its_russian_has_rules_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A lone mark or a bracket, and it would write no sound at all."""
    said = said_by_festival(monkeypatch, tmp_path, "Для записи — «нажмите»; (один)… Ждите.")
    assert said == "Для записи, нажмите, один, Ждите."


def test_festival_leaves_latin_letters_to_the_next_voice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(VoiceFailed, match="Russian letters only"):
        said_by_festival(monkeypatch, tmp_path, "COVID")
