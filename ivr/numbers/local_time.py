"""The clock on the wall: at which moment it shows a time, also on the days when it is put forward or back.

A time means the first moment at which the clock shows it or a later one. So 02:30 on the night when 2 becomes 3
is that very change, and on the night when 3 becomes 2 again it comes once, not twice: hours that follow each other
without a gap still do, and nothing opens a second time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

MINUTES = 24 * 60


def moment(day: date, minute: int, zone: tzinfo) -> datetime:
    """When the clock of `zone` shows `minute` minutes after the midnight of `day` (more than a day is the next day's).

    In UTC.
    """
    days, minutes = divmod(minute, MINUTES)
    shown = datetime.combine(day + timedelta(days), time(minutes // 60, minutes % 60))
    later = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if not skipped(shown, zone):
        return later
    earlier = shown.replace(tzinfo=zone, fold=1).astimezone(UTC)  # before the change: a gap gives them in this order
    while later - earlier > timedelta(seconds=1):
        middle = earlier + (later - earlier) / 2
        if middle.astimezone(zone).replace(tzinfo=None) >= shown:
            later = middle
        else:
            earlier = middle
    return later.replace(microsecond=0)


def skipped(shown: datetime, zone: tzinfo) -> bool:
    """Whether the clock of `zone` never shows the naive time `shown`: it was put forward over it."""
    back = shown.replace(tzinfo=zone, fold=0).astimezone(UTC).astimezone(zone)
    return back.replace(tzinfo=None) != shown


def clock(minute: int) -> str:
    """Minutes after midnight as `HH:MM`; after 24:00 the clock begins anew."""
    minute = minute if minute <= MINUTES else minute - MINUTES
    return f"{minute // 60:02}:{minute % 60:02}"
