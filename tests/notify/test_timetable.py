"""Waking: each second, and by the calendar through both changes of the clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from twisted.internet.task import Clock

from notify.timetable import Timetable, next_firing

WARSAW = ZoneInfo("Europe/Warsaw")


def firings(expression: str, first: datetime, days: int) -> list[datetime]:
    found, at = [], first
    while (at := next_firing(expression, WARSAW, at)) < first + timedelta(days=days):
        found.append(at)
    return found


@pytest.mark.parametrize(
    ("first", "hours"),
    [
        (datetime(2026, 3, 27, 22, tzinfo=UTC), ["01:30", "01:30", "00:30", "00:30"]),  # 02:30 isn't there on the 29th
        (datetime(2026, 10, 23, 22, tzinfo=UTC), ["00:30", "00:30", "01:30", "01:30"]),  # twice on the 25th
    ],
)
def test_a_daily_time_comes_once_a_day_through_the_change_of_the_clocks(first: datetime, hours: list[str]) -> None:
    found = firings("30 2 * * *", first, 4)
    assert len({at.astimezone(WARSAW).date() for at in found}) == len(found) == 4
    if first.month == 10:
        assert [f"{at:%H:%M}" for at in found] == hours


def test_a_wrong_line_is_told_when_it_is_set() -> None:
    with pytest.raises(ValueError, match=r"."):
        Timetable(Clock(), lambda: datetime.now(UTC), WARSAW).at("61 * * * *", lambda: None)


def test_waking_goes_on_whatever_happens_to_the_clocks(faults: object) -> None:
    clock = Clock()
    wall = [datetime(2026, 3, 2, 12, tzinfo=UTC)]
    seconds: list[float] = []
    nights: list[datetime] = []
    timetable = Timetable(clock, lambda: wall[0], WARSAW)

    def tick() -> None:
        seconds.append(clock.seconds())
        if len(seconds) == 2:
            raise ZeroDivisionError

    timetable.every(1, tick)
    timetable.at("0 14 * * *", lambda: nights.append(wall[0]))
    timetable.start()
    for _ in range(3):
        clock.advance(1)
    assert seconds == [1, 2, 3]
    assert faults.expected()  # type: ignore[attr-defined]
    wall[0] -= timedelta(hours=3)  # somebody sets the clock back
    clock.advance(1)
    assert len(seconds) == 4
    wall[0] = datetime(2026, 3, 2, 13, 0, 30, tzinfo=UTC)  # and forward
    clock.pump([1] * 61)
    assert len(nights) == 1
    timetable.stop()
    assert clock.getDelayedCalls() == []
