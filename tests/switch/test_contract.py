"""What every switch promises, written once and tried on the fake and on real workers over loopback SIP."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

from twisted.trial.unittest import TestCase

from ivr.switch.line import Cause, Ended, LineGone, NoLineFree, Played, RecordEnd, SwitchRefused
from tests.switch.worlds import FakeWorld, Owner, Person, Places, RealWorld, Task, World, clip


class Contract:
    """Mixed into a TestCase that makes a world."""

    world: World
    places: Places

    def make(self) -> World:
        raise NotImplementedError

    async def setUp(self) -> None:
        self.places = Places()
        self.world = self.make()
        self.owner = self.world.owner
        await self.world.open()

    async def tearDown(self) -> None:
        await self.world.close()
        self.places.close()

    def clip(self, seconds: float) -> Path:
        return clip(self.places.path, seconds)

    def task(self, coroutine: Any) -> Task:
        return Task(self.owner, coroutine)

    async def finished(self, task: Task, limit: float = 5.0) -> Any:
        await self.world.until(lambda: task.done, limit)
        if task.error is not None:
            raise task.error
        return task.result

    async def talking(self) -> Person:
        person = await self.world.caller()
        await self.finished(self.task(self.owner.line.answer()))
        await self.world.until(lambda: self.owner.heard == ["answered"])
        return person

    # A caller.

    async def test_a_call_is_offered_with_its_numbers(self) -> None:
        await self.world.caller("8000", "13800000000")
        offer = self.owner.offers[0]
        assert (offer.dialled, offer.caller, offer.diverted_from) == ("8000", "13800000000", "")
        assert offer.headers["Call-ID"]
        assert len(self.owner.line.call_id) == 32
        assert self.world.switch.capacity().busy == 1
        assert self.world.switch.capacity().lines == 4

    async def test_it_rings_and_is_answered(self) -> None:
        await self.world.caller()
        await self.finished(self.task(self.owner.line.ring()))
        await self.finished(self.task(self.owner.line.answer()))
        await self.world.until(lambda: self.owner.heard == ["answered"])

    async def test_it_is_rejected(self) -> None:
        person = await self.world.caller()
        await self.finished(self.task(self.owner.line.reject(603)))
        await self.world.until(lambda: self.owner.end is not None)
        assert self.owner.end == Ended(Cause.REJECTED, 603)
        await self.world.until(lambda: person.refused_with == 603)
        assert self.world.switch.capacity().busy == 0

    async def test_the_caller_gives_up_before_the_answer(self) -> None:
        person = await self.world.caller()
        await self.finished(self.task(self.owner.line.ring()))
        person.cancels()
        await self.world.until(lambda: self.owner.end is not None)
        assert self.owner.end == Ended(Cause.CANCELLED, 487, by_peer=True)

    async def test_the_caller_hangs_up(self) -> None:
        person = await self.talking()
        person.hangs_up()
        await self.world.until(lambda: self.owner.end is not None)
        assert self.owner.end == Ended(Cause.NORMAL, 200, by_peer=True)
        assert self.world.switch.capacity().busy == 0

    async def test_a_call_is_found_by_its_id_until_it_is_over(self) -> None:
        person = await self.talking()
        call_id = self.owner.line.call_id
        assert self.world.switch.line(call_id) is self.owner.line
        person.hangs_up()
        await self.world.until(lambda: self.owner.end is not None)
        assert self.world.switch.line(call_id) is None

    async def test_we_hang_up(self) -> None:
        await self.talking()
        await self.finished(self.task(self.owner.line.hang_up()))
        await self.world.until(lambda: self.owner.end is not None)
        assert self.owner.end == Ended(Cause.NORMAL, 200)
        await self.finished(self.task(self.owner.line.hang_up()))  # no error

    async def test_an_unanswered_call_is_hung_up_with_a_code(self) -> None:
        person = await self.world.caller()
        await self.finished(self.task(self.owner.line.hang_up(480)))
        await self.world.until(lambda: self.owner.end is not None)
        assert self.owner.end == Ended(Cause.REJECTED, 480)
        await self.world.until(lambda: person.refused_with == 480)

    async def test_a_caller_who_vanishes_is_missed(self) -> None:
        person = await self.talking()
        await self.world.wait(0.3)
        person.vanishes()
        await self.world.until(lambda: self.owner.end is not None, 15)
        assert self.owner.end is not None
        assert self.owner.end.cause is Cause.MEDIA_TIMEOUT
        assert not self.owner.end.by_peer

    async def test_the_fifth_caller_is_refused_at_once(self) -> None:
        self.owner.listens = False
        people = [await self.world.caller(caller=str(1001 + n)) for n in range(5)]
        assert [person.refused_with for person in people] == [0, 0, 0, 0, 486]
        assert len(self.owner.lines) == 4
        assert self.world.switch.capacity().busy == 4

    async def test_what_happened_before_somebody_listened_is_told_then(self) -> None:
        self.owner.listens = False
        person = await self.world.caller()
        await self.finished(self.task(self.owner.line.answer()))
        await self.world.wait(0.2)
        person.press("7")
        await self.world.wait(0.3)
        assert self.owner.heard == []
        self.owner.inside = True
        self.owner.line.listen(self.owner)
        self.owner.inside = False
        await self.world.until(lambda: self.owner.heard == ["answered", "7"])

    async def test_for_how_long_the_other_side_gave_no_sign_of_life_is_told(self) -> None:
        for dies in (False, True):
            self.owner.heard.clear()
            self.owner.end = None
            person = await self.talking()
            await self.world.wait(0.3)
            if dies:
                person.falls_silent()
            played = await self.finished(self.task(self.owner.line.play([self.clip(1.6)])))
            assert (played.silence > 0.5) == dies
            await self.finished(self.task(self.owner.line.hang_up()))
            await self.world.until(lambda: self.owner.end is not None)
            end: Ended | None = self.owner.end
            assert end is not None
            assert (end, end.silence > 0.5) == (Ended(Cause.NORMAL, 200), dies)

    # Sound.

    async def test_clips_are_played_to_the_end(self) -> None:
        await self.talking()
        play = self.task(self.owner.line.play([self.clip(0.3), self.clip(0.2)]))
        assert not play.done
        assert await self.finished(play) == Played(finished=True)

    async def test_a_key_stops_the_prompt(self) -> None:
        person = await self.talking()
        play = self.task(self.owner.line.play([self.clip(20)], stop_on="12"))
        await self.world.wait(0.3)
        person.press("3")
        await self.world.until(lambda: self.owner.keys == "3")
        assert not play.done
        person.press("1")
        assert await self.finished(play, 1) == Played(finished=False, stopped_by="1")
        assert self.owner.keys == "31"

    async def test_a_new_prompt_replaces_the_old_one(self) -> None:
        await self.talking()
        first = self.task(self.owner.line.play([self.clip(20)]))
        await self.world.wait(0.1)
        second = self.task(self.owner.line.play([self.clip(0.2)]))
        assert await self.finished(first) == Played(finished=False)
        assert await self.finished(second) == Played(finished=True)

    async def test_the_prompt_is_stopped(self) -> None:
        await self.talking()
        play = self.task(self.owner.line.play([self.clip(20)]))
        await self.world.wait(0.1)
        await self.finished(self.task(self.owner.line.stop()))
        assert await self.finished(play) == Played(finished=False)
        await self.finished(self.task(self.owner.line.stop()))  # nothing plays: no error

    async def test_hanging_up_ends_the_prompt(self) -> None:
        person = await self.talking()
        play = self.task(self.owner.line.play([self.clip(20)]))
        await self.world.wait(0.2)
        person.hangs_up()
        await self.world.until(lambda: self.owner.end is not None)
        assert isinstance(play.error, LineGone)
        late = self.task(self.owner.line.play([self.clip(1)]))
        await self.world.until(lambda: late.done)
        assert isinstance(late.error, LineGone)

    async def test_what_makes_no_sense_is_refused(self) -> None:
        await self.world.caller()
        line = self.owner.line
        wrong = self.places.path / "wrong.wav"
        with wave.open(str(wrong), "wb") as wav:
            wav.setparams((2, 2, 44100, 0, "NONE", ""))
            wav.writeframes(bytes(4000))
        early = self.task(line.play([self.clip(1)]))
        await self.world.until(lambda: early.done)
        assert isinstance(early.error, SwitchRefused)
        await self.finished(self.task(line.answer()))
        for request in (
            line.answer(),
            line.ring(),
            line.reject(486),
            line.play([]),
            line.play([self.places.path / "missing.wav"]),
            line.play([wrong]),
            line.bridge(line),
        ):
            task = self.task(request)
            await self.world.until(lambda task=task: task.done)  # type: ignore[misc]
            assert isinstance(task.error, SwitchRefused)

    # Keys.

    async def test_every_key_is_heard_once(self) -> None:
        person = await self.talking()
        await self.world.wait(0.2)
        person.press("0123456789*#ABCD")
        await self.world.until(lambda: self.owner.keys == "0123456789*#ABCD")
        person.press("1122")
        await self.world.until(lambda: self.owner.keys == "0123456789*#ABCD1122")

    # Recordings.

    async def test_a_recording_has_a_limit(self) -> None:
        await self.talking()
        path = self.places.path / "message.wav"
        recorded = await self.finished(self.task(self.owner.line.record(path, limit=0.5)))
        assert (recorded.path, recorded.ended, recorded.key) == (path, RecordEnd.LIMIT, "")
        assert 0.3 < recorded.seconds < 0.7
        with wave.open(str(path)) as wav:
            assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (8000, 1, 2)
            assert abs(wav.getnframes() / 8000 - recorded.seconds) < 0.001

    async def test_a_key_ends_a_recording(self) -> None:
        person = await self.talking()
        task = self.task(self.owner.line.record(self.places.path / "m.wav", limit=30, end_keys="#"))
        await self.world.wait(0.3)
        person.press("1#")
        recorded = await self.finished(task)
        assert (recorded.ended, recorded.key, self.owner.keys) == (RecordEnd.KEY, "#", "1#")

    async def test_a_recording_is_stopped(self) -> None:
        await self.talking()
        task = self.task(self.owner.line.record(self.places.path / "m.wav", limit=30))
        await self.world.wait(0.2)
        await self.finished(self.task(self.owner.line.stop_recording()))
        assert (await self.finished(task)).ended is RecordEnd.STOPPED
        await self.finished(self.task(self.owner.line.stop_recording()))  # none: no error

    async def test_hanging_up_keeps_the_recording(self) -> None:
        person = await self.talking()
        task = self.task(self.owner.line.record(self.places.path / "m.wav", limit=30))
        await self.world.wait(0.4)
        person.hangs_up()
        await self.world.until(lambda: self.owner.end is not None)
        assert task.done
        assert task.result.ended is RecordEnd.HUNG_UP
        assert task.result.seconds > 0.1

    # Calls that we place.

    async def test_a_person_is_called_and_answers(self) -> None:
        owner = Owner()
        line, person = await self.world.dial(owner, headers={"X-Note": "bed 12"})
        person.rings()
        await self.world.until(lambda: owner.heard == ["ringing"])
        person.answers()
        await self.world.until(lambda: owner.heard == ["ringing", "answered"])
        assert await self.finished(self.task(line.play([self.clip(0.2)]))) == Played(finished=True)
        person.press("1")
        await self.world.until(lambda: owner.keys == "1")
        person.hangs_up()
        await self.world.until(lambda: owner.end == Ended(Cause.NORMAL, 200, by_peer=True))

    async def test_a_person_does_not_take_the_call(self) -> None:
        expected = {
            486: Cause.BUSY,
            600: Cause.BUSY,
            603: Cause.REJECTED,
            403: Cause.REJECTED,
            404: Cause.UNREACHABLE,
            484: Cause.UNREACHABLE,
            480: Cause.NO_ANSWER,
            503: Cause.CONGESTION,
            488: Cause.ERROR,
            302: Cause.ERROR,  # a peer must not send us elsewhere
        }
        for status, cause in expected.items():
            owner = Owner()
            _, person = await self.world.dial(owner)
            person.refuses(status)
            await self.world.until(lambda owner=owner: owner.end is not None)  # type: ignore[misc]
            assert owner.end == Ended(cause, status, by_peer=True)
        assert self.world.switch.capacity().busy == 0

    async def test_nobody_answers_in_time(self) -> None:
        owner = Owner()
        _, person = await self.world.dial(owner, timeout=0.5)
        person.rings()
        await self.world.until(lambda: owner.end is not None)
        assert owner.end == Ended(Cause.NO_ANSWER, 487)

    async def test_we_give_up_a_call(self) -> None:
        owner = Owner()
        line, person = await self.world.dial(owner)
        person.rings()
        await self.world.until(lambda: owner.heard == ["ringing"])
        await self.finished(self.task(line.hang_up()))
        await self.world.until(lambda: owner.end is not None)
        assert owner.end == Ended(Cause.CANCELLED, 487)

    async def test_with_every_line_taken_no_call_is_placed(self) -> None:
        self.owner.listens = False
        for n in range(4):
            await self.world.caller(caller=str(1001 + n))
        task = self.task(self.world.dial(Owner()))
        await self.world.until(lambda: task.done)
        assert isinstance(task.error, NoLineFree)
        assert self.world.switch.capacity().busy == 4

    async def test_two_calls_of_one_worker_are_bridged(self) -> None:
        person = await self.talking()
        owner = Owner()
        line, other = await self.world.dial(owner, beside=self.owner.line)
        other.answers()
        await self.world.until(lambda: owner.heard == ["answered"])
        await self.finished(self.task(line.bridge(self.owner.line)))
        await self.world.wait(0.3)
        await self.finished(self.task(self.owner.line.unbridge()))
        await self.finished(self.task(self.owner.line.unbridge()))  # none: no error
        await self.finished(self.task(self.owner.line.bridge(line)))
        person.hangs_up()
        await self.world.until(lambda: self.owner.end is not None)
        assert await self.finished(self.task(line.play([self.clip(0.1)]))) == Played(finished=True)

    async def test_a_drain_lets_calls_finish(self) -> None:
        person = await self.talking()
        draining = self.task(self.world.switch.drain(10))
        await self.world.wait(0.3)
        late = await self.world.caller(caller="1002")
        assert late.refused_with == 503
        assert not draining.done
        person.hangs_up()
        await self.world.until(lambda: draining.done)
        assert self.owner.end == Ended(Cause.NORMAL, 200, by_peer=True)

    async def test_a_drain_ends_what_does_not_finish(self) -> None:
        await self.talking()
        draining = self.task(self.world.switch.drain(0.3))
        await self.world.until(lambda: draining.done)
        await self.world.until(lambda: self.owner.end is not None)
        assert self.owner.end == Ended(Cause.NORMAL, 200)
        task = self.task(self.world.dial(Owner()))
        await self.world.until(lambda: task.done)
        assert isinstance(task.error, NoLineFree)


class TheFake(Contract, TestCase):
    def make(self) -> World:
        return FakeWorld()


class RealWorkers(Contract, TestCase):
    timeout = 30

    def make(self) -> World:
        return RealWorld()
