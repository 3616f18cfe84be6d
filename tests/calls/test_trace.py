"""What a call leaves behind, also when the database is away for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from db.database import Database, ImmediateTransactions
from db.errors import DatabaseAway
from ivr.call.book import CallBegun
from ivr.record.call_records import list_calls, show_call
from ivr.record.trace import AGAIN, AT_ONCE, GATHER, CallBook
from ivr.switch.line import Cause, Ended

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CALL = CallBegun("c" * 32, "in", "1000", "13800000001", "main", "zh")


class Leaving:
    """A database that is away for its first transactions, and may be slow to answer."""

    def __init__(self, database: Database, away: int = 0) -> None:
        self._there = ImmediateTransactions(database)
        self.away = away
        self.tries = 0
        self.slow: Deferred[None] | None = None

    async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.tries += 1
        if self.slow is not None:
            await self.slow
        if self.away:
            self.away -= 1
            raise DatabaseAway("the database is away")
        return await self._there.run(work, *args, **kwargs)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def kinds(database: Database) -> list[str]:
    record = database.run_now(show_call, CALL.call_id)
    return [event.kind for event in record.events] if record is not None else []


def test_many_events_of_a_moment_are_one_transaction(database: Database, clock: Clock) -> None:
    there = Leaving(database)
    trace = CallBook(there, clock, lambda: NOW, "engine-1").begin(CALL)
    for step in range(20):
        trace.event("step", step=str(step))
    clock.advance(GATHER)
    assert there.tries == 1
    assert len(kinds(database)) == 20


def test_nothing_is_lost_while_the_database_is_away(database: Database, clock: Clock) -> None:
    there = Leaving(database, away=2)
    trace = CallBook(there, clock, lambda: NOW, "engine-1").begin(CALL)
    trace.answered()
    clock.advance(GATHER)
    trace.event("keys", keys="1")
    clock.advance(AGAIN)
    assert kinds(database) == []
    trace.finished(Ended(Cause.NORMAL, 200, by_peer=True), "done")
    clock.advance(AGAIN)
    assert kinds(database) == ["answered", "keys", "ended"]
    [row] = database.run_now(list_calls)
    assert (row.cause, row.outcome, row.answered_at) == ("normal", "done", NOW)


def test_events_stay_in_order_while_a_slow_write_is_under_way(database: Database, clock: Clock) -> None:
    there = Leaving(database)
    book = CallBook(there, clock, lambda: NOW, "engine-1")
    slow: Deferred[None] = Deferred()
    there.slow = slow
    trace = book.begin(CALL)
    trace.event("answered")
    clock.advance(GATHER)
    trace.event("keys", keys="1")
    stopping = Deferred.fromCoroutine(book.flush())
    there.slow = None
    assert there.tries == 1
    assert not stopping.called
    slow.callback(None)
    assert stopping.called
    assert kinds(database) == ["answered", "keys"]


def test_a_prefix_that_fits_two_calls_shows_neither(database: Database, clock: Clock) -> None:
    book = CallBook(ImmediateTransactions(database), clock, lambda: NOW, "engine-1")
    for last in "12":
        book.begin(CallBegun("c" * 31 + last, "in", "1000", "", "main", "zh"))
    clock.advance(GATHER)

    def show(session: Session) -> object:
        return show_call(session, "ccc")

    assert database.run_now(show) is None
    assert database.run_now(show_call, "c" * 31 + "1") is not None


class Answerless(Leaving):
    """A database whose first commits are stored, but the connection breaks before it can say so."""

    async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = await self._there.run(work, *args, **kwargs)
        if self.away:
            self.away -= 1
            raise DatabaseAway("the connection broke at the commit")
        return answer


def test_a_commit_whose_answer_was_lost_does_not_hold_up_the_calls_after_it(database: Database, clock: Clock) -> None:
    book = CallBook(Answerless(database, away=1), clock, lambda: NOW, "engine-1")
    trace = book.begin(CALL)
    trace.event("answered")
    clock.advance(GATHER)
    trace.event("keys", keys="1")
    book.begin(replace(CALL, call_id="d" * 32))
    clock.advance(AGAIN)
    assert kinds(database) == ["answered", "keys"]
    assert len(database.run_now(list_calls)) == 2


def test_what_no_column_takes_costs_only_its_own_entry(database: Database, clock: Clock) -> None:
    book = CallBook(Leaving(database), clock, lambda: NOW, "engine-1")
    trace = book.begin(CALL)
    trace.event("prompt", prompts=["\ud800"])
    trace.event("odd", values={1, 2})
    odd = book.begin(replace(CALL, call_id="e" * 32, caller="\ud800"))
    odd.event("answered")
    trace.event("keys", keys="1")
    clock.advance(GATHER)
    assert "keys" in kinds(database)
    assert [row.call_id for row in database.run_now(list_calls)] == [CALL.call_id]


def test_a_long_absence_is_made_good_in_small_transactions(database: Database, clock: Clock) -> None:
    there = Leaving(database, away=1)
    trace = CallBook(there, clock, lambda: NOW, "engine-1").begin(CALL)
    for step in range(2 * AT_ONCE):
        trace.event("step", step=str(step))
    clock.advance(GATHER)
    clock.advance(AGAIN)
    assert there.tries == 1 + 3
    assert len(kinds(database)) == 2 * AT_ONCE
