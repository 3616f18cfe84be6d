"""A call that another system asks for over the API: the hospital's telephone rings first, then the one outside; both
are real telephones, and the two hear each other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from accounts import keys
from accounts.audit import Hand
from accounts.rights import Right
from tests.e2e.conftest import House, Template, build
from tests.e2e.line import accepts, eventually
from tests.e2e.test_put_through import words
from tests.phone.ports import free_port

pytestmark = pytest.mark.slow

OWN, OTHER = "8101", "13900000001"


class System:
    """The other system, with its key."""

    def __init__(self, house: House, port: int) -> None:
        rights = [Right.ORIGINATE, Right.CALLS, Right.NOW, Right.HANG_UP]
        hand = Hand("the test", datetime.now(UTC), "command")
        self._secret = house.hospital.parts.database.run_now(keys.make, "cti", rights, None, hand).secret
        self._root = f"http://127.0.0.1:{port}/api/v1"

    def ask(self, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        try:
            with urlopen(Request(self._root + path, data, headers), timeout=20) as answer:
                return answer.status, json.load(answer)
        except HTTPError as refused:
            return refused.code, json.load(refused)

    def over(self, call: str) -> dict[str, Any]:
        """The call, once it has ended."""

        def ended() -> dict[str, Any] | None:
            status, found = self.ask(f"/calls/{call}")
            return found if status == 200 and found["ended_at"] else None

        found = eventually(ended, 10, "the end of the call")
        assert found is not None
        return found


@pytest.fixture(scope="module")
def house(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    port = free_port()
    made = build(template, tmp_path_factory.mktemp("originate"), web__port=port)
    try:
        eventually(lambda: accepts(port), 10, "the API to be served")
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def system(house: House) -> System:
    return System(house, int(house.line.settings["web__port"]))


def test_both_talk_and_the_call_is_one_row_with_two_legs(house: House, system: System, tmp_path: Path) -> None:
    house.exchange.expect("answer", number=OWN, after=0.5)
    house.exchange.expect("answer", number=OTHER, after=1.0)
    good_morning, complaint = words(tmp_path, "good morning"), words(tmp_path, "a complaint")
    status, begun = system.ask("/calls", {"own": OWN, "other": OTHER, "reason": "the patient asked for it"})
    assert status == 202
    nurse = house.exchange.next_call()
    assert nurse.number == OWN
    assert [one["id"] for one in system.ask("/calls/current")[1]["calls"]] == [begun["id"]]
    nurse.wait_answered()
    patient = house.exchange.next_call()
    assert patient.number == OTHER
    patient.wait_answered()
    nurse.speak(good_morning)
    patient.hear(good_morning)
    patient.speak(complaint)
    nurse.hear(complaint)
    assert not nurse.has_heard(good_morning)  # nobody hears himself
    patient.hang_up()
    assert nurse.wait_ended(5).by_us is False
    call = system.over(begun["id"])
    assert (call["direction"], call["dialled"], call["outcome"]) == ("out", OWN, "talked")
    assert call["talked"] > 1
    assert [leg["party"] for leg in call["legs"]] == [OWN, OTHER]
    assert all(leg["answered_at"] and leg["ended_at"] for leg in call["legs"])
    assert [one["kind"] for one in call["segments"]][-1] == "talk"
    assert system.ask("/calls/current")[1]["calls"] == []
    [row] = house.line.rows("SELECT who, key, reason FROM audit WHERE action = 'originate'")
    assert (row["who"], row["key"], row["reason"]) == ("key:cti", begun["id"], "the patient asked for it")


def test_nobody_outside_is_rung_when_the_hospitals_telephone_is_busy(house: House, system: System) -> None:
    house.exchange.expect("busy", number=OWN)
    status, begun = system.ask("/calls", {"own": OWN, "other": OTHER})
    assert status == 202
    house.exchange.next_call()
    call = system.over(begun["id"])
    assert (call["outcome"], call["cause"]) == ("not_answered", "busy")
    assert [leg["party"] for leg in call["legs"]] == [OWN]
