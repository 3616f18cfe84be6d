"""Keys as gateways really send them: what the caller pressed is what the hospital gets."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import House, Template, build
from tests.e2e.line import eventually
from tests.phone.packets import Tape
from tests.phone.sipp import SippCall, play

LINES = 3
"""Of the four: the line of a call that is just over may be free a moment later."""
SILENCE = 0.6
"""Seconds before the first key."""
REST = 1.0
"""Seconds after the last one: who presses and hangs up at once is another story."""


@dataclass(frozen=True)
class Sender:
    """A way to send keys, and what was pressed after the 1 of the menu."""

    name: str
    tape: Tape
    keys: str


def tape() -> Tape:
    """The caller listens for a moment and presses 1."""
    return Tape().voice(SILENCE).key("1").voice(0.1)


def lossy(every: int) -> Tape:
    """1, then repeated digits of a card number, with each `every`-th event packet lost."""
    return tape().keys("11235567778#", ms=100).voice(REST).losing_events(lambda i: i % every == every // 2)


def only_ends() -> Tape:
    """The keys of the card arrive by their end packets alone: 6 event packets each, after the 8 of the 1."""
    whole = tape().keys("11235", ms=60).keys("#").voice(REST)
    return whole.losing_events(lambda i: 8 <= i < 38 and (i - 8) % 6 < 3)


def held(ms: int) -> Tape:
    """The menu's key is held for long."""
    return Tape().voice(SILENCE).key("1", ms=ms).voice(0.2).keys("2345#").voice(REST)


SENDERS = (
    Sender("every third packet lost", lossy(3), "11235567778"),
    Sender("every other packet lost", lossy(2), "11235567778"),
    Sender("every packet three times", tape().keys("1123555#", again=3).voice(REST), "1123555"),
    Sender("durations that never grow", tape().keys("1123555#", grows=False).voice(REST), "1123555"),
    Sender("no end packets", tape().keys("1123555#", ends=0).voice(REST), "1123555"),
    Sender("keys of 40 ms", tape().keys("1123555#", ms=40, pause=0.04).voice(REST), "1123555"),
    Sender("only the end packets", only_ends(), "11235"),
    Sender("keys of 20 ms", tape().keys("1123555#", ms=20, pause=0.04).voice(REST), "1123555"),
    Sender("A to D among them", tape().keys("11A2B3CD5#").voice(REST), "11235"),
    Sender("a flash among them", tape().keys("112").key("5", event=16).voice(0.1).keys("355#").voice(REST), "112355"),
    Sender("the menu key held for nine seconds", held(9000), "2345"),
)  # fmt: skip


def test_keys_arrive_whatever_the_network_does_to_them(house: House) -> None:
    waiting = sorted(enumerate(SENDERS), key=lambda each: -each[1].tape.seconds)
    talking: list[SippCall] = []
    with ExitStack() as ends:
        while waiting or talking:
            while waiting and len(talking) < LINES:
                number, sender = waiting.pop(0)
                target = f"127.0.0.1:{house.line.sip_port}"
                talking.append(play(target, "7001", sender.tape, caller=caller_of(number)))
                ends.callback(talking[-1].close)
            for call in eventually(lambda: [each for each in talking if each.is_over], 60, "a caller to be done"):
                call.wait()
                talking.remove(call)
    heard = {sender.name: keys_of(house, caller_of(number)) for number, sender in enumerate(SENDERS)}
    assert heard == {sender.name: ["1", sender.keys] for sender in SENDERS}


def caller_of(number: int) -> str:
    """A telephone number of the sender's own."""
    return f"1390000{number:04}"


def keys_of(house: House, caller: str) -> list[str]:
    """What the hospital understood of a caller's keys."""

    def over() -> str | None:
        rows = house.line.rows("SELECT id, ended_at FROM calls WHERE caller = ?", caller)
        return str(rows[0]["id"]) if rows and rows[0]["ended_at"] else None

    call = eventually(over, 10, f"the call of {caller} to end")
    return [event["keys"] for event in house.line.events(call) if event["kind"] == "keys"]


@pytest.mark.slow
def test_of_ten_thousand_keys_none_is_wrong(template: Template, tmp_path: Path) -> None:
    """Four callers press 79 times 32 keys each, as quickly as a machine does; over 10,000 in all."""
    house = build(template, tmp_path)
    rounds = ["".join("0123456789*#"[(i * 7 + j * j + k) % 12] for j in range(32)) for k in range(79) for i in [k % 5]]
    rounds = [each.replace("*", "4").replace("#", "6") for each in rounds]
    try:
        sound = Tape().voice(1.0).keys("".join(rounds), ms=40, pause=0.04).voice(0.5)
        call = play(f"127.0.0.1:{house.line.sip_port}", "7002", sound, calls=4)
        call.wait()
        eventually(lambda: all(row["ended_at"] for row in house.line.calls()), 10, "the rows to be complete")
        rows = house.line.rows("SELECT call_id, detail FROM call_events WHERE kind = 'keys' ORDER BY call_id, number")
    finally:
        house.close()
    heard: dict[str, list[str]] = {}
    for row in rows:
        heard.setdefault(row["call_id"], []).append(json.loads(row["detail"])["keys"])
    assert len(heard) == 4
    assert all(keys == rounds for keys in heard.values())
    assert sum(len(keys) for each in heard.values() for keys in each) >= 10_000
