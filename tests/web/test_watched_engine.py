"""What the engine tells whoever watches it, and how a call is hung up from outside."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ivr.flow.language import FlowSet
from ivr.in_progress.stage import Stage
from tests.calls.test_in_progress import Hospital, flows, tones
from wardbell import engine_thread
from wardbell.watched_engine import WatchedEngine
from web.errors import EngineAway
from web.live.engine import Told

__all__ = ["flows", "tones"]


class Reactor:
    """The hospital's clock, and what other threads hand to it."""

    def __init__(self, hospital: Hospital) -> None:
        self._hospital = hospital
        self.hangs = False

    def callFromThread(self, work: Callable[..., object], *args: Any) -> None:
        if not self.hangs:
            work(*args)

    def callLater(self, delay: float, action: Callable[..., object]) -> object:
        return self._hospital.clock.callLater(delay, action)


class House:
    """A watched engine over the fake switch."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.reactor = Reactor(hospital)
        pool: Any = SimpleNamespace(
            capacity=hospital.switch.capacity, held=Counter, workers=[], line=hospital.switch.line
        )
        live: Any = SimpleNamespace(now=SimpleNamespace(head=SimpleNamespace(number=7)))
        senders: Any = SimpleNamespace(connections=2)
        self.engine = WatchedEngine(self.reactor, "engine-1", hospital.calls, pool, senders, live)
        self.told: list[Told] = []


@pytest.fixture
def house(flows: FlowSet, tones: Any) -> House:
    return House(Hospital(flows, tones))


def test_it_tells_all_then_changes_and_a_sign_each_second(house: House) -> None:
    first = house.hospital.switch.offer("1000", "13800000001")
    house.hospital.pass_time(3)
    house.engine.watch(house.told.append)
    assert house.told[0].whole
    assert set(house.told[0].calls) == {first.call_id}
    assert (house.told[0].engine.edition, house.told[0].engine.senders, house.told[0].engine.line.busy) == (7, 2, 1)
    house.told.clear()
    house.hospital.pass_time(3)
    assert 2 <= len(house.told) <= 4
    assert all(told.calls == {} and not told.whole for told in house.told)
    first.peer_hangs_up()
    house.hospital.pass_time(0.5)
    assert {first.call_id: None} in [told.calls for told in house.told]
    house.engine.unwatch()
    house.told.clear()
    house.hospital.pass_time(3)
    assert house.told == []
    assert house.hospital.clock.getDelayedCalls() == []


def test_a_call_is_hung_up_and_its_trace_says_by_whom_and_why(house: House) -> None:
    caller = house.hospital.switch.offer("1000", "13800000001")
    house.hospital.pass_time(3)
    noted: list[tuple[str, dict[str, Any]]] = []
    page = house.hospital.calls._pages[caller.call_id]
    passed = page._kept.event
    page._kept.event = lambda kind, **detail: (noted.append((kind, detail)), passed(kind, **detail))  # type: ignore[method-assign,assignment]
    assert house.engine.hang_up(caller.call_id, "ivanova", "no answer for ten minutes")
    house.hospital.pass_time(1)
    assert caller.end is not None
    assert noted[0] == ("hung_up_by", {"who": "ivanova", "why": "no answer for ten minutes"})
    assert house.hospital.calls.calls() == ()
    assert not house.engine.hang_up(caller.call_id, "ivanova", "again")
    assert not house.engine.hang_up("of another engine", "ivanova", "again")


def test_a_caller_who_talks_with_the_desk_is_hung_up_with_it(house: House) -> None:
    caller = house.hospital.switch.offer("1000", "13800000001")
    house.hospital.pass_time(3)
    caller.press("0")
    house.hospital.pass_time(3)
    [desk] = house.hospital.switch.dialled
    desk.peer_answers()
    house.hospital.pass_time(1)
    assert house.engine.now().calls[caller.call_id].stage is Stage.TALKING  # type: ignore[union-attr]
    assert house.engine.hang_up(caller.call_id, "ivanova", "test")
    house.hospital.pass_time(1)
    assert (caller.end, desk.end) != (None, None)
    assert house.hospital.switch.capacity().busy == 0


def test_an_engine_that_hangs_is_not_waited_for(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_thread, "PATIENCE", 0.01)
    house.reactor.hangs = True
    for asks in (house.engine.now, lambda: house.engine.hang_up("c1", "a", "b")):
        with pytest.raises(EngineAway):
            asks()


def test_it_is_asked_from_another_thread(house: House) -> None:
    answers: list[Told] = []
    asking = threading.Thread(target=lambda: answers.append(house.engine.now()))
    asking.start()
    asking.join(10)
    assert answers[0].whole
