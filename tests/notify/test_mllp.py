"""The wire: frames come split, merged, broken, late; answers go out in order."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from sqlalchemy import select
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.testing import StringTransport

from db.tables.notices import MessageRow
from notify.mllp import Mllp, MllpFactory, MllpLimits, framed
from tests.notify.story import STATION, Story, adt

SENDER = IPv4Address("TCP", "10.0.0.9", 4000)


@dataclass
class Wire:
    """One sender connected to a listener."""

    story: Story
    factory: MllpFactory
    transport: StringTransport = field(default_factory=StringTransport)

    def __post_init__(self) -> None:
        protocol = self.factory.buildProtocol(SENDER)
        assert protocol is not None
        self.protocol: Mllp = protocol
        self.protocol.makeConnection(self.transport)

    def send(self, *chunks: bytes) -> list[str]:
        """Send; the answers that came, as their MSA segments."""
        for chunk in chunks:
            self.protocol.dataReceived(chunk)
            self.story.clock.pump([0] * 50)
        return self.answers()

    def answers(self) -> list[str]:
        frames = self.transport.value().split(b"\x1c\r")
        assert frames[-1] == b""
        assert all(frame.startswith(b"\x0b") for frame in frames[:-1])
        return [frame.decode().split("\r")[1] for frame in frames[:-1]]

    @property
    def closed(self) -> bool:
        return self.transport.disconnecting


@pytest.fixture
def wire(story: Story) -> Wire:
    return Wire(story, MllpFactory(story.clock, story.intake, limits=MllpLimits(message=5_000, garbage=1_000)))


def numbered(number: int) -> bytes:
    return framed(adt(control_id=str(number)).encode())


def test_a_message_is_answered_in_a_frame(wire: Wire) -> None:
    assert wire.send(numbered(1)) == ["MSA|AA|1"]
    assert wire.story.caller.targets == [STATION]


def test_a_message_may_come_byte_by_byte(wire: Wire) -> None:
    assert wire.send(*(bytes([byte]) for byte in numbered(1))) == ["MSA|AA|1"]


def test_messages_may_come_in_one_packet_and_are_answered_in_order(wire: Wire) -> None:
    assert wire.send(b"".join(map(numbered, range(1, 21)))) == [f"MSA|AA|{number}" for number in range(1, 21)]


@pytest.mark.parametrize("cut", range(1, 12))
def test_two_messages_may_be_cut_anywhere(wire: Wire, cut: int) -> None:
    both = numbered(1) + numbered(2)
    size = len(both) * cut // 12
    assert wire.send(both[:size], both[size:]) == ["MSA|AA|1", "MSA|AA|2"]


def test_the_next_message_waits_for_the_answer_before(wire: Wire) -> None:
    waiting: Deferred[bytes] = Deferred()
    order: list[bytes] = []
    real = wire.factory.intake.receive

    async def slow(raw: bytes, peer: str) -> bytes:
        order.append(raw)
        if len(order) == 1:
            await waiting
        return await real(raw, peer)

    wire.factory.intake.receive = slow  # type: ignore[method-assign]
    assert wire.send(numbered(1) + numbered(2)) == []
    assert len(order) == 1
    assert wire.send(numbered(3) * 1) == []
    waiting.callback(b"")
    wire.story.clock.pump([0] * 50)
    assert wire.answers() == ["MSA|AA|1", "MSA|AA|2", "MSA|AA|3"]


def test_a_sender_that_does_not_wait_is_slowed_down(wire: Wire) -> None:
    waiting: Deferred[bytes] = Deferred()

    async def slow(raw: bytes, peer: str) -> bytes:
        return await waiting

    wire.factory.intake.receive = slow  # type: ignore[method-assign]
    wire.send(*map(numbered, range(60)))
    assert wire.transport.producerState == "paused"
    waiting.callback(b"ok")
    assert wire.transport.producerState == "producing"


def test_garbage_between_messages_is_passed_over(wire: Wire) -> None:
    assert wire.send(b"hello\r\n" + numbered(1) + b"\r\n\r\nbye" + numbered(2)) == ["MSA|AA|1", "MSA|AA|2"]
    assert not wire.closed


def test_who_sends_nothing_but_garbage_is_hung_up_on(wire: Wire) -> None:
    wire.send(b"GET / HTTP/1.1\r\n" * 80)
    assert wire.closed


def test_a_message_cut_off_by_another_is_kept_and_the_other_answered(wire: Wire) -> None:
    assert wire.send(numbered(1)[:60] + numbered(2)) == ["MSA|AA|2"]
    broken = select(MessageRow).where(MessageRow.state == "rejected")
    kept = wire.story.read(lambda session: session.scalars(broken).one())
    assert kept.raw == numbered(1)[1:60]
    assert "cut off" in kept.reason


@pytest.mark.parametrize("whole", [True, False])
def test_a_message_that_is_too_long_is_refused_and_the_line_closed(wire: Wire, whole: bool) -> None:
    long = framed(adt(control_id="9").encode() + b"NTE|" + b"x" * 6_000)
    assert wire.send(long if whole else long[:-2]) == ["MSA|AR|9|the message is too long"]
    assert wire.closed


def test_a_message_whose_end_never_comes_is_kept_and_refused(wire: Wire) -> None:
    wire.send(numbered(1)[:100])
    wire.story.clock.advance(20)
    wire.send(numbered(1)[100:110])  # trickling buys no time
    wire.story.clock.advance(10)
    assert wire.answers() == ["MSA|AR|1|the message was cut off: its end never came"]
    assert wire.closed


def test_a_quiet_line_is_kept_for_an_hour(wire: Wire) -> None:
    wire.send(numbered(1))
    wire.story.clock.advance(3599)
    assert not wire.closed
    wire.send(numbered(2))
    wire.story.clock.advance(3599)
    assert not wire.closed
    wire.story.clock.advance(1)
    assert wire.closed


def test_a_sender_that_leaves_before_the_answer_costs_nothing(wire: Wire) -> None:
    from twisted.internet.protocol import connectionDone

    waiting: Deferred[bytes] = Deferred()

    async def slow(raw: bytes, peer: str) -> bytes:
        return await waiting

    wire.factory.intake.receive = slow  # type: ignore[method-assign]
    wire.send(numbered(1))
    wire.protocol.connectionLost(connectionDone)
    waiting.callback(b"late")
    drained = Deferred.fromCoroutine(wire.factory.drain())
    assert drained.called


def test_draining_answers_what_is_being_answered(wire: Wire) -> None:
    from twisted.internet.protocol import connectionDone

    waiting: Deferred[bytes] = Deferred()

    async def slow(raw: bytes, peer: str) -> bytes:
        return await waiting

    wire.factory.intake.receive = slow  # type: ignore[method-assign]
    wire.send(numbered(1) + numbered(2))
    drained = Deferred.fromCoroutine(wire.factory.drain())
    assert not drained.called
    waiting.callback(b"MSH\rMSA|AA|1\r")
    assert wire.answers() == ["MSA|AA|1"]  # the second was never taken: its sender keeps it
    assert wire.closed
    wire.protocol.connectionLost(connectionDone)
    assert drained.called


def test_a_sender_that_does_not_let_go_cannot_keep_the_service_from_stopping(wire: Wire) -> None:
    """It takes no answer and never closes, or the database never says whether the message is stored."""

    async def never(raw: bytes, peer: str) -> bytes:
        return await Deferred()

    wire.factory.intake.receive = never  # type: ignore[method-assign]
    wire.send(numbered(1))
    drained = Deferred.fromCoroutine(wire.factory.drain())
    wire.story.clock.advance(wire.factory.limits.leaving - 0.1)
    assert not drained.called
    wire.story.clock.advance(0.2)
    assert drained.called
    assert wire.closed


def test_a_fault_of_ours_lets_the_sender_keep_its_message(wire: Wire, faults: object) -> None:
    async def broken(raw: bytes, peer: str) -> bytes:
        raise ZeroDivisionError

    wire.factory.intake.receive = broken  # type: ignore[method-assign]
    [answer] = wire.send(numbered(1))
    assert answer.startswith("MSA|AE|1|")
    assert faults.expected()  # type: ignore[attr-defined]


def test_only_the_named_peers_may_connect(story: Story) -> None:
    factory = MllpFactory(story.clock, story.intake, peers=["10.0.0.0/24", "192.168.1.7", "2001:db8::/32"])
    for host in ("10.0.0.9", "192.168.1.7"):
        assert factory.buildProtocol(IPv4Address("TCP", host, 1)) is not None
    for host in ("2001:db8::1", "::ffff:10.0.0.9", "2001:db8::2%eth0"):
        assert factory.buildProtocol(IPv6Address("TCP", host, 1)) is not None
    for host in ("10.0.1.9", "192.168.1.8"):
        assert factory.buildProtocol(IPv4Address("TCP", host, 1)) is None
    assert factory.buildProtocol(IPv6Address("TCP", "::ffff:10.0.1.9", 1)) is None
    assert factory.buildProtocol(UNIXAddress("x")) is None


def test_no_more_connections_than_allowed(story: Story) -> None:
    from twisted.internet.protocol import connectionDone

    factory = MllpFactory(story.clock, story.intake, limits=MllpLimits(connections=2))
    first = Wire(story, factory)
    Wire(story, factory)
    assert factory.buildProtocol(SENDER) is None
    first.protocol.connectionLost(connectionDone)
    assert factory.buildProtocol(SENDER) is not None
