"""A caller is put through: two legs on the fake switch, none of them ever left over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call.dialler import FakeDialler
from ivr.call.errands import errands
from ivr.call.errands.dial import PutCallerThrough
from ivr.call.tones import Tones
from ivr.flow.commands import Collect, Entered, HangUp, Keys, Outcome, Prompt, Turn
from ivr.flow.verbs.dial import WHO, DialNow
from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine, State
from ivr.switch.sip import cause_of
from ivr.trunks.dialling import TrunkDialler
from ivr.trunks.trunk import Trunk
from ivr.trunks.trunk_lines import TrunkLines
from tests.calls.one_call import SECONDS, START, OneCall

END = Turn((HangUp("done"),))
DESK = DialNow("8000", ring=25)
TONES = Tones(Path("beep.wav"), Path("ringing.wav"))


class PutThrough:
    """A caller whom the flow puts through to the desk at once."""

    def __init__(self, *turns: Turn, dial: DialNow = DESK, lines: int = 4) -> None:
        first = Turn((Entered("operator", "put_through"), dial))
        self.call = OneCall(first, *(turns or (END,)), lines=lines, begin=False)
        dialler = TrunkDialler(TrunkLines(self.call.switch, Trunk("sip:{number}@127.0.0.1", "1000")), TONES)
        self.call.errands = errands(PutCallerThrough(dialler))
        self.call.offer()

    @property
    def caller(self) -> FakeLine:
        return self.call.patient

    @property
    def desk(self) -> FakeLine:
        [line] = self.call.switch.dialled
        return line

    @property
    def answer(self) -> Outcome:
        [answer] = self.call.flow.answers
        assert isinstance(answer, Outcome)
        return answer

    def advance(self, seconds: float) -> None:
        self.call.clock.advance(seconds)

    @property
    def leg(self) -> dict[str, Any]:
        """The desk's leg as it is written."""
        return self.call.kept.legs[2]

    @property
    def segments(self) -> list[tuple[str, int, int, float | None]]:
        """Who was with whom, and how long."""
        return [(one["kind"], one["leg"], one["other"], one["seconds"]) for one in self.call.kept.segments.values()]

    def nothing_is_left(self) -> None:
        """Every line is free, nothing ticks on."""
        for _ in range(3):
            self.advance(1)
        assert self.call.switch.busy == set()
        assert self.call.clock.getDelayedCalls() == []


def test_the_caller_hears_it_ring_and_then_both_hear_each_other() -> None:
    put = PutThrough()
    assert put.desk.target == "sip:8000@127.0.0.1"
    assert put.desk.caller_id == "1000"
    assert put.call.heard()[0] == "ringing"
    put.desk.peer_rings()
    put.advance(3)
    put.desk.peer_answers()
    assert put.caller.playing == []
    assert put.caller.bridged_with is put.desk
    put.advance(42)
    put.desk.peer_hangs_up()
    assert put.answer == Outcome("talked", {"seconds": 42})
    assert [one.outcome for one in put.call.finished] == ["done"]
    assert put.call.notes.of("dial") == [
        {"number": "8000", "leg": put.desk.call_id, "outcome": "talked", "seconds": 42}
    ]


@pytest.mark.parametrize("who", WHO)
def test_the_second_leg_is_whom_the_flow_calls(who: str) -> None:
    put = PutThrough(dial=replace(DESK, who=who))
    put.desk.peer_answers()
    put.advance(10)
    put.desk.peer_hangs_up()
    assert (put.leg["role"], put.leg["party"]) == (who, "8000")
    assert put.segments[-1] == ("talk", 1, 2, 10.0)


def test_the_second_leg_is_told_with_the_call() -> None:
    put = PutThrough()
    put.advance(2)
    put.desk.peer_rings()
    put.advance(3)
    put.desk.peer_answers()
    put.advance(42)
    put.desk.peer_hangs_up()
    desk = put.leg
    assert (desk["role"], desk["direction"], desk["party"], desk["line"]) == ("desk", "out", "8000", put.desk.call_id)
    assert [desk[at] - START for at in ("offered_at", "rang_at", "answered_at", "ended_at")] == [
        timedelta(seconds=seconds) for seconds in (0, 2, 5, 47)
    ]
    assert (desk["cause"], desk["ended_by"]) == ("normal", 2)
    assert put.segments == [("wait", 1, 2, 5.0), ("talk", 1, 2, 42.0)]


def test_it_rings_as_long_as_the_flow_says() -> None:
    put = PutThrough()
    put.desk.peer_rings()
    assert put.desk.timeout == 25
    assert len(put.caller.played[0]) * TONES.ringing_seconds >= 25
    put.advance(25)
    assert put.answer == Outcome("no_answer")
    assert put.caller.playing == []
    assert (put.leg["cause"], put.segments) == ("no_answer", [("wait", 1, 2, 25.0)])


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(486, "busy"), (600, "busy"), (480, "no_answer"), (408, "no_answer"), (603, "refused"), (403, "refused"),
     (404, "error"), (484, "error"), (500, "error"), (503, "error"), (488, "error")],
)  # fmt: skip
def test_why_nobody_came_is_an_exit_of_the_flow(code: int, outcome: str) -> None:
    put = PutThrough()
    put.desk.peer_refuses(code)
    assert put.answer == Outcome(outcome)
    assert (put.leg["cause"], put.leg["sip_code"], put.leg["ended_by"]) == (cause_of(code).value, code, 2)
    put.caller.peer_hangs_up()
    put.nothing_is_left()


def test_without_a_free_line_nobody_is_called() -> None:
    put = PutThrough(lines=1)
    assert put.answer == Outcome("error")
    assert put.call.switch.dialled == []


@pytest.mark.parametrize(
    "number", ["", "8000@evil.example", "8000;transport=tcp", "sip:8000", "+49,1", "8" * 40, "８０"]
)
def test_only_what_a_telephone_can_dial_is_dialled(number: str) -> None:
    put = PutThrough(dial=DialNow(number))
    assert put.answer == Outcome("error")
    assert put.call.switch.dialled == []


def test_keys_pressed_while_they_talk_are_not_for_the_flow() -> None:
    menu = Collect((Prompt("more"),), single=frozenset("12"))
    put = PutThrough(Turn((menu,)), END)
    put.desk.peer_answers()
    put.call.press("1")
    put.desk.peer_hangs_up()
    assert put.call.heard()[-1] == "more"
    put.advance(SECONDS)
    put.call.press("2")
    assert put.call.flow.answers[1:] == [Keys("2")]


def test_what_is_said_first_is_heard_before_it_rings() -> None:
    put = PutThrough(dial=DialNow("8000", (Prompt("one_moment"),)))
    assert put.call.switch.dialled == []
    put.advance(SECONDS)
    assert put.call.heard()[:2] == ["one_moment", "ringing"]
    assert len(put.call.switch.dialled) == 1


# However it ends, no leg is left over


def rings(put: PutThrough) -> None:
    put.desk.peer_rings()


def talks(put: PutThrough) -> None:
    put.desk.peer_answers()
    put.advance(5)


@pytest.mark.parametrize(("before", "cause"), [(rings, "cancelled"), (talks, "normal")])
def test_the_callers_hanging_up_ends_the_other_leg_too(before: Callable[[PutThrough], None], cause: str) -> None:
    put = PutThrough()
    before(put)
    desk = put.desk
    put.caller.peer_hangs_up()
    put.advance(0)
    assert desk.state is State.ENDED
    assert [one.outcome for one in put.call.finished] == ["hung_up"]
    assert put.call.notes.of("dial")[0]["outcome"] == "hung_up"
    assert (put.leg["cause"], put.leg["ended_by"]) == (cause, 1)
    put.nothing_is_left()


@pytest.mark.parametrize("before", [rings, talks])
def test_a_worker_that_dies_takes_both_and_leaves_both_legs_whole(before: Callable[[PutThrough], None]) -> None:
    put = PutThrough()
    before(put)
    put.call.switch.lose_worker()
    assert [(leg["cause"], leg["ended_by"]) for leg in put.call.kept.legs.values()] == [("switch_lost", None)] * 2
    assert [one.outcome for one in put.call.finished] == ["hung_up"]
    put.nothing_is_left()


def test_the_desk_answers_as_the_caller_hangs_up() -> None:
    put = PutThrough()
    desk = put.desk
    desk._start_talking()  # on its way to us
    put.caller.peer_hangs_up()
    desk.mailbox.deliver()
    put.advance(0)
    assert desk.state is State.ENDED
    put.nothing_is_left()


def test_the_desk_hangs_up_as_it_answers() -> None:
    put = PutThrough()
    put.desk._start_talking()
    put.desk.peer_hangs_up()
    put.advance(0)
    assert put.answer == Outcome("talked", {"seconds": 0})
    put.caller.peer_hangs_up()
    put.nothing_is_left()


EVENTS: dict[str, Callable[[PutThrough, FakeLine], None]] = {
    "wait": lambda put, desk: put.advance(4),
    "ring": lambda put, desk: desk.peer_rings() if desk.state is State.DIALLING else None,
    "answer": lambda put, desk: desk.peer_answers() if desk.state is State.DIALLING else None,
    "answer on its way": lambda put, desk: desk._start_talking() if desk.state is State.DIALLING else None,
    "refuse": lambda put, desk: desk.peer_refuses(486) if desk.state is State.DIALLING else None,
    "desk hangs up": lambda put, desk: desk.peer_hangs_up() if desk.state is State.TALKING else None,
    "desk vanishes": lambda put, desk: desk.peer_vanishes(),
    "caller hangs up": lambda put, desk: put.caller.peer_hangs_up(),
    "caller presses": lambda put, desk: put.call.press("1"),
    "worker dies": lambda put, desk: put.call.switch.lose_worker(),
}


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=8))
def test_whatever_happens_in_whatever_order_no_leg_is_left_over(happens: list[str]) -> None:
    put = PutThrough()
    desk = put.desk
    for one in happens:
        EVENTS[one](put, desk)
    put.advance(0)
    assert put.caller.state is not State.ENDED or desk.state is State.ENDED, "the desk listens to nobody"
    put.caller.peer_hangs_up()
    put.nothing_is_left()
    told = [*put.call.kept.legs.values(), *put.call.kept.segments.values()]
    assert [row for row in told if row["ended_at"] is None] == []


def test_the_shipped_fake_answers_what_it_was_told() -> None:
    fake = FakeDialler([Outcome("talked", {"seconds": 30})])
    call = OneCall(Turn((DESK,)), Turn((DESK,)), END, errands=errands(PutCallerThrough(fake)))
    assert call.flow.answers == [Outcome("talked", {"seconds": 30}), Outcome("no_answer")]
    assert fake.dialled == [DESK, DESK]


def test_a_line_that_puts_nobody_through_goes_on_by_error() -> None:
    call = OneCall(Turn((DESK,)), END)
    assert call.flow.answers == [Outcome("error")]


def test_the_fake_switch_bridges_only_what_is_on_one_worker() -> None:
    """What the dialler relies on: the second leg is asked for beside the first."""
    assert FakeSwitch(OneCall(END).clock, lines=2).per_worker == 2
