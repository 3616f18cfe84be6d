"""Each voice as the studio meets it: what it can speak here, and what happens when its program fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from prompts.errors import CannotSay, VoiceFailed
from prompts.voices import espeak, festival, kokoro
from prompts.voices.espeak import Espeak
from prompts.voices.festival import Festival
from prompts.voices.gtts import Google
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


def test_who_speaks_one_text_at_a_time_is_busy_when_others_wait(voice: Kokoro, tmp_path: Path) -> None:
    """A text that hangs costs those who come later nothing: they are told to ask another voice."""
    voice.render("one", "en", tmp_path / "a")
    assert not voice.busy

    def speak(text: str, to: Path) -> None:
        with suppress(VoiceFailed):
            voice.render(text, "en", to)

    threads = [threading.Thread(target=speak, args=(text, tmp_path / text)) for text in ("hangs", "two")]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 5
    while not voice.busy and time.monotonic() < until:
        time.sleep(0.01)
    assert voice.busy
    for thread in threads:
        thread.join(10)
    assert not voice.busy
    assert (tmp_path / "two").exists()  # who waited for its turn had it


def test_a_kept_speaker_is_there_before_the_first_text_and_stays(tmp_path: Path) -> None:
    voice = Kokoro(1, idle=0.05, program="tests.prompts.speakers")
    voice.__dict__["languages"] = frozenset({"en"})
    voice.keep()
    process = voice._process
    assert process is not None
    voice.render("one", "en", tmp_path / "a")
    time.sleep(0.2)
    assert process.poll() is None
    assert (tmp_path / "a").read_text() == f"{process.pid} one"
    voice.close()
    assert process.poll() is not None


def test_closing_waits_for_no_text_that_hangs(tmp_path: Path) -> None:
    voice = Kokoro(1, patience=30, program="tests.prompts.speakers")
    voice.__dict__["languages"] = frozenset({"en"})
    voice.keep()
    told: list[str] = []

    def speak() -> None:
        try:
            voice.render("hangs", "en", tmp_path / "a")
        except VoiceFailed as failed:
            told.append(str(failed))

    thread = threading.Thread(target=speak)
    thread.start()
    time.sleep(0.1)
    voice.close()
    thread.join(5)
    assert not thread.is_alive(), "it hangs for an hour"
    assert told == ["kokoro has ended"]
    with pytest.raises(VoiceFailed, match="closed"):
        voice.render("one", "en", tmp_path / "b")


def test_a_text_that_it_refuses_is_no_fault_of_the_voice(voice: Kokoro, tmp_path: Path) -> None:
    with pytest.raises(CannotSay):
        voice.render("refuses", "en", tmp_path / "a")


def test_espeak_speaks_chinese_with_the_voice_that_knows_its_characters(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    given: list[list[str]] = []

    def program(command: list[str], *, text: str = "", timeout: float) -> str:
        given.append(command)
        if "--voices" in command:
            return "cmn yue en-us"  # its data for cmn-latn-pinyin is not installed
        (tmp_path / "a").write_bytes(b"sound")
        return ""

    monkeypatch.setattr(espeak, "run", program)
    assert Espeak().languages == {"yue", "en"}
    with pytest.raises(VoiceFailed, match="cmn-latn-pinyin"):
        Espeak().render("您好", "zh", tmp_path / "a")
    assert all("--voices" in command for command in given)
    Espeak().render("Hello", "en", tmp_path / "a")


def test_which_voices_are_quick() -> None:
    assert [voice.name for voice in (Kokoro(), Festival(), Google(), Espeak()) if voice.quick] == ["espeak"]
