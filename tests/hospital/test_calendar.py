"""What today is, in the hospital's zone, and which half days are still to come."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from hospital.clinic.calendar import HospitalCalendar

MIDNIGHTS = [
    ("Asia/Shanghai", datetime(2026, 3, 4, 15, 59, 59, tzinfo=UTC), date(2026, 3, 4)),
    ("Asia/Shanghai", datetime(2026, 3, 4, 16, 0, 0, tzinfo=UTC), date(2026, 3, 5)),
    # Warsaw leaves summer time on 25 October 2026: midnight is 22:00 UTC before and 23:00 UTC after.
    ("Europe/Warsaw", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), date(2026, 10, 25)),
    ("Europe/Warsaw", datetime(2026, 10, 25, 22, 59, tzinfo=UTC), date(2026, 10, 25)),
    ("Europe/Warsaw", datetime(2026, 10, 25, 23, 0, tzinfo=UTC), date(2026, 10, 26)),
    # Chile springs forward at midnight of 6 September 2026: that day has no 0:30.
    ("America/Santiago", datetime(2026, 9, 6, 3, 59, tzinfo=UTC), date(2026, 9, 5)),
    ("America/Santiago", datetime(2026, 9, 6, 4, 0, tzinfo=UTC), date(2026, 9, 6)),
    ("Pacific/Kiritimati", datetime(2026, 3, 4, 10, 0, tzinfo=UTC), date(2026, 3, 5)),
]


@pytest.mark.parametrize(("zone", "now", "today"), MIDNIGHTS)
def test_today_changes_at_the_hospitals_midnight(zone: str, now: datetime, today: date) -> None:
    calendar = HospitalCalendar(ZoneInfo(zone))
    assert calendar.today(now) == today
    assert calendar.days(now)[0].date == today


@pytest.mark.parametrize(
    ("zone", "now", "morning", "afternoon"),
    [
        ("Asia/Shanghai", datetime(2026, 3, 4, 3, 59, tzinfo=UTC), True, True),
        ("Asia/Shanghai", datetime(2026, 3, 4, 4, 0, tzinfo=UTC), False, True),
        ("Asia/Shanghai", datetime(2026, 3, 4, 9, 0, tzinfo=UTC), False, False),
        # Noon in Warsaw: 11:00 UTC in winter, 10:00 UTC in summer.
        ("Europe/Warsaw", datetime(2026, 10, 25, 10, 30, tzinfo=UTC), True, True),
        ("Europe/Warsaw", datetime(2026, 10, 24, 10, 30, tzinfo=UTC), False, True),
    ],
)
def test_the_morning_is_over_at_noon(zone: str, now: datetime, morning: bool, afternoon: bool) -> None:
    calendar = HospitalCalendar(ZoneInfo(zone))
    today = calendar.today(now)
    assert calendar.to_come(today, "am", now) is morning
    assert calendar.to_come(today, "pm", now) is afternoon
    assert calendar.to_come(calendar.days(now)[1].date, "am", now)
    assert not calendar.to_come(date(2026, 3, 3), "pm", now)


def test_days_are_called_as_the_hospital_calls_them() -> None:
    days = HospitalCalendar(ZoneInfo("Asia/Shanghai")).days(datetime(2026, 3, 4, 1, tzinfo=UTC))
    assert [day.name["zh"] for day in days] == ["当日", "明日", "后日", "星期六", "星期日", "星期一", "星期二"]
    assert [day.name["en"] for day in days][:4] == ["today", "tomorrow", "the day after tomorrow", "Saturday"]
    assert [day.offset for day in days] == list(range(7))


@pytest.mark.parametrize("days", [0, 8])
def test_no_more_days_than_have_names(days: int) -> None:
    with pytest.raises(ValueError, match="days_ahead"):
        HospitalCalendar(ZoneInfo("Asia/Shanghai"), days_ahead=days)
