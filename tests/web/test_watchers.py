"""Many browsers hear what goes on: an event loop, a scripted engine, no server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from db.errors import DatabaseAway
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.stage import Stage
from notify.notices.alarms import Alarm, Alarms
from notify.notices.escalation import Priority
from notify.notices.states import State
from web.live import stream, watchers
from web.live.audience import Audience
from web.live.engine import FakeEngine
from web.live.standing import Standing
from web.live.stream import EventStream
from web.live.watchers import Full, Watchers

NOON = datetime(2026, 11, 28, 4, tzinfo=UTC)
OPERATOR = Audience(line=True, alarms=True)
CLERK = Audience(line=True)
NURSE = Audience(alarms=True, wards=frozenset(("W3",)))
CALL = CallNow(
    "c1", "in", "1000", "13800000001", Stage.MENU, NOON, NOON, NOON, "main", "Main menu", "services", "menu", "words",
    "zh", "", "", "", 7, "worker 0", 5,
)  # fmt: skip


def alarm(number: int, ward: str) -> Alarm:
    return Alarm(
        number, "urgent_admission", Priority.EMERGENCY, ward, {"en": ward}, "12", "3", State.IN_AIR, NOON, 1, "station"
    )


class House:
    """An engine, a database that answers as told, and those who watch."""

    def __init__(self, **limits: int) -> None:
        self.engine = FakeEngine()
        self.standing: Standing | Exception = Standing()
        self.looks = 0
        self.watchers = Watchers(self.engine, self.look, lambda: NOON, "boot", **limits)

    def look(self) -> Standing:
        self.looks += 1
        if isinstance(self.standing, Exception):
            raise self.standing
        return self.standing


class Browser:
    """One that hears, and remembers."""

    def __init__(self, house: House, audience: Audience = OPERATOR, last_id: str = "") -> None:
        self.house = house
        self.audience = audience
        self.last_id = last_id
        self.items: dict[str, Any] = {}
        self.kinds: list[str] = []
        self._hearing: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Browser:
        self._hearing = asyncio.create_task(self._hear())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._hearing is not None
        self._hearing.cancel()
        await asyncio.gather(self._hearing, return_exceptions=True)

    async def _hear(self) -> None:
        with self.house.watchers.enter("somebody"):
            async for told in self.house.watchers.hear(self.last_id, self.audience):
                self.takes(told)

    def takes(self, told: bytes) -> None:
        for event in told.decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in event.split("\n"))
            if "event" not in fields:
                continue
            self.kinds.append(fields["event"])
            self.last_id = fields["id"]
            if fields["event"] == "snapshot":
                self.items = json.loads(fields["data"])
            elif fields["event"] == "change":
                for name, value in json.loads(fields["data"]).items():
                    if value is None:
                        del self.items[name]
                    else:
                        self.items[name] = value

    async def until(self, look: Callable[[], object]) -> None:
        async with asyncio.timeout(20):
            while not look():
                await asyncio.sleep(0.01)


def story(tell: Callable[[House], Coroutine[Any, Any, None]], **limits: int) -> None:
    async def run() -> None:
        house = House(**limits)
        try:
            await tell(house)
        finally:
            house.watchers.close()

    asyncio.run(run())


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEAT", "LOOK", "LINGER"):
        monkeypatch.setattr(watchers, name, 0.05)
    monkeypatch.setattr(watchers, "OFTEN", 0.01)


def test_a_browser_hears_how_things_stand_and_then_what_changes() -> None:
    async def tell(house: House) -> None:
        house.engine.goes_on(CALL)
        async with Browser(house) as browser:
            await browser.until(lambda: "call:c1" in browser.items)
            assert browser.kinds[0] == "snapshot"
            assert browser.items["line"] == {"lines": 4, "busy": 0, "free": 4}
            house.engine.goes_on(replace(CALL, stage=Stage.TALKING, company="desk", party="8000"))
            await browser.until(lambda: browser.items["call:c1"]["stage"] == "talking")
            house.engine.ends("c1")
            await browser.until(lambda: "call:c1" not in browser.items)
            assert browser.kinds.count("snapshot") == 1

    story(tell)


def test_it_goes_on_where_it_was_cut_off() -> None:
    async def tell(house: House) -> None:
        async with Browser(house) as browser:
            await browser.until(lambda: "line" in browser.items)
        house.engine.goes_on(CALL)
        async with Browser(house, last_id=browser.last_id) as again:
            again.items = browser.items
            await again.until(lambda: "call:c1" in again.items)
            assert "snapshot" not in again.kinds

    story(tell)


def test_a_nurse_hears_the_alerts_of_her_wards_and_a_clerk_none() -> None:
    async def tell(house: House) -> None:
        house.standing = Standing(alarms=Alarms((alarm(1, "W3"), alarm(2, "W5"))))
        house.engine.goes_on(CALL)
        async with Browser(house, NURSE) as nurse, Browser(house, CLERK) as clerk, Browser(house) as operator:
            await operator.until(lambda: "alarm:2" in operator.items and nurse.items and clerk.items)
            assert set(nurse.items) == {"alarm:1", "notices", "stale"}
            assert set(nurse.items["notices"]) == {"mark"}
            assert not any(name.startswith("alarm") for name in clerk.items)
            assert "call:c1" in clerk.items
            house.standing = Standing()
            await operator.until(lambda: "alarm:2" not in operator.items and "alarm:1" not in nurse.items)

    story(tell)


def test_nothing_is_asked_while_nobody_watches() -> None:
    async def tell(house: House) -> None:
        assert house.looks == 0
        async with Browser(house) as browser:
            await browser.until(lambda: house.looks > 1)
            assert house.engine.watched is not None
        await browser.until(lambda: house.engine.watched is None)
        looks = house.looks
        await asyncio.sleep(0.2)
        assert house.looks == looks

    story(tell)


def test_what_happened_while_nobody_watched_is_no_gap() -> None:
    async def tell(house: House) -> None:
        house.engine.goes_on(CALL)
        async with Browser(house) as browser:
            await browser.until(lambda: "call:c1" in browser.items)
        await browser.until(lambda: house.engine.watched is None)
        house.engine.ends("c1")
        house.engine.goes_on(replace(CALL, call_id="c2"))
        async with Browser(house, last_id=browser.last_id) as again:
            again.items = browser.items
            await again.until(lambda: "call:c2" in again.items)
            assert "call:c1" not in again.items

    story(tell)


def test_signs_of_life_come_although_nothing_happens() -> None:
    async def tell(house: House) -> None:
        async with Browser(house) as browser:
            await browser.until(lambda: browser.kinds.count("beat") > 3)

    story(tell)


def test_while_the_database_is_away_it_is_told_since_when_alerts_may_be_stale() -> None:
    async def tell(house: House) -> None:
        house.standing = Standing(alarms=Alarms((alarm(1, "W3"),)))
        async with Browser(house, NURSE) as nurse:
            await nurse.until(lambda: "alarm:1" in nurse.items)
            house.standing = DatabaseAway("gone")
            await nurse.until(lambda: nurse.items["stale"]["alarms"] == NOON.timestamp())
            assert "alarm:1" in nurse.items
            house.standing = Standing()
            await nurse.until(lambda: nurse.items["stale"]["alarms"] is None)
            assert "alarm:1" not in nurse.items

    story(tell)


def test_an_engine_that_says_nothing_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "SILENT", 0.1)
    monkeypatch.setattr(watchers, "FIRST", 0.1)

    async def tell(house: House) -> None:
        house.engine.silent = True
        async with Browser(house) as browser:
            await browser.until(lambda: browser.items.get("stale", {}).get("line"))

    story(tell)


def test_there_are_limits_for_all_and_for_each() -> None:
    async def tell(house: House) -> None:
        with house.watchers.enter("a"), house.watchers.enter("b"):
            with pytest.raises(Full), house.watchers.enter("c"):
                pass
            assert house.watchers.count == 2
        with house.watchers.enter("c"):
            assert house.watchers.count == 1

    story(tell, most=2)


# One answer


async def served(house: House, life: float, leave: asyncio.Event | None = None) -> tuple[list[Any], Browser]:
    """What is sent to a browser that stays for `life`, or until it leaves."""
    sent: list[Any] = []
    browser = Browser(house)

    async def receive() -> Any:
        await (leave or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)
        browser.takes(message.get("body", b""))

    await EventStream(house.watchers, OPERATOR, "a", "", life)({"type": "http"}, receive, send)
    return sent, browser


def test_an_answer_begins_with_the_document_and_ends_in_time() -> None:
    async def tell(house: House) -> None:
        sent, browser = await served(house, 0.5)
        assert dict(sent[0]["headers"])[b"content-type"].startswith(b"text/event-stream")
        assert sent[1]["body"] == stream.HEAD
        assert browser.kinds[:2] == ["snapshot", "beat"]
        assert sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        assert house.watchers.count == 0

    story(tell)


def test_who_leaves_is_not_waited_for() -> None:
    async def tell(house: House) -> None:
        leave = asyncio.Event()
        leave.set()
        async with asyncio.timeout(20):
            await served(house, 3600, leave)
        assert house.watchers.count == 0

    story(tell)


def test_one_too_many_is_told_to_come_later() -> None:
    async def tell(house: House) -> None:
        sent, _ = await served(house, 1)
        assert sent[0]["status"] == 503

    story(tell, most=0)


def test_the_server_stops_although_somebody_listens() -> None:
    async def tell(house: House) -> None:
        serving = asyncio.create_task(served(house, 3600))
        await asyncio.sleep(0.1)
        house.watchers.close()
        async with asyncio.timeout(20):
            await serving

    story(tell)
