"""Calls told by legs and segments: put through, handed on, queued, consulted, in a room, picked up.

The fake switch has the lines. Where no verb moves people that way yet, the test tells the record what such a verb
will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from db.database import Database, ImmediateTransactions
from ivr.call.book import CallBegun
from ivr.call.leg import Leg
from ivr.record.call_records import CallRecord, list_calls, show_call
from ivr.record.leg_records import LegRecord
from ivr.record.legs import FIRST, PICKED_UP, TRANSFERRED, Legs, Role
from ivr.record.trace import CallBook, Trace
from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import Line, Offer
from tests.calls.one_call import START


class House:
    """A line whose caller was answered, and which moves him and others as the test says."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.switch = FakeSwitch(self.clock, lines=8, listener=self)
        self.book = CallBook(ImmediateTransactions(database), self.clock, self.now, "engine-1")
        self.trace: Trace
        self.lines: dict[int, FakeLine] = {}
        self.lines[FIRST] = self.switch.offer("1000", "13800000001")

    def now(self) -> datetime:
        return START + timedelta(seconds=self.clock.seconds())

    def incoming(self, line: Line, offer: Offer) -> None:
        """The caller of the call; anybody else who calls in comes into it by `comes_in`."""
        if self.lines:
            return
        leg = Leg(self.clock).takes(line)
        line.listen(leg)
        self.trace = self.book.begin(
            CallBegun(line.call_id, "in", offer.dialled, offer.caller, "m", "zh", seat=line.seat)
        )
        leg.down.then(lambda end: self.trace.finished(end, "done"))
        Deferred.fromCoroutine(line.answer())
        self.trace.answered()

    @property
    def legs(self) -> Legs:
        return self.trace.legs

    def calls(self, role: Role, party: str, by: int = 0) -> int:
        """Somebody is called for this call; what his line tells goes into the record."""
        leg = Leg(self.clock)
        dialling = self.switch.dial(f"sip:{party}@127.0.0.1", caller_id="1000", timeout=30, listener=leg)
        Deferred.fromCoroutine(dialling)
        line = self.switch.dialled[-1]
        return self._joins(leg.takes(line), line, self.legs.begin(role, party, seat=line.seat, begun_by=by))

    def comes_in(self, role: Role, party: str, by: int = 0) -> int:
        """Somebody calls in, into this call."""
        line, leg = self.switch.offer("*8", party), Leg(self.clock)
        line.listen(leg.takes(line))
        number = self.legs.begin(role, party, direction="in", seat=line.seat, begun_by=by)
        self._joins(leg, line, number)
        Deferred.fromCoroutine(line.answer())
        self.pass_time(0)
        return number

    def _joins(self, leg: Leg, line: FakeLine, number: int) -> int:
        self.lines[number] = line
        leg.rang.then(lambda _: self.legs.rang(number))
        leg.up.then(lambda _: self.legs.answered(number))
        leg.down.then(lambda end: self.legs.hung_up(number, end))
        return number

    def is_answered(self, leg: int, other: int, after: float) -> None:
        """`leg` waits so many seconds until `other` answers, and talks with it."""
        self.legs.waits(leg, other)
        self.pass_time(after)
        self.lines[other].peer_answers()
        self.legs.joined(leg, other)

    def hang_up(self, *numbers: int) -> None:
        for number in numbers:
            Deferred.fromCoroutine(self.lines[number].hang_up())
            self.pass_time(0)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def record(self) -> CallRecord:
        """The call as it is stored; nothing of it is open any more."""
        self.pass_time(1)
        [listed] = self.database.run_now(list_calls)
        found = self.database.run_now(show_call, listed.call_id)
        assert found is not None
        assert [one for one in (*found.legs, *found.segments) if one.ended_at is None] == []
        return found


def who(record: CallRecord) -> list[tuple[str, str, str, str]]:
    """Role, cause, and by whom each leg came and went."""
    names = {0: "line", None: "-", **{leg.number: leg.role for leg in record.legs}}
    return [(leg.role, leg.cause, str(names[leg.begun_by]), str(names[leg.ended_by])) for leg in record.legs]


def segments(record: CallRecord) -> list[tuple[str, int, int, float | None]]:
    return [(one.kind, one.leg, one.other, one.seconds) for one in record.segments]


def seconds(leg: LegRecord) -> list[float | None]:
    """When it rang, was answered and ended, since it was offered."""
    times = (leg.rang_at, leg.answered_at, leg.ended_at)
    return [None if at is None else (at - leg.offered_at).total_seconds() for at in times]


@pytest.fixture
def house(sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]) -> Iterator[House]:
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    made = House(open_database(f"sqlite:///{tmp_path / 'wardbell.db'}"))
    yield made
    for line in list(made.switch.busy):
        Deferred.fromCoroutine(line.hang_up())
    made.clock.pump([1, 1])
    assert made.clock.getDelayedCalls() == []


def put_through(house: House) -> int:
    """The desk rings after a second, answers after four."""
    desk = house.calls(Role.DESK, "8000")
    house.legs.waits(FIRST, desk)
    house.pass_time(1)
    house.lines[desk].peer_rings()
    house.pass_time(3)
    house.lines[desk].peer_answers()
    house.legs.joined(FIRST, desk)
    return desk


@pytest.mark.parametrize("desk_first", [True, False])
def test_a_caller_is_put_through_to_the_desk_whoever_hangs_up_first(house: House, desk_first: bool) -> None:
    desk = put_through(house)
    house.pass_time(42)
    house.lines[desk if desk_first else FIRST].peer_hangs_up()
    if not desk_first:
        house.legs.ended(desk, "normal", 200, by=FIRST)
    house.pass_time(3)
    house.hang_up(*([FIRST] if desk_first else [desk]))
    record = house.record()
    assert who(record) == [
        ("caller", "normal", "line", "line" if desk_first else "caller"),
        ("desk", "normal", "line", "desk" if desk_first else "caller"),
    ]
    assert segments(record) == [("wait", 1, 2, 4.0), ("talk", 1, 2, 42.0)]
    assert seconds(record.legs[1]) == [1.0, 4.0, 46.0]
    assert (record.waited, record.talked) == (4.0, 42.0)
    assert record.ended_by == ("line" if desk_first else "caller")


def test_a_blind_transfer(house: House) -> None:
    """The desk hands the caller on and is gone; the laboratory does not answer, the pharmacy does."""
    desk = put_through(house)
    house.pass_time(10)
    laboratory = house.calls(Role.DESK, "8100", by=desk)
    house.legs.ended(desk, TRANSFERRED, by=desk)
    house.hang_up(desk)
    house.legs.waits(FIRST, laboratory)
    house.pass_time(30)
    pharmacy = house.calls(Role.DESK, "8200", by=desk)
    house.is_answered(FIRST, pharmacy, after=2)
    house.pass_time(20)
    house.lines[FIRST].peer_hangs_up()
    house.hang_up(pharmacy)
    record = house.record()
    assert who(record) == [
        ("caller", "normal", "line", "caller"),
        ("desk", "transferred", "line", "desk"),
        ("desk", "no_answer", "desk", "line"),
        ("desk", "normal", "desk", "line"),
    ]
    assert segments(record) == [
        ("wait", 1, 2, 4.0), ("talk", 1, 2, 10.0), ("wait", 1, 3, 30.0), ("wait", 1, 4, 2.0), ("talk", 1, 4, 20.0),
    ]  # fmt: skip
    assert (record.waited, record.talked) == (36.0, 30.0)


def test_an_attended_transfer_with_hold(house: House) -> None:
    """The desk puts the caller aside, asks the laboratory, asks the caller once more, and joins the two."""
    desk = put_through(house)
    house.pass_time(10)
    house.legs.held(FIRST, by=desk)
    laboratory = house.calls(Role.DESK, "8100", by=desk)
    house.is_answered(desk, laboratory, after=5)
    house.pass_time(7)
    house.legs.held(laboratory, by=desk)
    house.legs.joined(desk, FIRST)
    house.pass_time(3)
    house.legs.joined(FIRST, laboratory)
    house.legs.ended(desk, TRANSFERRED, by=desk)
    house.hang_up(desk)
    house.pass_time(60)
    house.lines[laboratory].peer_hangs_up()
    house.hang_up(FIRST)
    record = house.record()
    assert segments(record) == [
        ("wait", 1, 2, 4.0),
        ("talk", 1, 2, 10.0),
        ("hold", 1, 2, 12.0),
        ("wait", 2, 3, 5.0),
        ("talk", 2, 3, 7.0),
        ("hold", 3, 2, 3.0),
        ("talk", 2, 1, 3.0),
        ("talk", 1, 3, 60.0),
    ]
    assert who(record)[1:] == [("desk", "transferred", "line", "desk"), ("desk", "normal", "desk", "desk")]
    assert (record.waited, record.talked) == (4.0, 73.0)


def test_two_agents_ring_for_one_who_waits_and_the_second_answers(house: House) -> None:
    queue = house.legs.begin(Role.QUEUE, "registration")
    house.legs.waits(FIRST, queue)
    house.pass_time(90)
    slow, quick = house.calls(Role.AGENT, "8301"), house.calls(Role.AGENT, "8302")
    for agent in (slow, quick):
        house.lines[agent].peer_rings()
    house.pass_time(6)
    house.lines[quick].peer_answers()
    house.legs.ended(slow, PICKED_UP, by=quick)
    house.hang_up(slow)
    house.legs.joined(FIRST, quick)
    house.pass_time(120)
    house.lines[FIRST].peer_hangs_up()
    house.hang_up(quick)
    record = house.record()
    assert who(record) == [
        ("caller", "normal", "line", "caller"),
        ("queue", "left", "line", "caller"),
        ("agent", "picked_up", "line", "agent"),
        ("agent", "normal", "line", "line"),
    ]
    assert record.legs[2].ended_by == quick
    assert record.legs[2].answered_at is None
    assert segments(record) == [("wait", 1, 2, 96.0), ("talk", 1, 4, 120.0)]
    assert (record.waited, record.talked) == (96.0, 120.0)


def test_an_expert_whose_leg_drops_is_called_back(house: House) -> None:
    """What is billed are the two talks, not the minute between them."""
    expert = house.calls(Role.EXPERT, "13911112222")
    house.is_answered(FIRST, expert, after=8)
    house.pass_time(100)
    house.lines[expert].peer_vanishes()
    again = house.calls(Role.EXPERT, "13911112222")
    house.is_answered(FIRST, again, after=12)
    house.pass_time(200)
    house.lines[FIRST].peer_hangs_up()
    house.hang_up(again)
    record = house.record()
    assert who(record)[1:] == [("expert", "media_timeout", "line", "-"), ("expert", "normal", "line", "line")]
    billed = [
        one.seconds for one in record.segments if one.kind == "talk" and record.legs[one.other - 1].role == "expert"
    ]
    assert billed == [100.0, 200.0]
    assert (record.waited, record.talked) == (20.0, 300.0)


def test_a_conference_of_three_of_whom_one_is_picked_up(house: House) -> None:
    """The ward's telephone rings for the third; a colleague answers it from hers. Each is with the room as long as he
    is in it, and the room is over with the last one."""
    room = house.legs.begin(Role.ROOM, "9000")
    house.legs.joined(FIRST, room)
    second = house.calls(Role.EXPERT, "8501")
    house.lines[second].peer_answers()
    house.legs.joined(second, room)
    ward = house.calls(Role.DESK, "8601")
    house.lines[ward].peer_rings()
    house.pass_time(10)
    colleague = house.comes_in(Role.DESK, "8602", by=ward)
    house.legs.ended(ward, PICKED_UP, by=colleague)
    house.hang_up(ward)
    house.legs.joined(colleague, room)
    house.pass_time(50)
    house.lines[FIRST].peer_hangs_up()
    house.pass_time(30)
    house.lines[second].peer_hangs_up()
    house.lines[colleague].peer_hangs_up()
    record = house.record()
    assert who(record) == [
        ("caller", "normal", "line", "caller"),
        ("room", "left", "line", "desk"),
        ("expert", "normal", "line", "expert"),
        ("desk", "picked_up", "line", "desk"),
        ("desk", "normal", "desk", "desk"),
    ]
    assert record.legs[4].direction == "in"
    assert segments(record) == [("talk", 1, 2, 60.0), ("talk", 3, 2, 90.0), ("talk", 5, 2, 80.0)]
    assert seconds(record.legs[1]) == [None, 0.0, 90.0]


def test_a_message_in_a_mailbox_is_no_talk(house: House) -> None:
    mailbox = house.legs.begin(Role.MAILBOX, "8301")
    house.legs.leaves_message(FIRST, mailbox)
    house.pass_time(15)
    house.legs.left(FIRST)
    house.hang_up(FIRST)
    record = house.record()
    assert segments(record) == [("message", 1, 2, 15.0)]
    assert (record.waited, record.talked) == (0.0, 0.0)


def test_what_a_crash_left_open_is_closed_with_its_call(house: House) -> None:
    """Of what goes on nobody knows how long it lasted; what was over before counts."""
    put_through(house)
    house.pass_time(40)
    again = CallBook(ImmediateTransactions(house.database), Clock(), house.now, "engine-1")
    Deferred.fromCoroutine(again.adopt())
    [listed] = house.database.run_now(list_calls)
    record = house.database.run_now(show_call, listed.call_id)
    assert record is not None
    assert {(leg.cause, leg.ended_by, leg.ended_at) for leg in record.legs} == {("engine_lost", None, house.now())}
    assert segments(record) == [("wait", 1, 2, 4.0), ("talk", 1, 2, None)]
    assert record.segments[1].ended_at == house.now()
    assert (record.waited, record.talked, record.outcome) == (4.0, 0.0, "lost")
