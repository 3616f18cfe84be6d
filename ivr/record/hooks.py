"""Calls told to other systems as their rows are written. Of people's numbers the last digits are told: who may know
the whole one asks the API."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.calls import CallRow
from ivr.record.redacted import Number
from webhooks.outbox import Listeners, listeners, tell_all
from webhooks.what import What

_BEGAN = ("direction", "flow", "language", "notice", "began_at")
_ENDED = ("answered_at", "ended_at", "outcome", "cause", "ended_by", "waited", "talked")


def tell_calls(session: Session, begun: Collection[Mapping[str, Any]], ended: Collection[str]) -> None:
    """Rows that are new, and the ids of calls that are over now. To be asked when the rows are written."""
    listening = listeners(session) if begun or ended else {}
    if not listening:
        return
    for row in begun:
        tell_all(session, What.CALL_BEGAN, [_facts(row, _BEGAN)], row["began_at"], listening)
    if ended and What.CALL_ENDED in listening:
        _tell_ended(session, ended, listening)


def _tell_ended(session: Session, ids: Collection[str], listening: Listeners) -> None:
    wanted = ("id", "dialled", "caller", *_BEGAN, *_ENDED)
    found = select(*(getattr(CallRow, name) for name in wanted)).where(CallRow.id.in_(ids)).order_by(CallRow.ended_at)
    for row in session.execute(found).mappings():
        at: datetime = row["ended_at"]
        tell_all(session, What.CALL_ENDED, [_facts(dict(row), (*_BEGAN, *_ENDED))], at, listening)


def _facts(row: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    ours, theirs = ("dialled", "caller") if row["direction"] == "in" else ("caller", "dialled")
    numbers = {"line": row[ours], "party": str(Number(row[theirs]))}
    return {"call": row["id"], **numbers, **{name: row[name] for name in names}}
