"""What is answered at the door: the requests of `requests.yaml` as a socket sends them, and silent connections."""

from __future__ import annotations

import contextlib
import re
import socket
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from ruamel.yaml import YAML
from twisted.internet.defer import Deferred
from twisted.internet.task import LoopingCall
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from ivr.switch.line import Ended
from ivr.switch.worker.connections import AFTERMATH, Connections
from ivr.switch.worker.inlet import LARGEST
from tests.switch.peer import HOST
from tests.switch.worlds import Owner, RealWorld, Task, clip

CASES = YAML(typ="safe").load(Path(__file__).parent / "requests.yaml")
AUDIO = "m=audio 40000 RTP/AVP 0 8 101\na=rtpmap:101 telephone-event/8000"


def written(case: dict[str, Any], port: int, number: int) -> bytes:
    """The request of a case, whole."""
    method = case["method"]
    sdp = case.get("sdp", AUDIO if method == "INVITE" else "")
    body = f"v=0\no=- 1 1 IN IP4 {HOST}\ns=-\nc=IN IP4 {HOST}\nt=0 0\n{sdp}\n".replace("\n", "\r\n") if sdp else ""
    pad = "".join(f"X-Note-{n}: {'a' * 90}\r\n" for n in range(case.get("large", 0) // 100))
    kind = "Content-Type: application/sdp\r\n" if body else ""
    to = "<sip:1502@127.0.0.1>" + (f";tag={case['to']}" if "to" in case else "")
    way = "TCP" if case.get("tcp") else "UDP"
    return (
        f"{method} {case.get('uri', 'sip:1502@127.0.0.1')} SIP/2.0\r\n"
        f"Via: SIP/2.0/{way} {HOST}:{port};branch=z9hG4bK{number}{method};rport\r\nMax-Forwards: 70\r\n"
        f"From: {case.get('from', '<sip:8001@pbx.example>')};tag=t{number}\r\nTo: {to}\r\nCall-ID: c{number}@test\r\n"
        f"CSeq: 1 {method}\r\nContact: <sip:x@{HOST}:{port}>\r\n{pad}{kind}"
        f"Content-Length: {len(body) + case.get('missing', 0)}\r\n\r\n{body}"
    ).encode()


def ask(case: dict[str, Any], port: int, number: int) -> str:
    """Send it and return the final answer, or "" when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if case.get("tcp") else socket.SOCK_DGRAM) as peer:
        peer.settimeout(3)
        if case.get("tcp"):
            peer.connect((HOST, port))
        else:
            peer.bind((HOST, 0))
        request = written(case, peer.getsockname()[1], number)
        if case.get("tcp"):
            peer.sendall(request)
        else:
            peer.sendto(request, (HOST, port))
        while True:
            try:
                answer = peer.recv(65535).decode()
            except (TimeoutError, ConnectionError):
                return ""
            if not answer.startswith("SIP/2.0 1") or not answer:
                return answer


class Entrances(TestCase):
    """Real workers."""

    timeout = 60

    async def world(self, **settings: Any) -> RealWorld:
        world = RealWorld(**settings)
        self.addCleanup(lambda: Deferred.fromCoroutine(world.close()))
        await world.open()
        world.owner.listens = False
        return world

    async def test_what_cannot_be_a_call_is_answered_with_the_right_word(self) -> None:
        world = await self.world()
        for number, case in enumerate(CASES["answers"]):
            answer = await deferToThread(ask, case, world.switch.port, number)
            assert answer.split(" ")[1:2] == [str(case["code"])], (case, answer)
            assert f"Call-ID: c{number}@test" in answer
            for words in case.get("says", []):
                assert words in answer, (case, answer)
        assert [worker.health.value for worker in world.switch.workers] == ["ready"]

    async def test_a_refused_call_is_told_with_its_reason(self) -> None:
        world = await self.world()
        for number, case in enumerate(CASES["refused"]):
            await deferToThread(ask, case, world.switch.port, number)
            await deferToThread(ask, case, world.switch.port, number)  # as UDP may bring it twice
            await world.until(lambda: world.owner.refused, 2)
            [refused] = world.owner.refused
            world.owner.refused.clear()
            told = {
                "code": refused.sip_code,
                "number": refused.offer.dialled,
                "caller": refused.offer.caller,
                "codecs": refused.codecs,
            }
            assert told == {name: case[name] for name in told}, case
            assert case["why"] in refused.why

    async def test_a_full_line_tells_whom_it_could_not_take(self) -> None:
        world = await self.world(lines=1)
        await world.caller()
        other = world.person()
        await other.dials("1502", "8002")
        await world.until(lambda: other.refused_with and world.owner.refused)
        [refused] = world.owner.refused
        assert (refused.sip_code, refused.offer.caller, refused.offer.dialled) == (486, "8002", "1502")
        assert refused.codecs == "PCMU (RTP/AVP)"

    async def test_the_wheels_last_line_is_taken_and_one_more_is_told(self) -> None:
        world = await self.world(lines=0)
        if world.switch.capacity().lines > 4:
            return  # no caller count fills this build
        for _ in range(4):
            await world.caller()
        await world.until(lambda: len(world.owner.lines) == 4)
        other = world.person()
        await other.dials("1502", "8002")
        await world.until(lambda: world.owner.refused and other.refused_with)
        assert (other.refused_with, len(world.owner.refused)) == (486, 1)

    async def test_a_large_invite_is_taken_or_refused_and_never_misread(self) -> None:
        world = await self.world()
        for number, case in enumerate(({"large": 4000}, {"large": 9000}, {"large": 9000, "tcp": True})):
            case = {"method": "INVITE", **case}
            asked = deferToThread(ask, case, world.switch.port, number)
            if LARGEST > 10_000:
                await world.until(lambda: world.owner.lines)
                await world.owner.lines.pop().reject(480)
            assert (await asked).split(" ")[1] == ("480" if LARGEST > 10_000 else "513")
            if LARGEST < 10_000:
                await world.until(lambda: world.owner.refused)
                [refused] = world.owner.refused
                assert (refused.sip_code, refused.offer.caller, refused.offer.dialled) == (513, "8001", "1502")
                world.owner.refused.clear()

    async def test_who_wishes_for_packets_of_30_ms_gets_even_ones(self) -> None:
        world = await self.world()
        caller = world.person()
        caller.wish = "a=ptime:30\r\na=maxptime:10\r\n"
        await caller.dials()
        await world.until(lambda: world.owner.lines)
        await world.owner.line.answer()
        await world.until(lambda: caller.packets > 30)
        assert caller.lengths == {160}  # 20 ms each
        owner = Owner()
        line, called = await world.dial(owner)
        called.wish = "a=ptime:30\r\n"
        called.answers()
        await world.until(lambda: "answered" in owner.heard)
        with TemporaryDirectory() as folder:
            play = Task(owner, line.play([clip(Path(folder), 0.8)]))
            await world.until(lambda: play.done)
        assert called.packets > 30
        assert called.lengths == {160}
        await line.hang_up()

    async def test_within_a_call(self) -> None:
        world = await self.world()
        person = await world.caller()
        await world.owner.line.answer()
        for method, code in (("OPTIONS", 200), ("PUBLISH", 405), ("FOO", 501)):
            assert await self._asked(world, person, method) == code
        sdp = person._sdp
        person._sdp = lambda direction="sendrecv": (  # type: ignore[method-assign]
            sdp().replace("RTP/AVP 0", "RTP/AVP 96").replace("a=rtpmap:0 PCMU/8000", "a=rtpmap:96 opus/48000/2")
        )
        person.statuses.clear()
        person.holds("sendrecv")
        await world.until(lambda: person.statuses)
        assert person.statuses == [488]
        person._sdp = sdp  # type: ignore[method-assign]
        person.statuses.clear()
        person.holds("sendrecv")
        await world.until(lambda: 200 in person.statuses)
        ends: list[Ended] = []
        world.owner.listens = True
        world.owner.line.listen(world.owner)
        person.hangs_up()
        await world.until(lambda: world.owner.end or ends)

    async def _asked(self, world: RealWorld, person: Any, method: str) -> int:
        found: list[int] = []
        heard = person._response

        def response(message: str) -> None:
            if message.split("\r\n", 1)[0] and re.search(rf"(?m)^CSeq: \d+ {method}", message):
                found.append(int(message.split(" ", 2)[1]))
            heard(message)

        person._response = response
        person._send_request(method)
        await world.until(lambda: found)
        person._response = heard
        return found[0]

    async def test_a_ping_on_tcp_is_answered(self) -> None:
        world = await self.world()

        def ping() -> bytes:
            with socket.create_connection((HOST, world.switch.port), 3) as peer:
                peer.sendall(b"\r\n\r\n")
                return peer.recv(100)

        assert await deferToThread(ping) == b"\r\n"

    async def test_a_crowd_of_silent_connections_keeps_nobody_out(self) -> None:
        world = await self.world()
        for one in self._crowd(world)[::2]:
            with contextlib.suppress(OSError):
                one.sendall(b"INVITE sip:1502@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP 127.0")
        await world.wait(0.3)
        await self._gets_in(world)

    async def test_a_crowd_that_sends_byte_by_byte_keeps_nobody_out(self) -> None:
        """Each would have a whole request only after minutes."""
        world = await self.world()
        crowd = self._crowd(world)
        left = iter(written({"method": "INVITE", "tcp": True, "large": 3000}, 5060, 1))

        def one_byte() -> None:
            byte = bytes([next(left)])
            for one in crowd:
                with contextlib.suppress(OSError):
                    one.send(byte)

        trickling = LoopingCall(one_byte)
        trickling.start(0.05).addErrback(lambda _: None)
        self.addCleanup(lambda: trickling.running and trickling.stop())
        await world.wait(0.3)
        await self._gets_in(world)
        assert trickling.running

    def _crowd(self, world: RealWorld) -> list[socket.socket]:
        """More connections than there may be."""
        self.pid = world.switch.workers[0].pid
        crowd = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(100)]
        for one in crowd:
            self.addCleanup(one.close)
            one.setblocking(False)
            one.connect_ex((HOST, world.switch.port))
        return crowd

    async def _gets_in(self, world: RealWorld) -> None:
        """A caller on TCP, and the worker is the one that it was."""
        person = world.person()
        dialling = Deferred.fromCoroutine(person.dials("1502", tcp=True))
        await world.until(lambda: world.owner.lines, 30)
        await dialling
        await world.owner.line.answer()
        await world.until(lambda: 200 in person.statuses)
        assert [worker.pid for worker in world.switch.workers] == [self.pid]


@pytest.mark.parametrize("case", CASES["connections"], ids=lambda case: case["what"])
def test_which_connection_goes(case: dict[str, Any]) -> None:
    made = Connections(case["most"])
    for number, (peer, since, spoke) in enumerate(case["made"]):
        made.made(number, peer, since)
        if spoke:
            made.spoke(number, since)
    assert made.surplus(100.0) == case["gone"]
    assert made.is_full(100.0) == case.get("full", False)
    for number in case["gone"]:
        made.gone(number, 100.0)
        made.gone(number, 100.0)
    assert made.is_full(100.0) == case.get("full", False)  # PJSIP still has them for a moment
    assert not made.is_full(100.0 + AFTERMATH)

