"""Planning: an event's notices become rows that wait for their time. The body of a transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from db.tables.notices import NoticeRow
from notify.notices.addressee import Addressee
from notify.notices.escalation import Rule
from notify.notices.states import State

_INSERTING = insert(NoticeRow).returning(NoticeRow.id, sort_by_parameter_order=True)


@dataclass(frozen=True, slots=True)
class Planned:
    """A notice to be made."""

    event_id: int
    rule: Rule
    addressee: Addressee
    variables: Mapping[str, Any]
    due_at: datetime
    listener: str = ""
    """Of one that takes back or corrects: the telephone where somebody had heard."""


def plan(session: Session, planned: Sequence[Planned], now: datetime) -> list[int]:
    """Make notices that wait for their time; their ids in order."""
    if not planned:
        return []
    rows = [
        {
            "event_id": one.event_id,
            "kind": one.rule.name,
            "priority": int(one.rule.priority),
            "addressee_kind": one.addressee.kind,
            "addressee": one.addressee.key[:64],
            "addressee_name": one.addressee.name[:100],
            "telephones": ",".join(one.addressee.telephones),
            "zone": one.addressee.zone[:40],
            "language": one.addressee.language or one.rule.language,
            "variables": dict(one.variables),
            "state": State.WAITING,
            "created_at": now,
            "due_at": one.due_at,
            "expires_at": one.due_at + one.rule.expires_after,
            "listener": one.listener,
        }
        for one in planned
    ]
    return list(session.scalars(_INSERTING, rows))
