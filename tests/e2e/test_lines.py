"""The lines themselves: how many there are, what a caller who hangs up leaves, what nobody may ever read."""

from __future__ import annotations

import socket
import time
import uuid
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.e2e.conftest import House
from tests.e2e.line import eventually
from tests.e2e.small_hospital import DESK, EXPERT_FEE, GENERAL_FEE, LONE, MEDICINE, MORNING, PIN, TODAY
from tests.e2e.story import Caller
from tests.leaks import file_tells, tells
from tests.phone.phone import Phone

CARD = "CARD#"
LOGIN = ["1", CARD, PIN + "#"]
EXPERT = {"name": LONE, "half_name": MORNING, "fee": EXPERT_FEE}

STEPS: list[tuple[list[str], str, dict[str, Any]]] = [
    ([], "main.welcome", {}),
    ([], "main.services", {}),
    (["1"], "card_login.card_number", {}),
    (["1", CARD], "card_login.pin", {}),
    (["1", CARD, "0000#"], "card_login.wrong", {}),
    (LOGIN, "registration.kind", {}),
    ([*LOGIN, "1"], "registration.choose_department", {}),
    ([*LOGIN, "1", "1"], "registration.general_confirm", {"department": {"name": MEDICINE}}),
    ([*LOGIN, "2", "1"], "registration.expert_confirm", {"department": {"name": MEDICINE}}),
    ([*LOGIN, "2", "1", "1"], "registration.day_item", {"key": "1", "item": {"name": TODAY}}),
    ([*LOGIN, "2", "1", "1", "1"], "registration.day_confirm", {"day": {"name": TODAY}}),
    (
        [*LOGIN, "2", "1", "1", "1", "1"],
        "registration.one_expert",
        {"department": {"name": MEDICINE}, "day": {"name": TODAY}, "expert": EXPERT},
    ),
]
"""What is keyed ahead, and the prompt during which the caller hangs up."""
LINES = 4


def hang_up_at_every_step(house: House, ends: ExitStack) -> None:
    """Four callers at a time."""
    for first in range(0, len(STEPS), LINES):
        batch = STEPS[first : first + LINES]
        callers = [ends.enter_context(house.caller()) for _ in batch]
        for caller, (keys, _, _) in zip(callers, batch, strict=True):
            caller.keys_in("".join(keys).replace("CARD", house.hospital.card()))
        for caller, (_, prompt, values) in zip(callers, batch, strict=True):
            caller.hears(prompt, **values).hangs_up()


def test_hanging_up_at_any_step_frees_the_line_and_completes_the_trace(house: House) -> None:
    before = len(house.line.calls())
    with ExitStack() as ends:
        hang_up_at_every_step(house, ends)
    eventually(lambda: all(call["ended_at"] for call in house.line.calls()), 5, "every row to be complete")
    calls = house.line.calls()[before:]
    assert len(calls) == len(STEPS)
    for call in calls:
        assert (call["cause"], call["outcome"], bool(call["ended_by_peer"])) == ("normal", "hung_up", True)
        kinds = [event["kind"] for event in house.line.events(call["id"])]
        assert kinds[-1] == "ended"
        assert "step" in kinds
    callers = [house.caller() for _ in range(LINES)]  # every line is there again
    for caller in callers:
        caller.hangs_up()


def test_the_fifth_caller_on_four_lines_hears_busy(
    house: House, tmp_path_factory: pytest.TempPathFactory
) -> None:
    callers = [house.caller() for _ in range(LINES)]
    with Phone(tmp_path_factory.mktemp("fifth"), "fifth") as fifth:
        assert fifth.dial(house.line.uri("1000")).wait_ended().code == 486
        [refused] = eventually(lambda: [call for call in house.line.calls() if call["sip_code"] == 486], 5, "its row")
        assert (refused["outcome"], refused["cause"], refused["dialled"]) == ("refused", "congestion", "1000")
        callers[0].hears("main.welcome").hangs_up()
        time.sleep(0.3)  # the line is free a moment after its call
        fifth.dial(house.line.uri("1000")).wait_answered().hang_up()
    for caller in callers[1:]:
        caller.hears("main.services").hangs_up()


LOOPBACK = "127.0.0.1"
RAW = YAML(typ="safe").load(Path(__file__).parent / "invites.yaml")


def send(text: str, port: int, **fields: object) -> tuple[str, int]:
    """One INVITE as it is written; the final status, and how many packets of sound came within two seconds."""
    with socket.socket(type=socket.SOCK_DGRAM) as sip, socket.socket(type=socket.SOCK_DGRAM) as rtp:
        for one in (sip, rtp):
            one.bind((LOOPBACK, 0))
            one.settimeout(3)
        mine, call = sip.getsockname()[1], uuid.uuid4().hex
        for name, value in {"PORT": mine, "LINE": port, "RTP": rtp.getsockname()[1], "CALL": call, **fields}.items():
            text = text.replace(f"{{{name}}}", str(value))
        head, _, body = text.strip().partition("\n\n")
        body = body.replace("\n", "\r\n") + "\r\n"
        head = f"{head}\nContent-Length: {len(body)}\n\n".replace("\n", "\r\n")
        sip.sendto((head + body).encode(), (LOOPBACK, port))
        answer = "SIP/2.0 100"
        while answer.startswith("SIP/2.0 1"):
            answer = sip.recv(65535).decode()
        status = answer.split(" ")[1]
        if status != "200":
            return status, 0
        values = {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in answer.split("\r\n")}
        target = values["contact"].strip("<>").partition(">")[0]

        def within(method: str, number: int) -> None:
            lines = [
                f"{method} {target} SIP/2.0",
                f"Via: SIP/2.0/UDP 127.0.0.1:{mine};branch=z9hG4bK{uuid.uuid4().hex}",
                "Max-Forwards: 70",
                f"From: {values['from']}",
                f"To: {values['to']}",
                f"Call-ID: {call}",
                f"CSeq: {number} {method}",
                "Content-Length: 0",
            ]
            sip.sendto("\r\n".join([*lines, "", ""]).encode(), (LOOPBACK, port))

        within("ACK", 1)
        heard, until = 0, time.monotonic() + 2
        while time.monotonic() < until and heard < 20:
            heard += len(rtp.recv(2000)) > 100
        within("BYE", 2)
        return status, heard


@pytest.mark.parametrize("case", RAW, ids=lambda case: case["what"])
def test_invites_as_trunks_write_them_reach_their_line_or_are_told_why_not(house: House, case: dict[str, Any]) -> None:
    before = len(house.line.calls())
    status, heard = send(case["invite"], house.line.sip_port)
    assert status == str(case["status"])
    eventually(lambda: len(house.line.calls()) > before, 5, "a row of the call")
    call = house.line.last_call()
    assert (call["dialled"], call["caller"]) == (case["dialled"], case["caller"])
    if status == "200":
        assert heard == 20
        assert call["outcome"] == "hung_up"
    else:
        assert (call["outcome"], call["sip_code"]) == ("refused", case["status"])
        shown = house.line.command("calls", "show", call["id"])
        for words in case["shown"]:
            assert words in shown
        assert case["log"] in house.line.log


def test_a_number_that_nobody_set_up_is_told_the_default(house: House) -> None:
    with house.caller("4711") as caller:
        caller.hears("main.welcome")


def test_who_presses_nothing_is_asked_again_and_then_told_of_the_desk(house: House) -> None:
    card = house.hospital.card(GENERAL_FEE)
    house.exchange.expect("no_answer", number=DESK)
    with house.caller() as caller:
        caller.keys_in("1" + card + "#" + PIN + "#").hears("registration.kind")
        caller.keys_in("7").hears("system.not_understood", "registration.kind")
        caller.keys_in("0").hears("operator.one_moment")
        house.exchange.next_call().hang_up()
        caller.hears("operator.nobody").hears("operator.desk", desk=DESK).hears("system.goodbye")
        caller.is_hung_up_on()
    assert house.line.last_call()["outcome"] == "operator"


def test_who_hears_badly_is_spoken_to_slowly_by_a_key_and_the_next_caller_is_not(house: House) -> None:
    with house.caller() as caller:
        caller.hears("main.services", "main.slower").presses("#")
        caller.slowly = True
        caller.hears("main.services", "main.slower").presses("1")
        caller.hears("card_login.card_number")
    with house.caller() as caller:
        caller.hears("main.services")


@pytest.mark.slow
def test_a_peer_that_vanishes_gives_its_line_back(own_house: House) -> None:
    with Phone(own_house.line.directory, "vanishing") as vanishing:
        call = vanishing.dial(own_house.line.uri("1000")).wait_answered()
        Caller(call, own_house.said).hears("main.welcome")
        vanishing.kill()
    assert own_house.line.last_call(seconds=12)["cause"] == "media_timeout"


def test_no_pin_is_written_anywhere(house: House) -> None:
    card = house.hospital.card()
    with house.caller() as caller:
        caller.hears("main.services").presses("1")
        caller.hears("card_login.card_number").presses(card + "#")
        caller.hears("card_login.pin").presses(PIN + "#")
        caller.hears("registration.kind")
    call = house.line.last_call()
    keys = [event["keys"] for event in house.line.events(call["id"]) if event["kind"] == "keys"]
    assert (keys[0], keys[-1]) == ("1", "****")
    dump = house.line.dump()
    assert not tells(house.line.log, PIN)
    assert not tells(dump, PIN)
    shown = house.line.command("calls", "show", call["id"])
    assert "card.check_pin" in shown
    assert not tells(shown, PIN)
    for file in house.line.data.rglob("*"):
        if file.is_file() and "prompts" not in file.parts:
            assert not file_tells(file, PIN, dump), f"{file} holds a PIN"
