"""A call that another system asks for: the hospital's telephone rings first, then the one outside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from twisted.internet.task import Clock

from background.spawn import spawn
from db.database import Database, ImmediateTransactions
from ivr.call.originate import Originator
from ivr.call.tones import Tones
from ivr.record.call_records import CallRecord, show_call
from ivr.record.trace import CallBook
from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import NoLineFree
from ivr.trunks.dialling import TrunkDialler
from ivr.trunks.trunk import NotDiallable, Trunk
from ivr.trunks.trunk_lines import TrunkLines
from tests.calls.one_call import START

TRUNK = Trunk("sip:{number}@127.0.0.1", "1000")


class Desk:
    """A line that makes one call."""

    def __init__(self, database: Database, lines: int = 4) -> None:
        self.database = database
        self.clock = Clock()
        self.switch = FakeSwitch(self.clock, lines=lines, clip_seconds=2.0)
        self.book = CallBook(
            ImmediateTransactions(database), self.clock, lambda: START + timedelta(seconds=self.clock.seconds()), "e1"
        )
        way = TrunkLines(self.switch, TRUNK)
        dialler = TrunkDialler(way, Tones(Path("beep.wav"), Path("ringing.wav")))
        self.originator = Originator(way, dialler, self.book, self.clock)
        self.begun: list[str] = []
        self.failed: list[Exception] = []

    def calls(self, own: str = "8101", other: str = "13900000001") -> None:
        spawn(self.originator.call(own, other, 25.0, self.begun.append, self.failed.append), "the call")

    @property
    def own(self) -> FakeLine:
        return self.switch.dialled[0]

    @property
    def other(self) -> FakeLine:
        return self.switch.dialled[1]

    def kept(self) -> CallRecord:
        """The call as it is written, when all is over."""
        for _ in range(5):
            self.clock.advance(1)
        assert self.switch.busy == set()
        found = self.database.run_now(show_call, self.begun[0])
        assert found is not None
        return found


@pytest.fixture
def desk(sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]) -> Desk:
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    return Desk(open_database(f"sqlite:///{tmp_path / 'wardbell.db'}"))


def test_the_two_talk_and_the_call_is_one_row_with_two_legs(desk: Desk) -> None:
    desk.calls()
    assert desk.begun == [desk.own.call_id]
    assert [line.target for line in desk.switch.dialled] == ["sip:8101@127.0.0.1"]
    desk.own.peer_answers()
    assert desk.other.target == "sip:13900000001@127.0.0.1"
    desk.other.peer_answers()
    assert desk.own.bridged_with is desk.other
    desk.clock.advance(42)
    desk.other.peer_hangs_up()
    kept = desk.kept()
    assert (kept.direction, kept.dialled, kept.outcome, kept.talked) == ("out", "8101", "talked", 42.0)
    assert [leg.party for leg in kept.legs] == ["8101", "13900000001"]


def test_nobody_outside_is_rung_when_nobody_of_the_hospital_is_there(desk: Desk) -> None:
    desk.calls()
    desk.clock.advance(26)
    assert len(desk.switch.dialled) == 1
    assert desk.kept().outcome == "not_answered"


def test_who_hangs_up_while_the_other_one_rings_lets_it_go(desk: Desk) -> None:
    desk.calls()
    desk.own.peer_answers()
    desk.other.peer_rings()
    desk.own.peer_hangs_up()
    assert desk.kept().outcome == "hung_up"


@pytest.mark.parametrize("other", ["", "sip:x@example.org", "1;x", "①"])
def test_what_no_telephone_can_dial_rings_nobody(desk: Desk, other: str) -> None:
    desk.calls(other=other)
    assert desk.switch.dialled == []
    assert isinstance(desk.failed[0], NotDiallable)


def test_without_a_line_it_is_said_at_once(sqlite_file: Path, desk: Desk) -> None:
    full = Desk(desk.database, lines=0)
    full.calls()
    assert isinstance(full.failed[0], NoLineFree)
