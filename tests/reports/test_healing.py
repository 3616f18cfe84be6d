"""The book of days heals: what is missing is made, what changed is made again, what was deleted is marked."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.database import Database
from reports import rolling
from reports.asked import BadPeriod, By, Period
from reports.calls import CallsReport, calls_report
from reports.counting import Counted, Size
from reports.day_book import LEASE, book, changes, put, take, unmade, write
from tests.reports.past import Past, at

DAY, NEXT = date(2026, 7, 1), date(2026, 7, 2)


@pytest.fixture
def past(database: Database) -> Past:
    """A call on a day, looked at on the next one; on both databases."""
    made = Past(database, at("2026-07-02 08:00"))
    made.call(at("2026-07-01 10:00"))
    return made


def asked(past: Past, first: date = DAY, last: date = DAY) -> CallsReport:
    return past.database.run_now(calls_report, Period(first, last), By.DAY, past.zone, past.now)


def test_days_that_an_outage_left_out_are_made(past: Past) -> None:
    past.call(at("2026-07-05 10:00"))
    past.now = at("2026-07-09 08:00")
    missing = asked(past, DAY, date(2026, 7, 9)).seen.missing
    assert missing == tuple(DAY + timedelta(n) for n in range(6)), "it says what it does not know"
    assert past.heals().made == tuple(DAY + timedelta(n) for n in range(8)), "also days without a call"
    report = asked(past, DAY, date(2026, 7, 9))
    assert (report.seen.missing, report.total.calls) == ((), 2)


def test_a_second_round_changes_nothing(past: Past) -> None:
    assert past.heals().made == (DAY,)
    assert past.heals(since=DAY).made == ()
    assert asked(past).total.calls == 1


def test_yesterday_is_counted_live_until_it_is_made(past: Past) -> None:
    past.now = at("2026-07-02 00:01")
    assert past.heals().made == (), "the last entries of its calls are on their way to the tables"
    report = asked(past)
    assert (report.total.calls, report.seen.live) == (1, (DAY,))


def test_a_call_that_ended_after_its_day_was_made_is_told_right(past: Past) -> None:
    late = past.call(at("2026-07-01 23:50"), ends=False)
    past.heals()
    assert asked(past).outcomes == {(DAY, ""): 1, (DAY, "done"): 1}
    past.ends(late, ended_at=at("2026-07-02 00:20"), outcome="lost", cause="engine_lost")
    assert past.heals().made == (DAY,)
    assert asked(past).outcomes == {(DAY, "lost"): 1, (DAY, "done"): 1}


def test_a_call_that_was_written_after_an_outage_of_the_database_is_found(past: Past) -> None:
    past.heals()
    past.call(at("2026-07-01 11:00"))
    assert past.heals().made == (), "nothing of that day was open"
    assert past.heals(since=DAY).made == (DAY,)
    assert asked(past).total.calls == 2


def test_a_day_whose_calls_are_deleted_keeps_its_figures_and_says_so(past: Past) -> None:
    call = past.call(at("2026-07-01 11:00"))
    past.heals()
    past.deleted(call)
    healed = past.heals(since=DAY)
    assert (healed.made, healed.thinned) == ((), (DAY,))
    report = asked(past)
    assert (report.total.calls, report.seen.thinned) == (2, (DAY,))
    assert past.heals(since=DAY).thinned == ()


def test_an_alert_that_was_confirmed_after_midnight_is_told_right(past: Past) -> None:
    past.notice(at("2026-07-01 23:59"))
    past.heals()
    assert past.database.run_now(book, DAY, DAY)[DAY].size.notices_open == 1
    assert past.database.run_now(unmade, NEXT, past.zone) == [DAY]


def test_of_two_engines_one_makes_a_day(past: Past) -> None:
    assert past.database.run_now(take, DAY, "engine-1", past.now)
    assert not past.database.run_now(take, DAY, "engine-2", past.now)
    assert past.heals(owner="engine-2").made == ()
    past.now += LEASE + timedelta(seconds=1)
    assert past.heals(owner="engine-2").made == (DAY,), "the first one was lost"
    late = past.database.run_now(changes, DAY, Counted())
    assert not past.database.run_now(write, DAY, "engine-1", late, past.now), "and comes too late"
    assert not past.database.run_now(put, DAY, "engine-1", late, Size(), past.zone, past.now)
    assert asked(past).total.calls == 1


def test_a_day_that_is_half_written_is_not_read_and_is_made_again(past: Past) -> None:
    """An engine dies between two slices of a day that was made before."""
    for minute in range(3):
        past.call(at(f"2026-07-01 11:0{minute}"))
    past.heals()
    assert past.database.run_now(take, DAY, "engine-1", past.now)
    half = past.database.run_now(changes, DAY, Counted())
    assert past.database.run_now(write, DAY, "engine-1", half, past.now)
    assert asked(past).total.calls == 4, "it is counted live meanwhile"
    past.now += timedelta(days=60)
    late = asked(past)
    assert (late.seen.missing, late.total.calls) == ((DAY,), 0)
    assert past.heals().made[0] == DAY
    assert asked(past).total.calls == 4


def test_a_day_that_is_made_again_writes_only_what_is_new(past: Past) -> None:
    past.heals()
    before = past.database.run_now(changes, DAY, past.counted(DAY))
    past.call(at("2026-07-01 15:00"))
    after = past.database.run_now(changes, DAY, past.counted(DAY))
    assert before == []
    assert {one.key[0] for one in after} == {15}


def test_figures_of_more_than_one_slice_are_whole_at_the_end(past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
    for hour in range(10, 20):
        past.call(at(f"2026-07-01 {hour}:30"))
    monkeypatch.setattr(rolling, "SLICE", 3)
    assert past.heals().made == (DAY,)
    assert asked(past).total.calls == 11
    assert past.database.run_now(changes, DAY, past.counted(DAY)) == []


def test_a_hospital_that_corrects_its_zone_has_its_days_made_again(past: Past) -> None:
    past.heals()
    past.zone = ZoneInfo("Pacific/Auckland")
    assert DAY in past.heals(since=DAY).made


def test_a_period_that_is_none_is_refused() -> None:
    with pytest.raises(BadPeriod, match="before"):
        Period(NEXT, DAY)
    with pytest.raises(BadPeriod, match="at most"):
        Period(date(1990, 1, 1), DAY)
