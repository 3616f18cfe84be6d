"""A caller's line goes dead and an exchange plays its busy tone: that is nobody speaking. Speech is no tone."""

from __future__ import annotations

import math
import random
from array import array

import pytest

from ivr.switch.call_tones import CallTones
from tests.phone.g711 import ALAW, SHIPPED, sound_of

TONES = (
    # name, hertz, seconds on and off
    ("busy in China", (450,), (0.35, 0.35)),
    ("congestion in China", (450,), (0.7, 0.7)),
    ("dial in China", (450,), (30, 0)),
    ("busy in Europe", (425,), (0.5, 0.5)),
    ("congestion in Germany", (425,), (0.24, 0.24)),
    ("busy in France", (440,), (0.5, 0.5)),
    ("busy in Britain and Japan", (400,), (0.375, 0.375)),
    ("dial in Britain", (350, 440), (30, 0)),
    ("busy in North America", (480, 620), (0.5, 0.5)),
    ("congestion in North America", (480, 620), (0.25, 0.25)),
    ("a calling fax", (1100,), (0.5, 3)),
)


def sound(
    hertz: tuple[float, ...],
    cadence: tuple[float, float],
    *,
    seconds: float = 4,
    level: float = 3000,
    noise: float = 0,
) -> bytes:
    """Samples of a tone that comes and goes."""
    chance = random.Random(450)
    on, off = cadence
    return array(
        "h",
        (
            int(
                sum(level * math.sin(math.tau * each * n / 8000) for each in hertz) * (n / 8000 % (on + off) < on)
                + (chance.gauss(0, noise) if noise else 0)
            )
            for n in range(int(seconds * 8000))
        ),
    ).tobytes()


def heard(data: bytes) -> tuple[float, float]:
    """Seconds spoken, and seconds of tones."""
    tones = CallTones()
    for at in range(0, len(data), 3999):  # as a file grows
        tones.feed(data[at : at + 3999])
    return tones.told()


@pytest.mark.parametrize(("hertz", "cadence"), [each[1:] for each in TONES], ids=[each[0] for each in TONES])
@pytest.mark.parametrize("beside", [-8, 8])
@pytest.mark.parametrize(("level", "noise"), [(9000, 220), (400, 10)])
def test_a_tone_is_nobody_speaking(
    hertz: tuple[float, ...], cadence: tuple[float, float], beside: float, level: float, noise: float
) -> None:
    spoken, tones = heard(sound(tuple(each + beside for each in hertz), cadence, level=level, noise=noise))
    assert spoken < 0.1
    assert tones > 0.7


def test_a_voice_is_no_tone() -> None:
    """A vowel of many harmonics whose pitch moves, as voices do."""
    voice = array("h")
    phase = 0.0
    for n in range(8000 * 6):
        pitch = 150 + 25 * math.sin(math.tau * n / 5600)
        phase += math.tau * pitch / 8000
        swell = 0.5 + 0.5 * math.sin(math.tau * n / 1800)
        voice.append(int(swell * sum(2500 / k * math.sin(k * phase) for k in range(1, 9))))
    spoken, tones = heard(voice.tobytes())
    assert spoken > 4
    assert tones < 0.3


def test_words_before_the_tone_are_words() -> None:
    chance = random.Random(1)
    words = array("h", (int(chance.gauss(0, 2000)) for _ in range(8000 * 2))).tobytes()
    spoken, tones = heard(words + sound((450,), (0.35, 0.35)))
    assert 1.9 < spoken < 2.1
    assert tones > 1.5


def test_a_phone_call_of_the_field_is_speech() -> None:
    """The recording that comes with SIPp: people, not tones."""
    if not SHIPPED.exists():
        pytest.skip("sip-tester is not installed")
    spoken, tones = heard(sound_of(SHIPPED, ALAW).tobytes())
    assert spoken > 1
    assert tones < 0.2
