"""Calls in progress as they are seen while they go on, over the fake switch with the shipped flows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from actions.fake import FakeActions
from hospital.actions import DECLARED
from ivr.call.book import CallBegun
from ivr.call.edition import Edition, OnAir
from ivr.call.errands import errands
from ivr.call.errands.dial import PutCallerThrough
from ivr.call.errands.notify import TellNotices
from ivr.call.errands.record import TakeMessage
from ivr.call.notice_board import FakeNoticeBoard
from ivr.call.order import CallOrder
from ivr.call.recording import FakeRecordings
from ivr.call.switchboard import Switchboard
from ivr.call.tones import Tones
from ivr.call.voice import SilentVoice
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.in_progress.board import CallsInProgress, Changes
from ivr.in_progress.call_now import CallNow
from ivr.in_progress.stage import Stage
from ivr.numbers import Numbers, Route
from ivr.numbers.line_actions import DECLARED as LINE_DECLARED
from ivr.record.trace import CallBook
from ivr.switch.fake import FakeSwitch
from ivr.switch.line import Cause, Ended, Offer, Seat, TurnedAway
from ivr.trunks.dialling import TrunkDialler
from ivr.trunks.trunk import Trunk
from ivr.trunks.trunk_lines import TrunkLines
from notify.notices.actions import DECLARED as NOTICE_DECLARED
from prompts.catalog import Catalog
from tests.calls.test_switchboard import WARD
from tests.faults import Faults
from tests.flow.shipped import flow_files
from tests.leaks import tells

START = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
TEXTS = Catalog.load()


class Nowhere:
    """Transactions that keep nothing."""

    async def run(self, work: Any, *args: Any, **kwargs: Any) -> Any:
        return None


class Hospital:
    """A switchboard whose calls are watched."""

    def __init__(self, flows: FlowSet, tones: Tones) -> None:
        self.clock = Clock()
        self.switch = FakeSwitch(self.clock, clip_seconds=2.0, lines=8)
        self.way = TrunkLines(self.switch, Trunk("sip:{number}@127.0.0.1:5070", "1000"))
        self.actions = FakeActions((*DECLARED, *LINE_DECLARED, *NOTICE_DECLARED))
        numbers = Numbers({"1000": Route("main", "zh")})
        self.air = OnAir(Edition(7, flows, numbers, TEXTS), SilentVoice())
        book = CallBook(Nowhere(), self.clock, self.now, "engine-1")
        self.calls = CallsInProgress(book, lambda: self.air.edition, self.clock, self.now)
        beyond = errands(
            TakeMessage(FakeRecordings(tones.beep.parent)),
            PutCallerThrough(TrunkDialler(self.way, tones)),
            TellNotices(FakeNoticeBoard()),
        )
        self.board = Switchboard(
            lambda: self.air, self.actions, self.calls, self.clock, self.now, ZoneInfo("Asia/Shanghai"), dict, beyond
        )
        self.switch.listener = self.board
        self.told: list[Changes] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.clock.seconds())

    def pass_time(self, seconds: float) -> None:
        self.clock.pump([0.1] * round(seconds * 10))

    def one(self) -> CallNow:
        [call] = self.calls.calls()
        return call

    def dial(self) -> None:
        order = CallOrder(target="8301", ring=20, flow="ward_admission", language="en", variables=WARD, notice_id=7)
        Deferred.fromCoroutine(self.board.make(self.way, order))
        self.pass_time(0.1)


@pytest.fixture(scope="module")
def flows() -> FlowSet:
    specs = {one.name: one for one in (*DECLARED, *LINE_DECLARED, *NOTICE_DECLARED)}
    return load_sources(flow_files(), TEXTS, specs)


@pytest.fixture(scope="module")
def tones(tmp_path_factory: pytest.TempPathFactory) -> Tones:
    return Tones.in_folder(tmp_path_factory.mktemp("tones"))


@pytest.fixture
def hospital(flows: FlowSet, tones: Tones) -> Hospital:
    return Hospital(flows, tones)


def test_a_caller_is_followed_from_the_welcome_to_the_menu_and_is_gone_at_the_end(hospital: Hospital) -> None:
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(0.5)
    call = hospital.one()
    assert (call.stage, call.title, call.step) == (Stage.INTRO, "Main menu", "welcome")
    assert (call.number, call.dialled, call.direction, call.edition) == ("13800000001", "1000", "in", 7)
    assert call.began_at == START
    assert call.answered_at is not None
    hospital.pass_time(3)
    call = hospital.one()
    assert (call.stage, call.step, call.verb, call.language) == (Stage.MENU, "services", "menu", "zh")
    assert "人工服务" in call.words
    caller.peer_hangs_up()
    hospital.pass_time(1)
    assert hospital.calls.calls() == ()
    assert hospital.calls.call(caller.call_id) is None


def test_whom_a_caller_is_put_through_to_is_told_while_it_rings_and_while_they_talk(hospital: Hospital) -> None:
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(3)
    caller.press("0")
    hospital.pass_time(3)
    call = hospital.one()
    assert (call.stage, call.company, call.party) == (Stage.CONNECTING, "desk", "8000")
    [desk] = hospital.switch.dialled
    desk.peer_rings()
    hospital.pass_time(4)
    desk.peer_answers()
    hospital.pass_time(1)
    call = hospital.one()
    assert (call.stage, call.company, call.party) == (Stage.TALKING, "desk", "8000")
    assert call.since > call.began_at + timedelta(seconds=9)
    desk.peer_hangs_up()
    hospital.pass_time(0.5)
    call = hospital.one()
    assert (call.stage, call.step, call.company) == (Stage.LISTENING, "goodbye", "")


def test_an_alert_is_followed_from_the_dialling(hospital: Hospital) -> None:
    hospital.dial()
    assert (hospital.one().stage, hospital.one().notice, hospital.one().number) == (Stage.DIALLING, "7", "8301")
    [line] = hospital.switch.dialled
    line.peer_rings()
    hospital.pass_time(1)
    assert hospital.one().stage is Stage.RINGING
    line.peer_answers()
    hospital.pass_time(0.5)
    assert hospital.one().stage in (Stage.INTRO, Stage.MENU)


def test_a_card_number_that_is_keyed_in_is_never_seen(hospital: Hospital) -> None:
    hospital.actions.answers("card.check_pin", "wrong")
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(3)
    hospital.calls.watch(hospital.told.append)
    caller.press("1")
    hospital.pass_time(1)
    assert hospital.one().stage is Stage.INPUT
    caller.press("100001#470815#")
    hospital.pass_time(1)
    assert not tells(repr(hospital.told), "470815")
    assert not tells(repr([call for changes in hospital.told for call in changes.values()]), "100001")


def test_whoever_watches_is_told_what_changes_a_few_times_a_second(hospital: Hospital) -> None:
    first = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(3)
    hospital.calls.watch(hospital.told.append)
    second = hospital.switch.offer("1000", "13800000002")
    hospital.pass_time(1)
    assert 1 <= len(hospital.told) <= 6
    assert all(set(changes) == {second.call_id} for changes in hospital.told)
    first.peer_hangs_up()
    hospital.pass_time(0.3)
    assert hospital.told[-1][first.call_id] is None
    hospital.calls.unwatch()
    told = len(hospital.told)
    second.peer_hangs_up()
    hospital.pass_time(1)
    assert len(hospital.told) == told


def test_the_number_of_events_grows_with_each_step(hospital: Hospital) -> None:
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    before = hospital.one().events
    caller.press("*")
    hospital.pass_time(3)
    assert hospital.one().events > before


def test_a_call_that_was_refused_at_the_door_is_none_in_progress(hospital: Hospital) -> None:
    hospital.calls.watch(hospital.told.append)
    hospital.board.turned_away(TurnedAway("c1", Offer("1000", "13800000001"), 486, "no line is free"))
    hospital.switch.offer("9999", "13800000001")
    hospital.pass_time(1)
    assert hospital.calls.calls() == ()


def test_a_call_goes_on_when_its_watching_breaks(flows: FlowSet, tones: Tones, faults: Faults) -> None:
    hospital = Hospital(flows, tones)

    def broken() -> Edition:
        raise RuntimeError("no edition")

    hospital.calls._editions = broken
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(3)
    assert caller.end is None
    assert len(caller.played) == 2
    assert hospital.calls.calls() == ()
    assert "cannot be watched" in faults.expected()[0]


def test_a_call_goes_on_when_what_is_seen_of_it_makes_no_sense(hospital: Hospital, faults: Faults) -> None:
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(3)
    assert hospital.calls.note(caller.call_id, "step", nonsense=1)
    assert "cannot be shown" in faults.expected()[0]
    caller.press("0")
    hospital.pass_time(3)
    assert hospital.one().stage is Stage.CONNECTING


def test_what_is_done_to_a_call_from_outside_is_noted_while_it_goes_on(hospital: Hospital) -> None:
    caller = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    events = hospital.one().events
    assert hospital.calls.note(caller.call_id, "hung_up", who="operator", why="test")
    assert hospital.one().events == events + 1
    caller.peer_hangs_up()
    hospital.pass_time(1)
    assert not hospital.calls.note(caller.call_id, "hung_up", who="operator", why="test")


def test_after_the_caller_is_gone_the_call_ends(hospital: Hospital) -> None:
    book = hospital.calls
    page = book.begin(CallBegun("c9", "in", "1000", "1", "main", "zh", seat=Seat("c9", "", "worker 0")))
    page.answered()
    page.hung_up(Ended(Cause.NORMAL, 200, by_peer=True))
    page.event("step", flow="main", step="services")
    assert hospital.one().stage is Stage.ENDING
    page.finished(Ended(Cause.NORMAL, 200, by_peer=True), "hung_up")
    assert book.calls() == ()


@pytest.mark.parametrize(
    ("sip_code", "reached"), [(200, True), (486, True), (603, True), (404, True), (503, False), (408, False)]
)
def test_calls_tell_whether_the_trunk_is_there(hospital: Hospital, sip_code: int, reached: bool) -> None:
    hospital.dial()
    [line] = hospital.switch.dialled
    if sip_code == 200:
        line.peer_answers()
    else:
        line.peer_refuses(sip_code)
    hospital.pass_time(1)
    trunk = hospital.calls.trunk
    assert (trunk.reached_at is not None, trunk.fails) == (reached, not reached)
    assert trunk.sip_code == (0 if reached else sip_code)


def test_a_nurse_who_does_not_answer_says_nothing_against_the_trunk(hospital: Hospital) -> None:
    hospital.dial()
    [line] = hospital.switch.dialled
    line.peer_rings()
    hospital.pass_time(25)
    assert line.end is not None
    assert not hospital.calls.trunk.fails
