"""Transactions on HL7 messages: accepted once, told apart when a control id is used twice, kept when broken.

A sound message leaves its header, a fingerprint and an event; only a broken one is kept as it came,
for somebody to look at. The same broken message sent again raises a count, so that a sender that
repeats for ever doesn't fill the disk.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from db.tables.notices import MessageRow
from notify.errors import MessageBroken
from notify.events import Happening, insert_once, store
from notify.hl7_header import Header
from notify.hl7_messages import Message, Movement
from notify.rules import NoticeRules

Wording: TypeAlias = Callable[[Session, Movement], Mapping[str, Any]]
"""The variables that a flow gets of a movement (names of department and ward), looked up as it is stored."""

KEPT = 65_536
"""Bytes of a broken message that are kept."""


class Received(enum.Enum):
    """What became of a sound message."""

    NEW = enum.auto()
    AGAIN = enum.auto()  # the same message as before: acknowledged, nobody is called
    DIFFERENT = enum.auto()  # a known control id with other content


def accept(
    session: Session, rules: NoticeRules, wording: Wording, message: Message, peer: str, now: datetime
) -> Received:
    """Store a sound message, its event and its notices: all of them or nothing."""
    header = message.header
    key = hashlib.sha256(f"{header.sender}\x1f{header.control_id}".encode("utf-8", "surrogatepass")).hexdigest()
    interesting = isinstance(message.content, Movement)
    values = {
        **_about(header, peer, now),
        "key": key,
        "state": "accepted" if interesting else "ignored",
        "fingerprint": message.fingerprint,
        "answer": "AA",
    }
    if insert_once(session, MessageRow, values) is None:
        known = session.scalars(select(MessageRow).where(MessageRow.key == key)).one()
        if known.fingerprint != message.fingerprint:
            return Received.DIFFERENT
        known.times += 1
        known.repeated_at = now
        return Received.AGAIN
    if isinstance(message.content, Movement):
        variables = wording(session, message.content)
        store(session, rules, _happening(key, header, message.content, variables), now)
    return Received.NEW


def _happening(key: str, header: Header, movement: Movement, variables: Mapping[str, Any]) -> Happening:
    return Happening(
        key=f"hl7:{key}",
        kind=movement.kind,
        source=header.sender,
        ward=movement.ward,
        facts={
            "urgent": movement.urgent,
            "room": movement.room,
            "bed": movement.bed,
            "department": movement.department,
            "department_text": movement.department_text,
            "visit": movement.visit,
        },
        variables=variables,
        visit=movement.visit,
    )


def keep_broken(session: Session, raw: bytes, header: Header, peer: str, broken: MessageBroken, now: datetime) -> None:
    """Keep a message that was refused, as it came."""
    key = hashlib.sha256(b"broken\x1f" + raw).hexdigest()
    values = {
        **_about(header, peer, now),
        "key": key,
        "state": "rejected",
        "answer": broken.answer,
        "reason": broken.sentence[:200],
        "raw": raw[:KEPT],
    }
    if insert_once(session, MessageRow, values) is None:
        known = session.scalars(select(MessageRow).where(MessageRow.key == key)).one()
        known.times += 1
        known.repeated_at = now


def forget(session: Session, before: datetime, limit: int = 500) -> int:
    """Drop the first `limit` of what was received before `before`; how many there were. A message older than that,
    sent again, would count as new."""
    old = select(MessageRow.id).where(MessageRow.received_at < before).order_by(MessageRow.received_at).limit(limit)
    gone: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        delete(MessageRow).where(MessageRow.id.in_(old)).execution_options(synchronize_session=False)
    )
    return gone.rowcount


def _about(header: Header, peer: str, now: datetime) -> dict[str, Any]:
    def clean(text: str) -> str:
        return text.replace("\0", "�")

    return {
        "received_at": now,
        "peer": peer,
        "sender": clean(header.sender),
        "control_id": clean(header.control_id),
        "type": clean(header.type),
        "encoding": header.encoding,
    }
