"""Checks of the API's keys: which of them are about to open nothing any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from accounts.keys import every
from db.database import Database
from db.errors import DatabaseError
from wardbell.doctor.finding import Finding, error, ok, warning

SOON = timedelta(days=14)
LATELY = timedelta(days=7)
"""A key that was used so short a time before it expired is missed by somebody."""


def expiring(database: Database, now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    """Keys that expire soon, or have expired in use."""
    try:
        keys = [one for one in database.run_now(every) if one.revoked_at is None and one.expires_at is not None]
    except DatabaseError as wrong:
        yield error(f"keys of the API cannot be read: {wrong}", "see the database above")
        return
    found = False
    for key in keys:
        assert key.expires_at is not None
        day = f"{key.expires_at.astimezone(zone):%Y-%m-%d}"
        if now < key.expires_at <= now + SOON:
            found = True
            yield warning(f"the key {key.name} expires on {day}", "wardbell keys add makes another one (docs/api.md)")
        elif key.expires_at <= now <= key.expires_at + SOON and key.used_at and key.expires_at - key.used_at < LATELY:
            found = True
            yield warning(f"the key {key.name} has expired on {day}, and was in use", "wardbell keys add (docs/api.md)")
    if keys and not found:
        yield ok("no key of the API expires within two weeks")
