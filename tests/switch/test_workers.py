"""Workers die, hang, lose their engine; peers misbehave. Real processes and packets on the loopback address."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import wave
from pathlib import Path
from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.task import deferLater
from twisted.trial.unittest import TestCase

from ivr.switch.line import Cause, Diversion, Ended, LineGone, Played, RecordEnd, SwitchError
from ivr.switch.pool import Pool
from ivr.switch.settings import SwitchSettings
from ivr.switch.worker.player import LAST_BREATH
from ivr.switch.worker.priority import AHEAD
from tests.switch.peer import Peer
from tests.switch.worlds import Owner, Places, RealPerson, RealWorld, Task, clip


class Workers(TestCase):
    timeout = 40

    async def setUp(self) -> None:
        self.places = Places()
        self.worlds: list[RealWorld] = []

    async def tearDown(self) -> None:
        for world in self.worlds:
            await world.close()
        self.places.close()

    async def world(self, **settings: Any) -> RealWorld:
        world = RealWorld(**settings)
        self.worlds.append(world)
        await world.open()
        return world

    async def talking(self, world: RealWorld, caller: str = "1001", **options: Any) -> RealPerson:
        person = await world.caller(caller=caller, **options)
        await world.owner.line.answer()
        await world.until(lambda: "answered" in world.owner.heard)
        await world.until(lambda: 200 in person.statuses)
        return person

    # Workers.

    async def test_a_killed_worker_ends_its_calls_and_is_replaced_within_2_seconds(self) -> None:
        world = await self.world()
        await self.talking(world)
        play = Task(world.owner, world.owner.line.play([clip(self.places.path, 20)]))
        port, pid = world.switch.port, world.switch.workers[0].pid
        assert pid is not None
        before = reactor.seconds()  # type: ignore[attr-defined]
        os.kill(pid, signal.SIGKILL)
        await world.until(lambda: world.owner.end is not None, 1)
        assert world.owner.end == Ended(Cause.SWITCH_LOST)
        assert isinstance(play.error, SwitchError)
        assert world.switch.capacity().busy == 0
        await world.until(lambda: [w.lines for w in world.switch.workers] == [4], 2)
        assert reactor.seconds() - before < 2  # type: ignore[attr-defined]
        assert world.switch.port == port
        world.owner.end = None
        world.owner.heard.clear()
        await self.talking(world, "1002")

    async def test_a_worker_that_hangs_is_killed(self) -> None:
        world = await self.world()
        worker = world.switch.workers[0]
        assert worker.pid is not None
        worker._ping_limit = 0.5
        os.kill(worker.pid, signal.SIGSTOP)
        await world.until(lambda: world.switch.workers and world.switch.workers[0] is not worker, 5)
        await world.until(lambda: world.switch.workers[0].lines == 4, 2)

    async def test_when_the_engine_is_killed_calls_get_a_bye_and_nothing_is_left(self) -> None:
        engine = textwrap.dedent("""
            import sys
            from twisted.internet import reactor
            from twisted.internet.defer import Deferred
            from ivr.switch.pool import Pool
            from ivr.switch.settings import SwitchSettings

            class Engine:
                def incoming(self, line, offer):
                    Deferred.fromCoroutine(line.answer())

            async def run():
                pool = Pool(reactor, SwitchSettings(port=0), Engine())
                await pool.start()
                print(pool.port, pool.workers[0].pid, flush=True)

            reactor.callWhenRunning(lambda: Deferred.fromCoroutine(run()))
            reactor.run()
        """)
        process = subprocess.Popen(
            [sys.executable, "-c", engine], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
        )
        assert process.stdout is not None
        port, pid = map(int, process.stdout.readline().split())
        person = Peer(port)
        await person.dials()
        while person.statuses[-1:] != [200]:
            await _wait(0.02)
        await _wait(0.2)
        process.kill()
        process.wait()
        process.stdout.close()
        for _ in range(200):
            if person.requests == ["BYE"] and not Path(f"/proc/{pid}/exe").exists():
                break
            await _wait(0.01)
        assert person.requests == ["BYE"]
        assert not Path(f"/proc/{pid}/exe").exists()
        await person.close()
        again = Pool(reactor, SwitchSettings(port=port), Owner())  # type: ignore[arg-type]
        await again.start()  # the port is free
        await again.stop()

    async def test_a_taken_port_is_said_at_the_start(self) -> None:
        world = await self.world()
        second = Pool(reactor, SwitchSettings(port=world.switch.port), Owner())  # type: ignore[arg-type]
        with self.assertRaises(SwitchError) as refused:
            await second.start()
        assert f"no SIP on 127.0.0.1:{world.switch.port}: Address already in use" in str(refused.exception)
        await second.stop()

    async def test_the_pool_grows_when_lines_are_needed_and_gives_them_back(self) -> None:
        world = await self.world(lines=1, max_workers=3, idle=0.3)
        world.owner.listens = False
        assert world.switch.capacity().lines == 3
        owners = [Owner() for _ in range(3)]
        dialled = [await world.dial(owner) for owner in owners]
        assert len(world.switch.workers) == 3
        refused = Task(Owner(), world.dial(Owner()))
        await world.until(lambda: refused.done)
        assert refused.error is not None
        for line, _ in dialled:
            await line.hang_up()
        await world.until(lambda: len(world.switch.workers) == 1, 20)
        assert world.switch.workers[0].name == "worker 0"

    async def test_a_worker_that_was_brought_up_for_a_call_stays_as_long_as_the_call(self) -> None:
        world = await self.world(lines=1, max_workers=2, idle=0.1)
        world.owner.listens = False
        owners = [Owner(), Owner()]
        for owner in owners:
            line, person = await world.dial(owner)
            person.answers()
            await world.until(lambda owner=owner: "answered" in owner.heard)  # type: ignore[misc]
        await world.wait(0.5)
        assert [owner.end for owner in owners] == [None, None]
        await line.hang_up()
        await world.until(lambda: len(world.switch.workers) == 1, 20)

    async def test_what_a_worker_complains_of_is_logged_without_anybodys_digits(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        person._send("INFO sip:x SIP/2.0\r\nVia: \x01broken\r\n\r\nSignal=7\r\n")
        person.info("Signal=5;DROP\r\nDuration=1\r\n")
        await _wait(0.3)
        assert world.owner.keys == ""
        person.info("Signal=5\r\nDuration=160\r\n")
        await world.until(lambda: world.owner.keys == "5")

    # Peers.

    async def test_keys_on_a_bad_network(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        await _wait(0.1)
        person.press("1123", lost=[5, 6, 7])  # every end packet
        await world.until(lambda: world.owner.keys == "1123")
        person.press("55#", lost=[0, 1, 3])
        await world.until(lambda: world.owner.keys == "112355#")
        person.press("7778", fixed=True)
        await world.until(lambda: world.owner.keys == "112355#7778")
        person.press_raw(16, person.stamp, 160)  # a hook flash is no key
        person.press("A")
        await world.until(lambda: world.owner.keys == "112355#7778A")

    async def test_a_key_held_for_9_seconds_is_one_key(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        await _wait(0.1)
        stamp = person.stamp
        for duration in range(160, 0x10000, 160):
            person.press_raw(5, stamp, duration)
            if duration % 3200 == 0:
                await _wait(0.005)
        person.press_raw(5, stamp, 0xFFFF)
        for duration in range(160, 6400, 160):
            person.press_raw(5, stamp + 0xFFFF, duration)
        person.press_raw(5, stamp + 0xFFFF, 6400, end=True)
        person.stamp = stamp + 0x20000
        person.press("6")
        await world.until(lambda: "6" in world.owner.keys)
        assert world.owner.keys == "56"

    async def test_a_phone_that_sends_keys_both_ways(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        await _wait(0.1)
        for key in "1224":
            person.press(key)
            person.info(f"Signal={key}\r\nDuration=100\r\n")
            await _wait(0.05)
        person.info("Signal=11\r\nDuration=100\r\n")
        await world.until(lambda: world.owner.keys.endswith("#"))
        assert world.owner.keys == "1224#"
        assert person.answered_info == [200] * 5

    async def test_hostile_keys_by_info(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        for body in ("Signal=';DROP", "Signal=R", "Signal=", "Signal=%s%n", "Signal=1" * 2000, "\0" * 50, "Signal=5 "):
            person.info(body)
        await world.until(lambda: world.owner.keys == "5")
        await _wait(0.2)
        assert world.owner.keys == "5"

    async def test_an_invite_without_ack_frees_its_line_soon(self) -> None:
        world = await self.world(lines=1, ack_timeout=1.0)
        person = world.person(acks=False)
        await person.dials()
        await world.until(lambda: world.owner.lines)
        await world.owner.line.answer()
        before = reactor.seconds()  # type: ignore[attr-defined]
        person.vanishes()
        await world.until(lambda: world.owner.end is not None, 10)
        assert reactor.seconds() - before < 4  # type: ignore[attr-defined]
        world.owner.end = None
        world.owner.heard.clear()
        await self.talking(world, "1002")

    async def test_audio_that_cannot_be_sent_costs_one_call_not_the_worker(self) -> None:
        world = await self.world()
        talking = await self.talking(world)
        first, pid = world.owner.line, world.switch.workers[0].pid
        strange = world.person()
        strange.media_address = "IP6 ::1"  # passes as an offer; its audio cannot be set up here
        world.owner.listens = False
        await strange.dials()
        await world.until(lambda: len(world.owner.lines) == 2)
        with self.assertRaises(LineGone):
            await world.owner.line.answer()
        await world.until(lambda: strange.refused_with == 488)
        assert await first.play([clip(self.places.path, 0.1)]) == Played(finished=True)
        assert not talking.ended
        assert [worker.pid for worker in world.switch.workers] == [pid]
        await world.until(lambda: world.switch.capacity().busy == 1)

    async def test_the_audio_that_is_taken_need_not_be_the_first_that_is_offered(self) -> None:
        world = await self.world()
        for first in (
            "m=audio 40000 RTP/SAVP 0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + "d" * 40 + "\r\n",
            "m=video 40000 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\n",
            "m=image 40000 udptl t38\r\na=T38FaxVersion:0\r\n",
            "m=audio 0 RTP/AVP 8\r\n",
            "m=image 40000 udptl t38\r\nm=audio 40002 RTP/SAVP 0\r\nm=application 9 TCP/BFCP *\r\n",
        ):
            world.owner.end = None
            world.owner.heard.clear()
            person = world.person()
            person.first_media = first
            await person.dials()
            await world.until(lambda: world.owner.lines)
            await world.owner.line.answer()
            await world.until(lambda person=person: person.packets > 5)
            assert await world.owner.line.play([clip(self.places.path, 0.1)]) == Played(finished=True)
            person.press("5")
            await world.until(lambda: world.owner.keys == "5")
            await _wait(1.2)  # who talks is not taken for a peer that has vanished
            assert world.owner.end is None, first
            person.hangs_up()
            await world.until(lambda: world.owner.end is not None)
            world.owner.lines.clear()

    async def test_a_telephone_that_takes_the_cancel_and_never_ends_the_invite_has_not_answered(self) -> None:
        world = await self.world(lines=1, ack_timeout=4.0)
        owner = Owner()
        _, person = await world.dial(owner, timeout=0.3)
        person.owes_nothing = True
        person.rings()
        await world.until(lambda: owner.end is not None, 4)
        assert "CANCEL" in person.requests
        assert owner.end is not None
        assert owner.end.cause is Cause.NO_ANSWER
        await self.talking(world)  # the line is free again

    async def test_a_telephone_that_has_vanished_by_the_cancel_has_not_answered(self) -> None:
        world = await self.world(lines=1)
        owner = Owner()
        _, person = await world.dial(owner, timeout=0.3)
        person.rings()
        person.vanishes()
        await world.until(lambda: owner.end is not None, 8)
        assert owner.end is not None
        assert owner.end.cause is Cause.NO_ANSWER
        await self.talking(world)

    async def test_a_caller_who_never_says_where_his_audio_goes_does_not_keep_the_line(self) -> None:
        world = await self.world(lines=1, media_timeout=0.5)
        person = world.person()
        person.media_address = ""
        await person.dials()
        await world.until(lambda: world.owner.lines)
        answer = Task(world.owner, world.owner.line.answer())
        await world.until(lambda: world.owner.end is not None, 4)
        assert world.owner.end == Ended(Cause.MEDIA_TIMEOUT, world.owner.end.sip_code, by_peer=False)  # type: ignore[union-attr]
        assert isinstance(answer.error, LineGone)
        await world.until(lambda: "BYE" in person.requests)

    async def test_who_sends_nothing_but_is_there_hears_the_prompt_to_its_end(self) -> None:
        world = await self.world(media_timeout=0.4)
        person = await self.talking(world)
        await world.until(lambda: person.packets > 5)
        person.falls_silent()  # silence suppression, no RTCP
        assert await world.owner.line.play([clip(self.places.path, 2.5)]) == Played(finished=True)
        assert "OPTIONS" in person.requests
        assert world.owner.end is None
        person.vanishes()
        await world.until(lambda: world.owner.end is not None, 10)
        assert world.owner.end == Ended(Cause.MEDIA_TIMEOUT, world.owner.end.sip_code)  # type: ignore[union-attr]

    async def test_silence_that_is_too_long_ends_a_call_whatever_sip_says(self) -> None:
        world = await self.world(media_timeout=0.4, silence_timeout=1.5)
        person = await self.talking(world)
        await world.until(lambda: person.packets > 5)
        person.falls_silent()
        await world.until(lambda: world.owner.end is not None, 10)
        assert world.owner.end == Ended(Cause.MEDIA_TIMEOUT, 200)
        assert "BYE" in person.requests

    async def test_reports_vouch_for_a_telephone_that_says_nothing(self) -> None:
        world = await self.world(media_timeout=5.0)
        person = await self.talking(world)
        await world.until(lambda: person.packets > 5)
        person.falls_silent()
        play = Task(world.owner, world.owner.line.play([clip(self.places.path, 3.0)]))
        await _wait(1.5)
        person.reports()
        await world.until(lambda: play.done)
        assert play.result.silence == 0.0

    async def test_the_line_lets_its_last_word_be_heard_before_it_hangs_up(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        assert await world.owner.line.play([clip(self.places.path, 0.2)]) == Played(finished=True)
        said = reactor.seconds()  # type: ignore[attr-defined]
        await world.owner.line.hang_up()
        await world.owner.line.hang_up()  # twice is once
        await world.until(lambda: "BYE" in person.requests)
        assert reactor.seconds() - said > LAST_BREATH / 2  # type: ignore[attr-defined]
        await world.until(lambda: world.owner.end is not None)
        assert world.owner.end is not None
        assert (world.owner.end.cause, world.owner.end.by_peer) == (Cause.NORMAL, False)

    async def test_who_hangs_up_while_the_line_takes_its_last_breath_ends_the_call(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        await world.owner.line.play([clip(self.places.path, 0.2)])
        await world.owner.line.hang_up()
        person.hangs_up()
        await world.until(lambda: world.owner.end is not None)
        assert world.owner.end is not None
        assert world.owner.end.cause is Cause.NORMAL
        await _wait(LAST_BREATH * 2)
        assert "BYE" not in person.requests

    async def test_calls_go_ahead_of_other_programs_where_that_is_allowed(self) -> None:
        world = await self.world()
        [worker] = world.switch.workers
        usual = os.getpriority(os.PRIO_PROCESS, 0)
        allowed = subprocess.run(["nice", "-n", str(AHEAD), "true"], capture_output=True, check=True).stderr == b""
        assert os.getpriority(os.PRIO_PROCESS, worker.pid or 0) == (AHEAD if allowed else usual)

    async def test_calls_over_tcp(self) -> None:
        world = await self.world()
        person = await self.talking(world, tcp=True)
        assert await world.owner.line.play([clip(self.places.path, 0.2)]) == Played(finished=True)
        person.press("1")
        await world.until(lambda: world.owner.keys == "1")
        await world.owner.line.hang_up()
        await world.until(lambda: "BYE" in person.requests)

    async def test_hold_has_a_limit_of_its_own(self) -> None:
        world = await self.world(media_timeout=0.5, hold_timeout=2.0, ack_timeout=1.0)
        person = await self.talking(world)
        await _wait(0.2)
        person.holds("sendonly")
        await _wait(1.2)
        assert world.owner.end is None
        person.holds("sendrecv")
        await _wait(0.2)
        person.press("5")
        await world.until(lambda: world.owner.keys == "5")
        play = Task(world.owner, world.owner.line.play([clip(self.places.path, 0.2)]))
        await world.until(lambda: play.done)
        assert play.result == Played(finished=True)
        person.holds("inactive")
        await world.until(lambda: world.owner.end is not None, 8)
        assert world.owner.end == Ended(Cause.MEDIA_TIMEOUT, 200)

    async def test_a_prompt_goes_on_after_hold(self) -> None:
        world = await self.world(media_timeout=5.0)
        person = await self.talking(world)
        play = Task(world.owner, world.owner.line.play([clip(self.places.path, 1.5)], stop_on="1"))
        await _wait(0.2)
        person.holds("inactive")
        await _wait(0.3)
        heard = person.packets
        person.holds("sendrecv")
        await world.until(lambda: person.packets > heard + 10)
        await world.until(lambda: play.done)
        assert play.result == Played(finished=True)

    async def test_silence_ends_a_recording_and_speech_does_not(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        person.loudness = 0x9E  # u-law for a loud tone
        path = self.places.path / "message.wav"
        task = Task(world.owner, world.owner.line.record(path, limit=30, silence=0.5))
        await _wait(1.0)
        assert not task.done
        person.loudness = 0xFF
        await world.until(lambda: task.done, 3)
        assert task.result.ended is RecordEnd.SILENCE
        assert task.result.seconds > 1.2
        with wave.open(str(path)) as wav:
            sound = wav.readframes(4000)
        assert max(sound[1::2]) > 4  # the tone is on it

    async def test_two_people_hear_each_other(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        owner = Owner()
        line, other = await world.dial(owner, beside=world.owner.line)
        other.answers()
        await world.until(lambda: owner.heard == ["answered"])
        person.loudness = 0x9E
        await line.bridge(world.owner.line)
        await _wait(0.4)
        other.sound = person.sound = b""
        await _wait(0.2)
        assert max(map(_loudness, other.sound)) > 1000
        assert max(map(_loudness, person.sound)) < 300
        await line.unbridge()
        await _wait(0.3)
        other.sound = b""
        await _wait(0.2)
        assert max(map(_loudness, other.sound), default=0) < 300

    async def test_clips_follow_each_other_without_a_gap(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        low, high = clip(self.places.path, 0.3, 4000), clip(self.places.path, 0.31, -4000)
        await _wait(0.2)
        person.sound = b""
        await world.owner.line.play([low, high, low])
        await _wait(0.1)
        levels = [_level(byte) for byte in person.sound]
        loud = [at for at, level in enumerate(levels) if abs(level) > 2000]
        within = levels[loud[0] : loud[-1] + 1]
        gaps = sum(abs(level) <= 2000 for level in within)
        assert abs(len(within) / 8000 - 0.91) < 0.05
        assert gaps <= 160  # at most one frame where clips meet

    async def test_what_we_tell_the_person_called(self) -> None:
        world = await self.world()
        line, person = await world.dial(Owner(), headers={"X-Note": "bed 12"})
        headers = person.invite
        assert "\r\nFrom: <sip:8000@127.0.0.1" in headers
        assert f"\r\nX-Wardbell-Call: {line.call_id}\r\n" in headers
        assert "\r\nX-Note: bed 12\r\n" in headers
        offered = [line for line in headers.split("\r\n") if line.startswith("m=audio")]
        assert len(offered) == 1
        assert offered[0].split()[3:5] == ["8", "0"] or set(offered[0].split()[3:5]) == {"0", "8"}
        await line.hang_up()

    async def test_a_peer_cannot_make_us_dial(self) -> None:
        world = await self.world()
        person = await self.talking(world)
        target = world.person()
        person._send_request("REFER", headers=f"Refer-To: <sip:99@127.0.0.1:{target.port}>\r\n")
        await _wait(0.4)
        assert target.requests == []
        assert world.owner.end is None

    async def test_offer_headers_of_a_diverted_call(self) -> None:
        world = await self.world()
        await world.caller(headers="Diversion: <sip:8100@pbx>;reason=no-answer\r\nPrivacy: id\r\n")
        [offer] = world.owner.offers
        assert (offer.diversions, offer.caller) == ((Diversion("8100", "no-answer"),), "")

    async def test_who_forwarded_a_call_first_and_last(self) -> None:
        world = await self.world()
        await world.caller(headers="Diversion: <sip:8200@pbx>;reason=user-busy\r\nDiversion: <sip:8100@pbx>\r\n")
        [offer] = world.owner.offers
        assert (offer.diverted_from, offer.forwarded) == ("8200", ("8100", "8200"))

    async def test_a_call_forwarded_by_its_history(self) -> None:
        world = await self.world()
        await world.caller(headers="History-Info: <sip:8100@pbx>;index=1, <sip:8000@us;cause=302>;index=1.1\r\n")
        [offer] = world.owner.offers
        assert offer.diversions == (Diversion("8100", "unconditional"),)

    async def test_a_number_with_parameters_or_as_tel_is_the_number(self) -> None:
        world = await self.world()
        world.owner.listens = False
        person = world.person()
        await person.dials("1502;npdi;rn=1599", "8001;cpc=ordinary")
        await world.until(lambda: world.owner.offers)
        other = world.person()
        other.target = "tel:1502"
        await other.dials()
        await world.until(lambda: len(world.owner.offers) == 2)
        assert [(offer.dialled, offer.caller) for offer in world.owner.offers] == [("1502", "8001"), ("1502", "1001")]

    async def test_the_trunk_is_believed_who_calls(self) -> None:
        world = await self.world()
        world.owner.listens = False
        await world.caller(headers='Remote-Party-ID: "Li" <sip:8001@pbx>;party=calling;privacy=off\r\n')
        await world.caller(headers="P-Asserted-Identity: <tel:+86-1002>\r\n")
        first, second = world.owner.offers
        assert (first.caller, first.display, second.caller) == ("8001", "Li", "+861002")

    async def test_nobody_but_the_trunk_is_believed_who_calls(self) -> None:
        world = await self.world(trunks=("192.0.2.0/24",))
        await world.caller(headers="Remote-Party-ID: <sip:8001@pbx>\r\nP-Asserted-Identity: <sip:8002@pbx>\r\n")
        assert world.owner.offers[0].caller == "1001"

    async def test_nobody_but_the_trunk_is_believed_that_a_call_was_forwarded(self) -> None:
        world = await self.world(trunks=("192.0.2.0/24",))
        await world.caller(headers="Diversion: <sip:8100@pbx>;reason=no-answer\r\n")
        assert world.owner.offers[0].diversions == ()


def _level(byte: int) -> int:
    """A u-law byte as a 16-bit sample (G.711)."""
    byte = ~byte & 0xFF
    sample = (((byte & 0x0F) << 3) + 132 << (byte >> 4 & 7)) - 132
    return -sample if byte & 0x80 else sample


def _loudness(byte: int) -> int:
    return abs(_level(byte))


async def _wait(seconds: float) -> None:
    woken: Deferred[None] = deferLater(reactor, seconds)  # type: ignore[arg-type]
    await woken
