"""Very many notices run out of time at once: closed in slices, told in few words, and alerts go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session
from twisted.internet.task import Clock

from background.spawn import spawn
from db.errors import DatabaseAway
from db.tables.notices import EventRow
from notify.events import insert_once
from notify.notices.addressee import of_ward
from notify.notices.expiry import expire_slice
from notify.notices.flood import Flood, Pace
from notify.notices.plan import Planned, plan
from notify.notices.reports import AT_ONCE, Expired, unreported
from tests.notify.story import NOON, STATION, Failing, Story, adt


def over(story: Story, count: int, ward: str = "W3") -> None:
    """The time of so many discharges is over."""
    event = {"key": ward, "kind": "discharge", "source": "test", "received_at": NOON, "facts": {}}
    began, rule = NOON - timedelta(days=1), story.rules.rules["discharge"]

    def make(session: Session) -> None:
        number = insert_once(session, EventRow, event)
        assert number is not None
        plan(session, [Planned(number, rule, of_ward(ward), {}, began)] * count, began)

    story.database.run_now(make)


def test_a_flood_is_closed_and_told_in_few_words(story: Story) -> None:
    over(story, 300)
    over(story, 120, "W4")
    story.wait(3)
    assert story.states() == ["expired"] * 420
    assert len(story.told.unreached_ones) == AT_ONCE
    told = {one.ward: one.count for one in story.told.floods}
    assert sum(told.values()) + AT_ONCE == 420
    assert set(told) == {"W3", "W4"}
    assert story.caller.orders == []
    story.wait(60, step=5)
    assert (len(story.told.unreached_ones), len(story.told.floods)) == (AT_ONCE, 2)


def test_a_few_are_told_one_by_one(story: Story) -> None:
    over(story, 20)
    story.wait(2)
    assert len(story.told.unreached_ones) == 20
    assert story.told.floods == []


def test_an_alert_rings_while_a_flood_is_closed(story: Story) -> None:
    over(story, 300)
    story.receive(adt(kind="E"))
    assert story.caller.targets == [STATION]


def test_what_was_counted_before_a_crash_is_told_after_it(story: Story) -> None:
    over(story, 120)
    story.database.run_now(expire_slice, NOON, 70, None, story.clock.seconds)
    story.die()
    story.start()
    story.wait(3)
    ids = [notice.id for notice in story.notices()]
    assert story.told.floods[0] == Expired("discharge", "W3", 70, ids[0], ids[69])
    assert story.states() == ["expired"] * 120


def test_the_next_slice_begins_behind_the_last_one(story: Story) -> None:
    over(story, 30)
    first = story.database.run_now(expire_slice, NOON, 20, None, story.clock.seconds)
    second = story.database.run_now(expire_slice, NOON, 20, first.last, story.clock.seconds)
    assert (first.closed, second.closed) == (20, 10)
    assert story.states() == ["expired"] * 30


def test_counts_are_right_slice_by_slice_on_both_databases(story: Story) -> None:
    """All of one moment, of two wards: each slice counts what it closed and nothing else, and finds where it ended."""
    over(story, 30)
    over(story, 12, "W4")
    slices, after = [], None
    while not slices or slices[-1].closed == 20:
        slices.append(story.database.run_now(expire_slice, NOON, 20, after, story.clock.seconds))
        after = slices[-1].last
    ids = [notice.id for notice in story.notices()]
    assert [one.closed for one in slices] == [20, 20, 2]
    assert story.states() == ["expired"] * 42
    told = story.database.run_now(unreported).floods
    assert told == (Expired("discharge", "W3", 30, ids[0], ids[29]), Expired("discharge", "W4", 12, ids[30], ids[41]))
    assert not any(one.awaited for one in slices)


def test_a_database_that_goes_away_leaves_the_rest_to_the_next_sweep(story: Story) -> None:
    over(story, 300)
    away = Failing(story.database, DatabaseAway("gone"))
    away.fail_all = True
    closing = Flood(away, Clock(), story.now)
    spawn(closing.close(), "closing")
    assert not closing.running
    story.wait(3)
    assert story.states() == ["expired"] * 300


@pytest.mark.parametrize(
    ("seconds", "rows"), [([0.025], 400), ([0.05], 200), ([0.0] * 20, Pace.MOST), ([1.0] * 20, Pace.LEAST)]
)
def test_a_slice_is_as_large_as_the_last_one_was_quick(seconds: list[float], rows: int) -> None:
    pace = Pace()
    for took in seconds:
        pace.took(took, 0.025)
    assert pace.rows == rows
