"""The telephones work: two of them call each other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.phone.packets import Tape
from tests.phone.phone import Mode, Phone, PhoneFailed
from tests.phone.sipp import play

Melody = Callable[[str, float], Path]


def test_one_hears_what_the_other_plays(phone: Phone, other: Phone, melody: Melody) -> None:
    first, second, third = melody("first", 1.2), melody("second", 0.8), melody("third", 0.9)
    call = phone.dial(f"sip:8001@{other.address}", caller="13912345678", headers={"X-Room": "7"})
    met = other.next_call()
    assert (met.number, met.caller, met.headers["X-Room"]) == ("8001", "13912345678", "7")
    call.wait_answered()
    met.wait_answered()
    met.speak(first)
    call.hear(first)
    met.speak(second)
    assert call.hear_any([third, second]) == second
    assert not call.has_heard(third)
    with pytest.raises(PhoneFailed, match=r"waited 0\.3 s for to hear"):
        call.hear(first, timeout=0.3)
    assert met.hang_up().by_us
    assert call.wait_ended().code == 200


def test_a_caller_who_only_breathes_is_not_heard_saying_anything(phone: Phone, other: Phone) -> None:
    call = phone.dial(f"sip:8001@{other.address}").wait_answered()
    call.phone.wait(lambda: call.seconds_recorded() > 0.6, 5, "half a second of call")
    assert not call.heard_anything()
    call.hang_up()


@pytest.mark.parametrize(("mode", "code"), [("busy", 486), ("reject", 603), ("code", 480)])
def test_the_other_side_refuses(phone: Phone, other: Phone, mode: Mode, code: int) -> None:
    other.expect(mode, number="8001", code=480)
    assert phone.dial(f"sip:8001@{other.address}").wait_ended().code == code


def test_nobody_answers_and_the_caller_gives_up(phone: Phone, other: Phone) -> None:
    other.expect("no_answer", times=1)
    call = phone.dial(f"sip:8001@{other.address}").wait_ringing()
    other.next_call()
    assert call.hang_up().code == 487
    phone.dial(f"sip:8001@{other.address}").wait_answered().hang_up()


def test_keys_arrive_as_they_were_pressed(phone: Phone, other: Phone) -> None:
    call = phone.dial(f"sip:8001@{other.address}").wait_answered()
    met = other.next_call()
    call.press("1123#")
    phone.wait(lambda: met.keys == "1123#", 5, "the keys to arrive")
    call.hang_up()


def test_a_tape_is_played_as_it_was_made(other: Phone) -> None:
    tape = Tape().voice(0.2).keys("0159*#").key("7", ms=400, again=2).key("7", grows=False).voice(0.2)
    with closing(play(other.address, "8001", tape)) as caller:
        met = other.next_call()
        caller.wait()
    assert met.wait_ended().code == 200
    assert met.keys == "0159*#77"


def test_a_tape_loses_what_it_is_told_to_lose() -> None:
    tape = Tape().key("1", ms=60).voice(0.02)
    assert len(tape.packets) == 3 + 3 + 1
    assert [at for at, _ in tape.losing_events(lambda i: i < 2).packets] == [at for at, _ in tape.packets[2:]]
    assert len(tape.losing(lambda i: i % 2 == 0).packets) == 3
