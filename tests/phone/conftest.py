"""Telephones for the tests of telephones."""

from __future__ import annotations

import math
import struct
import wave
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.phone.phone import Phone


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[Phone]:
    """A telephone of a patient."""
    with Phone(tmp_path) as one:
        yield one


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Phone]:
    """Somebody else's telephone."""
    with Phone(tmp_path, "8001") as one:
        yield one


@pytest.fixture
def melody(tmp_path: Path) -> Callable[[str, float], Path]:
    """Makes a clip that is told from others: a chirp whose course follows from its name."""

    def make(name: str, seconds: float = 1.0) -> Path:
        path = tmp_path / f"{name}.wav"
        seed = sum(map(ord, name))
        low, wide = 300 + seed % 7 * 150, 200 + seed % 11 * 120
        count = int(seconds * 8000)
        phase, samples = 0.0, []
        for i in range(count):
            phase += 2 * math.pi * (low + wide * (i / count) + 80 * math.sin(i / (300 + seed % 13 * 40))) / 8000
            samples.append(int(9000 * math.sin(phase)))
        with wave.open(str(path), "wb") as out:
            out.setparams((1, 2, 8000, 0, "NONE", ""))
            out.writeframes(struct.pack(f"<{count}h", *samples))
        return path

    return make
