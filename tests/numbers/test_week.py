"""A number's week, as it is drawn: what answers it from when until when, and what is behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.numbers import Closing, Numbers, Plan, Route, read_numbers
from ivr.numbers.week import Door, week
from tests.numbers.test_lookup import FLOWS, HOLIDAYS, HOSPITAL, ZONE

MONDAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def numbers() -> Numbers:
    return read_numbers("flows/numbers.yaml", HOSPITAL.encode(), FLOWS, {"zh", "en"}, HOLIDAYS.encode(), zone=ZONE)


def drawn(plan: Plan, caller: str = "nobody", closing: Closing | None = None) -> dict[str, list[str]]:
    told = {}
    for one in week(plan, caller, MONDAY, ZONE, closing):
        lines = []
        for stretch in one.stretches:
            answer = stretch.found.answer
            flow = answer.flow if isinstance(answer, Route) else "-"
            lines.append(f"{stretch.begin:%H:%M} {stretch.door} {flow}")
        told[f"{one.day:%a} {one.holiday}".strip()] = lines
    return told


def test_a_week_has_its_hours_its_holiday_and_the_saturday_that_is_worked(numbers: Numbers) -> None:
    plan = numbers.plans["1002"]
    told = drawn(plan)
    assert list(told) == ["Mon", "Tue Founding day", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert told["Tue Founding day"] == ["00:00 open holiday"]
    assert told["Sat"] == told["Mon"] != told["Sun"] == ["00:00 closed evening"]
    assert told["Mon"][:2] == ["00:00 closed evening", "08:00 open clinic"]


def test_a_caller_on_a_list_has_a_week_of_his_own(numbers: Numbers) -> None:
    plan = numbers.plans["1002"]
    assert set(map(tuple, drawn(plan, "8001").values())) == {("00:00 open staff",)}
    assert set(map(tuple, drawn(plan, "").values())) == {("00:00 refused -",)}


def test_what_somebody_closed_is_closed_from_then_until_it_is_over(numbers: Numbers) -> None:
    since, until = (datetime(2026, 11, 23, hour, tzinfo=ZONE).astimezone(UTC) for hour in (9, 11))
    told = drawn(numbers.plans["1002"], closing=Closing("1002", until, "ops", "drill", since))
    assert told["Mon"][1:4] == ["08:00 open clinic", "09:00 by_hand evening", "11:00 open clinic"]


def test_an_hour_that_is_closed_by_the_files_is_not_closed_by_hand(numbers: Numbers) -> None:
    assert drawn(numbers.plans["1000"]) == {day: ["00:00 open main"] for day in drawn(numbers.plans["1000"])}


@given(
    st.integers(0, 7 * 86_400 - 1), st.sampled_from(["nobody", "8001", ""]), st.sampled_from(["1002", "1004", "1003"])
)
def test_at_every_moment_the_week_says_what_a_call_would_get(second: int, caller: str, number: str) -> None:
    plan = read_numbers(
        "flows/numbers.yaml", HOSPITAL.encode(), FLOWS, {"zh", "en"}, HOLIDAYS.encode(), zone=ZONE
    ).plans[number]
    at = datetime(2026, 11, 23, tzinfo=ZONE) + timedelta(seconds=second)
    there = [
        one.found.answer
        for day in week(plan, caller, MONDAY, ZONE)
        for one in day.stretches
        if one.begin <= at < one.end
    ]
    assert there == [plan.decide(caller, at).answer]


def test_doors_have_words() -> None:
    assert {door.value for door in Door} == {"open", "closed", "by_hand", "refused"}
