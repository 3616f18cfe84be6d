"""The wire: frames come split, merged, broken, late; answers go out in order."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from twisted.internet.address import IPv4Address, IPv6Address, UNIXAddress
from twisted.internet.defer import Deferred
from twisted.internet.protocol import connectionDone
from twisted.internet.testing import StringTransport

from db.database import Database
from db.errors import DatabaseAway
from db.tables.notices import MessageRow
from notify.hl7.frame import Frame
from notify.mllp.connection import Mllp
from notify.mllp.door import MllpDoor
from notify.mllp.frames import framed
from notify.mllp.intake import Interface
from notify.mllp.limits import MllpLimits
from tests.notify.story import STATION, Failing, Story, adt

SENDER = IPv4Address("TCP", "10.0.0.9", 4000)


@dataclass
class Wire:
    """One sender connected to a listener."""

    story: Story
    factory: MllpDoor
    transport: StringTransport = field(default_factory=StringTransport)
    source: IPv4Address = SENDER

    def __post_init__(self) -> None:
        protocol = self.factory.buildProtocol(self.source)
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
    limits = MllpLimits(longest=5_000, garbage=1_000, ahead=5_000)
    return Wire(story, MllpDoor(story.clock, story.intake, limits=limits))


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
    order: list[Frame] = []
    real = wire.factory.intake.answer

    async def slow(frame: Frame, peer: str) -> bytes:
        order.append(frame)
        if len(order) == 1:
            await waiting
        return await real(frame, peer) or b""

    wire.factory.intake.answer = slow  # type: ignore[method-assign]
    assert wire.send(numbered(1) + numbered(2)) == []
    assert len(order) == 1
    assert wire.send(numbered(3) * 1) == []
    waiting.callback(b"")
    wire.story.clock.pump([0] * 50)
    assert wire.answers() == ["MSA|AA|1", "MSA|AA|2", "MSA|AA|3"]


def test_a_sender_that_does_not_wait_is_slowed_down(wire: Wire) -> None:
    waiting: Deferred[bytes] = Deferred()

    async def slow(frame: Frame, peer: str) -> bytes:
        return await waiting

    wire.factory.intake.answer = slow  # type: ignore[method-assign]
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
    waiting: Deferred[bytes] = Deferred()

    async def slow(frame: Frame, peer: str) -> bytes:
        return await waiting

    wire.factory.intake.answer = slow  # type: ignore[method-assign]
    wire.send(numbered(1))
    wire.protocol.connectionLost(connectionDone)
    waiting.callback(b"late")
    drained = Deferred.fromCoroutine(wire.factory.drain())
    assert drained.called


def test_draining_answers_what_is_being_answered(wire: Wire) -> None:
    waiting: Deferred[bytes] = Deferred()

    async def slow(frame: Frame, peer: str) -> bytes:
        return await waiting

    wire.factory.intake.answer = slow  # type: ignore[method-assign]
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

    async def never(frame: Frame, peer: str) -> bytes:
        return await Deferred()

    wire.factory.intake.answer = never  # type: ignore[method-assign]
    wire.send(numbered(1))
    drained = Deferred.fromCoroutine(wire.factory.drain())
    wire.story.clock.advance(wire.factory.limits.leaving - 0.1)
    assert not drained.called
    wire.story.clock.advance(0.2)
    assert drained.called
    assert wire.closed


def test_a_fault_of_ours_lets_the_sender_keep_its_message(wire: Wire, faults: object) -> None:
    async def broken(frame: Frame, peer: str) -> bytes:
        raise ZeroDivisionError

    wire.factory.intake.answer = broken  # type: ignore[method-assign]
    [answer] = wire.send(numbered(1))
    assert answer.startswith("MSA|AE|1|")
    assert faults.expected()  # type: ignore[attr-defined]


def test_only_the_named_peers_may_connect(story: Story) -> None:
    factory = MllpDoor(story.clock, story.intake, peers=["10.0.0.0/24", "192.168.1.7", "2001:db8::/32"])
    for host in ("10.0.0.9", "192.168.1.7"):
        assert factory.buildProtocol(IPv4Address("TCP", host, 1)) is not None
    for host in ("2001:db8::1", "::ffff:10.0.0.9", "2001:db8::2%eth0"):
        assert factory.buildProtocol(IPv6Address("TCP", host, 1)) is not None
    for host in ("10.0.1.9", "192.168.1.8"):
        assert factory.buildProtocol(IPv4Address("TCP", host, 1)) is None
    assert factory.buildProtocol(IPv6Address("TCP", "::ffff:10.0.1.9", 1)) is None
    assert factory.buildProtocol(UNIXAddress("x")) is None


# Senders that do not frame as the standard says


@pytest.mark.parametrize("chunk", [1, 7, 10_000])
def test_a_message_without_its_beginning_is_read(wire: Wire, chunk: int) -> None:
    bare = numbered(1)[1:]
    assert wire.send(*(bare[at : at + chunk] for at in range(0, len(bare), chunk)), numbered(2)) == [
        "MSA|AA|1",
        "MSA|AA|2",
    ]


@pytest.mark.parametrize("end", [b"\x1c", b"\x1c\n", b"\x1c\r\n", b"\x1c\x1c\r", b"\r\x1c\r"])
def test_an_end_may_be_written_otherwise(wire: Wire, end: bytes) -> None:
    assert wire.send(numbered(1)[:-2] + end) == ["MSA|AA|1"]
    assert wire.send(numbered(2)[:-2] + end + numbered(3)) == ["MSA|AA|1", "MSA|AA|2", "MSA|AA|3"]


def test_an_end_without_a_line_end_before_it_may_lack_its_own(wire: Wire) -> None:
    assert wire.send(numbered(1)[:-3] + b"\x1c") == []
    wire.story.clock.advance(1)
    assert wire.answers() == ["MSA|AA|1"]
    assert not wire.closed


@pytest.mark.parametrize("mark", [b"\x0b", b"\x1c", b"\x0bMS", b"\x1cMSG", b"\x0b\x0b"])
@pytest.mark.parametrize("chunk", [1, 10_000])
def test_marks_within_a_text_are_text(wire: Wire, mark: bytes, chunk: int) -> None:
    text = numbered(1)[:-2] + b"NTE|1||first" + mark + b"second\r\x1c\r"
    assert wire.send(*(text[at : at + chunk] for at in range(0, len(text), chunk))) == ["MSA|AA|1"]
    assert wire.send(numbered(2)) == ["MSA|AA|1", "MSA|AA|2"]


def test_a_whole_message_whose_frame_never_ends_is_read(wire: Wire) -> None:
    wire.send(numbered(1)[:-2])
    wire.story.clock.advance(30)
    assert wire.answers() == ["MSA|AA|1"]
    assert wire.closed
    assert wire.story.caller.targets == [STATION]


def test_a_whole_message_that_another_one_cuts_off_is_read(wire: Wire) -> None:
    assert wire.send(numbered(1)[:-2] + numbered(2)) == ["MSA|AA|2"]
    assert len(wire.story.notices()) == 2


@pytest.mark.parametrize("whole", [True, False])
def test_what_came_before_the_connection_broke_is_not_lost(wire: Wire, whole: bool) -> None:
    wire.send(numbered(1)[: None if whole else -40])
    wire.protocol.connectionLost(connectionDone)
    states = wire.story.read(lambda session: [row.state for row in session.scalars(select(MessageRow))])
    assert states == ["accepted" if whole else "rejected"]


def test_a_sender_that_is_through_with_sending_still_gets_its_answers(wire: Wire) -> None:
    both = numbered(1) + numbered(2)[:-2]
    wire.protocol.dataReceived(both)
    wire.protocol.readConnectionLost()
    wire.story.clock.pump([0] * 50)
    assert wire.answers() == ["MSA|AA|1", "MSA|AA|2"]
    assert wire.closed


def test_several_messages_in_one_frame_are_stored_in_order_and_answered_in_one_frame(wire: Wire) -> None:
    two = adt(control_id="1") + adt(control_id="2", location="W5^301^17")
    wire.protocol.dataReceived(framed(two.encode()))
    [answer] = wire.transport.value().split(b"\x1c\r")[:-1]
    assert [line for line in answer.split(b"\r") if line.startswith(b"MSA")] == [b"MSA|AA|1", b"MSA|AA|2"]
    assert [notice.addressee for notice in wire.story.notices()] == ["W3", "W5"]


def test_of_several_messages_in_one_frame_the_refused_is_answered_first(wire: Wire) -> None:
    two = adt(control_id="1") + adt(control_id="2", location="") + adt(control_id="3")
    wire.protocol.dataReceived(framed(two.encode()))
    [answer] = wire.transport.value().split(b"\x1c\r")[:-1]
    answers = [line[:8] for line in answer.split(b"\r") if line.startswith(b"MSA")]
    assert answers == [b"MSA|AE|2", b"MSA|AA|1", b"MSA|AA|3"]
    assert len(wire.story.notices()) == 2


# Large messages


def test_a_large_report_is_read_to_its_end_and_takes_no_memory(story: Story) -> None:
    wire = Wire(story, MllpDoor(story.clock, story.intake))
    report = adt(control_id="1").replace("ADT^A01", "ORU^R01").encode()
    wire.send(b"\x0b" + report + b"OBX|1|ED|PDF||^application^pdf^Base64^")
    tracemalloc.start()
    try:
        for _ in range(400):
            wire.send(b"A" * 65_536)  # 26 MB
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 2_000_000
    assert wire.send(b"\r\x1c\r" + numbered(2)) == ["MSA|AA|1", "MSA|AA|2"]
    assert not wire.closed
    assert story.caller.targets == [STATION]


def test_what_never_ends_is_not_kept_in_memory(story: Story) -> None:
    door = MllpDoor(story.clock, story.intake)
    wires = [Wire(story, door) for _ in range(30)]
    tracemalloc.start()
    try:
        for wire in wires:
            wire.protocol.dataReceived(b"\x0b" + b"x" * 1_000_000)
        held, _ = tracemalloc.get_traced_memory()
        story.clock.advance(60)
        for wire in wires:
            wire.protocol.connectionLost(connectionDone)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 30 * 200_000
    assert left < 1_000_000


# A crowd


def test_no_crowd_of_silent_connections_shuts_a_sender_out(story: Story) -> None:
    door = MllpDoor(story.clock, story.intake, limits=MllpLimits(connections=50))
    crowd = []
    for _ in range(60):
        story.clock.advance(1)
        crowd.append(Wire(story, door))
    true = Wire(story, door)
    assert true.send(numbered(1)) == ["MSA|AA|1"]
    assert [wire.closed for wire in crowd[:11]] == [True] * 11
    assert not any(wire.closed for wire in crowd[11:])


def test_senders_that_were_answered_stay_when_a_crowd_comes(story: Story) -> None:
    door = MllpDoor(story.clock, story.intake, limits=MllpLimits(connections=5))
    true = Wire(story, door)
    true.send(numbered(1))
    slow = Wire(story, door, source=IPv4Address("TCP", "10.0.0.8", 1))
    story.clock.advance(5)
    crowd = []
    for _ in range(20):
        story.clock.advance(1)
        crowd.append(Wire(story, door, source=IPv4Address("TCP", "10.6.6.6", 1)))
    assert not true.closed
    assert not slow.closed  # it is alone at its address
    assert true.send(numbered(2)) == ["MSA|AA|1", "MSA|AA|2"]


def test_a_sender_is_only_refused_when_all_others_are_being_answered(story: Story) -> None:
    door = MllpDoor(story.clock, story.intake, limits=MllpLimits(connections=2))

    async def never(frame: Frame, peer: str) -> bytes:
        return await Deferred()

    door.intake.answer = never  # type: ignore[method-assign]
    for _ in range(2):
        Wire(story, door).send(numbered(1))
    assert door.buildProtocol(SENDER) is None


# The database is away


def test_an_answer_waits_for_a_database_that_comes_back(database: Database) -> None:
    failing = Failing(database, DatabaseAway("gone"))
    story = Story(database, transactions=failing, interface=Interface(hold=10.0))
    wire = Wire(story, MllpDoor(story.clock, story.intake))
    failing.fail_all = True
    assert wire.send(numbered(1)) == []
    story.clock.pump([0.5] * 10)
    failing.fail_all = False
    story.clock.pump([0.5] * 2)
    assert wire.answers() == ["MSA|AA|1"]
    assert not wire.closed


def test_while_the_database_stays_away_the_sender_is_left_without_an_answer(database: Database) -> None:
    failing = Failing(database, DatabaseAway("gone"))
    story = Story(database, transactions=failing, interface=Interface(hold=10.0))
    wire = Wire(story, MllpDoor(story.clock, story.intake))
    failing.fail_all = True
    wire.send(numbered(1) + numbered(2))
    story.clock.pump([0.5] * 25)
    assert wire.answers() == []
    assert wire.closed


def test_a_database_that_hangs_leaves_the_sender_without_an_answer_too_and_his_repetition_is_known(
    database: Database,
) -> None:
    story = Story(database, interface=Interface(hold=10.0))
    answers = story.transactions
    hanging: list[Deferred[None]] = []

    class Hanging:
        async def run(self, work: Callable[Concatenate[Session, ...], Any], *args: Any, **kwargs: Any) -> Any:
            hanging.append(Deferred())
            await hanging[-1]
            return await answers.run(work, *args, **kwargs)

    story.die()
    story.transactions = Hanging()
    story.start()
    wire = Wire(story, MllpDoor(story.clock, story.intake))
    wire.send(numbered(1))
    story.clock.pump([0.5] * 25)
    assert wire.closed
    assert wire.answers() == []
    for one in hanging:
        one.callback(None)
    story.die()
    story.transactions = answers
    story.start()
    again = Wire(story, MllpDoor(story.clock, story.intake))
    assert again.send(numbered(1)) == ["MSA|AA|1"]
    story.wait(60)
    assert len(story.notices()) == 1
