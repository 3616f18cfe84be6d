"""A telephone whose call was lost sends on, to a port that belongs to somebody else's call now. Nobody hears it, it
hears nobody, and its keys count nowhere."""

from __future__ import annotations

import os
import random
import signal
from typing import Any

from twisted.internet import reactor
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from ivr.switch.line import Played
from tests.switch.worlds import Owner, Places, RealPerson, RealWorld, Task, clip

TONE = 0x9E
"""u-law for something loud."""


class Strangers(TestCase):
    timeout = 40

    async def setUp(self) -> None:
        self.places = Places()
        # So few ports that the next call gets those of the one before.
        first = random.randrange(2_000, 6_900, 100)
        self.world = RealWorld(rtp_port=first, rtp_last=first + 15, media_timeout=5.0)
        await self.world.open()

    async def tearDown(self) -> None:
        await self.world.close()
        self.places.close()

    async def ghost(self) -> RealPerson:
        """The telephone of a call whose worker was killed. It hears no BYE and sends on."""
        world = self.world
        person = await world.caller(caller="1001")
        await world.owner.line.answer()
        await world.until(lambda: person.far_rtp is not None and person.packets > 5)
        person.deaf, person.loudness = True, TONE
        [worker] = world.switch.workers
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        await world.until(lambda: world.owner.end is not None)
        await world.until(lambda: [w.lines for w in world.switch.workers] == [4])
        world.owner.heard.clear()
        world.owner.end = None
        return person

    async def test_a_caller_on_its_port_has_his_call_to_himself(self) -> None:
        world = self.world
        ghost = await self.ghost()
        haunts = ghost.far_rtp
        caller = world.person()
        caller.slow = True
        await caller.dials("8000", "1002")
        await world.until(lambda: len(world.owner.lines) == 2)
        await world.owner.line.answer()
        await world.until(lambda: caller.far_rtp is not None)
        self.assertEqual(caller.far_rtp, haunts)  # else this tells nothing
        ghost.packets = 0
        play = Task(world.owner, world.owner.line.play([clip(self.places.path, 3.0)], stop_on="0123456789"))
        await _wait(0.5)
        caller.starts_talking()
        ghost.press("123")
        await _wait(1.0)
        caller.press("7")
        await world.until(lambda: "7" in world.owner.keys)
        ghost.press("456")
        await _wait(0.3)
        self.assertEqual(world.owner.keys, "7")
        await world.until(lambda: play.done)
        self.assertEqual(play.result, Played(finished=False, stopped_by="7"))
        self.assertEqual(ghost.packets, 0)
        self.assertGreater(caller.packets, 60)

    async def test_a_person_who_is_called_hears_all_and_her_key_counts(self) -> None:
        world = self.world
        ghost = await self.ghost()
        haunts = ghost.far_rtp
        owner = Owner()
        line, nurse = await world.dial(owner)
        self.assertEqual(nurse.far_rtp, haunts)
        ghost.packets = 0
        await _wait(0.2)
        ghost.press("9")
        nurse.answers()
        await world.until(lambda: "answered" in owner.heard)
        ghost.press("8")
        play = Task(owner, line.play([clip(self.places.path, 2.0)], stop_on="0123456789"))
        await world.until(lambda: play.done)
        ghost.press("5")
        nurse.press("1")
        await world.until(lambda: "1" in owner.keys)
        await _wait(0.3)
        self.assertEqual(play.result, Played(finished=True))
        self.assertEqual((owner.keys, ghost.packets), ("1", 0))
        self.assertGreater(nurse.packets, 90)

    async def test_what_a_stranger_says_is_on_no_recording(self) -> None:
        world = self.world
        ghost = await self.ghost()
        caller = await world.caller(caller="1002")
        await world.owner.line.answer()
        await world.until(lambda: caller.far_rtp == ghost.far_rtp)
        path = self.places.path / "message.wav"
        recording = Task(world.owner, world.owner.line.record(path, limit=1.0))
        await world.until(lambda: recording.done)
        self.assertLess(max(map(abs, memoryview(path.read_bytes()[44:]).cast("h"))), 1000)

    async def test_a_telephone_that_sends_from_another_port_than_it_said_is_heard(self) -> None:
        world = self.world
        person = world.person()
        person.rtp_port -= 1 if person.rtp_port % 2 else -1  # what its SDP will say
        await person.dials()
        await world.until(lambda: world.owner.lines)
        await world.owner.line.answer()
        Task(world.owner, world.owner.line.play([clip(self.places.path, 10.0)]))
        await world.until(lambda: person.packets > 20, 8)  # our sound follows its own
        person.press("7")
        await world.until(lambda: world.owner.keys == "7")


async def _wait(seconds: float, *_: Any) -> None:
    await deferLater(reactor, seconds)  # type: ignore[arg-type]
