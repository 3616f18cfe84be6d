"""Times of HL7 messages: `YYYY[MM[DD[HH[MM[SS[.SSSS]]]]]][+/-ZZZZ]`, and ISO 8601, which systems send in its place.

A time may be as rough as a day: what is asked is the latest moment that it can mean, for something is only called old
when it surely is. A time without an offset is that of the hospital's clocks.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_TIME = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:[-/.]?(?P<month>[0-9]{2})"
    r"(?:[-/.]?(?P<day>[0-9]{2})"
    r"(?:[ T]?(?P<hour>[0-9]{2})"
    r"(?::?(?P<minute>[0-9]{2})"
    r"(?::?(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?)?)?)?)?"
    r"\s*(?P<offset>Z|[+-][0-9]{2}:?[0-9]{2})?\Z"
)


def latest_moment(text: str, zone: tzinfo) -> datetime | None:
    """The last moment that `text` can mean, in UTC; None when it cannot be read or is no date."""
    found = _TIME.match(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    try:
        begun = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, min(second or 0, 59))  # noqa: DTZ001 - below
        if month is None:
            ended = begun.replace(year=begun.year + 1)
        elif day is None:
            ended = (begun + timedelta(days=31)).replace(day=1)
        elif hour is None:
            ended = begun + timedelta(days=1)
        elif minute is None:
            ended = begun + timedelta(hours=1)
        else:
            ended = begun + (timedelta(minutes=1) if second is None else timedelta(0))
        # Of an hour that the clocks show twice in autumn, the second showing.
        return ended.replace(tzinfo=_offset(found["offset"]) or zone, fold=1).astimezone(UTC)
    except (ValueError, OverflowError):
        return None  # no such date; and years that no hospital lives in


def _offset(text: str | None) -> tzinfo | None:
    if not text:
        return None
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[-2:])
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))
