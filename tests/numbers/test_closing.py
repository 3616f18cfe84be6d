"""A number is closed now: from a telephone with rights, seen by every engine, on the record, and always taken back.

The shipped flow of the feature code on a fake switch and a real database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from actions.action import ActionOutcome, CallFacts, Value
from background.threads import at_once
from db.database import Database, ImmediateTransactions
from db.errors import DatabaseAway
from hospital.actions import DECLARED
from hospital.cards.pin_check import PinCheck
from hospital.cards.pins import PlainPins
from ivr.call.edition import Edition, OnAir
from ivr.call.switchboard import Switchboard
from ivr.call.voice import SilentVoice
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.numbers import Numbers, read_numbers
from ivr.numbers.closings import Closings, Switched, closed_numbers, history, set_pin, switch
from ivr.numbers.line_actions import DECLARED as LINE_DECLARED
from ivr.numbers.line_actions import LineActions, pin_subject
from ivr.record.call_records import list_calls, show_call
from ivr.record.trace import CallBook
from ivr.switch.fake import FakeSwitch
from ivr.switch.fake_line import FakeLine
from ivr.switch.line import Diversion
from notify.notices.actions import DECLARED as NOTICE_DECLARED
from prompts.catalog import Catalog
from tests.flow.shipped import flow_files
from tests.hospital.conftest import finished

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)
TEXTS = Catalog.load()
NUMBERS = """
hours: {clinic: {mon-fri: ["08:00-12:00", "13:30-17:30"], holidays: open}}
callers: {staff: ["8*"]}
closed: {flow: closed}
numbers:
  "1000": {flow: main, language: zh}
  "1002": {language: zh, when: [{hours: clinic, flow: main}], else: {flow: closed}}
codes:
  "*28": {closes: "1002", callers: staff, language: zh}
  "*29": {closes: ["1000", "1002"], callers: staff, language: zh, pin: false}
"""


@pytest.fixture(scope="module")
def flows() -> FlowSet:
    specs = {one.name: one for one in (*DECLARED, *LINE_DECLARED, *NOTICE_DECLARED)}
    return load_sources(flow_files(), TEXTS, specs)


class House:
    """One engine with the shipped flow; `closed_at` numbers as the database has them."""

    def __init__(self, database: Database, flows: FlowSet) -> None:
        self.clock = Clock()
        self.database = database
        transactions = ImmediateTransactions(database)
        self.switch = FakeSwitch(self.clock, clip_seconds=1.0)
        self.closings = Closings(transactions)
        self.pins = PlainPins()
        self.numbers: Numbers = read_numbers("flows/numbers.yaml", NUMBERS.encode(), flows.flows.keys(), {"zh"})
        check = PinCheck(transactions, self.pins, at_once, self.now)
        self.lines = LineActions(transactions, self.closings, lambda: self.numbers, check, self.now, ZONE)
        air = OnAir(Edition(1, flows, self.numbers, TEXTS), SilentVoice())
        book = CallBook(transactions, self.clock, self.now, "engine-1")
        self.switch.listener = Switchboard(
            lambda: air, self.lines.actions(), book, self.clock, self.now, ZONE, self.closings
        )

    def now(self) -> datetime:
        return MONDAY + timedelta(seconds=self.clock.seconds())

    def pass_time(self, seconds: float) -> None:
        self.clock.pump([0.5] * int(seconds * 2))

    def give_pin(self, pin: str = "4711", code: str = "*28") -> None:
        self.database.run_now(set_pin, code, self.pins.hash(pin_subject(code), pin), "it", self.now())

    def dial(self, number: str, caller: str, *keys: str, diversions: Sequence[Diversion] = ()) -> FakeLine:
        """Somebody calls and presses keys, each when the line has spoken."""
        line = self.switch.offer(number, caller, diversions=diversions)
        self.pass_time(3)
        for key in keys:
            line.press(key)
            self.pass_time(4)
        return line

    def heard(self, line: FakeLine) -> list[str]:
        return [clip.stem for clips in line.played for clip in clips]

    def flow_of(self, number: str, caller: str = "13800000000") -> str:
        """What a call gets now."""
        line = self.dial(number, caller)
        line.peer_hangs_up()
        self.pass_time(1)
        return self.database.run_now(list_calls)[0].flow

    def ask(self, action: str, caller: str = "8001", call: str = "c1", **arguments: Value) -> ActionOutcome:
        declared = self.lines.actions()[action]
        assert declared.needs == set(arguments)
        outcome = finished(declared.run(arguments, CallFacts(call, caller, "zh", self.now())))
        assert set(outcome.values) == declared.outcomes[outcome.name]
        return outcome


@pytest.fixture
def house(database: Database, flows: FlowSet) -> House:
    return House(database, flows)


def test_the_nurse_closes_the_clinic_until_it_opens_again(house: House) -> None:
    house.give_pin()
    assert house.flow_of("1002") == "main"
    nurse = house.dial("*28", "8001", "4711#", "1")
    house.pass_time(8)
    assert house.heard(nurse) == [
        *("line_switch.pin", "line_switch.open", "line_switch.choose"),
        *("line_switch.done", "line_switch.closed_until", "system.goodbye"),
    ]
    assert nurse.end is not None
    assert house.flow_of("1002") == "closed"
    house.clock.advance(4.5 * 3600)  # half past one
    assert house.flow_of("1002") == "main"


def test_closed_until_somebody_opens_it(house: House) -> None:
    house.give_pin()
    house.dial("*28", "8001", "4711#", "2")
    house.clock.advance(86400)
    assert house.flow_of("1002") == "closed"
    nurse = house.dial("*28", "8002", "4711#", "3")
    house.pass_time(8)
    assert house.heard(nurse)[1:] == [
        *("line_switch.closed", "line_switch.choose", "line_switch.done", "line_switch.open", "system.goodbye")
    ]
    assert house.flow_of("1002") == "main"


def test_the_record_says_who_when_and_in_which_call(house: House) -> None:
    house.give_pin()
    house.dial("*28", "8001", "4711#", "1")
    [done] = house.database.run_now(history)
    assert (done.number, done.closed, done.who, done.why) == ("1002", True, "8001", "by *28")
    assert done.until == MONDAY.replace(hour=13, minute=30)
    record = house.database.run_now(show_call, done.call_id)
    assert record is not None
    first = record.events[0]
    assert (first.kind, first.detail["number"], first.detail["why"]) == ("number", "*28", "feature code")
    assert "4711" not in repr(record)


def test_a_wrong_pin_switches_nothing_and_the_third_ends_the_call(house: House) -> None:
    house.give_pin()
    thief = house.dial("*28", "8001", "0000#", "0000#", "0000#")
    house.pass_time(5)
    assert thief.end is not None
    assert house.heard(thief)[-1] == "line_switch.ends"
    assert house.database.run_now(closed_numbers) == {}
    again = house.dial("*28", "8001", "4711#")
    house.pass_time(5)
    assert house.heard(again) == ["line_switch.pin", "line_switch.wait_so_long"]


def test_a_caller_from_outside_does_not_reach_the_flow(house: House) -> None:
    house.give_pin()
    outside = house.dial("*28", "13800000000")
    assert outside.end is not None
    assert outside.end.sip_code == 403
    by_the_back = house.dial("1000", "8001", diversions=[Diversion("*28")])
    assert "line_switch.pin" not in house.heard(by_the_back)


def test_without_a_pin_set_nobody_gets_in(house: House) -> None:
    assert house.heard(house.dial("*28", "8001")) == ["line_switch.not_set"]


def test_a_flow_that_leaves_out_the_pin_switches_nothing(house: House) -> None:
    house.give_pin()
    assert house.ask("line.close", code="*28", until="opened").name == "not_allowed"
    assert house.ask("line.check_pin", code="*28", pin="4711").name == "right"
    assert house.ask("line.close", code="*28", until="opened", call="c2").name == "not_allowed"  # another call
    assert house.ask("line.close", code="*28", until="opened", caller="9001").name == "not_allowed"
    assert house.ask("line.check_pin", code="*28", pin="4711", caller="9001").name == "wrong"
    assert house.ask("line.close", code="*28", until="opened").name == "closed"


def test_several_numbers_by_one_trusted_code(house: House) -> None:
    assert house.ask("line.rights", code="*29").name == "trusted"
    assert house.ask("line.rights", code="*29", caller="9001").name == "not_allowed"
    assert house.ask("line.close", code="*29", until="opening").name == "no_opening"  # 1000 has no hours
    assert house.ask("line.close", code="*29", until="opened").name == "closed"
    assert house.ask("line.state", code="*29").name == "closed"
    house.database.run_now(switch, [Switched("1000", False, None, "it", "", house.now())])
    assert house.ask("line.state", code="*29").name == "mixed"
    assert house.ask("line.open", code="*29").name == "opened"
    assert house.ask("line.state", code="*29").name == "open"


def test_another_engine_knows_with_its_next_tick(house: House) -> None:
    other = Closings(ImmediateTransactions(house.database))
    house.ask("line.close", code="*29", until="opened")
    assert other() == {}
    other.tick()
    assert set(other()) == {"1000", "1002"}


class Away:
    """A database that does not answer until told to."""

    def __init__(self, database: Database) -> None:
        self.real = ImmediateTransactions(database)
        self.waiting: Deferred[None] | None = None
        self.reads = 0
        self.gone = False

    async def run(self, work: Callable[..., object], *args: object) -> object:
        self.reads += 1
        if self.waiting is not None:
            await self.waiting
        if self.gone:
            raise DatabaseAway("no server")
        return await self.real.run(work, *args)


def test_while_the_database_is_away_the_last_word_stands_and_no_call_waits(house: House) -> None:
    house.ask("line.close", code="*29", until="opened")
    away = Away(house.database)
    known = Closings(away)  # type: ignore[arg-type]
    known.tick()
    away.gone = True
    known.tick()
    assert set(known()) == {"1000", "1002"}
    away.gone, away.waiting, reads = False, Deferred(), away.reads
    known.tick()
    known.tick()  # the first one is still out
    assert away.reads == reads + 1
    assert set(known()) == {"1000", "1002"}
    house.ask("line.open", code="*29")
    away.waiting.callback(None)
    assert known() == {}
