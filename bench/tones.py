"""How well keys in the voice band are heard, and whether speech makes any.

    python -m bench.tones [--minutes 60] [--rounds 25]

Keys: tones as telephones make them, through both laws of G.711, at levels, twists, lengths, noise and loss; a row tells
how many of all keys were wrong (missing, doubled or another). Speech: the texts of our own catalogue, spoken by
espeak-ng in each of its languages as callers would hear them, the recorded words that come with the program, and the
people of SIPp's `g711a.pcap`, said again until it is `minutes`; at full level and as an echo 12 dB below; a row tells
the false keys. Nothing is played. Writes bench/out/tones-<time>.md and .json.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path

from bench import machine, report
from ivr.call.sound_file import HEADER
from ivr.switch.worker.voice_band import HIGH, KEYS, LOW, VoiceBand
from prompts.catalog import Catalog
from prompts.errors import PromptError
from prompts.sound import pads, to_telephone, without_leading_marks
from prompts.speech import fixed_texts
from prompts.voices.espeak import Espeak
from tests.phone.g711 import ALAW, SHIPPED, ULAW, sound_of, through

OUT = Path(__file__).with_name("out")
LAWS = {"u": ULAW, "A": ALAW}
PACKET = 160
SILENT = -99.0
"""dBm0 of no noise."""
ECHO = 0.25
"""12 dB below what was said: more comes back from no telephone."""

WAYS: tuple[tuple[str, dict[str, float]], ...] = (
    ("80 ms, -10 dBm0", {}),
    ("0 dBm0", {"level": 0}),
    ("-20 dBm0", {"level": -20}),
    ("-30 dBm0", {"level": -30}),
    ("high tone 6 dB weaker", {"twist": 6}),
    ("low tone 4 dB weaker", {"twist": -4}),
    ("1.5 % too high", {"beside": 0.015}),
    ("1.5 % too low", {"beside": -0.015}),
    ("50 ms, pause 50", {"ms": 50, "pause": 50}),
    ("40 ms, pause 40", {"ms": 40, "pause": 40}),
    ("noise 15 dB below", {"noise": -25}),
    ("-25 dBm0, noise 20 dB below", {"level": -25, "noise": -45}),
    ("100 ms, 1 % lost", {"ms": 100, "pause": 100, "loss": 0.01}),
    ("100 ms, 3 % lost", {"ms": 100, "pause": 100, "loss": 0.03}),
    ("100 ms, 5 % lost", {"ms": 100, "pause": 100, "loss": 0.05}),
)


def main() -> None:
    """Measure, print, write."""
    given = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    given.add_argument("--minutes", type=float, default=60)
    given.add_argument("--rounds", type=int, default=25, help="of 12 keys, for each way and law")
    chosen = given.parse_args()
    started = datetime.now().astimezone()
    rows: list[report.Row] = []
    for law in LAWS:
        for name, way in WAYS:
            rows.append(keys_row(name, law, chosen.rounds, **way))
            print(report.table(rows[-1:]), flush=True)
    spoken = {"catalogue": catalogue(), "recorded words": recorded(), "g711a.pcap": sound_of(SHIPPED, ALAW)}
    everything = array("h")
    for sound in spoken.values():
        everything.extend(sound)
    for law in LAWS:
        for gain in (1.0, ECHO):
            rows.append(speech_row(everything, law, gain, chosen.minutes * 60))
            print(report.table(rows[-1:]), flush=True)
    facts = {"measured": started.isoformat(timespec="minutes"), **machine.facts()}
    facts |= {name: f"{len(sound) / 8000 / 60:.1f} min" for name, sound in spoken.items()}
    path = report.write(OUT, started.strftime("tones-%Y%m%d-%H%M%S"), facts, rows)
    print(f"\n{report.table(rows)}\n{path}")


def keys_row(name: str, law: str, rounds: int, **way: float) -> report.Row:
    """Numbers of 12 keys, each in a call of its own."""
    wrong = heard_in = 0
    for number in range(rounds):
        chance = random.Random(f"{name} {law} {number}")
        keys = "".join(chance.choice("0123456789*#") for _ in range(12))
        heard = VoiceBand().feed(tones(keys, chance, LAWS[law], **way).tobytes())
        wrong += max(len(keys), len(heard)) - _in_common(keys, heard)
        heard_in += heard == keys
    total = 12 * rounds
    return {
        "measure": "keys", "subject": name, "build": f"{law}-law", "keys": total, "wrong": wrong,
        "right_pct": round(100 - 100 * wrong / total, 2), "numbers_right": f"{heard_in}/{rounds}",
    }  # fmt: skip


def _in_common(keys: str, heard: str) -> int:
    """How many keys of one stand in the other, in order."""
    before = [0] * (len(heard) + 1)
    for key in keys:
        row = [0]
        for at, other in enumerate(heard):
            row.append(before[at] + 1 if key == other else max(before[at + 1], row[at]))
        before = row
    return before[-1]


def tones(
    keys: str, chance: random.Random, law: list[int], *, level: float = -10, twist: float = 0, ms: float = 80,
    pause: float = 80, beside: float = 0, noise: float = SILENT, loss: float = 0,
) -> array[int]:  # fmt: skip
    """Keys as sound: what a worker gets. A lost packet sounds like the one before, as PJSIP conceals it."""
    hiss = amplitude(noise) / math.sqrt(2) if noise > SILENT else 0.0
    samples: list[float] = [0.0] * chance.randrange(400, 900)
    for key in keys:
        row = next(row for row, four in enumerate(KEYS) if key in four)
        parts = (
            (LOW[row] * (1 + beside), amplitude(level), chance.random() * math.tau),
            (HIGH[KEYS[row].index(key)] * (1 + beside), amplitude(level - twist), chance.random() * math.tau),
        )
        samples += [
            sum(size * math.sin(math.tau * hertz * n / 8000 + phase) for hertz, size, phase in parts)
            for n in range(int(ms * 8))
        ]
        samples += [0.0] * (int(pause * 8) + chance.randrange(80))
    noisy = (int(max(-32768, min(32767, sample + (chance.gauss(0, hiss) if hiss else 0)))) for sample in samples)
    sound = through(array("h", noisy), law)
    for at in range(PACKET, len(sound) - PACKET, PACKET):
        if loss and chance.random() < loss:
            sound[at : at + PACKET] = sound[at - PACKET : at]
    return sound


def amplitude(dbm0: float) -> float:
    """Of one tone; a full sine is 3.14 dBm0."""
    return float(32124 * 10 ** ((dbm0 - 3.14) / 20))


def speech_row(sound: array[int], law: str, gain: float, seconds: float) -> report.Row:
    """Speech again and again, each time a bit differently cut into pieces and louder or softer."""
    ear, passed, heard = VoiceBand(), 0.0, ""
    chance = random.Random(law)
    began = time.process_time()
    while passed < seconds:
        louder = gain * chance.uniform(0.7, 1.3)
        ear.feed(bytes(2 * chance.randrange(102)))
        for at in range(0, len(sound), 8000):
            piece = sound[at : at + 8000]
            scaled = array("h", (max(-32768, min(32767, int(sample * louder))) for sample in piece))
            heard += ear.feed(through(scaled, LAWS[law]).tobytes())
            passed += len(piece) / 8000
            if passed >= seconds:
                break
    took = time.process_time() - began
    return {
        "measure": "speech", "subject": "full" if gain == 1 else "echo, -12 dB", "build": f"{law}-law",
        "minutes": round(passed / 60, 1), "false_keys": len(heard), "heard": heard,
        "cpu_ms_per_s": round(took * 1e3 / passed, 2),
    }  # fmt: skip


def catalogue() -> array[int]:
    """All fixed texts, as clips of a line."""
    catalog, voice, sound = Catalog.load(), Espeak(), array("h")
    with tempfile.TemporaryDirectory(prefix="wardbell-tones-") as folder:
        raw, clip = Path(folder, "raw"), Path(folder, "clip.wav")
        for language in catalog.languages:
            for text in _texts(catalog, language):
                try:
                    voice.render(without_leading_marks(text), language, raw)
                    to_telephone(raw, clip, *pads(text))
                except PromptError as wrong:
                    print(f"left out: {wrong}", file=sys.stderr)
                    continue
                sound.frombytes(clip.read_bytes()[HEADER:])
    return sound


def _texts(catalog: Catalog, language: str) -> Iterator[str]:
    yield from sorted({text for _, text in fixed_texts(catalog, language)})


def recorded() -> array[int]:
    """The words that come with the program."""
    sound = array("h")
    for clip in sorted(Path(str(resources.files("prompts"))).glob("fallbacks/*/*.wav")):
        sound.frombytes(clip.read_bytes()[HEADER:])
    return sound


if __name__ == "__main__":
    main()
