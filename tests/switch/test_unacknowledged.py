"""INVITEs that are never acknowledged: a peer that sends them keeps lines from itself, not from others."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from ruamel.yaml import YAML
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.trial.unittest import TestCase

from ivr.switch.line import Line, LineGone, Offer
from ivr.switch.worker.unacknowledged import REMEMBERED, Unacknowledged
from tests.switch.peer import HOST
from tests.switch.test_entrance import written
from tests.switch.worlds import Owner, RealWorld, Task

ANOTHER = "127.0.0.2"
CASES = YAML(typ="safe").load("""
- {what: late ones within the limit, lines: 8, late: [a, a], new: [], ends: [], refused: []}
- {what: a burst of a peer that acknowledges at once, lines: 4, late: [], new: [a, a, a, a], ends: [], refused: []}
- {what: late ones beyond it, lines: 8, late: [a, a, a, a], new: [], ends: [0, 1], refused: [a]}
- {what: each peer by itself, lines: 4, late: [a, b, a], new: [b], ends: [0], refused: [a]}
- {what: new ones stay however many, lines: 4, late: [a, a], new: [a, a], ends: [0], refused: [a]}
- {what: of one line one may be late, lines: 1, late: [a], new: [], ends: [], refused: []}
""")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["what"])
def test_which_call_ends_and_who_gets_no_other(case: dict[str, Any]) -> None:
    owed = Unacknowledged(case["lines"])
    for number, peer in enumerate([*case["late"], *case["new"]]):
        owed.offered(str(number), peer)
        owed.answered(str(number), number / 100 if number < len(case["late"]) else 9.5)
    assert owed.surplus(10.0) == [str(number) for number in case["ends"]]
    assert [peer for peer in "ab" if owed.refuses(peer, 10.0)] == case["refused"]
    for number in range(9):
        owed.settled(str(number))
    assert [peer for peer in "ab" if owed.refuses(peer, 10.0)] == []


def test_who_was_over_the_limit_gets_no_more_than_it_for_a_while() -> None:
    owed = Unacknowledged(4)
    for call in "12":
        owed.offered(call, "a")
        owed.answered(call, 0.0)
    assert owed.surplus(2.0) == ["1"]
    owed.settled("1")
    owed.settled("2")
    assert not owed.refuses("a", 3.0)
    owed.offered("3", "a")
    assert owed.refuses("a", 3.0)
    assert not owed.refuses("b", 3.0)
    assert not owed.refuses("a", 2.0 + REMEMBERED)


class Taking(Owner):
    """Answers every call, as the hospital does."""

    def incoming(self, line: Line, offer: Offer) -> None:
        super().incoming(line, offer)
        Task(self, self._take(line))

    @staticmethod
    async def _take(line: Line) -> None:
        try:
            await line.answer()
        except LineGone:
            return


class Floods(TestCase):
    """Real workers."""

    timeout = 60

    @pytest.mark.slow
    async def test_a_flood_without_acks_does_not_shut_out_another_caller(self) -> None:
        owner = Taking()
        owner.listens = False
        world = RealWorld(owner, ack_timeout=8.0)
        self.addCleanup(lambda: Deferred.fromCoroutine(world.close()))
        await world.open()
        pid = world.switch.workers[0].pid
        flood = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(flood.close)
        flood.bind((ANOTHER, 0))
        sent = [0]

        def more() -> None:
            for _ in range(4):
                sent[0] += 1
                request = written({"method": "INVITE"}, flood.getsockname()[1], sent[0])
                flood.sendto(request, (HOST, world.switch.port))

        flooding = LoopingCall(more)
        flooding.start(0.25).addErrback(lambda _: None)
        self.addCleanup(lambda: flooding.running and flooding.stop())
        await world.until(lambda: len(owner.lines) == 4)
        for _ in range(3):  # all lines but the one that the flood may hold
            await self._gets_in(world)
        assert [worker.pid for worker in world.switch.workers] == [pid]

    async def _gets_in(self, world: RealWorld) -> None:
        """A caller who tries again when the line is full."""
        for _ in range(40):
            person = world.person()
            await person.dials()
            await world.until(lambda: person.refused_with or 200 in person.statuses)  # noqa: B023 - looked at right here
            if not person.refused_with:
                return
            await world.wait(0.25)
        raise AssertionError("the flood shuts everybody out")
