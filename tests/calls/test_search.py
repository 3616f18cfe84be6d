"""Any call is found again: by what a person knows of it, in pages that stand still while calls come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session
from twisted.internet.defer import ensureDeferred
from twisted.internet.task import Clock

from db.database import Database, ImmediateTransactions
from db.tables.calls import CallRow
from db.tables.recordings import RecordingRow
from ivr.call.book import CallBegun
from ivr.record import period, search
from ivr.record.cursor import Cursor, WrongCursor
from ivr.record.search import Found, Wanted, walk, words
from ivr.record.trace import CallBook
from ivr.switch.line import Cause, Ended

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Past:
    """A call of before: its letter is its id."""

    letter: str
    hours: float
    caller: str = "13900000001"
    dialled: str = "1000"
    direction: str = "in"
    flow: str = "main"
    outcome: str = "end"
    cause: str = "normal"
    seconds: float | None = 30
    recorded: bool = False


CALLS = (
    Past("a", 1),
    Past("b", 2, caller="+8613900000001", flow="registration", seconds=300),
    Past("c", 3, caller="13912344711", outcome="refused", cause="rejected", flow="", seconds=None),
    Past("d", 4, caller="1000", dialled="8301", direction="out", flow="ward_admission", seconds=4),
    Past("e", 5, caller="", flow="complaints", recorded=True),
    Past("f", 6, caller="anna%_'x", outcome="lost", cause="engine_lost"),
    Past("g", 30, caller="13900004711", flow="registration", seconds=299.5),
    Past("h", 31, caller="4711", recorded=True, flow="complaints", seconds=3601),
)
QUESTIONS: tuple[tuple[Wanted, str], ...] = (
    (Wanted(), "abcdefgh"),
    (Wanted(number="13900000001"), "ab"),
    (Wanted(number="+8613900000001"), "b"),
    (Wanted(number="139 0000-0001"), "ab"),
    (Wanted(number="4711"), "cgh"),
    (Wanted(number="8301"), "d"),
    (Wanted(number="1000"), "abcdefgh"),
    (Wanted(number="47110"), ""),
    (Wanted(number="%"), ""),
    (Wanted(number="_'x"), "f"),
    (Wanted(number="\U0010ffff"), ""),
    (Wanted(direction="out"), "d"),
    (Wanted(direction="in", number="1000", flow="registration"), "bg"),
    (Wanted(flow="registration"), "bg"),
    (Wanted(flow="' OR 1=1 --"), ""),
    (Wanted(outcome="refused"), "c"),
    (Wanted(cause="engine_lost"), "f"),
    (Wanted(outcome="end", cause="rejected"), ""),
    (Wanted(shortest=300), "bh"),
    (Wanted(longest=4), "d"),
    (Wanted(shortest=5, longest=299.9), "aefg"),
    (Wanted(recorded=True), "eh"),
    (Wanted(recorded=True, shortest=3600, number="4711"), "h"),
    (Wanted(since=NOON - timedelta(hours=3)), "abc"),
    (Wanted(until=NOON - timedelta(hours=3)), "defgh"),
    (Wanted(since=NOON - timedelta(hours=30), until=NOON - timedelta(hours=1), number="4711"), "cg"),
)


def keep(database: Database, calls: Sequence[Past]) -> None:
    def store(session: Session) -> None:
        for one in calls:
            began = NOON - timedelta(hours=one.hours)
            row: dict[str, Any] = {name: getattr(one, name) for name in ("direction", "flow", "outcome", "cause")}
            numbers = {"caller": one.caller, "dialled": one.dialled}
            backwards = {f"{name}_reversed": number[::-1] for name, number in numbers.items()}
            answered = None if one.seconds is None else began + timedelta(seconds=2)
            ended = began + timedelta(seconds=2 + (one.seconds or 0))
            session.add(
                CallRow(
                    id=one.letter,
                    engine="engine-1",
                    language="zh",
                    began_at=began,
                    answered_at=answered,
                    ended_at=ended,
                    **row,
                    **numbers,
                    **backwards,
                )
            )
            if one.recorded:
                about = {"flow": one.flow, "step": "message", "language": "zh", "path": f"{one.letter}.wav"}
                session.add(RecordingRow(id=one.letter, engine="engine-1", call_id=one.letter, began_at=began, **about))

    database.run_now(store)


def letters(found: Found) -> str:
    return "".join(call.call_id for call in found.calls)


def test_a_call_is_found_by_what_is_known_of_it(database: Database) -> None:
    keep(database, CALLS)
    for wanted, expected in QUESTIONS:
        found = database.run_now(search.search, wanted)
        assert (letters(found), found.older, found.newer, found.reached) == (expected, None, None, None), wanted
        assert found.recorded == {"e", "h"} & set(expected), wanted


def test_a_rare_call_is_found_step_by_step_and_the_search_says_how_far_it_came(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each question, with an index that reaches far and without; the work of a step is bounded."""
    keep(database, CALLS)
    for look, most, few in ((1, 2, 0), (2, 3, 2), (1, 1, 100)):
        monkeypatch.setattr(search, "A_LOOK", look)
        monkeypatch.setattr(search, "MOST", most)
        monkeypatch.setattr(search, "FEW", few)
        for wanted, expected in QUESTIONS:
            pages = [database.run_now(search.search, wanted, None, 2)]
            while pages[-1].older is not None:
                pages.append(database.run_now(search.search, wanted, pages[-1].older, 2))
                assert len(pages) < 20
            assert "".join(map(letters, pages)) == expected, wanted
            assert pages[-1].reached is None
            back = [pages[-1]]
            while back[-1].newer is not None:
                back.append(database.run_now(search.search, wanted, back[-1].newer, 2))
                assert len(back) < 20
            assert "".join(map(letters, reversed(back))) == expected, wanted
    monkeypatch.setattr(search, "FEW", 0)
    found = database.run_now(search.search, Wanted(direction="out"), None, 2)
    assert (letters(found), found.reached) == ("", NOON - timedelta(hours=1))


def test_a_flow_that_is_rare_is_found_at_once_however_old(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(database, CALLS)
    monkeypatch.setattr(search, "A_LOOK", 1)
    monkeypatch.setattr(search, "MOST", 3)
    for wanted, expected in (
        (Wanted(flow="complaints"), "eh"),
        (Wanted(cause="engine_lost", flow="main"), "f"),
        (Wanted(number="4711"), "cgh"),
        (Wanted(recorded=True), "eh"),
    ):
        found = database.run_now(search.search, wanted)
        assert (letters(found), found.reached) == (expected, None)


def test_pages_stand_still_while_calls_come_in(database: Database) -> None:
    keep(database, [Past(f"m{n:02}", 10 + n // 3) for n in range(30)])  # some begin in the same moment
    first = database.run_now(search.search, Wanted(), None, 7)
    second = database.run_now(search.search, Wanted(), first.older, 7)
    keep(database, [Past(f"n{n:02}", n) for n in range(9)])
    assert database.run_now(search.search, Wanted(), first.older, 7) == second
    back = database.run_now(search.search, Wanted(), second.newer, 7)
    assert back.calls == first.calls
    assert back.older is not None
    assert database.run_now(search.search, Wanted(), back.older, 7).calls == second.calls
    newest = database.run_now(search.search, Wanted(), back.newer, 9)
    assert [call.call_id for call in newest.calls] == [f"n{n:02}" for n in range(9)]
    assert newest.newer is None
    seen = [call.call_id for call in walk(lambda cursor: database.run_now(search.search, Wanted(), cursor, 4), 100)]
    assert len(seen) == len(set(seen)) == 39
    assert len(list(walk(lambda cursor: database.run_now(search.search, Wanted(), cursor, 4), 10))) == 10


def test_who_chooses_is_offered_what_there_is(database: Database) -> None:
    keep(database, CALLS)
    assert database.run_now(words) == {
        "flow": ("complaints", "main", "registration", "ward_admission"),
        "outcome": ("end", "lost", "refused"),
        "cause": ("engine_lost", "normal", "rejected"),
    }


def test_a_call_can_be_found_from_its_first_moment(database: Database) -> None:
    book = CallBook(ImmediateTransactions(database), Clock(), lambda: NOON, "engine-1")
    trace = book.begin(CallBegun("7" * 32, "in", "1000", "13900004711", "main", "zh"))
    ensureDeferred(book.flush())
    assert letters(database.run_now(search.search, Wanted(number="4711"))) == "7" * 32
    trace.finished(Ended(Cause.NORMAL, 200), "done")
    ensureDeferred(book.flush())
    assert letters(database.run_now(search.search, Wanted(number="1000", outcome="done"))) == "7" * 32


def test_a_place_in_the_list_is_one_word_and_comes_back_as_it_was() -> None:
    here = Cursor(NOON + timedelta(microseconds=7), "ab" * 16, older=True)
    for cursor in (here, here.back(), here.back().back(), replace(here, older=False)):
        assert Cursor.read(str(cursor)) == cursor
        assert str(cursor).replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "word",
    ["", "x", "=", "é", "bm90aGluZw", str(Cursor(NOON, "a", True))[:-6], "b" * 5000, "../../etc", "' OR 1=1", "\x00"],
)
def test_a_place_that_was_not_handed_out_is_refused(word: str) -> None:
    with pytest.raises(WrongCursor):
        Cursor.read(word)


def test_a_period_is_by_the_hospitals_clock_and_a_last_day_is_whole() -> None:
    assert period.since("2026-11-21", SHANGHAI) == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert period.until("2026-11-21", SHANGHAI) == datetime(2026, 11, 21, 16, tzinfo=UTC)
    assert period.until("2026-11-21 08:30", SHANGHAI) == period.since("2026-11-21T08:30:00", SHANGHAI)
    for wrong in ("", "21.11.2026", "2026-13-01", "9999-12-31", "2026-11-21 25:00", "0001-01-00"):
        with pytest.raises(ValueError, match="is no day"):
            period.until(wrong, SHANGHAI)
