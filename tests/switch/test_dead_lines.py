"""Nobody hung up, but a caller's line is dead: what comes over it is the busy tone of his exchange."""

from __future__ import annotations

import math
from array import array
from pathlib import Path

from twisted.trial.unittest import TestCase

from ivr.switch.line import RecordEnd
from tests.phone.g711 import ULAW, encoded
from tests.switch.worlds import Places, RealWorld, Task

BUSY = encoded(array("h", (int(6000 * math.sin(math.tau * 450 * n / 8000)) for n in range(2800))), ULAW) + bytes(
    [0xFF] * 2800
)


class DeadLines(TestCase):
    timeout = 40

    async def setUp(self) -> None:
        self.places = Places()
        self.world = RealWorld()
        await self.world.open()

    async def tearDown(self) -> None:
        await self.world.close()
        self.places.close()

    async def test_a_recording_of_a_busy_tone_ends_early_as_silence_does(self) -> None:
        world = self.world
        person = await world.caller()
        person.sings = BUSY
        await world.owner.line.answer()
        path: Path = self.places.path / "m.wav"
        task = Task(world.owner, world.owner.line.record(path, limit=30, silence=3))
        await world.until(lambda: task.done, 15)
        recorded = task.result
        assert recorded.ended is RecordEnd.SILENCE
        assert recorded.seconds < 10
