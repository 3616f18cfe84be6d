"""A call is seen on the console from its ringing to its end, and hung up there."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from accounts.audit import Hand
from accounts.rights import Role
from accounts.users import add
from accounts.visits import open_session
from tests.e2e.conftest import House, Template, build
from tests.e2e.line import accepts, eventually
from tests.e2e.small_hospital import DESK
from tests.phone.ports import free_port

pytestmark = pytest.mark.slow


class Console:
    """A browser without a screen, in which somebody is logged in."""

    def __init__(self, house: House, port: int, role: Role) -> None:
        self.port = port
        now, run = datetime.now(UTC), house.hospital.parts.database.run_now
        user = run(add, role.value, "", role, None, Hand("the test", now, "command"))
        self.token = run(open_session, user.id, now, "127.0.0.1", "a test")
        self.items: dict[str, Any] = {}
        self.kinds: list[str] = []
        self.last_id = ""
        self._listening: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        body = urlencode(form) if form is not None else None
        connection.request(method, path, body, self._headers | {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"wardbell={self.token}", "Origin": f"http://127.0.0.1:{self.port}", "Accept-Language": "en"}

    def listen(self) -> Console:
        """Hear what goes on, until `close`; with the last id, if there was one."""
        self._listening = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        self._listening.request("GET", "/live", headers=self._headers | {"Last-Event-ID": self.last_id})
        threading.Thread(target=self._hear, args=(self._listening.getresponse(),), daemon=True).start()
        return self

    def _hear(self, answer: http.client.HTTPResponse) -> None:
        fields: dict[str, str] = {}
        try:
            while line := answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                    continue
                if "event" in fields:
                    self._take(fields)
                fields = {}
        except (OSError, ValueError, AttributeError):
            return  # closed

    def _take(self, fields: dict[str, str]) -> None:
        self.kinds.append(fields["event"])
        self.last_id = fields["id"]
        told = json.loads(fields["data"])
        if fields["event"] == "snapshot":
            self.items = told
        elif fields["event"] == "change":
            kept = {name: value for name, value in self.items.items() if name not in told}
            self.items = kept | {name: value for name, value in told.items() if value is not None}

    def calls(self) -> list[dict[str, Any]]:
        return [value for name, value in list(self.items.items()) if name.startswith("call:")]

    def alarms(self) -> list[dict[str, Any]]:
        return [value for name, value in list(self.items.items()) if name.startswith("alarm:")]

    def stage(self) -> str:
        return ", ".join(call["stage"] for call in self.calls())

    def close(self) -> None:
        if self._listening is not None and self._listening.sock is not None:
            self._listening.sock.close()


@pytest.fixture(scope="module")
def watched(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, int]]:
    port = free_port()
    house = build(template, tmp_path_factory.mktemp("watched"), web__port=port)
    try:
        eventually(lambda: accepts(port), 10, "the console to be served")
        yield house, port
    finally:
        house.close()


@pytest.fixture(scope="module")
def operator(watched: tuple[House, int]) -> Iterator[Console]:
    console = Console(*watched, Role.OPERATOR)
    yield console.listen()
    console.close()


def test_a_caller_is_followed_to_the_desk_and_to_the_end(watched: tuple[House, int], operator: Console) -> None:
    house, _ = watched
    house.exchange.expect("answer", number=DESK, after=1.5)
    with house.caller(caller="13912345678") as caller:
        eventually(lambda: operator.stage() == "intro" or operator.stage() == "menu", 5, "the call to be seen")
        [call] = operator.calls()
        assert (call["number"], call["dialled"], call["title"]) == ("13912345678", "1000", "Main menu")
        caller.hears("main.services")
        eventually(lambda: operator.stage() == "menu", 5, "the menu")
        caller.keys_in("0")
        eventually(lambda: operator.stage() == "connecting", 5, "the ringing")
        desk = house.exchange.next_call()
        eventually(lambda: operator.stage() == "talking", 8, "the talk")
        assert operator.calls()[0]["party"] == DESK
        status, page = operator.ask("GET", f"/now/calls/{call['id']}")
        assert status == 200
        assert "main › services" in page
        desk.hang_up()
    eventually(lambda: operator.calls() == [], 8, "the end to be seen")
    assert operator.kinds.count("snapshot") == 1


def test_a_call_is_hung_up_from_the_page_and_says_by_whom_and_why(
    watched: tuple[House, int], operator: Console
) -> None:
    house, _ = watched
    with house.caller() as caller:
        [call] = eventually(operator.calls, 5, "the call to be seen")
        _, page = operator.ask("GET", f"/now/calls/{call['id']}")
        found = re.search(r'name="csrf" value="(\w+)"', page)
        assert found is not None
        form = {"csrf": found[1], "reason": "nobody speaks"}
        status, _ = operator.ask("POST", f"/now/calls/{call['id']}/hang-up", form)
        assert status == 303
        caller.is_hung_up_on()
    eventually(lambda: operator.calls() == [], 5, "the end to be seen")
    house.line.last_call()
    noted = eventually(
        lambda: [one for one in house.line.events(call["id"]) if one["kind"] == "hung_up_by"], 5, "the note"
    )
    assert (noted[0]["who"], noted[0]["why"]) == ("operator", "nobody speaks")
    [row] = house.line.rows("SELECT * FROM audit WHERE action = 'hang_up'")
    assert (row["who"], row["key"], row["reason"]) == ("operator", call["id"], "nobody speaks")


def test_whoever_was_cut_off_hears_what_he_missed(watched: tuple[House, int], operator: Console) -> None:
    house, _ = watched
    operator.close()
    before = operator.last_id
    with house.caller():
        operator.listen()
        eventually(operator.calls, 5, "the call to be seen")
        assert operator.last_id != before
    eventually(lambda: operator.calls() == [], 8, "the end to be seen")
    assert operator.kinds.count("snapshot") == 1


def test_the_line_stops_in_time_although_somebody_watches(template: Template, tmp_path: Path) -> None:
    port = free_port()
    house = build(template, tmp_path, web__port=port)
    try:
        eventually(lambda: accepts(port), 10, "the console to be served")
        console = Console(house, port, Role.ADMIN).listen()
        eventually(lambda: console.kinds, 5, "the first event")
        assert house.line.stop(10) == 0
    finally:
        house.close()
