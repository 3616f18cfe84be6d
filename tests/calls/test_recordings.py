"""What callers say is kept: from the tone to the file, its row and its end, on the fake switch."""

from __future__ import annotations

import stat
import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from actions.action import Action, ActionOutcome
from background.threads import OffReactor, at_once
from db.database import Database, ImmediateTransactions
from db.errors import DatabaseAway
from ivr.call.dialler import FakeDialler
from ivr.call.errands import errands
from ivr.call.errands.dial import PutCallerThrough
from ivr.call.errands.notify import TellNotices
from ivr.call.errands.record import TakeMessage
from ivr.call.notes import Position
from ivr.call.notice_board import FakeNoticeBoard
from ivr.call.recording import FakeRecordings
from ivr.call.sound_file import write_tone
from ivr.flow.commands import Ask, Collect, Entered, HangUp, Keys, Outcome, Prompt, Say, Turn
from ivr.flow.verbs.dial import DialNow
from ivr.flow.verbs.notify import Raise
from ivr.flow.verbs.record import RecordNow
from ivr.recordings.rows import RecordingRecord, list_recordings
from ivr.recordings.store import SPARE, RecordingStore
from ivr.switch.line import Recorded, RecordEnd
from tests.calls.one_call import SECONDS, OneCall
from tests.leaks import tells

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
END = Turn((HangUp("done"),))
MESSAGE = RecordNow((Prompt("leave_a_message"),), limit=60, silence=5, end_keys="#", drop_keys="*")
PIN = Collect((Prompt("pin"),), minimum=4, maximum=6, end_key="#", secret=True)


class Shelf:
    """A folder of recordings with its table, and a clock of its own."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.now = NOW
        self.free = SPARE * 10
        self.database = database
        self.transactions = ImmediateTransactions(database)
        self.store = self.opened()

    def opened(self, engine: str = "engine-1", off_reactor: OffReactor = at_once) -> RecordingStore:
        return RecordingStore(
            self.folder, Path("beep.wav"), self.transactions, off_reactor, lambda: self.now, engine,
            free=lambda folder: self.free,
        )  # fmt: skip

    def call(self, *turns: Turn) -> OneCall:
        return OneCall(*turns, errands=errands(TakeMessage(self.store)))

    def rows(self) -> list[RecordingRecord]:
        return self.database.run_now(list_recordings, 10)

    def files(self) -> list[Path]:
        return sorted(self.folder.rglob("*.wav"))


class SlowDisk:
    """Files are read and written when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Deferred[Any], Callable[[], Any]]] = []

    def __call__(self, work: Callable[[], Any]) -> Deferred[Any]:
        done: Deferred[Any] = Deferred()
        self.waiting.append((done, work))
        return done

    def turn(self) -> None:
        """What waits is done."""
        waiting, self.waiting = self.waiting, []
        for done, work in waiting:
            done.callback(work())  # also when nobody waits any more: a thread goes on


@pytest.fixture
def shelf(tmp_path: Path, database: Database) -> Shelf:
    return Shelf(tmp_path / "recordings", database)


def told(call: OneCall) -> Outcome:
    """What the recording of the call came to."""
    [answer] = call.flow.answers
    assert isinstance(answer, Outcome)
    return answer


def speaking(shelf: Shelf, record: RecordNow = MESSAGE) -> OneCall:
    """A caller who has heard prompt and tone and speaks now."""
    call = shelf.call(Turn((Entered("complaints", "message"), record)), END)
    call.clock.advance(SECONDS)  # the prompt
    call.clock.advance(SECONDS)  # the tone
    return call


def test_prompt_then_tone_then_what_is_said_is_kept_until_the_caller_falls_silent(shelf: Shelf) -> None:
    call = speaking(shelf)
    assert call.heard() == ["leave_a_message", "beep"]
    call.clock.advance(12)
    call.patient.peer_is_silent()
    [row] = shelf.rows()
    assert told(call) == Outcome("recorded", {"recording": {"id": row.id, "seconds": 12}})
    assert (row.flow, row.step, row.began_at, row.ended) == ("complaints", "message", NOW, "silence")
    assert row.call_id == call.patient.call_id
    assert row.path == f"2026/11/{row.id}.wav"
    with wave.open(str(shelf.folder / row.path)) as wav:
        assert wav.getnframes() == 12 * 8000


@pytest.mark.parametrize(("words", "kept"), [(0.0, False), (2.0, True)])
def test_a_busy_tone_is_no_message_but_words_before_it_are(shelf: Shelf, words: float, kept: bool) -> None:
    async def recording() -> float:
        tape = await shelf.store.begin(Position("call"), 60)
        write_tone(tape.path, [(1234.5, words), *[(450.0, 0.35), (0.0, 0.35)] * 20])
        return await shelf.store.finish(tape, Recorded(tape.path, 14.0, RecordEnd.SILENCE))

    seconds: list[float] = []
    Deferred.fromCoroutine(recording()).addCallback(seconds.append)
    assert [each > 0 for each in seconds] == [kept]
    assert len(shelf.rows()) == len(shelf.files()) == kept


def test_a_recording_is_for_nobody_elses_eyes(shelf: Shelf) -> None:
    call = speaking(shelf)
    call.clock.advance(12)
    call.press("#")
    [file] = shelf.files()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for folder in (file.parent, file.parent.parent, shelf.folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_end_key_ends_it_and_does_not_answer_what_follows(shelf: Shelf) -> None:
    menu = Collect((Prompt("menu"),), single=frozenset("12#"))
    call = shelf.call(Turn((MESSAGE,)), Turn((menu,)), END)
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    call.clock.advance(4)
    call.press("1")  # no end key: it is a slip of the finger
    call.clock.advance(4)
    call.press("#")
    [row] = shelf.rows()
    assert call.flow.answers == [Outcome("recorded", {"recording": {"id": row.id, "seconds": 8}, "key": "#"})]
    assert (row.ended, row.key, row.seconds) == ("key", "#", 8)
    assert call.heard()[-1] == "menu"


def test_the_limit_ends_it(shelf: Shelf) -> None:
    call = speaking(shelf)
    call.clock.advance(60)
    assert told(call).values["recording"]["seconds"] == 60
    assert [row.ended for row in shelf.rows()] == ["limit"]


@pytest.mark.parametrize(
    ("leaves", "seconds"),
    [
        (lambda call: call.press("#"), 12.0),
        (lambda call: call.patient.peer_is_silent(), 12.0),
        (lambda call: call.patient.peer_hangs_up(), 12.0),
        (lambda call: call.switch.lose_worker(), 12.0),
        (lambda call: call.clock.advance(48), 60.0),
    ],
    ids=["a key", "silence", "hanging up", "the worker dies", "the limit"],
)
def test_who_leaves_a_message_was_in_a_mailbox_for_so_long(
    shelf: Shelf, leaves: Callable[[OneCall], object], seconds: float
) -> None:
    call = speaking(shelf)
    call.clock.advance(12)
    leaves(call)
    call.clock.advance(3)
    mailbox, [segment] = call.kept.legs[2], call.kept.segments.values()
    assert (mailbox["role"], mailbox["party"], mailbox["line"]) == ("mailbox", "complaints", "")
    assert (mailbox["cause"], mailbox["ended_by"]) == ("left", 1)
    assert mailbox["ended_at"] - mailbox["answered_at"] == timedelta(seconds=seconds)
    assert (segment["kind"], segment["leg"], segment["other"], segment["seconds"]) == ("message", 1, 2, seconds)
    assert (call.notes.legs.waited, call.notes.legs.talked) == (0.0, 0.0)


def test_who_begins_a_message_anew_was_in_the_mailbox_twice(shelf: Shelf) -> None:
    call = shelf.call(Turn((MESSAGE,)), Turn((MESSAGE,)), END)
    for key, seconds in (("*", 5), ("#", 7)):
        call.clock.pump([SECONDS, SECONDS, seconds])
        call.press(key)
    assert [one["seconds"] for one in call.kept.segments.values()] == [5.0, 7.0]
    assert [(leg["role"], leg["cause"]) for leg in list(call.kept.legs.values())[1:]] == [("mailbox", "left")] * 2


def test_who_goes_before_the_tone_was_in_no_mailbox(shelf: Shelf) -> None:
    call = shelf.call(Turn((MESSAGE,)), END)
    call.clock.advance(SECONDS + 0.1)
    call.patient.peer_hangs_up()
    assert list(call.kept.legs) == [1]


def test_what_was_said_before_the_caller_hung_up_is_kept(shelf: Shelf) -> None:
    call = shelf.call(Turn((MESSAGE,)), Turn((Say((Prompt("thanks"),)), HangUp("done"))))
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    call.clock.advance(7)
    call.patient.peer_hangs_up()
    assert [one.outcome for one in call.finished] == ["hung_up"]
    [row] = shelf.rows()
    assert (row.ended, row.seconds) == ("hung_up", 7)
    [note] = call.notes.of("record")
    assert (note["recording"], note["outcome"]) == (row.id, "recorded")
    assert call.clock.getDelayedCalls() == []


def test_who_hangs_up_after_the_message_has_left_it_and_the_hospital_hears_of_it(shelf: Shelf) -> None:
    board = FakeNoticeBoard()
    told_of_it = Raise("message_left", {"urgent": False})
    call = OneCall(
        Turn((MESSAGE,)),
        Turn((Entered("complaints", "tell"), told_of_it)),
        Turn((Say((Prompt("thanks"),)), HangUp("done"))),
        errands=errands(TakeMessage(shelf.store), TellNotices(board)),
    )
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    call.clock.advance(7)
    call.patient.peer_hangs_up()
    assert [one.event for one in board.posted] == ["message_left"]
    assert [one.outcome for one in call.finished] == ["hung_up"]
    assert "thanks" not in call.heard()


@pytest.mark.parametrize("ends", ["#", "silence", "limit", "the worker dies"])
def test_who_hangs_up_while_the_message_is_put_away_has_left_it_all_the_same(shelf: Shelf, ends: str) -> None:
    disk, board = SlowDisk(), FakeNoticeBoard()
    shelf.store = shelf.opened(off_reactor=disk)
    call = OneCall(
        Turn((MESSAGE,)),
        Turn((Entered("complaints", "tell"), Raise("message_left", {}))),
        Turn((Say((Prompt("thanks"),)), HangUp("done"))),
        errands=errands(TakeMessage(shelf.store), TellNotices(board)),
    )
    call.clock.advance(SECONDS)
    disk.turn()
    call.clock.advance(SECONDS)
    call.clock.advance(7)
    if ends == "#":
        call.press("#")
    elif ends == "silence":
        call.patient.peer_is_silent()
    elif ends == "limit":
        call.clock.advance(60)
    else:
        call.switch.lose_worker()
    if ends != "the worker dies":
        call.patient.peer_hangs_up()
    disk.turn()
    assert [one.event for one in board.posted] == ["message_left"]
    assert [one.outcome for one in call.finished] == ["hung_up"]
    assert len(shelf.rows()) == 1


def test_who_hangs_up_while_the_hospital_takes_the_message_has_left_it(shelf: Shelf) -> None:
    """`record`, then `do`, then `notify`: after the end key and the hanging up, as after the hanging up alone."""
    board, answered = FakeNoticeBoard(), Deferred[ActionOutcome]()

    async def register(arguments: Any, call: Any) -> ActionOutcome:
        return await answered

    call = OneCall(
        Turn((MESSAGE,)),
        Turn((Ask("complaint.register", {}),)),
        Turn((Entered("complaints", "tell"), Raise("message_left", {}))),
        Turn((HangUp("done"),)),
        actions={
            "complaint.register": Action(name="complaint.register", outcomes={"registered": frozenset()}, run=register)
        },
        errands=errands(TakeMessage(shelf.store), TellNotices(board)),
    )
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    call.clock.advance(7)
    call.press("#")
    call.patient.peer_hangs_up()
    answered.callback(ActionOutcome("registered"))
    assert [one.event for one in board.posted] == ["message_left"]
    assert [one.outcome for one in call.finished] == ["done"]


def test_nobody_is_put_through_whose_caller_has_gone(shelf: Shelf) -> None:
    dialler = FakeDialler()
    table = errands(TakeMessage(shelf.store), PutCallerThrough(dialler))
    call = OneCall(Turn((MESSAGE,)), Turn((DialNow("8000"),)), END, errands=table)
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    call.clock.advance(7)
    call.patient.peer_hangs_up()
    assert dialler.dialled == []
    assert [one.outcome for one in call.finished] == ["hung_up"]


@pytest.mark.parametrize("ends", ["silence", "hung_up", "key"])
def test_who_says_nothing_leaves_nothing(shelf: Shelf, ends: str) -> None:
    call = speaking(shelf)
    call.patient.speaks = False
    call.clock.advance(5)
    if ends == "silence":
        call.patient.peer_is_silent()
    elif ends == "hung_up":
        call.patient.peer_hangs_up()
    else:
        call.press("#")
    assert shelf.rows() == []
    assert shelf.files() == []
    if ends != "hung_up":
        assert told(call).name == "silent"


@pytest.mark.parametrize("moment", ["prompt", "tone", "message"])
def test_the_drop_key_throws_it_away_at_any_moment(shelf: Shelf, moment: str) -> None:
    call = shelf.call(Turn((MESSAGE,)), END)
    if moment != "prompt":
        call.clock.advance(SECONDS)
    if moment == "message":
        call.clock.advance(SECONDS)
        call.clock.advance(3)
    call.press("*")
    call.clock.advance(SECONDS)
    assert told(call) == Outcome("silent", {"key": "*"})
    assert shelf.rows() == []
    assert shelf.files() == []
    if moment == "message":  # the trace of whoever begins again does not say that he was silent
        assert [note["outcome"] for note in call.notes.of("record")] == ["again"]


def test_another_key_skips_the_prompt_and_the_tone_comes_at_once(shelf: Shelf) -> None:
    call = shelf.call(Turn((MESSAGE,)), END)
    call.press("#")
    assert call.heard() == ["leave_a_message", "beep"]
    call.clock.advance(SECONDS)
    call.clock.advance(3)
    assert call.flow.answers == []  # the key that skipped the prompt does not end the recording


def test_a_notice_of_the_recording_cannot_be_skipped(shelf: Shelf) -> None:
    call = shelf.call(Turn((RecordNow((Prompt("we_record"),), locked=True, drop_keys="*"),)), END)
    call.press("*")
    assert call.heard() == ["we_record"]
    call.clock.advance(SECONDS)
    assert call.heard() == ["we_record", "beep"]
    assert call.flow.answers == []


@pytest.mark.parametrize("moment", [0.5, SECONDS + 0.5])
def test_who_hangs_up_before_the_tone_is_over_leaves_nothing(shelf: Shelf, moment: float) -> None:
    call = shelf.call(Turn((MESSAGE,)), END)
    call.clock.advance(moment if moment < SECONDS else SECONDS)
    call.clock.advance(max(0.0, moment - SECONDS))
    call.patient.peer_hangs_up()
    assert [one.outcome for one in call.finished] == ["hung_up"]
    assert shelf.rows() == []
    assert shelf.files() == []


@pytest.mark.parametrize("moment", ["the tape is made", "the tape is thrown away"])
def test_who_hangs_up_while_the_disk_is_slow_leaves_nothing(shelf: Shelf, moment: str) -> None:
    disk = SlowDisk()
    shelf.store = shelf.opened(off_reactor=disk)
    call = shelf.call(Turn((MESSAGE,)), END)
    call.clock.advance(SECONDS)
    if moment == "the tape is thrown away":
        disk.turn()
        call.press("*")
        call.clock.advance(SECONDS)
    call.patient.peer_hangs_up()
    while disk.waiting:
        disk.turn()
    assert len(call.finished) == 1
    assert shelf.rows() == []
    assert shelf.files() == []


# What can go wrong


def test_there_is_no_moment_at_which_a_crash_leaves_a_file_that_no_row_knows(shelf: Shelf) -> None:
    disk = SlowDisk()
    shelf.store = shelf.opened(off_reactor=disk)
    call = shelf.call(Turn((MESSAGE,)), END)
    call.clock.advance(SECONDS)
    assert len(shelf.rows()) == 1
    assert shelf.files() == []
    disk.turn()
    assert len(shelf.files()) == 1


def no_room(shelf: Shelf) -> None:
    shelf.free = SPARE


def no_folder(shelf: Shelf) -> None:
    shelf.folder.parent.joinpath("recordings").write_text("a file where the folder should be")


def no_database(shelf: Shelf) -> None:
    class Away:
        async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            raise DatabaseAway("no connection")

    shelf.transactions = Away()  # type: ignore[assignment]
    shelf.store = shelf.opened()


@pytest.mark.parametrize("trouble", [no_room, no_folder, no_database])
def test_what_cannot_be_kept_is_the_flows_error_exit_before_the_tone(
    shelf: Shelf, trouble: Callable[[Shelf], None]
) -> None:
    trouble(shelf)
    call = speaking(shelf)
    assert told(call) == Outcome("error")
    assert call.heard() == ["leave_a_message"]
    assert shelf.files() == []
    assert shelf.rows() == []


def test_a_line_that_cannot_record_is_the_error_exit_and_leaves_nothing(shelf: Shelf, tmp_path: Path) -> None:
    call = shelf.call(Turn((MESSAGE,)), END)
    Deferred.fromCoroutine(call.patient.record(tmp_path / "other.wav", limit=99))  # it records already
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    assert told(call) == Outcome("error")
    assert shelf.rows() == []
    assert shelf.files() == []


def test_a_line_without_recordings_goes_on_by_error() -> None:
    call = OneCall(Turn((MESSAGE,)), END)
    assert told(call) == Outcome("error")


def test_what_was_said_until_a_worker_died_is_kept(shelf: Shelf) -> None:
    call = speaking(shelf)
    call.clock.advance(7)
    call.switch.lose_worker()
    [row] = shelf.rows()
    assert (row.ended, row.seconds) == ("hung_up", 7)


async def half_written(shelf: Shelf, said: bool) -> None:
    """As PJSIP leaves a file when its process dies: sound without lengths in the header."""
    tape = await shelf.store.begin(Position("0" * 32, "complaints", "message"), 60)
    sound = b"\x00\x20\x00\xe0" * 8000 if said else bytes(32000)
    tape.path.write_bytes(b"RIFF\0\0\0\0WAVEfmt " + bytes(24) + b"\0\0\0\0" + sound)


async def restarted(shelf: Shelf) -> int:
    store = shelf.opened()
    return await store.adopt(await store.left_over())


@pytest.mark.parametrize("said", [True, False])
def test_the_next_start_takes_over_what_a_crash_left(shelf: Shelf, said: bool) -> None:
    Deferred.fromCoroutine(half_written(shelf, said))
    adopted: list[int] = []
    Deferred.fromCoroutine(restarted(shelf)).addCallback(adopted.append)
    assert adopted == [int(said)]
    assert [(row.ended, row.seconds) for row in shelf.rows()] == ([("lost", 2.0)] if said else [])
    for file in shelf.files():
        with wave.open(str(file)) as wav:
            assert wav.getnframes() == 16000
    assert len(shelf.files()) == int(said)


def test_what_a_crash_left_is_taken_over_while_calls_record_already(shelf: Shelf) -> None:
    Deferred.fromCoroutine(half_written(shelf, said=True))
    disk = SlowDisk()
    shelf.store = shelf.opened(off_reactor=disk)
    left: list[Any] = []
    Deferred.fromCoroutine(shelf.store.left_over()).addCallback(left.extend)
    call = shelf.call(Turn((MESSAGE,)), END)
    call.clock.advance(SECONDS)
    disk.turn()
    Deferred.fromCoroutine(shelf.store.adopt(left))
    disk.turn()
    call.clock.advance(SECONDS)
    call.clock.advance(9)
    call.press("#")
    disk.turn()
    assert told(call).name == "recorded"
    assert sorted((row.ended, row.seconds) for row in shelf.rows()) == [("key", 9.0), ("lost", 2.0)]


def test_each_engine_sweeps_what_lies_on_its_own_disk(shelf: Shelf) -> None:
    call = speaking(shelf)
    call.clock.advance(5)
    call.press("#")
    shelf.now = NOW + timedelta(days=40)
    swept: list[int] = []
    Deferred.fromCoroutine(shelf.opened("engine-2").sweep(timedelta(days=30))).addCallback(swept.append)
    assert swept == [0]
    assert len(shelf.rows()) == len(shelf.files()) == 1


def test_recordings_older_than_the_hospital_keeps_them_are_swept(shelf: Shelf) -> None:
    for days in (0, 20, 40):
        shelf.now = NOW + timedelta(days=days)
        call = speaking(shelf)
        call.clock.advance(5)
        call.press("#")
    swept: list[int] = []
    Deferred.fromCoroutine(shelf.store.sweep(timedelta(days=30))).addCallback(swept.append)
    assert swept == [1]
    assert [row.began_at for row in shelf.rows()] == [NOW + timedelta(days=40), NOW + timedelta(days=20)]
    assert len(shelf.files()) == 2


# Secret digits


def test_no_recording_runs_while_a_secret_is_keyed_in(shelf: Shelf) -> None:
    """Before, between and after recordings: at the moment of each digit nothing is recorded."""
    call = shelf.call(Turn((PIN,)), Turn((MESSAGE,)), Turn((PIN,)), END)
    for digit in "4711":
        assert call.patient.recording is None
        call.press(digit)
    call.press("#")
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    assert call.patient.recording is not None
    call.clock.advance(3)
    call.press("#")
    for digit in "4711":
        assert call.patient.recording is None
        call.press(digit)
    call.press("#")
    assert [answer for answer in call.flow.answers if isinstance(answer, Keys)] == [Keys("4711"), Keys("4711")]
    assert not tells(repr(call.notes.events), "4711")


def test_the_shipped_fake_keeps_what_the_store_would(tmp_path: Path) -> None:
    fake = FakeRecordings(tmp_path)
    call = OneCall(Turn((MESSAGE,)), END, errands=errands(TakeMessage(fake)))
    call.clock.advance(SECONDS)
    call.clock.advance(SECONDS)
    call.clock.advance(6)
    call.press("#")
    assert told(call).values["recording"] == {"id": "recording-1", "seconds": 6}
    assert list(fake.kept) == ["recording-1"]
    assert [file.name for file in tmp_path.iterdir()] == ["recording-1.wav"]
