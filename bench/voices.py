"""What voices cost and how soon a caller hears a sentence that nobody said before.

    python -m bench.voices [--sentences 30] [--texts 8] [--only espeak,festival] [--languages zh,en]

Every voice that is installed, in the languages that it is set for; Google's only where the network answers.
Nothing is played: how long a key takes to the next prompt is `python -m bench menu`. Prints tables and writes
bench/out/voices-<time>.md and .json. Kokoro uses all cores: let nothing else run.
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from twisted.internet import defer, reactor

from bench import machine, processes, report, rtp
from ivr.call.rendering import Rendering
from ivr.call.voice import DEADLINE, StudioVoice
from ivr.flow.commands import Prompt
from prompts.catalog import Catalog
from prompts.errors import PromptError, VoiceFailed
from prompts.sound import pads, to_telephone, without_leading_marks
from prompts.speech import fixed_texts, speak
from prompts.store import Store, seconds
from prompts.studio import Studio
from prompts.voices import Voice
from prompts.voices.espeak import Espeak
from prompts.voices.festival import Festival
from prompts.voices.gtts import Google
from prompts.voices.kokoro import Kokoro

OUT = Path(__file__).with_name("out")
SET_FOR = {"kokoro": ("zh", "en", "pl"), "festival": ("ru",), "espeak": ("zh", "en", "ru", "pl"), "gtts": ("zh", "en")}
VOICES: dict[str, Callable[[], Voice]] = {
    "espeak": Espeak,
    "festival": Festival,
    "kokoro": lambda: Kokoro(patience=PATIENCE),
    "gtts": lambda: Google(timeout=5),
}
PATIENCE = 600.0
"""Seconds for a text: a busy machine is to be measured, too."""
LONG = 20
"""Letters from which a text of the catalogue is worth measuring; Chinese says more with less."""
SLIP = "registration.standing_slip"
"""The sentence that is new in every call: fixed words and a number said twice."""
KNOWN, FIRST = 200_000, 2_000
"""Look-ups of a clip that is known, and first looks."""


def main() -> None:
    """Measure, print, write."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--sentences", type=int, default=30)
    given.add_argument("--texts", type=int, default=8, help="of the catalogue, for the throughput")
    given.add_argument("--only", default="", help="voices, parted by commas")
    given.add_argument("--languages", default="", help="parted by commas")
    chosen = given.parse_args()
    started = datetime.now().astimezone()
    catalog = Catalog.load()
    rows: list[report.Row] = []
    folder = Path(tempfile.mkdtemp(prefix="wardbell-voices-"))

    def add(row: report.Row) -> None:
        rows.append({"build": "", "load1": processes.load(), **row})
        print(report.table(rows[-1:]), flush=True)

    try:
        for name, make in VOICES.items():
            for language in SET_FOR[name] if name in (chosen.only or name).split(",") else ():
                if chosen.languages and language not in chosen.languages.split(","):
                    continue
                try:
                    with spoken_by(make()) as voice:
                        add(throughput(voice, language, catalog, folder, chosen.texts))
                        prepare(voice, language, catalog, folder)
                    with spoken_by(make()) as voice:  # a new one: its first sentence is a cold start
                        add(first_audio(voice, language, catalog, folder, chosen.sentences))
                except PromptError as away:
                    print(f"{name} in {language} is left out: {away}")
        add(look_up(catalog, folder))
    finally:
        shutil.rmtree(folder)
        facts = {"measured": started.isoformat(timespec="minutes"), **machine.facts()}
        path = report.write(OUT, started.strftime("voices-%Y%m%d-%H%M%S"), facts, rows)
        print(f"\n{report.table(rows)}\n{path}")


def throughput(voice: Voice, language: str, catalog: Catalog, folder: Path, count: int) -> report.Row:
    """One text after the other, as the voice gives it and through the sound room. Raises `VoiceFailed`."""
    texts = sorted({text for _, text in fixed_texts(catalog, language) if len(text) >= LONG})
    texts = random.Random(1).sample(texts, min(count, len(texts)))
    bare = [without_leading_marks(text) for text in texts]
    raw, clip = folder / "raw", folder / "clip.wav"
    if language not in voice.languages:
        raise VoiceFailed("not installed")
    voice.render(bare[0], language, raw)  # programs and models are in memory from here on
    speaking = sounding = spoken = 0.0
    for text, said in zip(texts, bare, strict=True):
        began = time.perf_counter()
        voice.render(said, language, raw)
        between = time.perf_counter()
        to_telephone(raw, clip, *pads(text))
        speaking += between - began
        sounding += time.perf_counter() - between
        spoken += seconds(clip)
    return {
        "measure": "voice", "subject": voice.name, "build": language, "texts": len(texts),
        "audio_s": round(spoken, 1), "voice_rtf": round(speaking / spoken, 3),
        "sound_rtf": round(sounding / spoken, 3), "rtf": round((speaking + sounding) / spoken, 3),
    }  # fmt: skip


def prepare(voice: Voice, language: str, catalog: Catalog, folder: Path) -> Studio:
    """A studio of that voice; what is fixed in the sentence is in its store, as `prompts render` leaves it."""
    studio = Studio(catalog, Store(folder / f"{voice.name}-{language}"), {language: [voice]})
    for _, text in fixed_texts(catalog, language):
        if text in speak(catalog, language, SLIP, {"slip": "0"}):
            studio.render(language, text, patient=True)
    return studio


def first_audio(voice: Voice, language: str, catalog: Catalog, folder: Path, sentences: int) -> report.Row:
    """From asking for a sentence with a new number to its clips: cold the first, then `sentences` warm ones."""
    studio = prepare(voice, language, catalog, folder)
    any_reactor: Any = reactor
    rendering = Rendering(any_reactor, any_reactor)
    spoken = StudioVoice(studio, rendering, deadline=60)
    times: list[float] = []

    async def ask() -> None:
        for slip in _slips(sentences + 1):
            began = time.perf_counter()
            got = await spoken.clips(language, [Prompt(SLIP, {"slip": slip})])
            if got.missing:
                raise PromptError(f"it did not say {slip}")
            times.append((time.perf_counter() - began) * 1e3)

    _run(rendering, ask)
    cold, warm = times[0], times[1:]
    return {
        "measure": "first", "subject": voice.name, "build": language, "sentences": len(warm),
        "cold_ms": round(cold, 1), "warm_ms": rtp.spread(warm),
        "within_pct": round(100 * sum(took <= DEADLINE * 1e3 for took in warm) / len(warm)),
    }  # fmt: skip


@contextmanager
def spoken_by(voice: Voice) -> Iterator[Voice]:
    """A voice, and its process ended after it."""
    try:
        yield voice
    finally:
        if isinstance(voice, Kokoro):
            voice.close()


def _slips(count: int) -> Iterator[str]:
    """Numbers of eight digits, none twice."""
    return (f"{number:08}" for number in random.Random(2).sample(range(10**7, 10**8), count))


def _run(rendering: Rendering, ask: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine in the reactor, which is stopped in a way that lets it run again."""
    failed: list[Exception] = []
    any_reactor: Any = reactor

    async def told() -> None:
        rendering.start()
        try:
            await ask()
        except PromptError as away:
            failed.append(away)
        finally:
            any_reactor.crash()

    def begin() -> None:
        defer.Deferred.fromCoroutine(told())

    any_reactor.callWhenRunning(begin)
    any_reactor.run(installSignalHandlers=False)
    rendering.close()
    if failed:
        raise failed[0]


def _copy(made: Path, to: Path) -> None:
    shutil.copy(made, to)


def look_up(catalog: Catalog, folder: Path) -> report.Row:
    """Clips found each second: known ones, and those that are looked at on disk for the first time."""
    voice = Espeak()
    store = folder / "lookup"
    texts = [f"clip {number}" for number in range(FIRST)]
    studio = Studio(catalog, Store(store), {"en": [voice]})
    made = studio.render("en", "This is a clip.", patient=True)
    for text in texts:
        Store(store).add(next(studio.names("en", text)), partial(_copy, made))
    fresh = Studio(catalog, Store(store), {"en": [voice]})
    began = time.perf_counter()
    found = [fresh.ready("en", text) for text in texts]
    first_seconds = time.perf_counter() - began
    assert None not in found
    began = time.perf_counter()
    for number in range(KNOWN):
        fresh.ready("en", texts[number % FIRST])
    known_seconds = time.perf_counter() - began
    return {
        "measure": "lookup", "subject": "store", "build": f"{FIRST} clips",
        "first_per_s": round(FIRST / first_seconds), "known_per_s": round(KNOWN / known_seconds),
    }  # fmt: skip


if __name__ == "__main__":
    main()
