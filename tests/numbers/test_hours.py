"""Hours by the clock on the wall: nights, days off, and the two nights a year when the clock is changed.

`cases.yaml` tells the times; the rest holds for any hours.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ivr.numbers import Numbers, Refusal, read_numbers
from ivr.numbers.hours import Hours, Window
from ivr.numbers.local_time import moment

CASES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8"))
ZONES = ["Europe/Warsaw", "Europe/Moscow", "Asia/Shanghai", "Africa/Cairo", "Australia/Lord_Howe", "Pacific/Apia"]


def numbers_of(case: dict[str, Any]) -> Numbers:
    plan = {"language": "zh", "when": [{"hours": "h", "flow": "main"}], "else": {"refuse": True}}
    text = json.dumps({"hours": {"h": case["week"]}, "numbers": {"1000": plan}})
    calendar = json.dumps(
        {
            "holidays": [
                {k: str(v) for k, v in one.items() if k != "open"} | ({"open": one["open"]} if "open" in one else {})
                for one in case.get("calendar", [])
            ]
        }
    )
    return read_numbers("n", text.encode(), {"main"}, {"zh"}, calendar.encode(), zone=ZoneInfo(case["zone"]))


def local(written: object, zone: ZoneInfo) -> datetime:
    text = str(written)
    if "+" in text:
        return datetime.strptime(text, "%Y-%m-%d %H:%M:%S%z").astimezone(zone)
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_call_at_a_time(case: dict[str, Any]) -> None:
    numbers, zone = numbers_of(case), ZoneInfo(case["zone"])
    for written, due in case["times"].items():
        answer = numbers.find("1000", "", local(written, zone)).answer
        assert ("closed" if isinstance(answer, Refusal) else "open") == due, written


windows = st.builds(
    lambda begin, length: Window(begin, min(begin + length, 2880)),
    st.integers(0, 1439),
    st.integers(1, 1440),
)


@given(st.sampled_from(ZONES), st.dates(date(2010, 1, 1), date(2030, 1, 1)), windows, st.integers(0, 48 * 60))
def test_what_opens_at_the_end_of_another_leaves_neither_gap_nor_overlap(
    zone: str, day: date, window: Window, minute: int
) -> None:
    """Split anywhere, hours are the same hours."""
    cut = min(max(window.begin, minute), window.end)
    whole = Hours("h", ((window,),) * 7)
    place = ZoneInfo(zone)
    parts = [
        (moment(day, begin, place), moment(day, end, place)) for begin, end in ((window.begin, cut), (cut, window.end))
    ]
    [(begin, end)] = list(whole.spans(day, 1, place)) or [(moment(day, window.begin, place),) * 2]
    assert parts[0][0] == begin
    assert parts[0][1] == parts[1][0]
    assert parts[1][1] == end or begin == end


@given(st.sampled_from(ZONES), st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)), st.integers(0, 1439))  # noqa: DTZ001
def test_a_time_is_the_first_moment_at_which_the_clock_shows_it_or_a_later_one(
    zone: str, at: datetime, minute: int
) -> None:
    place = ZoneInfo(zone)
    found = moment(at.date(), minute, place)
    shown = datetime.combine(at.date(), datetime.min.time()) + timedelta(minutes=minute)
    assert found.astimezone(place).replace(tzinfo=None) >= shown
    assert (found - timedelta(seconds=1)).astimezone(place).replace(tzinfo=None) < shown


@given(st.sampled_from(ZONES), st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)), windows)  # noqa: DTZ001
def test_the_next_opening_is_open_and_the_second_before_is_not(zone: str, at: datetime, window: Window) -> None:
    hours = Hours("h", ((window,) if window.end - window.begin < 1200 else (), (), (), (), (), (), ()))
    case = {"zone": zone, "week": {"mon": [str(window)], "holidays": "open"}}
    if not hours.week[0] or window.begin == window.end % 1440:
        return
    now = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    plan = numbers_of(case).plans["1000"]
    opening = plan.next_opening(now)
    assert opening is not None
    assert opening > now
    place = ZoneInfo(zone)
    assert not isinstance(plan.decide("", opening.astimezone(place)).answer, Refusal)
    assert isinstance(plan.decide("", (opening - timedelta(seconds=1)).astimezone(place)).answer, Refusal)
