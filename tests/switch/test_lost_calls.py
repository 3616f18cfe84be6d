"""The worker that held a call is dead: the other side of the call is told that it is over."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from ivr.switch.dialog import Dialog, last_word
from ivr.switch.line import Cause, Ended
from ivr.switch.open_calls import MEMORY, OpenCalls
from ivr.switch.parting import Parting
from ivr.switch.pool import Pool
from ivr.switch.settings import SwitchSettings
from tests.switch.peer import HOST, Peer
from tests.switch.worlds import Owner, Places, RealWorld

INVITE = """INVITE sip:1502@10.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKa
Via: SIP/2.0/UDP 10.0.0.7:5062;branch=z9hG4bKb
Record-Route: <sip:10.0.0.9;lr>, <sip:10.0.0.8;lr>
f: "A, B" <sip:8001@10.0.0.7>;tag=theirs
To: <sip:1502@10.0.0.1>
Call-ID: 77@10.0.0.7
CSeq: 4 INVITE
m: <sip:8001@10.0.0.7:5062;ob>""".replace("\n", "\r\n")
FINAL = INVITE.replace("INVITE sip:1502@10.0.0.1 SIP/2.0", "SIP/2.0 200 OK").replace(
    "To: <sip:1502@10.0.0.1>", "To: <sip:1502@10.0.0.1>;tag=ours"
)


def _lines(dialog: Dialog) -> list[str]:
    word = last_word(dialog, "10.0.0.1:5060")
    assert word is not None
    return word.text.split("\r\n")


class LastWords(TestCase):
    def test_a_call_that_came_in_gets_its_bye_the_way_it_came(self) -> None:
        dialog = Dialog(True, 5060, INVITE, FINAL, "10.0.0.9:5060")
        lines = _lines(dialog)
        assert lines[0] == "BYE sip:8001@10.0.0.7:5062;ob SIP/2.0"
        assert "From: <sip:1502@10.0.0.1>;tag=ours" in lines
        assert 'To: "A, B" <sip:8001@10.0.0.7>;tag=theirs' in lines
        assert [line for line in lines if line.startswith("Route")] == [
            "Route: <sip:10.0.0.9;lr>",
            "Route: <sip:10.0.0.8;lr>",
        ]
        word = last_word(dialog, "10.0.0.1:5060")
        assert word is not None
        assert word.places == (("10.0.0.9", 5060),)

    def test_a_call_that_we_placed_gets_it_through_the_proxies_in_our_order(self) -> None:
        lines = _lines(Dialog(False, 5060, INVITE, FINAL, "10.0.0.8:5060"))
        assert "To: <sip:1502@10.0.0.1>;tag=ours" in lines
        assert [line for line in lines if line.startswith("Route")] == [
            "Route: <sip:10.0.0.8;lr>",
            "Route: <sip:10.0.0.9;lr>",
        ]

    def test_a_call_that_only_rings_is_cancelled_as_it_was_invited(self) -> None:
        lines = _lines(Dialog(False, 5060, INVITE, "", ""))
        assert lines[0] == "CANCEL sip:1502@10.0.0.1 SIP/2.0"
        assert "Via: SIP/2.0/UDP 10.0.0.9:5060;branch=z9hG4bKa" in lines
        assert "CSeq: 4 CANCEL" in lines

    def test_a_caller_who_waits_is_refused(self) -> None:
        lines = _lines(Dialog(True, 5060, INVITE, "", "10.0.0.9:5060"))
        assert lines[0] == "SIP/2.0 503 Service Unavailable"
        assert len([line for line in lines if line.startswith("Via")]) == 2
        assert any(re.match(r"To: <sip:1502@10.0.0.1>;tag=\w+", line) for line in lines)

    def test_what_tells_too_little_is_left_alone(self) -> None:
        assert last_word(Dialog(True, 5060, "OPTIONS sip:x SIP/2.0"), "h:1") is None
        assert last_word(Dialog(True, 5060, ""), "h:1") is None


class LostCalls(TestCase):
    timeout = 40

    async def setUp(self) -> None:
        self.places = Places()
        self.world = RealWorld(memory=self.places.path)
        await self.world.open()

    async def tearDown(self) -> None:
        await self.world.close()
        self.places.close()

    def kill(self) -> None:
        [worker] = self.world.switch.workers
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)

    async def test_a_caller_gets_a_bye_from_the_port_that_he_called(self) -> None:
        world = self.world
        person = await world.caller()
        await world.owner.line.answer()
        await world.until(lambda: 200 in person.statuses)
        await world.until(lambda: person.packets)
        port = world.switch.port
        self.kill()
        await world.until(lambda: "BYE" in person.requests)
        assert person.switch_port == port
        assert world.owner.end == Ended(Cause.SWITCH_LOST)
        heard = person.last_request
        assert re.search(rf"From: .*{re.escape(person.remote_to.partition('>')[2])}\r\n", heard)
        assert f";tag={person.tag}\r\n" in heard

    async def test_a_nurse_who_was_called_gets_a_bye(self) -> None:
        owner = Owner()
        _, nurse = await self.world.dial(owner)
        nurse.answers()
        await self.world.until(lambda: "answered" in owner.heard)
        self.kill()
        await self.world.until(lambda: "BYE" in nurse.requests)

    async def test_a_telephone_that_rings_stops_ringing(self) -> None:
        owner = Owner()
        _, nurse = await self.world.dial(owner)
        nurse.rings()
        await self.world.until(lambda: "ringing" in owner.heard)
        self.kill()
        await self.world.until(lambda: "CANCEL" in nurse.requests)

    async def test_a_caller_who_waits_is_refused_at_once(self) -> None:
        person = await self.world.caller()
        await self.world.owner.line.ring()
        self.kill()
        await self.world.until(lambda: person.refused_with == 503)

    async def test_the_engine_and_its_workers_are_killed_and_the_next_start_ends_their_calls(self) -> None:
        engine = textwrap.dedent("""
            import sys
            from pathlib import Path
            from twisted.internet import reactor
            from twisted.internet.defer import Deferred
            from ivr.switch.pool import Pool
            from ivr.switch.settings import SwitchSettings

            class Engine:
                def incoming(self, line, offer):
                    Deferred.fromCoroutine(line.answer())

            async def run():
                pool = Pool(reactor, SwitchSettings(port=0, memory=Path(sys.argv[1])), Engine())
                await pool.start()
                print(pool.port, pool.workers[0].pid, flush=True)

            reactor.callWhenRunning(lambda: Deferred.fromCoroutine(run()))
            reactor.run()
        """)
        folder = self.places.path / "engine"
        folder.mkdir()
        command = [sys.executable, "-c", engine, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
            assert process.stdout is not None
            port, pid = map(int, process.stdout.readline().split())
            person = Peer(port)
            await person.dials()
            await self.world.until(lambda: person.statuses[-1:] == [200] and person.packets > 2)
            os.kill(process.pid, signal.SIGSTOP)
            os.kill(pid, signal.SIGKILL)
            process.kill()
        await _wait(0.2)
        assert person.requests == []
        again = Pool(reactor, SwitchSettings(port=port, memory=folder), Owner())  # type: ignore[arg-type]
        await again.start()
        await self.world.until(lambda: "BYE" in person.requests)
        await again.stop()
        assert OpenCalls(folder / MEMORY).left == []
        await person.close()

    async def test_a_far_side_that_speaks_tcp_is_told_on_a_connection_of_its_own(self) -> None:
        heard: list[bytes] = []

        class Telephone(Protocol):
            def dataReceived(self, data: bytes) -> None:
                heard.append(data)
                assert self.transport is not None
                self.transport.write(b"SIP/2.0 200 OK\r\n\r\n")

        factory = Factory.forProtocol(Telephone)
        factory.noisy = False
        listening: Any = reactor.listenTCP(0, factory, interface=HOST)  # type: ignore[attr-defined]
        port = listening.getHost().port
        invite = INVITE.replace("SIP/2.0/UDP", "SIP/2.0/TCP").replace(
            "10.0.0.7:5062;ob", f"{HOST}:{port};transport=tcp"
        )
        invite = re.sub(r"Record-Route.*\r\n", "", invite)
        parting = Parting(reactor, HOST, "")  # type: ignore[arg-type]
        parting.say([Dialog(True, 5060, invite, re.sub(r"Record-Route.*\r\n", "", FINAL))])
        await self.world.until(lambda: heard)
        assert heard[0].startswith(b"BYE sip:8001@")
        parting.close()
        await _wait(0.1)
        await listening.stopListening()

    async def test_of_calls_that_ended_nothing_is_left(self) -> None:
        person = await self.world.caller()
        memory = self.places.path / MEMORY
        assert len(OpenCalls(_copy(memory)).left) == 1
        await self.world.owner.line.answer()
        [left] = OpenCalls(_copy(memory)).left
        assert left.final.startswith("SIP/2.0 200")
        person.hangs_up()
        await self.world.until(lambda: self.world.owner.end is not None)
        assert OpenCalls(_copy(memory)).left == []

    async def test_a_torn_note_costs_no_other(self) -> None:
        memory = self.places.path / "torn"
        calls = OpenCalls(memory)
        calls.put("a", Dialog(True, 5060, INVITE))
        calls.goes_on("a", final=FINAL)
        calls.put("b", Dialog(True, 5060, INVITE))
        calls.drop("b")
        calls.close()
        with memory.open("a") as file:
            file.write('{"call": "c", "incom')
        assert OpenCalls(memory).left == [Dialog(True, 5060, INVITE, FINAL)]


def _copy(memory: Path) -> Path:
    copy = memory.with_name("copy")
    copy.write_bytes(memory.read_bytes())
    return copy


async def _wait(seconds: float) -> None:
    await deferLater(reactor, seconds)  # type: ignore[arg-type]
