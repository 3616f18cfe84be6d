"""Transactions on HL7 messages: accepted once, told apart when a control id is used again, kept when broken.

A sound message leaves its header, a fingerprint and an event, and its bytes for some days (`bytes.py`); a broken one is
kept as it came as long as its header, for somebody to look at. The same broken message sent again raises a count, so
that a sender that repeats for ever doesn't fill the disk.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, TypeAlias

from sqlalchemy import CursorResult, delete, func, select, update
from sqlalchemy.orm import Session

from db.tables.notices import EventRow, MessageRow
from notify.errors import MessageBroken
from notify.events import Happening, insert_once, store
from notify.hl7.adt import Message, Movement
from notify.hl7.billing import Billing
from notify.hl7.frame import KEPT
from notify.hl7.header import Header
from notify.hl7.time import latest_moment
from notify.mllp.bytes import keep
from notify.notices.fate import Fate
from notify.notices.rules import NoticeRules

Wording: TypeAlias = Callable[[Session, Movement], Mapping[str, Any]]
"""The variables that a flow gets of a movement (names of department and ward), looked up as it is stored."""

Taking: TypeAlias = Callable[[Session, Billing, str, str, datetime], list[str]]
"""Takes what a message bills; why the rest was set aside (`bills.Bills.take`)."""

ANOTHER = timedelta(hours=1)
"""After this long by the sender's clock the same content under the same id is another message: some senders give all
of theirs one number."""


class Received(enum.Enum):
    """What became of a sound message."""

    NEW = enum.auto()
    AGAIN = enum.auto()  # the same message as before: acknowledged, nobody is called


@dataclass(frozen=True, slots=True)
class Freshness:
    """Which events call nobody because they are not news."""

    zone: tzinfo = UTC
    """The hospital's, for times without an offset."""
    stale: timedelta = timedelta(hours=6)
    """Older events are reported, and nobody is called."""
    same_visit: timedelta = timedelta(minutes=10)
    """Within this time the same visit, reported by another system or under another id, is the same event."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is stored. `quiet`: why a new one calls nobody; empty when the rules decide."""

    received: Received
    quiet: str = ""
    aside: str = ""
    """Why something of what it bills was set aside."""


def accept(
    session: Session,
    rules: NoticeRules,
    wording: Wording,
    message: Message,
    peer: str,
    now: datetime,
    freshness: Freshness = Freshness(),
    raw: bytes = b"",
    bills: Taking | None = None,
) -> Accepted:
    """Store a sound message, its event and its notices: all of them or nothing. `raw`: its bytes, when they are to be
    kept.

    A message is the same when sender, control id and content are. So one whose answer was lost calls nobody a second
    time, and one that uses an id again for something else is heard.
    """
    header, content = message.header, message.content
    movement = content if isinstance(content, Movement) else None
    billing = content if isinstance(content, Billing) and bills is not None else None
    same = f"{header.sender}\x1f{header.control_id}\x1f{message.fingerprint}"
    key = hashlib.sha256(same.encode("utf-8", "surrogatepass")).hexdigest()
    moment = _moment(message, freshness.zone)
    values = {
        **_about(header, peer, now),
        "key": key,
        "state": "accepted" if movement is not None or billing is not None else "ignored",
        "fingerprint": message.fingerprint,
        "answer": "AA",
        "odd": "; ".join(message.odd)[:400],
        "stamped_at": moment,
    }
    made = insert_once(session, MessageRow, values)
    if made is None:
        if not _another(session, key, moment, now):
            return Accepted(Received.AGAIN)
        made = insert_once(session, MessageRow, values)
    if made is not None and raw:
        keep(session, made, raw, now)
    if billing is not None and bills is not None and made is not None:
        reasons = bills(session, billing, _sender(header), f"{header.type} {header.control_id}", now)
        told = "; ".join(reasons)
        session.execute(update(MessageRow).where(MessageRow.id == made).values(reason=told[:200]))
        return Accepted(Received.NEW, aside=told)
    if movement is None or made is None:
        return Accepted(Received.NEW)
    variables = wording(session, movement)
    ward = str(variables["ward"]["code"])
    # What takes back or corrects is carried out however late it comes.
    revising = rules.reading.revising
    quiet = None
    if movement.kind not in revising:
        quiet = _quiet(session, _sender(header), movement, ward, moment, now, freshness, revising)
    if quiet is not None:
        session.execute(update(MessageRow).where(MessageRow.id == made).values(reason=quiet[1][:200]))
    # The key holds the moment too: events outlive the messages that they came in.
    key = f"hl7:{key}:{now:%Y%m%d%H%M%S}"
    store(session, rules, _happening(key, header, movement, ward, variables, moment), now, quiet)
    return Accepted(Received.NEW, quiet[1] if quiet is not None else "")


def _moment(message: Message, zone: tzinfo) -> datetime | None:
    """When it was recorded (EVN-2), else sent (MSH-7), by the sender's clock; None when neither can be read."""
    recorded = message.content.recorded if isinstance(message.content, Movement | Billing) else ""
    return latest_moment(recorded, zone) or latest_moment(message.header.sent, zone)


def _another(session: Session, key: str, moment: datetime | None, now: datetime) -> bool:
    """Whether what looks like a repetition is another message; the row before then gives its key away."""
    known = session.scalars(select(MessageRow).where(MessageRow.key == key).with_for_update()).one_or_none()
    if known is None:
        return True
    if moment is None or known.stamped_at is None or moment - known.stamped_at < ANOTHER:
        known.times += 1
        known.repeated_at = now
        return False
    known.key = hashlib.sha256(f"{key}\x1f{known.id}".encode()).hexdigest()
    session.flush()
    return True


def _sender(header: Header) -> str:
    """As it is stored with the event."""
    return header.sender.replace("\0", "�")


def _quiet(
    session: Session,
    sender: str,
    movement: Movement,
    ward: str,
    moment: datetime | None,
    now: datetime,
    freshness: Freshness,
    revising: Collection[str],
) -> tuple[Fate, str] | None:
    """What becomes of an event that is not news, and why; None for one that the rules decide on."""
    if freshness.stale and moment is not None and now - moment > freshness.stale:
        hours = freshness.stale.total_seconds() / 3600
        return Fate.STALE, f"it was more than {hours:g} hours old when it came"
    if not movement.visit or not freshness.same_visit:
        return None
    visit = movement.visit[:64]
    if session.get_bind().dialect.name == "postgresql":  # two systems may tell it at the same instant
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{movement.kind}|{visit}"))))
    told = select(EventRow).where(EventRow.visit == visit, EventRow.received_at > now - freshness.same_visit)
    for event in session.scalars(told.order_by(EventRow.id.desc())):
        if event.kind in revising:
            return None  # taken back or corrected since: what comes now is news
        if event.kind != movement.kind or event.fate != Fate.PLANNED or event.source == sender:
            continue
        before = event.facts
        urgent = bool(before.get("urgent"))
        bed = str(before.get("bed", ""))
        if before.get("ward") == ward and urgent >= movement.urgent and (not movement.bed or movement.bed == bed):
            return Fate.SAME_VISIT, f"{event.source} reported the same visit at {event.received_at:%H:%M:%S} UTC"
    return None


def _happening(
    key: str, header: Header, movement: Movement, ward: str, variables: Mapping[str, Any], moment: datetime | None
) -> Happening:
    return Happening(
        key=key,
        kind=movement.kind,
        source=_sender(header),
        ward=ward,
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
        happened_at=moment,
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
