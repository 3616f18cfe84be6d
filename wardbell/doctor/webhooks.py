"""Checks of webhooks: targets that fail, that are off, and that the engine does not know yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from db.database import Database
from db.errors import DatabaseError
from wardbell.doctor.finding import Finding, error, ok, warning
from wardbell.settings import Webhook
from webhooks.listing import TargetRecord, list_targets

LONG = timedelta(minutes=10)
"""From here on a failure is no hiccup."""


def delivered(database: Database, webhooks: Sequence[Webhook], now: datetime, zone: ZoneInfo) -> Iterator[Finding]:
    """How the targets of the settings fare."""
    try:
        known = {one.name: one for one in database.run_now(list_targets)}
    except DatabaseError as wrong:
        yield error(f"webhooks cannot be read: {wrong}", "see the database above")
        return
    for webhook in webhooks:
        target = known.get(webhook.name)
        if target is None or target.url != webhook.url:
            yield warning(
                f"the webhook {webhook.name} is not in use yet", "it is from the next start of the service on"
            )
        else:
            yield _fares(target, now, zone)


def _fares(target: TargetRecord, now: datetime, zone: ZoneInfo) -> Finding:
    name, left = target.name, target.waiting + target.given_up
    if target.off_at is not None:
        what = f"the webhook {name} is off since {_local(target.off_at, zone)}: {target.failure}"
        return error(what, f"mend it, then wardbell webhooks on {name}; {left} messages were not delivered")
    if target.failing_since is not None and now - target.failing_since >= LONG:
        what = f"the webhook {name} fails since {_local(target.failing_since, zone)}: {target.failure}"
        return warning(what, f"wardbell webhooks test {name}; {target.waiting} messages wait")
    if target.given_up:
        what = f"{target.given_up} messages of the webhook {name} were given up"
        return warning(what, f"wardbell webhooks send-again --given-up {name}")
    return ok(f"the webhook {name} gets its messages")


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
