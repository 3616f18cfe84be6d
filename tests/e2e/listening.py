"""Callers who listen for words: they let the hospital finish, note what they heard beside what it should have said,
and press on. Afterwards an ear (`tests/phone/ear.py`) writes down what was heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML

from prompts.catalog import Catalog
from prompts.render import render_all
from prompts.sound import LEVEL
from prompts.speech import speak
from prompts.store import Store
from prompts.studio import Studio
from prompts.voices import Voice
from prompts.voices.festival import Festival
from prompts.voices.kokoro import Kokoro
from tests.phone.ear import INSTALL, Ear, NoEar
from tests.phone.hearing import NOTHING, RATE, Sound, find, load, load_clip
from tests.phone.levels import bursts, clipped, quiet_since, speech_level
from tests.phone.phone import Call, PhoneFailed
from tests.phone.wording import Score

FINISHED = 1.4
"""Seconds of quiet after which a person takes it that the hospital has said all: no pause within is so long."""

TOGETHER = 25.0
"""Seconds of sound that are written down at once."""
LOST = 0.5
"""Part of several prompts, written down at once, that is wrong when the recogniser has lost its way."""
BEGINNING = RATE // 2
"""Samples by which a clip is found, unless it is short."""
SHORT = 2 * RATE
LEVEL_OFF = 1.5
"""dB that the speech of a prompt, with its pauses, may be off the level of clips."""

Said = tuple[str, Mapping[str, Any]]
"""A catalogue text and its values."""


def main_menu() -> list[Said]:
    """What the hospital's number says first: the greeting, and the shipped menu whatever has come into it."""
    flow = YAML(typ="safe").load(files("flows").joinpath("main.yaml").read_text(encoding="utf-8"))
    return [("main.welcome", {}), *((text, {}) for text in flow["steps"]["services"]["menu"])]


class Listener:
    """One call and what was heard in it, prompt by prompt."""

    def __init__(self, call: Call, language: str, catalog: Catalog) -> None:
        self.call = call
        self.language = language
        self.heard: list[tuple[str, Sound]] = []
        """What should have been said, and the sound."""
        self._catalog = catalog
        self._mark = 0

    def hears(self, *said: Said, timeout: float = 60.0, last: Path | None = None) -> Listener:
        """Wait until the hospital has spoken and fallen quiet, or hung up; `said` is what it should have said.

        `last`: a clip that is part of the end, where the hospital may be quiet before it, because a voice takes time.
        """
        self.call.phone.wait(lambda: self._spoken(last), timeout, f"{said[0][0]} to be over", every=0.2)
        whole = self._sound()
        self.heard.append((self.text(*said), whole[self._mark :]))
        self._mark = whole.size
        return self

    def keys_in(self, keys: str) -> Listener:
        """Keys as SIP INFO."""
        self.call.press_info(keys, every=0.05)
        return self

    def text(self, *said: Said) -> str:
        """The words of these texts."""
        return " ".join(text for id, values in said for text in speak(self._catalog, self.language, id, values))

    def _spoken(self, last: Path | None) -> bool:
        new = self._sound()[self._mark :]
        if not bursts(new, 1.0) or (quiet_since(new) < FINISHED and self.call.over is None):
            return False
        return last is None or find(load_clip(last)[:RATE], new) is not None

    def _sound(self) -> Sound:
        return load(self.call.recording) if self.call.recording.exists() else NOTHING


def together(heard: Sequence[tuple[str, Sound]]) -> list[list[tuple[str, Sound]]]:
    """Prompts in a row that are written down at once: as few groups as there can be, and those as even as they can:
    a short prompt that is left over alone is not understood for want of what stands around it."""
    fewest = len(_filled(heard, TOGETHER))
    even = next(limit for limit in np.arange(1.0, TOGETHER + 1) if len(_filled(heard, limit)) <= fewest)
    return _filled(heard, even)


def _filled(heard: Sequence[tuple[str, Sound]], seconds: float) -> list[list[tuple[str, Sound]]]:
    groups: list[list[tuple[str, Sound]]] = []
    for said, sound in heard:
        if groups and sum(one.size for _, one in groups[-1]) + sound.size < seconds * RATE:
            groups[-1].append((said, sound))
        else:
            groups.append([(said, sound)])
    return groups


def score(ear: Ear, listener: Listener) -> Score:
    """How much of what a caller heard an ear understands; short prompts are written down together, it is quicker.

    A recogniser may lose its way in a long sound and stop writing. Then it hears each prompt by itself: that is the
    model's weakness, no caller's.
    """
    made = Score()
    for group in together(listener.heard):
        whole = (" ".join(said for said, _ in group), np.concatenate([sound for _, sound in group]))
        heard = ear.write_down(whole[1], listener.language)
        tried = Score()
        tried.add(listener.language, whole[0], heard)
        if len(group) == 1 or tried.rate <= LOST:
            made.add(listener.language, whole[0], heard)
            continue
        for said, sound in group:
            made.add(listener.language, said, ear.write_down(sound, listener.language))
    return made


def hear_well_enough(found: Score, what: str, most: float, most_of_one: float = 0.5) -> None:
    """Say the figures; fail when too much was not understood, in all or in one prompt."""
    print(f"\n{what}: {found}")
    assert found.rate <= most, f"{what}: {found}"
    rate, said, heard = found.prompts[0]
    assert rate <= most_of_one, f'{what}: instead of "{said}" there was heard "{heard}"'


def sound_well(what: str, sounds: Sequence[Sound]) -> None:
    """As loud as every clip is to be, however it was made, and nothing clipped. Shows the levels."""
    levels = [speech_level(sound) for sound in sounds]
    print(f"\n{what}: speech at {min(levels):.1f} to {max(levels):.1f} dBFS")
    assert all(abs(level - LEVEL) <= LEVEL_OFF for level in levels), f"{what}: {levels}"
    assert not any(clipped(sound) for sound in sounds), f"{what} is clipped"


def places(recording: Sound, clips: Sequence[Path]) -> list[int]:
    """Where each of these clips begins, in samples, one after the other; fails when one was not heard.

    Only its beginning is looked for: on a busy machine frames are put in further on.
    """
    found: list[int] = []
    at, ahead = 0, recording.size
    for clip in clips:
        sound = load_clip(clip)
        near = recording[at : at + ahead + sound.size]
        parts = [sound[:BEGINNING], sound[: 2 * BEGINNING], sound] if sound.size >= SHORT else [sound]
        first = next((place for part in parts if (place := find(part, near)) is not None), None)
        assert first is not None, f"the beginning of {clip} was not heard after {at / RATE:.1f} s"
        found.append(at + first.start)
        at += first.start + sound.size // 2
        ahead = sound.size // 2 + 2 * RATE
    return found


def gaps(recording: Sound, starts: Sequence[int]) -> list[float]:
    """Seconds of quiet before each clip but the first."""
    spoken = bursts(recording, 0.02)
    between = []
    for start in starts[1:]:
        before = [end for _, end in spoken if end <= start]
        begins = min(begin for begin, end in spoken if end > start)
        between.append((begins - before[-1]) / RATE)
    return between


def need_ear() -> Ear:
    """The ear; without it the test fails and says what to install."""
    try:
        return Ear()
    except NoEar as missing:
        pytest.fail(str(missing))


@contextmanager
def good_voices(catalog: Catalog, store: Path) -> Iterator[Studio]:
    """A studio on the service's store with the voices that a service with all extras would take."""
    kokoro, festival = Kokoro(patience=300), Festival()
    voices: dict[str, Sequence[Voice]] = {"zh": [kokoro], "en": [kokoro], "ru": [festival]}
    if not {"zh", "en"} <= kokoro.languages or "ru" not in festival.languages:
        pytest.fail(f"the voices kokoro and festival are not here, and {INSTALL}")
    try:
        yield Studio(catalog, Store(store), voices)
    finally:
        kokoro.close()


def speak_ahead(studio: Studio, catalog: Catalog, said: Mapping[str, Sequence[Said]]) -> None:
    """Render what will be said, by language."""
    texts = {
        (language, text): None for language, all_said in said.items()
        for id, values in all_said for text in speak(catalog, language, id, values)
    }  # fmt: skip
    summary = render_all(studio, list(texts), progress=False)
    assert not summary.failed, summary.failed


def all_at_once(stories: Sequence[Any]) -> None:
    """Calls side by side, each a story without arguments; the first that fails fails the test."""
    with ThreadPoolExecutor(len(stories)) as pool:
        for told in [pool.submit(story) for story in stories]:
            try:
                told.result()
            except PhoneFailed as failed:
                pytest.fail(str(failed))
