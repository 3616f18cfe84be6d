"""The truth of the numbers: whatever was called when, whatever ended late or was healed, the book and today together
say what a plain count says, also where the clocks are changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.database import Database
from reports.alerts import alerts_report
from reports.asked import By, Period, Sums
from reports.calls import CallFigures, calls_report, flows_report, heat_map
from reports.counting import ReportCallRow
from reports.days import bounds, day_at, whole
from reports.keys import keys_report
from reports.spans import end, span
from tests.reports.past import Past, at

SPRING, AUTUMN, SUMMER = date(2026, 3, 28), date(2026, 10, 24), date(2026, 7, 1)
"""Each begins four days; the clocks of Warsaw change on the second one of two of them."""


@pytest.fixture(scope="module")
def past() -> Iterator[Past]:
    """SQLite in memory, emptied by each example: hypothesis tries hundreds."""
    database = Database("sqlite://")
    database.create_all()
    yield Past(database, datetime(2026, 1, 1, tzinfo=UTC))
    database.close()


CALL = st.fixed_dictionaries(
    {
        "minute": st.integers(0, 4 * 1440 - 1),
        "direction": st.sampled_from(["in", "in", "out"]),
        "flow": st.sampled_from(["main", "registration", ""]),
        "outcome": st.sampled_from(["done", "hung_up", "refused"]),
        "waited": st.sampled_from([0.0, 0.4, 12.0, 75.5]),
        "talked": st.sampled_from([0.0, 0.0, 30.25]),
        "late": st.booleans(),
    }
)


def told(past: Past, first: date, last: date) -> Counter[tuple[Any, ...]]:
    """What the book and today say."""

    def work(session: Any) -> Counter[tuple[Any, ...]]:
        sums = Sums(session, Period(first, last), past.zone, past.now)
        assert sums.seen.missing == ()
        found = sums.by(ReportCallRow, ("day", "hour", "direction", "flow", "outcome"))
        return Counter({key: values[0] for key, values in found.items()})

    return past.database.run_now(work)


@given(st.sampled_from([SPRING, AUTUMN, SUMMER]), st.lists(CALL, max_size=14), st.integers(1, 4 * 1440), st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_book_and_today_say_what_a_plain_count_says(
    past: Past, first: date, calls: list[dict[str, Any]], healed_at: int, twice: bool
) -> None:
    past.empty()
    begin = bounds(first, past.zone)[0]
    late = []
    for call in calls:
        outcome = {name: call[name] for name in ("direction", "flow", "waited", "talked")}
        began = begin + timedelta(minutes=call["minute"])
        if call["late"]:  # goes on when the book is made, and ends afterwards
            late.append((past.call(began, ends=False, answered_at=None, **outcome | {"waited": 0.0}), began, call))
        else:
            past.call(began, **outcome, outcome=call["outcome"])
    past.now = begin + timedelta(minutes=healed_at)
    past.heals()
    for id_, began, call in late:
        past.ends(id_, ended_at=began + timedelta(hours=1), outcome=call["outcome"], waited=call["waited"])
    past.now = begin + timedelta(days=5)
    past.heals()
    if twice:  # nothing is counted double, and nothing is done without need
        assert past.heals().made == ()
    last = first + timedelta(days=5)
    assert told(past, first, last) == past.plainly(first, last)
    assert told(past, first, first) == past.plainly(first, first)
    report = past.database.run_now(calls_report, Period(first, last), By.DAY, past.zone, past.now)
    came_in = [row for row in past.calls.values() if row["direction"] == "in"]
    plainly = CallFigures(
        len(came_in),
        sum(row["answered_at"] is not None for row in came_in),
        sum(row["waited"] > 0 for row in came_in),
        sum(row["waited"] > 0 and not row["talked"] and row["outcome"] == "hung_up" for row in came_in),
        sum(row["talked"] > 0 for row in came_in),
        sum(59_000 for row in came_in if row["answered_at"] is not None),
        sum(round(row["waited"] * 1000) for row in came_in),
        sum(round(row["talked"] * 1000) for row in came_in),
    )
    assert report.total == plainly
    assert sum(report.outcomes.values()) == len(came_in)


def test_a_day_is_23_or_25_hours_long_when_the_clocks_are_changed(past: Past) -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)
    assert bounds(spring, past.zone)[1] - bounds(spring, past.zone)[0] == timedelta(hours=23)
    assert [one.shown for one in whole(spring, past.zone).hours] == [0, 1, *range(3, 24)]
    assert bounds(autumn, past.zone)[1] - bounds(autumn, past.zone)[0] == timedelta(hours=25)
    assert {one.shown: one.end - one.begin for one in whole(autumn, past.zone).hours}[2] == timedelta(hours=2)


@given(
    st.sampled_from(["Europe/Warsaw", "Asia/Shanghai", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu"]),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 - given a zone below
)
def test_every_moment_has_one_day_and_one_hour_and_they_are_those_of_the_clock(name: str, when: datetime) -> None:
    zone, moment = ZoneInfo(name), when.replace(tzinfo=UTC)
    day = day_at(moment, zone)
    assert bounds(day, zone)[0] <= moment < bounds(day, zone)[1]
    local = moment.astimezone(zone)
    assert (day, whole(day, zone).hour_at(moment)) == (local.date(), local.hour)


def test_a_day_in_parts_is_the_whole_day(past: Past) -> None:
    for number in (1, 2, 5, 24, 1000):
        parts = whole(date(2026, 10, 25), past.zone).parts(number)
        assert [hour for part in parts for hour in part.hours] == [*whole(date(2026, 10, 25), past.zone).hours]
        assert len(parts) <= min(number, 24)


def test_the_hour_that_comes_twice_holds_the_calls_of_both(past: Past) -> None:
    past.empty()
    for fold in (0, 1):
        past.call(at("2026-10-25 02:30", fold=fold))
    past.now = at("2026-10-27 08:00")
    for _ in range(2):  # live, then from the book
        day = Period(date(2026, 10, 25), date(2026, 10, 25))
        report = past.database.run_now(calls_report, day, By.HOUR, past.zone, past.now)
        assert {hour: figures.calls for hour, figures in report.lines.items() if figures.calls} == {2: 2}
        past.heals()


def test_waits_are_told_by_what_came_of_them(past: Past) -> None:
    past.empty()
    for waited in (3.2, 4.0, 90.0):
        past.call(at("2026-07-01 10:00"), waited=waited, talked=20.0)
    past.call(at("2026-07-01 10:30"), waited=200.0, outcome="hung_up")
    past.call(at("2026-07-01 10:40"), waited=7.0, outcome="message_left")
    past.now = at("2026-07-02 10:00")
    past.heals()
    report = past.database.run_now(calls_report, Period(SUMMER, SUMMER), By.HOUR, past.zone, past.now)
    assert (report.lines[10].waited, report.lines[10].gave_up, report.lines[10].talked) == (5, 1, 3)
    assert report.waits[10] == (end(span(4.0)), end(span(200.0)), end(span(200.0)))
    assert report.lines[10].mean_wait == pytest.approx(304.2 / 5)


def test_flows_are_told_with_their_outcomes_the_most_frequent_first(past: Past) -> None:
    past.empty()
    for flow, outcome, times in (("main", "done", 1), ("registration", "booked", 3), ("registration", "hung_up", 1)):
        for _ in range(times):
            past.call(at("2026-07-01 10:00"), flow=flow, outcome=outcome)
    past.now = at("2026-07-01 12:00")
    report = past.database.run_now(flows_report, Period(SUMMER, SUMMER), past.zone, past.now)
    assert [(one.flow, one.outcome, one.figures.calls) for one in report.lines] == [
        ("registration", "booked", 3),
        ("registration", "hung_up", 1),
        ("main", "done", 1),
    ]


def test_a_weekday_of_the_heat_map_is_a_mean_of_its_days(past: Past) -> None:
    past.empty()
    for day in ("2026-07-06", "2026-07-06", "2026-07-13", "2026-07-14"):  # Mondays and a Tuesday
        past.call(at(f"{day} 09:15"))
    past.now = at("2026-07-20 00:30")
    past.heals()
    found = past.database.run_now(heat_map, Period(date(2026, 7, 6), date(2026, 7, 19)), past.zone, past.now)
    assert (found.mean(0, 9), found.mean(1, 9), found.mean(0, 10)) == (1.5, 0.5, 0.0)


MENU = ("step", {"flow": "main", "step": "welcome"})
CARD = ("step", {"flow": "card_login", "step": "number"})


def test_keys_are_counted_by_step_and_nothing_tells_what_a_card_number_was(past: Past) -> None:
    past.empty()
    past.now = at("2026-07-02 10:00")
    began = at("2026-07-01 10:00")
    past.call(began, steps=[MENU, ("prompt", {}), ("keys", {"keys": "1"}), CARD, ("keys", {"keys": "100001"})])
    past.call(began, steps=[MENU, ("no_input", {}), MENU, ("keys", {"keys": "1"})])
    past.call(began, steps=[MENU, ("keys", {"keys": "*"}), CARD, ("keys", {"keys": "****"})], outcome="hung_up")
    past.call(began, steps=[MENU], outcome="hung_up")
    past.call(began, steps=[("step", {"flow": "main", "step": "goodbye"})], outcome="hung_up")
    for _ in range(2):  # live, then from the book
        report = past.database.run_now(keys_report, Period(SUMMER, SUMMER), past.zone, past.now)
        card, menu = report.steps
        assert (card.flow, card.pressed, card.several, card.hung_up) == ("card_login", {}, 2, 1)
        assert (menu.pressed, menu.several, menu.nothing, menu.hung_up, menu.asked) == ({"1": 2, "*": 1}, 0, 1, 1, 5)
        assert report.hung_up == (("main", "goodbye", 1),)
        past.heals()


@given(
    st.lists(st.tuples(st.integers(0, 2 * 1440 - 1), st.sampled_from(["N3", "N4"]), st.integers(0, 900)), max_size=9)
)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_times_to_confirmation_are_those_of_a_plain_count(past: Past, alerts: list[tuple[int, str, int]]) -> None:
    past.empty()
    begin = bounds(AUTUMN, past.zone)[0]
    for minute, ward, took in alerts:
        past.notice(begin + timedelta(minutes=minute), float(took), addressee=ward)
    past.now = begin + timedelta(days=1, hours=30)
    past.heals()
    period = Period(AUTUMN, AUTUMN + timedelta(2))
    report = past.database.run_now(alerts_report, period, By.DAY, past.zone, past.now)
    for ward in ("N3", "N4"):
        took = sorted(seconds for _, of_ward, seconds in alerts if of_ward == ward)
        figures = report.by_ward.get(ward)
        assert (figures.alerts if figures else 0) == len(took)
        if figures:
            assert figures.times[0] == end(span(took[(len(took) + 1) // 2 - 1]))
            assert figures.soon == sum(seconds < 60 for seconds in took)
    assert report.total.alerts == sum(one.alerts for one in report.by_line.values()) == len(alerts)
    assert sum(one.alerts for one in report.by_kind.values()) == len(alerts)


def test_alerts_are_told_by_how_they_ended_and_their_dials_by_cause(past: Past) -> None:
    past.empty()
    began = at("2026-07-01 22:00")
    first = past.notice(began, 40.0)
    past.notice(began, 10.0, state="failed")
    past.notice(began)
    past.notice(began, 5.0, priority=2, kind="checkup_due", addressee_kind="card", addressee="100001")
    past.dial(first, began, "busy")
    past.dial(first, began, "normal", number=2, confirmed=True)
    past.now = at("2026-07-02 08:00")
    past.heals()
    report = past.database.run_now(alerts_report, Period(SUMMER, SUMMER), By.HOUR, past.zone, past.now)
    assert (report.total.alerts, report.total.confirmed, report.total.failed, report.total.open) == (3, 1, 1, 1)
    assert report.by_line[22].times[0] == 41
    assert [(one.cause, one.dials, one.confirmed) for one in report.dials] == [("busy", 1, 0), ("normal", 1, 1)]
    every = past.database.run_now(alerts_report, Period(SUMMER, SUMMER), By.HOUR, past.zone, past.now, every=True)
    assert every.by_kind["checkup_due"].alerts == 1
    assert set(every.by_ward) == {"N3", ""}, "whom else it was for is nobody's business here"
