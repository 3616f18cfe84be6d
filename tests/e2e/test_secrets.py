"""Nobody reads a PIN anywhere, however much the line is told to log (PJSIP too), and nobody hears one either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import House, Template, build
from tests.e2e.line import eventually
from tests.e2e.small_hospital import PIN
from tests.leaks import file_tells, tells

A_KEY = re.compile(r"dtmf|digit .?[0-9]|signal *=|event *[0-9]+ *(?:vol|dur)", re.IGNORECASE)
"""How PJSIP writes that a key was pressed, one line a key: enough to put a PIN together again."""


@pytest.fixture(scope="module")
def chatty(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A line that logs all that it can."""
    house = build(template, tmp_path_factory.mktemp("chatty"), log_level="debug", sip__log_level=6)
    try:
        yield house
    finally:
        house.close()


@pytest.mark.parametrize("how", ["presses", "keys_in"])  # RFC 4733, SIP INFO
def test_a_pin_is_in_no_log_no_trace_and_no_file(chatty: House, how: str) -> None:
    card = chatty.hospital.card()
    with chatty.caller() as caller:
        press = getattr(caller, how)
        caller.hears("main.services")
        press("1")
        caller.hears("card_login.card_number")
        press(f"{card}#")
        caller.hears("card_login.pin")
        press(f"{PIN}#")
        caller.hears("registration.kind")
    call = chatty.line.last_call()
    keys = [event["keys"] for event in chatty.line.events(call["id"]) if event["kind"] == "keys"]
    assert keys == ["1", "****", "****"]
    log = chatty.line.log
    assert log.count(" pjsip: ") > 100  # it does log, far more than usual
    assert A_KEY.findall(log) == []
    dump = chatty.line.dump()
    assert not tells(log, PIN)
    assert not tells(dump, PIN)
    assert not tells(chatty.line.command("calls", "show", call["id"], "--json"), PIN)
    for file in chatty.line.data.rglob("*"):
        if file.is_file() and "prompts" not in file.parts:
            assert not file_tells(file, PIN, dump), f"{file} holds a PIN"


def test_keys_pressed_into_a_recording_are_no_sound(chatty: House) -> None:
    """Who keys a PIN in where he should speak leaves nothing: not even a file."""
    with chatty.caller("7003") as caller:
        caller.hears("main.welcome")
        caller.call.hear(chatty.line.data / "tones" / "beep.wav")
        caller.presses(PIN)
        caller.hears("system.nothing_pressed")
    eventually(lambda: not chatty.line.rows("SELECT id FROM recordings"), 3, "the recording to be gone")
    folder: Path = chatty.line.data / "recordings"
    assert list(folder.rglob("*.wav")) == []
    assert not tells(chatty.line.log, PIN)
    assert not tells(chatty.line.dump(), PIN)
