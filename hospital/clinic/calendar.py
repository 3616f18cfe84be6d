"""The hospital's days: what today is in its time zone, which half days are still to come, how a day is called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

HALVES = {
    "am": {"zh": "上午", "en": "morning", "ru": "до обеда", "pl": "przed południem"},
    "pm": {"zh": "下午", "en": "afternoon", "ru": "после обеда", "pl": "po południu"},
}
"""The half days of the rota, in order, and their names."""

_NEAR = (
    {"zh": "当日", "en": "today", "ru": "сегодня", "pl": "dzisiaj"},
    {"zh": "明日", "en": "tomorrow", "ru": "завтра", "pl": "jutro"},
    {"zh": "后日", "en": "the day after tomorrow", "ru": "послезавтра", "pl": "pojutrze"},
)
_WEEKDAYS = (
    {"zh": "星期一", "en": "Monday", "ru": "понедельник", "pl": "poniedziałek"},
    {"zh": "星期二", "en": "Tuesday", "ru": "вторник", "pl": "wtorek"},
    {"zh": "星期三", "en": "Wednesday", "ru": "среда", "ru_acc": "среду", "pl": "środa", "pl_acc": "środę"},
    {"zh": "星期四", "en": "Thursday", "ru": "четверг", "pl": "czwartek"},
    {"zh": "星期五", "en": "Friday", "ru": "пятница", "ru_acc": "пятницу", "pl": "piątek"},
    {"zh": "星期六", "en": "Saturday", "ru": "суббота", "ru_acc": "субботу", "pl": "sobota", "pl_acc": "sobotę"},
    {"zh": "星期日", "en": "Sunday", "ru": "воскресенье", "pl": "niedziela", "pl_acc": "niedzielę"},
)
"""`ru_acc`: the form for "on" and "for" (на среду), where it differs."""
LONGEST = 7
"""Days that can be offered: further on, a weekday's name would not say which."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day that can be booked. `offset` 0 is today."""

    date: date
    offset: int
    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class HospitalCalendar:
    """Days and hours in the hospital's time zone. A half day is over at `am_ends` or `pm_ends`, local time."""

    zone: ZoneInfo
    days_ahead: int = LONGEST
    am_ends: time = time(12)
    pm_ends: time = time(17)

    def __post_init__(self) -> None:
        if not 1 <= self.days_ahead <= LONGEST:
            raise ValueError(f"days_ahead is {self.days_ahead}, not 1 to {LONGEST}")

    def today(self, now: datetime) -> date:
        """The date in the hospital at `now` (aware)."""
        return now.astimezone(self.zone).date()

    def clock(self, now: datetime) -> str:
        """The local time as `HH:MM`."""
        return now.astimezone(self.zone).strftime("%H:%M")

    def to_come(self, day: date, half: str, now: datetime) -> bool:
        """True while the half day is not over: a place for it can still be had."""
        today = self.today(now)
        if day != today:
            return day > today
        return now.astimezone(self.zone).time() < (self.am_ends if half == "am" else self.pm_ends)

    def days(self, now: datetime) -> tuple[Day, ...]:
        """Today and the days after it, as many as can be booked."""
        today = self.today(now)
        return tuple(Day(today + timedelta(n), n, day_name(today + timedelta(n), n)) for n in range(self.days_ahead))


def day_name(day: date, offset: int) -> dict[str, str]:
    """`当日`, `明日`, `后日` (docs/features.md, 27), then the weekday."""
    return dict(_NEAR[offset] if offset < len(_NEAR) else _WEEKDAYS[day.weekday()])
