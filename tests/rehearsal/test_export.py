"""A call written down as a test passes as a test: of a tried call and of one that was on the line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actions.action import ActionOutcome
from editions.bundle import Bundle
from editions.flow_tests import under_test
from ivr.record.call_records import CallEvent, CallRecord
from ivr.rehearsal.answers import Script
from ivr.rehearsal.call import RehearsedCall
from ivr.rehearsal.caller import ANY_DAY, Caller
from ivr.rehearsal.export import as_test
from ivr.rehearsal.flow_test import FlowTest
from ivr.rehearsal.moments import Collected, Ended, Saying, What
from ivr.rehearsal.test_file import read_tests
from ivr.rehearsal.test_run import play, rehearse
from ivr.rehearsal.traced import of_record
from tests.rehearsal.house import house

HOUSE = house()

CALLS: dict[str, Sequence[str]] = {
    "to the end": ["listen", "4"],
    "typed ahead, secret": ["112345#6789"],
    "cut off": ["wait 3.5", "3", "listen", "9", "listen", "wait 1.25", "hang up"],
    "nothing pressed": ["listen", "wait 9", "listen", "wait 9", "listen"],
    "an invalid secret": ["listen", "1", "listen", "12#", "listen", "1234#", "listen", "hang up"],
    "hung up in a talk": ["listen", "4", "wait 20", "hang up"],
    "hung up at once": ["wait 1", "hang up"],
    "into a locked text": ["listen", "2", "11", "listen", "4", "listen"],
}


def rehearsed(doings: Sequence[str]) -> RehearsedCall:
    call = RehearsedCall(
        HOUSE.flows,
        HOUSE.texts,
        Caller("line", "zh"),
        Script({"dial": [ActionOutcome("busy"), ActionOutcome("talked", {"seconds": 90})]}, HOUSE.usual),
        declared=list(HOUSE.declared.values()),
    )
    for doing in doings:
        match doing.split():
            case ["listen"]:
                call.listen()
            case ["wait", seconds]:
                call.wait(float(seconds))
            case ["hang", "up"]:
                call.hang_up()
            case _:
                call.press(doing)
    return call


def again(text: str) -> tuple[FlowTest, RehearsedCall]:
    """The exported test, passed, and the call that it makes."""
    (test,) = read_tests({"t.yaml": text.encode()}, HOUSE)
    played = play(test, HOUSE)
    assert played.failure is None, f"{text}\n{played.failure}"
    call = rehearse(test, HOUSE)
    return test, call


@pytest.mark.parametrize("doings", CALLS.values(), ids=CALLS)
def test_a_tried_call_becomes_a_test_that_passes(doings: Sequence[str]) -> None:
    call = rehearsed(doings)
    text = as_test("as tried", call.caller, call.moments, HOUSE)
    assert "6789" not in text
    assert "12345" not in text
    again(text)


def test_a_secret_stands_as_a_placeholder_with_a_comment() -> None:
    call = rehearsed(CALLS["typed ahead, secret"])
    text = as_test("t", call.caller, call.moments, HOUSE)
    assert '- press: "1111#"      # secret: not what was pressed' in text


def record(events: Sequence[tuple[float, str, dict[str, Any]]]) -> CallRecord:
    told = tuple(
        CallEvent(number, ANY_DAY + timedelta(seconds=at), kind, detail)
        for number, (at, kind, detail) in enumerate(events)
    )
    return CallRecord(
        call_id="ab" * 16,
        direction="in",
        dialled="1000",
        caller="13912345678",
        flow="line",
        language="zh",
        notice="",
        began_at=ANY_DAY,
        answered_at=ANY_DAY,
        ended_at=None,
        cause="normal",
        sip_code=200,
        outcome="end",
        events=told,
    )  # type: ignore[call-arg]


def prompt(at: float, *ids: str, heard: bool = True) -> tuple[float, str, dict[str, Any]]:
    return at, "prompt", {"prompts": [{"id": id} for id in ids], "heard": heard}


def step(at: float, name: str) -> tuple[float, str, dict[str, Any]]:
    return at, "step", {"flow": "line", "step": name}


def test_a_call_on_the_line_becomes_a_test_without_anything_of_the_patient() -> None:
    secret = {"card_number": "****", "pin": "****"}
    live = record(
        [
            (0, "answered", {}),
            step(0, "welcome"),
            prompt(2.5, "main.welcome"),
            step(2.5, "services"),
            prompt(5, "registration.kind", heard=False),
            (5, "keys", {"keys": "1"}),
            step(5, "card"),
            prompt(9, "card_login.card_number"),
            (15, "keys", {"keys": "****"}),
            step(15, "pin"),
            prompt(18, "card_login.pin"),
            (21, "keys", {"keys": "****"}),
            step(21, "check"),
            (21.3, "action", {"action": "card.check_pin", "arguments": secret, "outcome": "wrong", "alone": False}),
            step(21.3, "bye"),
            prompt(25, "system.goodbye"),
            (25, "outcome", {"outcome": "end"}),
            (25, "ended", {"cause": "normal", "sip_code": 200, "by_peer": False, "outcome": "end"}),
        ]
    )
    text = as_test("a live call", *of_record(live, HOUSE), HOUSE)
    assert "13912345678" not in text
    test, _ = again(text)
    assert test.answers["card.check_pin"] == [ActionOutcome("wrong")]
    assert "after: 2.5s" in text  # the key came in the middle of the menu


def test_the_slip_of_a_booking_stays_the_patients() -> None:
    shipped = under_test(Bundle.of_folder(Path("flows"), None), ZoneInfo("Asia/Shanghai"))
    spoken = {"id": "registration.slip", "values": {"slip": "48151", "fee": 600, "currency": "CNY"}}
    outcome = {"action": "registration.book_general", "outcome": "booked", "alone": False}
    live = record(
        [
            (0, "step", {"flow": "registration", "step": "general_book"}),
            (1, "action", {**outcome, "arguments": {"card": "100001"}, "values": {"slip": "48151", "fee": 600}}),
            (1, "step", {"flow": "registration", "step": "general_done"}),
            (6, "prompt", {"prompts": [spoken], "heard": True}),
        ]
    )
    text = as_test("a booking", *of_record(replace(live, flow="registration"), shipped), shipped)
    assert "48151" not in text
    assert 'slip: "30512"' in text  # as on a good day


def test_the_exported_call_says_and_does_the_same() -> None:
    def told(call: RehearsedCall) -> list[What]:
        return [one.what for one in call.moments if isinstance(one.what, Saying | Collected | Ended)]

    call = rehearsed(["listen", "3", "listen", "4", "listen", "4"])
    test, repeated = again(as_test("t", call.caller, call.moments, HOUSE))
    for doing in ("3", "4", "4"):
        repeated.listen()
        repeated.press(doing)
    repeated.listen()
    call.listen()
    assert told(repeated) == told(call)
    assert test.caller.language == "zh"
