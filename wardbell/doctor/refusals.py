"""Checks of calls that were refused before anybody heard them: the line was full, or what was offered did not fit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from db.database import Database
from db.errors import DatabaseError
from ivr.record.call_records import list_refused
from wardbell.doctor.finding import Finding, error, ok, warning

_ADVICE = {
    "full": "more lines: sip.workers_max in wardbell.toml, or make pjsip (docs/pjsip.md)",
    "codec": "have the PBX offer PCMA or PCMU, unencrypted (docs/sip.md)",
    "size": "have the PBX send fewer headers, or make pjsip (docs/sip.md)",
    "other": "wardbell calls list shows them, wardbell calls show each one's reason (docs/sip.md)",
}


def refused_today(database: Database, now: datetime) -> Iterator[Finding]:
    """Since midnight of `now`'s zone: callers who found the line full, calls that could not be taken."""
    try:
        refused = database.run_now(list_refused, now.replace(hour=0, minute=0, second=0, microsecond=0))
    except DatabaseError as wrong:
        yield error(f"calls cannot be read: {wrong}", "see the database above")
        return
    found = False
    for why, callers, calls in (
        (why, {one.caller for one in ours if one.caller}, ours)
        for why in _ADVICE
        if (ours := [one for one in refused if _kind(one.sip_code) == why])
    ):
        hidden = sum(1 for one in calls if not one.caller)
        many = len(callers) + hidden
        who = "1 caller" if many == 1 else f"{many} callers"
        codes = ", ".join(str(code) for code in sorted({one.sip_code for one in calls}))
        what = {
            "full": f"{who} found the line full today",
            "codec": f"{who} offered no audio today that this line can use (488)",
            "size": f"{who} sent a message today that was too large (513)",
            "other": f"{who} were refused today ({codes})" if many != 1 else f"{who} was refused today ({codes})",
        }[why]
        yield warning(what, _ADVICE[why])
        found = True
    if not found:
        yield ok("no caller was turned away today")


def _kind(code: int) -> str:
    return {486: "full", 503: "full", 488: "codec", 513: "size"}.get(code, "other")
