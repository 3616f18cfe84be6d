"""Checks of what the hospital's systems sent: messages that were refused, and those that are not as they should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from db.database import Database
from db.errors import DatabaseError
from notify.mllp.received import count_refused, list_odd
from wardbell.doctor.finding import Finding, error, ok, warning

DAYS = 7


def received(database: Database, now: datetime) -> Iterator[Finding]:
    """HL7 messages of the last days."""
    since = now - timedelta(days=DAYS)
    try:
        refused = database.run_now(count_refused, since)
        odd = database.run_now(list_odd, since)
    except DatabaseError as wrong:
        yield error(f"HL7 messages cannot be read: {wrong}", "see the database above")
        return
    if refused:
        several = "message was" if refused == 1 else "messages were"
        yield warning(f"{refused} HL7 {several} refused in {DAYS} days", "wardbell hl7 list")
    for one in odd:
        times = "1 HL7 message" if one.count == 1 else f"{one.count} HL7 messages"
        yield warning(f"{times} of {one.sender} in {DAYS} days: {one.odd}", "it was read; docs/hl7.md says more")
    if not refused and not odd:
        yield ok(f"no HL7 message of the last {DAYS} days was refused or unusual")
