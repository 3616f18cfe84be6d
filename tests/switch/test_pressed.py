"""Keys reach the engine as they were pressed: real workers, packets and requests on the loopback address."""

from __future__ import annotations

import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from tests.switch.senders import SENDERS, Sender
from tests.switch.test_info import BODIES
from tests.switch.worlds import Owner, RealPerson, RealWorld

AT_ONCE = 4
"""The lines of the published wheel."""


class Pressed(TestCase):
    timeout = 60

    async def setUp(self) -> None:
        self.world = RealWorld()
        await self.world.open()

    async def tearDown(self) -> None:
        await self.world.close()

    async def talking(self, person: RealPerson | None = None) -> tuple[RealPerson, Owner]:
        """A call with an owner of its own."""
        world, owner = self.world, Owner()
        world.owner.listens = False
        person = person or world.person()
        count = len(world.owner.lines)
        await person.dials("8000", "1001")
        await world.until(lambda: len(world.owner.lines) > count)
        line = world.owner.line
        line.listen(owner)
        owner.lines.append(line)
        await line.answer()
        await world.until(lambda: "answered" in owner.heard and 200 in person.statuses)
        return person, owner

    async def pressed(self, sender: Sender, person: RealPerson, owner: Owner) -> tuple[str, str]:
        """What is heard of a sender on a call."""
        person.talking.stop()
        began = reactor.seconds()  # type: ignore[attr-defined]
        for packet in sender.packets:
            wait = began + packet.ms / 1000 - reactor.seconds()  # type: ignore[attr-defined]
            if wait > 0:
                await _wait(wait)
            person.sends_event(packet.payload, packet.seq, packet.stamp, marker=packet.marker)
        await _wait(0.1)
        person.hangs_up()
        await self.world.until(lambda: owner.end is not None)
        return sender.name, owner.keys

    async def of_all(self, senders: tuple[Sender, ...]) -> None:
        heard: dict[str, str] = {}
        for at in range(0, len(senders), AT_ONCE):
            calls = [(sender, *await self.talking()) for sender in senders[at : at + AT_ONCE]]
            heard |= dict(await gatherResults([Deferred.fromCoroutine(self.pressed(*call)) for call in calls]))
        assert heard == {sender.name: sender.keys for sender in senders}

    async def test_senders_that_pjsip_alone_does_not_understand(self) -> None:
        names = ("only end packets", "the timestamp grows", "the end has another timestamp", "one timestamp for all")
        await self.of_all(tuple(sender for sender in SENDERS if sender.name in names))

    @pytest.mark.slow
    async def test_every_sender(self) -> None:
        await self.of_all(SENDERS)

    async def test_a_phone_whose_key_events_have_a_clock_of_16_khz(self) -> None:
        sender = next(each for each in SENDERS if each.name == "a clock of 16 kHz")
        person = self.world.person()
        person.events = "telephone-event/16000"
        _, keys = await self.pressed(sender, *await self.talking(person))
        assert keys == sender.keys

    async def test_the_key_that_comes_with_the_bye_counts(self) -> None:
        for _ in range(5):
            person, owner = await self.talking()
            await _wait(0.05)
            person.press("5")
            person.hangs_up()
            await self.world.until(lambda: owner.end is not None)  # noqa: B023 - looked at right here
            assert owner.keys == "5"

    async def test_every_form_of_an_info_is_heard_and_answered(self) -> None:
        person, owner = await self.talking()
        seen: list[tuple[str, str, str, int]] = []
        for kind, body, _, _ in BODIES:
            before, count = owner.keys, len(person.answered_info)
            person.info(body, kind or "x/x")
            await self.world.until(lambda: len(person.answered_info) > count)  # noqa: B023 - looked at right here
            await _wait(0.01)
            seen.append((kind, body, owner.keys.removeprefix(before), person.answered_info[-1]))
        assert seen == list(BODIES)


def _wait(seconds: float) -> Deferred[None]:
    return deferLater(reactor, seconds)  # type: ignore[arg-type]
