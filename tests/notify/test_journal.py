"""A nurse confirms while the database is away, hangs, or is full: it counts, whatever happens next."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Concatenate

import pytest
from sqlalchemy.orm import Session
from twisted.internet.defer import Deferred

from db.database import Database
from db.errors import ConstraintBroken, DatabaseAway, DatabaseFull
from ivr.call.order import CallResult
from notify.notices.journal import DAMAGED, LENGTH, ROOM, Journal, Kept
from notify.notices.stopping import confirm
from notify.notices.telephone import NoticeOrder
from tests.notify.story import NOON, STATION, UNCONFIRMED, Failing, Story, adt

AWAY = DatabaseAway("the server closed the connection")
ONE, TWO = Kept(7, 11, NOON), Kept(8, 12, NOON + timedelta(seconds=1))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "confirmations.journal"


def in_an_outage(database: Database, path: Path, error: Exception = AWAY) -> tuple[Story, Failing, list[str]]:
    """An admission is in the air, the database goes, the nurse presses 1; what she heard."""
    failing = Failing(database, error)
    story = Story(database, transactions=failing, journal=path)
    heard: list[str] = []

    async def nurse(order: NoticeOrder) -> CallResult:
        failing.fail_all = True
        heard.append(await story.press_confirm(order))
        return UNCONFIRMED

    story.caller.answers(STATION, nurse)
    story.receive(adt())
    return story, failing, heard


@pytest.mark.parametrize("error", [AWAY, DatabaseFull("no room")])
def test_a_nurse_whose_confirmation_meets_an_outage_is_thanked_and_not_rung_again(
    database: Database, path: Path, error: Exception
) -> None:
    story, failing, heard = in_an_outage(database, path, error)
    assert heard == ["confirmed"]
    story.wait(600, step=10)
    failing.fail_all = False
    story.wait(3600, step=10)
    assert len(story.caller.orders) == 1
    [notice] = story.notices()
    assert (notice.state, notice.ended_at) == ("confirmed", NOON)
    assert [(attempt.cause, attempt.confirmed) for attempt in story.attempts()] == [("confirmed", True)]
    assert Journal(path).waiting == ()


def test_an_engine_that_dies_in_the_outage_stores_it_before_it_dials(database: Database, path: Path) -> None:
    story, failing, heard = in_an_outage(database, path)
    story.die()
    story.start()  # and the database is still away
    story.wait(60, step=10)
    story.die()
    failing.fail_all = False
    story.start()
    story.wait(3600, step=10)
    assert (heard, len(story.caller.orders), story.states()) == (["confirmed"], 1, ["confirmed"])


def test_two_engines_may_store_the_same_confirmation(database: Database, path: Path) -> None:
    """Killed between the commit and the journal's note of it."""
    story, failing, _ = in_an_outage(database, path)
    story.die()
    failing.fail_all = False
    [kept] = Journal(path).waiting
    database.run_now(confirm, kept.notice_id, kept.attempt_id, kept.at)
    story.start()
    story.wait(600, step=10)
    assert (len(story.caller.orders), story.states()) == (1, ["confirmed"])


def test_a_nurse_hears_thanks_within_a_second_or_two_when_the_database_hangs(database: Database, path: Path) -> None:
    story = Story(database, journal=path)
    answers = story.transactions
    hanging: list[Deferred[None]] = []

    class Hanging:
        async def run(self, work: Callable[Concatenate[Session, ...], Any], *args: Any, **kwargs: Any) -> Any:
            if work is confirm:
                hanging.append(Deferred())
                await hanging[-1]
            return await answers.run(work, *args, **kwargs)

    heard: list[str] = []
    story.die()
    story.transactions = Hanging()
    story.start()

    async def nurse(order: NoticeOrder) -> CallResult:
        heard.append(await story.press_confirm(order))
        return UNCONFIRMED

    story.caller.answers(STATION, nurse)
    story.receive(adt())
    assert heard == []
    story.clock.advance(1)
    assert heard == ["confirmed"]
    story.clock.advance(30)  # the end of the call waits behind it
    while any(not one.called for one in hanging):
        for one in hanging:
            if not one.called:
                one.callback(None)
    story.wait(3600, step=10)
    assert (len(story.caller.orders), story.states()) == (1, ["confirmed"])
    assert Journal(path).waiting == ()


def test_with_a_full_disk_too_she_hears_that_it_was_not_noted_and_is_rung_again(database: Database, path: Path) -> None:
    failing = Failing(database, AWAY)

    async def full(work: Callable[[], Any]) -> Any:
        raise OSError("no space left on device")

    story = Story(database, transactions=failing, journal=path, disk=full)
    heard: list[str] = []

    async def nurse(order: NoticeOrder) -> CallResult:
        failing.fail_all = not heard
        try:
            heard.append(await story.press_confirm(order))
        except DatabaseAway:  # the flow's exit `error`
            heard.append("not noted")
        return UNCONFIRMED

    story.caller.answers(STATION, nurse)
    story.receive(adt())
    failing.fail_all = False
    story.wait(600)
    assert (heard, story.states()) == (["not noted", "confirmed"], ["confirmed"])


def test_what_the_database_refuses_for_good_is_set_aside_and_holds_nobody_up(database: Database, path: Path) -> None:
    Journal(path).keep(ONE)
    failing = Failing(database, ConstraintBroken("no such thing"))
    story = Story(database, transactions=failing)
    story.die()
    failing.fail_at = {failing.count + 1}
    story.journal = path
    story.start()
    story.receive(adt())
    assert len(story.caller.orders) == 1
    assert "7 11" in path.with_name(path.name + DAMAGED).read_text()


# The file


def test_what_was_kept_is_there_after_a_crash_and_what_was_settled_is_not(path: Path) -> None:
    first = Journal(path)
    first.keep(ONE)
    first.keep(TWO)
    first.settle(ONE)
    assert Journal(path).waiting == (TWO,)


def test_there_is_room_for_a_night_of_confirmations_on_a_full_disk(path: Path) -> None:
    journal = Journal(path)
    size = path.stat().st_size
    for number in range(ROOM):
        journal.keep(Kept(number, number, NOON))
    assert path.stat().st_size == size == ROOM * LENGTH
    journal.keep(Kept(ROOM, ROOM, NOON))  # and more, where the disk lets it grow
    assert len(Journal(path).waiting) == ROOM + 1


def test_places_are_used_again(path: Path) -> None:
    journal = Journal(path)
    for number in range(3 * ROOM):
        journal.keep(Kept(number, number, NOON))
        journal.settle(Kept(number, number, NOON))
    assert path.stat().st_size == ROOM * LENGTH
    assert Journal(path).waiting == ()


@pytest.mark.parametrize("cut", range(1, LENGTH - 1, 9))
def test_a_record_torn_by_a_power_cut_is_set_aside_and_the_others_stay(path: Path, cut: int) -> None:
    Journal(path).keep(TWO)
    line = ONE.line()
    with path.open("r+b") as file:
        file.seek(5 * LENGTH)
        file.write(line[:cut])
    journal = Journal(path)
    whole = not line[cut:].strip()
    assert journal.waiting == ((ONE, TWO) if whole else (TWO,))
    assert path.with_name(path.name + DAMAGED).exists() is not whole
    assert Journal(path).waiting == journal.waiting


def test_a_file_of_something_else_is_set_aside(path: Path) -> None:
    path.write_bytes(b"\xff\xfe" + os.urandom(1000).replace(b"-", b"x"))
    journal = Journal(path)
    assert journal.waiting == ()
    journal.keep(ONE)
    assert Journal(path).waiting == (ONE,)
