"""The fake switch as others use it; what it shares with the real one is in test_contract.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import Cause, Ended, LineGone, NoLineFree, Offer, Played, SwitchRefused


class Owner:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.lines: list[tuple[object, Offer]] = []
        self.end: Ended | None = None

    def incoming(self, line: object, offer: Offer) -> None:
        self.lines.append((line, offer))

    def ringing(self) -> None:
        self.heard.append("ringing")

    def answered(self) -> None:
        self.heard.append("answered")

    def key(self, key: str) -> None:
        self.heard.append(key)

    def ended(self, end: Ended) -> None:
        self.heard.append("ended")
        self.end = end


def note(into: list[object], kind: type[Exception]) -> Callable[[Failure], None]:
    """An errback that keeps the kind of failure."""

    def keep(failure: Failure) -> None:
        into.append(kind if isinstance(failure.value, kind) else failure.value)

    return keep


def answered_line(clock: Clock, **options: object) -> tuple[FakeSwitch, FakeLine, Owner]:
    owner = Owner()
    switch = FakeSwitch(clock, listener=owner, clip_seconds=2.0, **options)  # type: ignore[arg-type]
    line = switch.offer("8000", "1001")
    line.listen(owner)
    Deferred.fromCoroutine(line.answer())
    clock.advance(0)
    return switch, line, owner


def test_a_prompt_lasts_as_long_as_its_clips() -> None:
    clock = Clock()
    _, line, _ = answered_line(clock)
    done: list[Played] = []
    Deferred.fromCoroutine(line.play([Path("a"), Path("b")])).addCallback(done.append)
    clock.advance(3.9)
    assert not done
    clock.advance(0.2)
    assert done == [Played(finished=True)]
    assert line.played == [[Path("a"), Path("b")]]
    assert clock.getDelayedCalls() == []


def test_a_key_stops_the_prompt_and_is_heard() -> None:
    clock = Clock()
    _, line, owner = answered_line(clock)
    done: list[Played] = []
    Deferred.fromCoroutine(line.play([Path("a")], stop_on="12")).addCallback(done.append)
    line.press("3;1")
    assert owner.heard == ["answered", "3", "1"]
    assert done == [Played(finished=False, stopped_by="1")]


def test_hanging_up_ends_the_play_and_frees_the_line() -> None:
    clock = Clock()
    switch, line, owner = answered_line(clock)
    failures: list[object] = []
    Deferred.fromCoroutine(line.play([Path("a")])).addErrback(note(failures, LineGone))
    line.peer_hangs_up()
    assert failures == [LineGone]
    assert owner.end == Ended(Cause.NORMAL, 200, by_peer=True)
    assert switch.capacity().busy == 0
    assert clock.getDelayedCalls() == []


def test_the_fifth_caller_is_refused_with_486() -> None:
    owner = Owner()
    switch = FakeSwitch(Clock(), lines=4, listener=owner)
    lines = [switch.offer("8000", str(n)) for n in range(5)]
    assert [line.end for line in lines] == [None] * 4 + [Ended(Cause.BUSY, 486)]
    assert len(owner.lines) == 4


def test_a_dialled_phone_rings_until_the_time_out() -> None:
    clock, owner = Clock(), Owner()
    switch = FakeSwitch(clock)
    Deferred.fromCoroutine(switch.dial("sip:21@10.0.0.1", caller_id="8000", timeout=30, listener=owner))
    switch.dialled[0].peer_rings()
    clock.advance(30)
    clock.advance(0)
    assert owner.heard == ["ringing", "ended"]
    assert owner.end == Ended(Cause.NO_ANSWER, 487)


def test_a_dialled_phone_is_busy() -> None:
    clock, owner = Clock(), Owner()
    switch = FakeSwitch(clock)
    Deferred.fromCoroutine(switch.dial("sip:21@10.0.0.1", caller_id="8000", timeout=30, listener=owner))
    switch.dialled[0].peer_refuses(486)
    assert owner.end == Ended(Cause.BUSY, 486, by_peer=True)
    assert clock.getDelayedCalls() == []


@pytest.mark.parametrize(
    ("target", "caller_id", "headers"),
    [
        ("sip:21@10.0.0.1?Replaces=x", "8000", {}),
        ("sip:21@10.0.0.1\r\nX: y", "8000", {}),
        ("tel:21", "8000", {}),
        ("sip:21@10.0.0.1;lr;x=y", "8000", {}),
        ("sip:21@10.0.0.1", '8000">\r\nX: y', {}),
        ("sip:21@10.0.0.1", "8000", {"X-Note": "a\r\nb"}),
        ("sip:21@10.0.0.1", "8000", {"Via": "x"}),
    ],
)
def test_nothing_is_smuggled_into_an_invite(target: str, caller_id: str, headers: dict[str, str]) -> None:
    switch = FakeSwitch(Clock())
    refused: list[object] = []
    dialling = switch.dial(target, caller_id=caller_id, timeout=30, headers=headers, listener=Owner())
    Deferred.fromCoroutine(dialling).addErrback(note(refused, SwitchRefused))
    assert refused == [SwitchRefused]
    assert switch.dialled == []


def test_with_every_line_taken_dialling_says_so() -> None:
    switch = FakeSwitch(Clock(), lines=1)
    refused: list[object] = []
    for _ in range(2):
        dialling = switch.dial("sip:21@h", caller_id="", timeout=30, listener=Owner())
        Deferred.fromCoroutine(dialling).addErrback(note(refused, NoLineFree))
    assert refused == [NoLineFree]


def test_a_lost_worker_ends_its_calls() -> None:
    switch, _, owner = answered_line(Clock())
    switch.lose_worker()
    assert owner.end == Ended(Cause.SWITCH_LOST)
