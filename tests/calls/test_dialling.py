"""A caller is put through: two legs on the fake switch, none of them ever left over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.database import Database, ImmediateTransactions
from ivr.call.dialler import FakeDialler
from ivr.call.errands import errands
from ivr.call.errands.dial import PutCallerThrough
from ivr.call.tones import Tones
from ivr.flow.commands import Collect, Entered, HangUp, Keys, Outcome, Prompt, Turn
from ivr.flow.verbs.dial import DialNow
from ivr.record.call_records import CallRecord, list_calls, show_call
from ivr.record.trace import CallBook
from ivr.switch.fake import FakeLine, FakeSwitch, State
from ivr.switch.line import Cause, Switch
from ivr.trunks.dialling import TrunkDialler
from ivr.trunks.trunk import Trunk
from tests.calls.one_call import SECONDS, OneCall

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
END = Turn((HangUp("done"),))
DESK = DialNow("8000", ring=25)
TONES = Tones(Path("beep.wav"), Path("ringing.wav"))


class PutThrough:
    """A caller whom the flow puts through to the desk at once."""

    def __init__(self, database: Database | None, *turns: Turn, dial: DialNow = DESK, lines: int = 4) -> None:
        self.database = database
        self.call: OneCall
        first = Turn((Entered("operator", "put_through"), dial))
        # The dialler asks for switch and clock when the call is there already.
        parts = _Later(lambda: self.call)
        self.book = CallBook(ImmediateTransactions(database) if database else Nowhere(), parts, parts.now, "engine-1")  # type: ignore[arg-type]
        dialler = TrunkDialler(parts.switch, Trunk("sip:{number}@127.0.0.1", "1000"), TONES, self.book)
        table = errands(PutCallerThrough(dialler))
        self.call = OneCall(first, *(turns or (END,)), errands=table, lines=lines, begin=False)
        self.call.offer()

    @property
    def caller(self) -> FakeLine:
        return self.call.patient

    @property
    def desk(self) -> FakeLine:
        [line] = self.call.switch.dialled
        return line

    @property
    def answer(self) -> Outcome:
        [answer] = self.call.flow.answers
        assert isinstance(answer, Outcome)
        return answer

    def advance(self, seconds: float) -> None:
        self.call.clock.advance(seconds)

    def row(self) -> CallRecord:
        """The row of the desk's leg, whole."""
        self.advance(1)
        assert self.database is not None
        [row] = self.database.run_now(list_calls)
        found = self.database.run_now(show_call, row.call_id)
        assert found is not None
        return found

    def nothing_is_left(self) -> None:
        """Every line is free, nothing ticks on."""
        for _ in range(3):
            self.advance(1)
        assert self.call.switch.busy == set()
        assert self.call.clock.getDelayedCalls() == []


class Nowhere:
    """Transactions that keep nothing."""

    async def run(self, *_: object) -> None: ...


class _Later:
    """Clock and switch of a call that is made in a moment."""

    def __init__(self, call: Callable[[], OneCall]) -> None:
        self._call = call

    def switch(self) -> Switch:
        return self._call().switch

    def seconds(self) -> float:
        return float(self._call().clock.seconds())

    def callLater(self, *args: object) -> object:
        return self._call().clock.callLater(*args)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds())


@pytest.fixture
def sqlite(sqlite_file: Path, tmp_path: Path, open_database: Callable[[str], Database]) -> Database:
    """The rows are not what is tested here: one database will do."""
    (tmp_path / "wardbell.db").write_bytes(sqlite_file.read_bytes())
    return open_database(f"sqlite:///{tmp_path / 'wardbell.db'}")


def test_the_caller_hears_it_ring_and_then_both_hear_each_other(sqlite: Database) -> None:
    put = PutThrough(sqlite)
    assert put.desk.target == "sip:8000@127.0.0.1"
    assert put.desk.caller_id == "1000"
    assert put.call.heard()[0] == "ringing"
    put.desk.peer_rings()
    put.advance(3)
    put.desk.peer_answers()
    assert put.caller.playing == []
    assert put.caller.bridged_with is put.desk
    put.advance(42)
    put.desk.peer_hangs_up()
    assert put.answer == Outcome("talked", {"seconds": 42})
    assert [one.outcome for one in put.call.finished] == ["done"]
    assert put.call.notes.of("dial") == [
        {"number": "8000", "leg": put.desk.call_id, "outcome": "talked", "seconds": 42}
    ]


def test_the_second_leg_has_a_row_of_its_own(sqlite: Database) -> None:
    put = PutThrough(sqlite)
    put.desk.peer_rings()
    put.desk.peer_answers()
    put.advance(42)
    put.desk.peer_hangs_up()
    row = put.row()
    assert (row.call_id, row.direction, row.dialled, row.caller) == (put.desk.call_id, "out", "8000", "1000")
    assert (row.flow, row.language, row.outcome, row.cause) == ("operator", "en", "talked", "normal")
    assert row.answered_at is not None
    assert row.edition == 7
    assert [event.kind for event in row.events] == ["beside", "rang", "answered", "ended"]
    assert row.events[0].detail == {"call": put.caller.call_id}


def test_it_rings_as_long_as_the_flow_says(sqlite: Database) -> None:
    put = PutThrough(sqlite)
    put.desk.peer_rings()
    assert put.desk.timeout == 25
    assert len(put.caller.played[0]) * TONES.ringing_seconds >= 25
    put.advance(25)
    assert put.answer == Outcome("no_answer")
    assert put.caller.playing == []
    assert put.row().outcome == "no_answer"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(486, "busy"), (600, "busy"), (480, "no_answer"), (408, "no_answer"), (603, "refused"), (403, "refused"),
     (404, "error"), (484, "error"), (500, "error"), (503, "error"), (488, "error")],
)  # fmt: skip
def test_why_nobody_came_is_an_exit_of_the_flow(sqlite: Database, code: int, outcome: str) -> None:
    put = PutThrough(sqlite)
    put.desk.peer_refuses(code)
    assert put.answer == Outcome(outcome)
    assert put.row().outcome == outcome
    put.caller.peer_hangs_up()
    put.nothing_is_left()


def test_without_a_free_line_nobody_is_called(sqlite: Database) -> None:
    put = PutThrough(sqlite, lines=1)
    assert put.answer == Outcome("error")
    assert put.call.switch.dialled == []


@pytest.mark.parametrize(
    "number", ["", "8000@evil.example", "8000;transport=tcp", "sip:8000", "+49,1", "8" * 40, "８０"]
)
def test_only_what_a_telephone_can_dial_is_dialled(sqlite: Database, number: str) -> None:
    put = PutThrough(sqlite, dial=DialNow(number))
    assert put.answer == Outcome("error")
    assert put.call.switch.dialled == []


def test_keys_pressed_while_they_talk_are_not_for_the_flow(sqlite: Database) -> None:
    menu = Collect((Prompt("more"),), single=frozenset("12"))
    put = PutThrough(sqlite, Turn((menu,)), END)
    put.desk.peer_answers()
    put.call.press("1")
    put.desk.peer_hangs_up()
    assert put.call.heard()[-1] == "more"
    put.advance(SECONDS)
    put.call.press("2")
    assert put.call.flow.answers[1:] == [Keys("2")]


def test_what_is_said_first_is_heard_before_it_rings(sqlite: Database) -> None:
    put = PutThrough(sqlite, dial=DialNow("8000", (Prompt("one_moment"),)))
    assert put.call.switch.dialled == []
    put.advance(SECONDS)
    assert put.call.heard()[:2] == ["one_moment", "ringing"]
    assert len(put.call.switch.dialled) == 1


# However it ends, no leg is left over


def rings(put: PutThrough) -> None:
    put.desk.peer_rings()


def talks(put: PutThrough) -> None:
    put.desk.peer_answers()
    put.advance(5)


@pytest.mark.parametrize(("before", "outcome"), [(rings, "hung_up"), (talks, "talked")])
def test_the_callers_hanging_up_ends_the_other_leg_too(
    sqlite: Database, before: Callable[[PutThrough], None], outcome: str
) -> None:
    put = PutThrough(sqlite)
    before(put)
    desk = put.desk
    put.caller.peer_hangs_up()
    put.advance(0)
    assert desk.state is State.ENDED
    assert [one.outcome for one in put.call.finished] == ["hung_up"]
    assert put.call.notes.of("dial")[0]["outcome"] == "hung_up"
    assert put.row().outcome == outcome
    put.nothing_is_left()


@pytest.mark.parametrize(("before", "outcome"), [(rings, "error"), (talks, "talked")])
def test_a_worker_that_dies_takes_both_and_leaves_both_rows_whole(
    sqlite: Database, before: Callable[[PutThrough], None], outcome: str
) -> None:
    put = PutThrough(sqlite)
    before(put)
    put.call.switch.lose_worker()
    row = put.row()
    assert (row.outcome, row.cause) == (outcome, Cause.SWITCH_LOST.value)
    assert [one.outcome for one in put.call.finished] == ["hung_up"]
    put.nothing_is_left()


def test_the_desk_answers_as_the_caller_hangs_up(sqlite: Database) -> None:
    put = PutThrough(sqlite)
    desk = put.desk
    desk._start_talking()  # on its way to us
    put.caller.peer_hangs_up()
    desk.mailbox.deliver()
    put.advance(0)
    assert desk.state is State.ENDED
    put.nothing_is_left()


def test_the_desk_hangs_up_as_it_answers(sqlite: Database) -> None:
    put = PutThrough(sqlite)
    put.desk._start_talking()
    put.desk.peer_hangs_up()
    put.advance(0)
    assert put.answer == Outcome("talked", {"seconds": 0})
    put.caller.peer_hangs_up()
    put.nothing_is_left()


EVENTS: dict[str, Callable[[PutThrough, FakeLine], None]] = {
    "wait": lambda put, desk: put.advance(4),
    "ring": lambda put, desk: desk.peer_rings() if desk.state is State.DIALLING else None,
    "answer": lambda put, desk: desk.peer_answers() if desk.state is State.DIALLING else None,
    "answer on its way": lambda put, desk: desk._start_talking() if desk.state is State.DIALLING else None,
    "refuse": lambda put, desk: desk.peer_refuses(486) if desk.state is State.DIALLING else None,
    "desk hangs up": lambda put, desk: desk.peer_hangs_up() if desk.state is State.TALKING else None,
    "desk vanishes": lambda put, desk: desk.peer_vanishes(),
    "caller hangs up": lambda put, desk: put.caller.peer_hangs_up(),
    "caller presses": lambda put, desk: put.call.press("1"),
    "worker dies": lambda put, desk: put.call.switch.lose_worker(),
}


@settings(deadline=None)
@given(st.lists(st.sampled_from(sorted(EVENTS)), max_size=8))
def test_whatever_happens_in_whatever_order_no_leg_is_left_over(happens: list[str]) -> None:
    put = PutThrough(None)
    desk = put.desk
    for one in happens:
        EVENTS[one](put, desk)
    put.advance(0)
    assert put.caller.state is not State.ENDED or desk.state is State.ENDED, "the desk listens to nobody"
    put.caller.peer_hangs_up()
    put.nothing_is_left()


def test_the_shipped_fake_answers_what_it_was_told() -> None:
    fake = FakeDialler([Outcome("talked", {"seconds": 30})])
    call = OneCall(Turn((DESK,)), Turn((DESK,)), END, errands=errands(PutCallerThrough(fake)))
    assert call.flow.answers == [Outcome("talked", {"seconds": 30}), Outcome("no_answer")]
    assert fake.dialled == [DESK, DESK]


def test_a_line_that_puts_nobody_through_goes_on_by_error() -> None:
    call = OneCall(Turn((DESK,)), END)
    assert call.flow.answers == [Outcome("error")]


def test_the_fake_switch_bridges_only_what_is_on_one_worker() -> None:
    """What the dialler relies on: the second leg is asked for beside the first."""
    assert FakeSwitch(OneCall(END).clock, lines=2).per_worker == 2
