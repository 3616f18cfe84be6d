"""What the address of a report asks for: the days, how they are summed up, whose ward."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import HTTPException

from reports.asked import BadPeriod, By, Period
from reports.days import day_at
from web.visit import Visit

A_MONTH = 29
"""Days before the last one, when no first one is named."""


@dataclass
class Asked:
    """What the address of a page asks for."""

    first: date
    last: date
    by: By
    ward: str = ""

    @property
    def period(self) -> Period:
        """Refused as a request without sense where it is none."""
        try:
            return Period(self.first, self.last)
        except BadPeriod as wrong:
            raise HTTPException(422) from wrong


def read_asked(visit: Visit, first: str, last: str, by: By, ward: str = "") -> Asked:
    """Refused as a request without sense where it is no period."""
    try:
        until = date.fromisoformat(last) if last else day_at(visit.now, visit.site.zone)
        since = date.fromisoformat(first) if first else until - timedelta(A_MONTH)
    except (ValueError, OverflowError) as wrong:
        raise HTTPException(422) from wrong
    asked = Asked(since, until, by, ward)
    _ = asked.period  # what is none is refused before anything is read
    return asked
