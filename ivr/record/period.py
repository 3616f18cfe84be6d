"""A day or a moment as people write it into a search, by the hospital's clock."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)")


def since(written: str, zone: ZoneInfo) -> datetime:
    """`2026-11-21` is its midnight, `2026-11-21 08:30` that moment. In UTC. Raises ValueError."""
    return _read(written, zone, timedelta(0))


def until(written: str, zone: ZoneInfo) -> datetime:
    """The first moment that is not within any more: the named day is, to its end; the named minute is not."""
    return _read(written, zone, timedelta(days=1))


def _read(written: str, zone: ZoneInfo, whole_day: timedelta) -> datetime:
    written = written.strip()
    try:
        if _DAY.fullmatch(written):
            shown = datetime.combine(date.fromisoformat(written) + whole_day, time())
        elif found := _MOMENT.fullmatch(written):
            shown = datetime.combine(date.fromisoformat(found[1]), time.fromisoformat(found[2]))
        else:
            raise ValueError("neither a day nor a time")
        return shown.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as wrong:
        raise ValueError(f'"{written}" is no day (2026-11-21) and no time (2026-11-21 08:30)') from wrong
