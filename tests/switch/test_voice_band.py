"""Keys in the voice band are heard, each once; speech makes none. How well in figures: `python -m bench.tones`."""

from __future__ import annotations

import math
import random
from array import array

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from ivr.switch.worker.voice_band import HIGH, KEYS, LOW, VoiceBand
from tests.phone.g711 import ALAW, SHIPPED, ULAW, encoded, sound_of, through
from tests.switch.worlds import Owner, RealPerson, RealWorld, Task


def tones(keys: str, *, ms: int = 80, pause: int = 80, level: float = 6000, twist: float = 1.0) -> array[int]:
    """Keys as sound; `twist`: how much louder the low tone is."""
    samples: list[int] = [0] * 500
    for key in keys:
        row = next(row for row, four in enumerate(KEYS) if key in four)
        low, high = LOW[row], HIGH[KEYS[row].index(key)]
        samples += [
            int(level * math.sin(math.tau * low * n / 8000) + level / twist * math.sin(math.tau * high * n / 8000))
            for n in range(ms * 8)
        ]
        samples += [0] * (pause * 8)
    return array("h", samples)


def heard(samples: array[int], at_once: int = 640) -> str:
    band, data = VoiceBand(), samples.tobytes()
    return "".join(band.feed(data[at : at + at_once]) for at in range(0, len(data), at_once))


@pytest.mark.parametrize("law", [ULAW, ALAW], ids=["u-law", "A-law"])
@pytest.mark.parametrize(
    ("ms", "pause", "level", "twist"),
    [(80, 80, 6000, 1), (60, 60, 700, 1), (100, 60, 15000, 1.9), (80, 80, 6000, 0.65)],
)
def test_every_key_is_heard_once(law: list[int], ms: int, pause: int, level: float, twist: float) -> None:
    sound = through(tones("1123456789*0#ABCD55", ms=ms, pause=pause, level=level, twist=twist), law)
    assert heard(sound) == "1123456789*0#ABCD55"
    assert heard(sound, 333 * 2) == "1123456789*0#ABCD55"


def test_a_key_held_long_is_one_key() -> None:
    assert heard(tones("5", ms=3000)) == "5"


def test_a_packet_lost_within_a_key_does_not_double_it() -> None:
    sound = tones("17", ms=160)
    for at in (500 + 480, 500 + 160 * 8 + 640 + 480):
        sound[at : at + 160] = array("h", bytes(320))
    assert heard(sound) == "17"


@pytest.mark.parametrize("ms", [10, 15, 20])
def test_what_is_shorter_than_a_key_is_none(ms: int) -> None:
    assert heard(tones("159", ms=ms)) == ""


def test_one_tone_is_no_key_and_a_chord_neither() -> None:
    for lines in ([697], [1336], [697, 770], [1209, 1336], [697, 1209, 1477], [440, 620], [500, 1500], [425], [450]):
        sound = array(
            "h", (int(sum(5000 * math.sin(math.tau * each * n / 8000) for each in lines)) for n in range(16_000))
        )
        assert heard(sound) == ""


def test_noise_is_no_key() -> None:
    chance = random.Random(1)
    assert heard(array("h", (int(chance.gauss(0, 4000)) for _ in range(80_000)))) == ""


def test_people_who_speak_press_no_keys() -> None:
    if not SHIPPED.exists():
        pytest.skip("sip-tester is not installed")
    assert heard(sound_of(SHIPPED, ALAW)) == ""


class InBand(TestCase):
    """A telephone that offers no key events calls, and is called."""

    timeout = 120

    async def setUp(self) -> None:
        self.world = RealWorld()
        await self.world.open()

    async def tearDown(self) -> None:
        await self.world.close()

    async def plays(self, person: RealPerson, keys: str) -> None:
        sound = encoded(tones(keys, ms=120, pause=120), ULAW)
        person.sung, person.sings = 0, sound + bytes([0xFF]) * 16_000
        await self.world.until(lambda: person.sung >= len(sound))  # by its packets: a busy machine sends them late
        person.sings = b""

    async def test_a_caller_keys_in_the_voice_band_and_the_engine_is_told_so(self) -> None:
        world = self.world
        person = world.person()
        person.events = ""
        await person.dials("8000", "1001")
        await world.until(lambda: world.owner.lines)
        line = world.owner.line
        await line.answer()
        await world.until(lambda: "answered" in world.owner.heard)
        self.assertTrue(line.in_band)
        await self.plays(person, "1124#")
        await world.until(lambda: world.owner.keys == "1124#")
        person.info("Signal=7\r\n")  # such a phone may send INFO all the same
        await world.until(lambda: world.owner.keys == "1124#7")

    async def test_a_nurse_whose_telephone_knows_no_events_confirms_too(self) -> None:
        world, owner = self.world, Owner()
        person = world.person()
        person.events = ""
        dialling = Task(
            owner, world.switch.dial(f"sip:21@127.0.0.1:{person.port}", caller_id="8000", timeout=10, listener=owner)
        )
        await world.until(lambda: dialling.done and person.invite)
        person.answers()
        await world.until(lambda: "answered" in owner.heard)
        self.assertTrue(dialling.result.in_band)
        await _wait(0.3)
        await self.plays(person, "1")
        await world.until(lambda: owner.keys == "1")

    async def test_who_sends_key_events_is_not_listened_to(self) -> None:
        world = self.world
        person = await world.caller()
        await world.owner.line.answer()
        await world.until(lambda: "answered" in world.owner.heard)
        self.assertFalse(world.owner.line.in_band)
        await world.until(lambda: person.far_rtp is not None and person.packets > 2)
        person.press("3")
        await self.plays(person, "3")
        await _wait(0.3)
        self.assertEqual(world.owner.keys, "3")


def _wait(seconds: float) -> Deferred[None]:
    return deferLater(reactor, seconds)  # type: ignore[arg-type]
