"""Two engines on one PostgreSQL: a call of one is seen at the console of the other, and hung up there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.rights import Role
from tests.e2e.conftest import House, Template, build
from tests.e2e.line import accepts, eventually
from tests.e2e.test_now import Console
from tests.e2e.test_put_through import words
from tests.phone.ports import free_port
from tests.postgres import Cluster

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def houses(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    """`near`, with a console that is looked at, and `far`, to which people call."""
    cluster = Cluster()
    made: list[House] = []
    try:
        url = cluster.url(cluster.create())
        for engine in ("near", "far"):
            port = free_port()
            folder = tmp_path_factory.mktemp(engine)
            made.append(build(template, folder, engine=engine, web__port=port, database=url))
            eventually(lambda port=port: accepts(port), 20, "the console to be served")  # type: ignore[misc]
        yield made[0], made[1]
    finally:
        for house in made:
            house.close()
        cluster.stop()


@pytest.fixture
def operator(houses: tuple[House, House]) -> Iterator[Console]:
    near, _ = houses
    console = Console(near, int(near.line.settings["web__port"]), Role.OPERATOR)
    yield console.listen()
    console.close()


def far_calls(console: Console) -> list[dict[str, Any]]:
    return [one for name, one in list(console.items.items()) if name.startswith("far:")]


def test_a_call_of_the_other_engine_is_seen_followed_and_hung_up(
    houses: tuple[House, House], operator: Console
) -> None:
    near, far = houses
    with far.caller(caller="13912345678") as caller:
        [call] = eventually(lambda: far_calls(operator), 10, "the call to be seen")
        assert (call["number"], call["dialled"], call["engine"]) == ("13912345678", "1000", "far")
        caller.hears("main.services")
        eventually(lambda: operator.items[f"far:{call['id']}"]["step"] == "services", 10, "the step to be seen")
        assert operator.calls() == []
        _, page = operator.ask("GET", f"/now/calls/{call['id']}")
        assert "Another engine has this call" in page
        found_csrf = re.search(r'name="csrf" value="(\w+)"', page)
        assert found_csrf is not None
        form = {"csrf": found_csrf[1], "reason": "nobody speaks"}
        assert operator.ask("POST", f"/now/calls/{call['id']}/hang-up", form)[0] == 303
        caller.is_hung_up_on()
    eventually(lambda: f"far:{call['id']}" not in operator.items, 10, "the end to be seen")
    noted = eventually(
        lambda: [one for one in far.line.events(call["id"]) if one["kind"] == "hung_up_by"], 5, "the note"
    )
    assert (noted[0]["who"], noted[0]["why"]) == ("operator", "nobody speaks")
    [row] = near.line.rows("SELECT * FROM audit WHERE action = 'hang_up'")
    assert (row["who"], row["key"], row["reason"]) == ("operator", call["id"], "nobody speaks")
    assert near.line.rows("SELECT * FROM hang_ups") == []


def test_a_recording_of_the_other_engine_says_where_it_is(houses: tuple[House, House], tmp_path: Path) -> None:
    near, far = houses
    message = words(tmp_path, "a message")
    with far.caller("7003") as caller:
        caller.hears("main.welcome")
        caller.call.hear(far.line.data / "tones" / "beep.wav")
        time.sleep(0.5)  # the tone is over, and a breath taken
        caller.call.speak(message)
        time.sleep(1.6)
        caller.hangs_up()
    [one] = eventually(lambda: near.line.rows("SELECT id, engine FROM recordings WHERE ended <> ''"), 10, "its row")
    assert one["engine"] == "far"
    operator = Console(near, int(near.line.settings["web__port"]), Role.ADMIN)
    status, page = operator.ask("GET", f"/calls/recordings/{one['id']}")
    assert status == 404
    assert "kept by the engine far" in page
    status, unknown = operator.ask("GET", f"/calls/recordings/{'0' * 32}")
    assert status == 404
    assert "kept by the engine" not in unknown
