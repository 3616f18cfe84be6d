"""Calls from the first ring to the last trace entry, over the fake switch and a real database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock

from actions.action import ActionOutcome
from actions.fake import FakeActions
from background.once import Once
from db.database import Database, ImmediateTransactions
from hospital.actions import DECLARED
from ivr.call.edition import Edition, OnAir
from ivr.call.order import CallOrder, CallResult, Tellings
from ivr.call.switchboard import Switchboard
from ivr.call.turned_away import A_MINUTE
from ivr.call.voice import SilentVoice
from ivr.flow.language import FlowSet
from ivr.flow.load import load_sources
from ivr.numbers import Closing, Numbers, Route
from ivr.numbers.line_actions import DECLARED as LINE_DECLARED
from ivr.record.call_records import CallRecord, list_calls, list_refused, show_call, without_key_events
from ivr.record.trace import CallBook
from ivr.switch.fake import FakeSwitch
from ivr.switch.line import Cause, Line, Offer, TurnedAway
from ivr.trunks.trunk import Trunk
from ivr.trunks.trunk_lines import TrunkLines
from notify.notices.actions import DECLARED as NOTICE_DECLARED
from notify.notices.line_telephone import LineTelephone
from notify.notices.telephone import NoticeOrder
from prompts.catalog import Catalog
from tests.faults import Faults
from tests.flow.shipped import flow_files
from tests.leaks import tells
from wardbell.doctor.database import telephones_without_key_events
from wardbell.doctor.finding import Level

FLOWS = Path(__file__).parents[2] / "flows"
TEXTS = Catalog.load()
START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
WARD: Mapping[str, object] = {
    "notice": "1.1",
    "bed": "12",
    "room": "3",
    "urgent": False,
    "ward": {"code": "w1", "name": {"zh": "一病区", "en": "ward one"}},
    "department": {"code": "neike", "name": {"zh": "内科", "en": "internal medicine"}},
}


@pytest.fixture(scope="module")
def flows() -> FlowSet:
    specs = {one.name: one for one in (*DECLARED, *LINE_DECLARED, *NOTICE_DECLARED)}
    return load_sources(flow_files(), TEXTS, specs)


class Hospital:
    """A switchboard with shipped flows, scripted actions and a clock that the test moves."""

    def __init__(self, database: Database, flows: FlowSet) -> None:
        self.clock = Clock()
        self.database = database
        self.switch = FakeSwitch(self.clock, clip_seconds=1.0)
        self.actions = FakeActions((*DECLARED, *LINE_DECLARED, *NOTICE_DECLARED))
        self.book = CallBook(ImmediateTransactions(database), self.clock, self.now, "engine-1")
        numbers = Numbers({"1000": Route("main", "zh"), "1099": Route("gone", "zh")})
        self.air = OnAir(Edition(1, flows, numbers, TEXTS), SilentVoice())
        self.board = Switchboard(
            lambda: self.air,
            self.actions,
            self.book,
            self.clock,
            self.now,
            ZoneInfo("Asia/Shanghai"),
            lambda: self.closed,
        )
        self.closed: dict[str, Closing] = {}
        self.switch.listener = self.board
        self.way = TrunkLines(self.switch, Trunk("sip:{number}@127.0.0.1", "1000"))
        self.made: list[CallResult] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.clock.seconds())

    def call(
        self,
        flow: str = "ward_admission",
        ring: float = 20,
        tellings: Tellings[CallOrder] | None = None,
        stopped: Once[str] | None = None,
    ) -> None:
        async def make() -> None:
            self.made.append(await self.board.make(self.way, order, tellings))

        order = CallOrder(
            target="8101", ring=ring, flow=flow, language="en", variables=WARD, notice_id=7, stopped=stopped or Once()
        )
        if isinstance(tellings, Another):
            tellings.order = order

        self.calling = Deferred.fromCoroutine(make())
        self.calling.addErrback(lambda failure: failure.trap(CancelledError))
        self.clock.advance(0)

    def pass_time(self, seconds: float) -> None:
        self.clock.pump([0.5] * int(seconds * 2))

    def calls(self) -> list[CallRecord]:
        self.pass_time(1)
        return self.database.run_now(list_calls)

    def trace(self) -> list[str]:
        [call] = self.calls()
        record = self.database.run_now(show_call, call.call_id)
        assert record is not None
        return [event.kind for event in record.events]


@pytest.fixture
def hospital(database: Database, flows: FlowSet) -> Hospital:
    return Hospital(database, flows)


def test_a_number_that_nothing_answers_is_refused_and_leaves_a_row(hospital: Hospital) -> None:
    line = hospital.switch.offer("7777", "13800000001")
    hospital.pass_time(1)
    assert line.end is not None
    assert line.end.sip_code == 404
    [call] = hospital.calls()
    assert (call.dialled, call.outcome, call.answered_at) == ("7777", "refused", None)


def test_a_call_leaves_its_row_and_its_steps(hospital: Hospital) -> None:
    line = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    line.peer_hangs_up()
    [call] = hospital.calls()
    assert (call.direction, call.caller, call.flow, call.language) == ("in", "13800000001", "main", "zh")
    assert (call.outcome, call.cause) == ("hung_up", "normal")
    assert call.answered_at is not None
    assert call.ended_at is not None
    assert {"answered", "step", "prompt", "ended"} <= set(hospital.trace())


@pytest.mark.parametrize("in_band", [False, True])
def test_the_trace_tells_when_a_telephone_offers_no_key_events(hospital: Hospital, in_band: bool) -> None:
    line = hospital.switch.offer("1000", "13800000001", in_band=in_band)
    hospital.pass_time(1)
    line.peer_hangs_up()
    assert ("keys_in_band" in hospital.trace()) is in_band
    assert hospital.database.run_now(without_key_events) == (int(in_band), 1)
    [found] = telephones_without_key_events(hospital.database)
    assert (found.level is Level.WARNING) is in_band


def test_a_caller_who_presses_nothing_is_not_kept_for_ever(hospital: Hospital) -> None:
    line = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(120)
    assert line.end is not None
    assert hospital.switch.capacity().busy == 0


def test_the_line_says_sorry_when_a_conversation_breaks(hospital: Hospital, faults: Faults) -> None:
    line = hospital.switch.offer("1099", "13800000001")  # its flow is not there any more
    hospital.pass_time(3)
    assert [[clip.stem for clip in clips] for clips in line.played] == [["system.trouble"]]
    assert line.end is not None
    [call] = hospital.calls()
    assert call.outcome == "trouble"
    assert 'there is no flow "gone"' in faults.expected()[0]


def test_the_nurse_confirms_by_key(hospital: Hospital) -> None:
    hospital.actions.answers("notice.confirm", ActionOutcome("confirmed"))
    hospital.call()
    [line] = hospital.switch.dialled
    line.peer_rings()
    line.peer_answers()
    hospital.pass_time(1)
    line.press("1")
    hospital.pass_time(10)
    [made] = hospital.made
    assert made.answered_at is not None
    assert hospital.actions.asked == [("notice.confirm", {"notice": "1.1"})]
    [call] = hospital.calls()
    assert (call.direction, call.dialled, call.notice, call.cause) == ("out", "8101", "7", "normal")
    assert hospital.trace()[:2] == ["rang", "answered"]


@pytest.mark.parametrize(("dies", "returns", "heard"), [(False, False, True), (True, False, False), (True, True, True)])
def test_a_telephone_that_died_under_a_text_has_not_heard_it(
    hospital: Hospital, dies: bool, returns: bool, heard: bool
) -> None:
    hospital.call()
    [line] = hospital.switch.dialled
    line.peer_answers()
    hospital.pass_time(0.5)
    if dies:
        line.peer_falls_silent()
    hospital.pass_time(5)  # the text is over and a key is waited for
    if returns:
        line.peer_gives_a_sign()
        hospital.pass_time(1)
    line.peer_vanishes()
    hospital.pass_time(2)
    [made] = hospital.made
    assert (made.cause, made.heard) == (Cause.MEDIA_TIMEOUT, heard)


def test_a_call_in_progress_keeps_its_edition(hospital: Hospital) -> None:
    hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    old = hospital.air
    moved = Numbers({"1001": Route("main", "en")})
    hospital.air = OnAir(Edition(2, old.edition.flows, moved, TEXTS), SilentVoice())
    assert hospital.switch.offer("1000", "13800000002").call_id
    hospital.pass_time(1)
    assert [call.outcome for call in hospital.calls()] == ["refused", ""]
    hospital.switch.offer("1001", "13800000003")
    hospital.pass_time(1)
    voices = old.voice, hospital.air.voice
    assert [{language for language, _ in voice.asked} for voice in voices if isinstance(voice, SilentVoice)] == [
        {"zh"},
        {"en"},
    ]
    assert sorted(call.edition or 0 for call in hospital.calls()) == [1, 2, 2]


def test_a_notice_whose_flow_was_taken_out_meanwhile_rings_nobody(hospital: Hospital) -> None:
    hospital.call("flow_of_the_edition_before")
    assert hospital.switch.dialled == []
    [made] = hospital.made
    assert made.cause is Cause.ERROR


@pytest.mark.parametrize(("code", "cause"), [(486, Cause.BUSY), (404, Cause.UNREACHABLE), (603, Cause.REJECTED)])
def test_a_station_that_refuses_is_told_with_its_cause(hospital: Hospital, code: int, cause: Cause) -> None:
    hospital.call()
    hospital.switch.dialled[0].peer_refuses(code)
    hospital.pass_time(1)
    [made] = hospital.made
    assert (made.cause, made.answered, made.dialled) == (cause, False, True)


def test_a_station_that_does_not_answer_in_time(hospital: Hospital) -> None:
    hospital.call(ring=20)
    hospital.switch.dialled[0].peer_rings()
    hospital.pass_time(21)
    [made] = hospital.made
    assert made.cause is Cause.NO_ANSWER
    assert made.rang_at is not None


def test_without_a_free_line_nothing_was_dialled(hospital: Hospital) -> None:
    for number in range(4):
        hospital.switch.offer("1000", f"1380000000{number}")
    hospital.call()
    [made] = hospital.made
    assert made.dialled is False


def test_a_restart_closes_what_the_crash_left_open(hospital: Hospital) -> None:
    hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    again = CallBook(ImmediateTransactions(hospital.database), Clock(), hospital.now, "engine-1")
    closed: list[int] = []
    Deferred.fromCoroutine(again.adopt()).addCallback(closed.append)
    assert closed == [1]
    [call] = hospital.database.run_now(list_calls)
    assert (call.cause, call.outcome) == ("engine_lost", "lost")


def test_a_shutdown_in_the_middle_of_an_alert_still_closes_its_row(hospital: Hospital) -> None:
    hospital.call()
    [line] = hospital.switch.dialled
    line.peer_answers()
    hospital.pass_time(0.5)
    hospital.calling.cancel()
    assert line.end is not None
    [call] = hospital.calls()
    assert (call.outcome, call.cause) == ("cut_off", "normal")
    assert call.ended_at is not None


@pytest.mark.parametrize(("hangs_up", "after"), [(True, 0), (False, 5)])
def test_the_service_waits_for_what_calls_still_do_but_not_for_ever(
    hospital: Hospital, hangs_up: bool, after: int
) -> None:
    line = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    settled: list[float] = []
    waiting = Deferred.fromCoroutine(hospital.board.settle(5))
    began = hospital.clock.seconds()
    waiting.addCallback(lambda _: settled.append(hospital.clock.seconds() - began))
    assert settled == []
    if hangs_up:
        line.peer_hangs_up()
    hospital.pass_time(6)
    assert settled == [after]
    line.peer_hangs_up()
    hospital.pass_time(1)
    assert hospital.clock.getDelayedCalls() == []


def test_without_calls_there_is_nothing_to_wait_for(hospital: Hospital) -> None:
    assert Deferred.fromCoroutine(hospital.board.settle(5)).called
    assert hospital.clock.getDelayedCalls() == []


class AlreadyUp:
    """A switch that has answered before the engine asks it to: it refuses the second answer."""

    def __init__(self, board: Switchboard) -> None:
        self.board = board

    def incoming(self, line: Line, offer: Offer) -> None:
        Deferred.fromCoroutine(line.answer())
        self.board.incoming(line, offer)


def test_a_call_that_cannot_be_answered_holds_no_line_and_leaves_a_whole_row(
    hospital: Hospital, faults: Faults
) -> None:
    hospital.switch.listener = AlreadyUp(hospital.board)
    hospital.switch.offer("1000", "13800000001")
    [call] = hospital.calls()
    assert hospital.switch.capacity().busy == 0
    assert call.outcome == "trouble"
    assert call.ended_at is not None
    assert "not offered" in faults.expected()[0]


def test_a_pin_keyed_in_where_the_card_number_is_asked_for_is_written_nowhere(hospital: Hospital) -> None:
    hospital.actions.answers("card.check_pin", ActionOutcome("wrong"))
    line = hospital.switch.offer("1000", "13800000001")
    hospital.pass_time(1)
    line.press("1")
    hospital.pass_time(1)
    for digits in ("100001", "471199", "471199", "471199"):  # after "wrong" he keys in only the PIN again
        line.press(f"{digits}#")
        hospital.pass_time(3)
    assert [asked for asked, _ in hospital.actions.asked] == ["card.check_pin"] * 2
    [call] = hospital.calls()
    record = hospital.database.run_now(show_call, call.call_id)
    assert record is not None
    assert not tells(repr(record), "4711")


def test_a_call_that_was_refused_before_a_flow_leaves_a_row_with_the_reason(hospital: Hospital) -> None:
    offer = Offer("1502", "8001", "Li")
    hospital.board.turned_away(TurnedAway("a" * 32, offer, 488, "no audio that this line takes", "G722 (RTP/AVP)"))
    hospital.board.turned_away(TurnedAway("b" * 32, Offer("1502", ""), 486, "every line is in use", "PCMU (RTP/AVP)"))
    hospital.clock.advance(1)
    calls = {call.call_id[0]: call for call in list_calls_of(hospital)}
    assert [(calls[one].cause, calls[one].sip_code, calls[one].outcome, calls[one].caller) for one in "ab"] == [
        ("rejected", 488, "refused", "8001"),
        ("congestion", 486, "refused", ""),
    ]
    shown = hospital.database.run_now(show_call, "a" * 32)
    assert shown is not None
    assert (shown.events[0].kind, dict(shown.events[0].detail)) == (
        "refused",
        {"sip_code": 488, "why": "no audio that this line takes", "codecs": "G722 (RTP/AVP)", "display": "Li"},
    )
    assert shown.ended_at is not None
    assert len(hospital.database.run_now(list_refused, START)) == 2


def test_a_crowd_of_refused_calls_fills_neither_the_table_nor_the_log(hospital: Hospital) -> None:
    for number in range(500):
        hospital.board.turned_away(TurnedAway(f"{number:032x}", Offer("1502", "8001"), 486, "every line is in use"))
    hospital.clock.advance(1)
    assert len(list_calls_of(hospital, 1000)) == A_MINUTE
    hospital.clock.advance(60)
    hospital.board.turned_away(TurnedAway("f" * 32, Offer("1502", "8001"), 486, "every line is in use"))
    hospital.clock.advance(1)
    assert len(list_calls_of(hospital, 1000)) == A_MINUTE + 1
    hospital.clock.advance(60)


def list_calls_of(hospital: Hospital, limit: int = 50) -> list[CallRecord]:
    return hospital.database.run_now(list_calls, limit=limit)


class Another:
    """Implements `Tellings`: after the first, these are told one after the other."""

    order: CallOrder

    def __init__(self, *more: CallOrder) -> None:
        self.more = list(more)
        self.told: list[CallResult] = []

    async def first(self) -> CallOrder:
        return self.order

    async def then(self, told: CallResult) -> CallOrder | None:
        self.told.append(told)
        return self.more.pop(0) if self.more else None


def telling(notice: str, language: str = "en") -> CallOrder:
    return CallOrder(
        target="8101", ring=20, flow="ward_discharge", language=language, variables={**WARD, "notice": notice},
        notice_id=int(notice[0]), before="ward.another",
    )  # fmt: skip


def test_several_notices_are_told_in_one_call_each_in_its_language(hospital: Hospital) -> None:
    hospital.actions.answers("notice.confirm", ActionOutcome("confirmed"))
    tellings = Another(telling("2.2", language="zh"), telling("3.3"))
    hospital.call(tellings=tellings)
    [line] = hospital.switch.dialled
    line.peer_answers()
    for _ in range(3):
        hospital.pass_time(2.5)
        line.press("1")
        hospital.pass_time(1.5)
    hospital.pass_time(5)
    assert hospital.actions.asked == [("notice.confirm", {"notice": one}) for one in ("1.1", "2.2", "3.3")]
    heard = [f"{clip.parent}/{clip.stem}" for clips in line.played for clip in clips]
    assert heard == [
        "en/ward_admission.usual",
        "en/ward.thanks",
        "zh/ward.another",
        "zh/ward_discharge.notice",
        "zh/ward.thanks",
        "en/ward.another",
        "en/ward_discharge.notice",
        "en/ward.thanks",
    ]
    assert [made.outcome for made in tellings.told] == ["confirmed"] * 3
    assert line.end is not None
    assert len(hospital.calls()) == 1
    assert hospital.trace().count("notice") == 2


def test_keys_of_one_notice_never_confirm_the_next(hospital: Hospital) -> None:
    hospital.actions.answers("notice.confirm", ActionOutcome("confirmed"))
    hospital.call(tellings=Another(telling("2.2")))
    [line] = hospital.switch.dialled
    line.peer_answers()
    hospital.pass_time(1)
    line.press("1")
    hospital.pass_time(0.5)
    line.press("1")  # into the thanks
    hospital.pass_time(1)
    line.press("1")  # while she hears that there is another
    hospital.pass_time(4)
    assert hospital.actions.asked == [("notice.confirm", {"notice": "1.1"})]
    line.peer_hangs_up()
    hospital.pass_time(1)
    [made] = hospital.made
    assert (made.heard, made.cause) == (True, Cause.NORMAL)


def test_a_notice_that_is_stopped_while_it_rings_is_hung_up(hospital: Hospital) -> None:
    stopped: Once[str] = Once()
    hospital.call(stopped=stopped)
    [line] = hospital.switch.dialled
    line.peer_rings()
    stopped.come("ward.called_off")
    hospital.pass_time(1)
    assert line.end is not None
    assert line.end.cause is Cause.CANCELLED
    assert line.played == []
    assert [made.answered for made in hospital.made] == [False]


def test_a_listener_hears_that_the_notice_is_called_off_and_then_the_next(hospital: Hospital) -> None:
    stopped: Once[str] = Once()
    hospital.call(stopped=stopped, tellings=Another(telling("2.2")))
    [line] = hospital.switch.dialled
    line.peer_answers()
    hospital.pass_time(0.5)
    stopped.come("ward.called_off")
    hospital.pass_time(2.5)
    assert [clip.stem for clips in line.played for clip in clips] == [
        "ward_admission.usual",
        "ward.called_off",
        "ward.another",
        "ward_discharge.notice",
    ]


class Outbox:
    """Implements `Tellings` for notices: what is told is what the test says."""

    def __init__(self, *orders: NoticeOrder | None) -> None:
        self.orders = list(orders)
        self.told: list[CallResult] = []

    async def first(self) -> NoticeOrder | None:
        return self.orders.pop(0)

    async def then(self, told: CallResult) -> NoticeOrder | None:
        self.told.append(told)
        return self.orders.pop(0) if self.orders else None


def ordered(notice_id: int = 7, target: str = "8101") -> NoticeOrder:
    return NoticeOrder(
        target=target, ring=20, flow="ward_admission", language="en", variables={**WARD, "notice": f"{notice_id}.1"},
        notice_id=notice_id, attempt_id=notice_id, priority=1,
    )  # fmt: skip


def placed(hospital: Hospital, order: NoticeOrder, outbox: Outbox) -> list[CallResult]:
    """A call for a notice, by a clock that is a day ahead."""
    results: list[CallResult] = []
    telephone = LineTelephone(hospital.board, hospital.way, lambda: hospital.now() + timedelta(days=1))
    Deferred.fromCoroutine(telephone.place(order, outbox)).addCallback(results.append)
    hospital.clock.advance(0)
    return results


def heard(hospital: Hospital) -> list[str]:
    return [clip.stem for clips in hospital.switch.dialled[0].played for clip in clips]


def test_what_comes_of_a_notices_call_is_told_by_the_clock_of_notices(hospital: Hospital) -> None:
    results = placed(hospital, ordered(), Outbox(ordered()))
    [line] = hospital.switch.dialled
    assert (line.target, line.caller_id, line.timeout) == ("sip:8101@127.0.0.1", "1000", 20)
    hospital.pass_time(1)
    line.peer_rings()
    hospital.pass_time(3)
    line.peer_answers()
    hospital.pass_time(5)
    line.peer_hangs_up()
    hospital.pass_time(1)
    [result] = results
    tomorrow = START + timedelta(days=1)
    assert (result.rang_at, result.answered_at) == (tomorrow + timedelta(seconds=1), tomorrow + timedelta(seconds=4))
    assert (result.answered, result.heard, result.call_id) == (True, True, line.call_id)


def test_the_next_notice_of_a_call_is_announced(hospital: Hospital) -> None:
    hospital.actions.answers("notice.confirm", ActionOutcome("confirmed"))
    outbox = Outbox(ordered(), ordered(8))
    placed(hospital, ordered(), outbox)
    hospital.switch.dialled[0].peer_answers()
    for _ in range(2):
        hospital.pass_time(2.5)
        hospital.switch.dialled[0].press("1")
        hospital.pass_time(1.5)
    hospital.pass_time(5)
    assert heard(hospital)[:4] == ["ward_admission.usual", "ward.thanks", "ward.another", "ward_admission.usual"]
    assert [told.outcome for told in outbox.told] == ["confirmed"] * 2


def test_who_answers_for_a_notice_that_was_just_taken_back_hears_so(hospital: Hospital) -> None:
    placed(hospital, ordered(), Outbox(None))
    hospital.switch.dialled[0].peer_answers()
    hospital.pass_time(3)
    assert heard(hospital) == ["ward.called_off"]
    assert hospital.switch.busy == set()


def test_a_number_that_nobody_can_dial_is_unreachable(hospital: Hospital) -> None:
    assert placed(hospital, ordered(target="8101;x"), Outbox()) == [CallResult(Cause.UNREACHABLE)]
    assert hospital.switch.dialled == []
